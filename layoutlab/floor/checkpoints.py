"""What is a search between two generations, and how is it kept on disk so that it can go on?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor.genome import Block, Floor, to_array, to_blocks
from layoutlab.floor.kernels import Problem, compile_problem
from layoutlab.floor.objectives import Readings
from layoutlab.floor.selection import Selection
from layoutlab.floor.settings import Settings, selection_of

STREAMS = ("create", "select", "cross", "mutate", "vary")
RECORD = ("generation", "evaluations", "best", "mean", "worst", "spread", "diversity")


@dataclass(frozen=True)
class Snapshot:
    """The best floor of one generation; generation 0 is the random one."""

    generation: int
    blocks: tuple[Block, ...]
    fitness: float


@dataclass
class Search:
    """All that a search is between two generations; `generation` is -1 before it begins.

    Creation, selection, crossover, mutation and the chance of both ("vary") each draw from a stream
    of their own. Runs from one seed therefore start from the same population and vary the same
    places of it, whatever operators they compare: they are paired, with equally many evaluations.
    """

    floor: Floor
    readings: Readings
    settings: Settings
    snapshots: tuple[int, ...]
    streams: dict[str, np.random.Generator]
    identity: str
    generation: int = -1
    evaluations: int = 0
    population: np.ndarray = field(default_factory=lambda: np.empty((0, 0, 4), np.int16))
    fitness: np.ndarray = field(default_factory=lambda: np.empty(0))
    best: np.ndarray = field(default_factory=lambda: np.empty((0, 4), np.int16))
    best_fitness: float = -np.inf
    best_generation: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    kept: list[Snapshot] = field(default_factory=list)

    @cached_property
    def problem(self) -> Problem:
        """The floor and its readings as the kernels take them."""
        return compile_problem(self.floor, self.readings)

    @cached_property
    def select(self) -> Selection:
        """The selection with its own parameter filled in."""
        return selection_of(self.settings)

    def end_generation(
        self, best: float, mean: float, worst: float, spread: float, diversity: float
    ) -> None:
        """Count a generation: write its record, keep the best individual ever and the snapshot."""
        self.generation += 1
        figures = (self.generation, self.evaluations, best, mean, worst, spread, diversity)
        self.history.append(dict(zip(RECORD, figures, strict=True)))
        if best > self.best_fitness:
            self.best = self.population[self.fitness.argmax()].copy()
            self.best_fitness, self.best_generation = best, self.generation
        if self.generation in self.snapshots:
            blocks = to_blocks(self.population[self.fitness.argmax()])
            self.kept.append(Snapshot(self.generation, blocks, best))

    def ended(self) -> bool:
        """Say whether the last generation, the target or the end of patience is reached."""
        patience = self.settings.patience
        return (
            self.generation >= self.settings.generations
            or self.best_fitness >= self.settings.target
            or (patience > 0 and self.generation - self.best_generation >= patience)
        )


def open_search(
    floor: Floor,
    readings: Readings,
    settings: Settings,
    snapshots: Sequence[int],
    rng: np.random.Generator,
    checkpoint: str | Path | None = None,
) -> Search:
    """Return the search kept in `checkpoint`, or a new one when there is none.

    Raises
    ------
    InputError
        When the checkpoint is of another floor, readings, settings, snapshots or generator.
    """
    begun_with = rng.bit_generator.state
    identity = repr((floor, readings, settings, tuple(snapshots), begun_with))
    streams = dict(zip(STREAMS, rng.spawn(len(STREAMS)), strict=True))
    search = Search(floor, readings, settings, tuple(snapshots), streams, identity)
    if checkpoint is not None and Path(checkpoint).exists():
        _load(search, Path(checkpoint))
    return search


def save(search: Search, checkpoint: str | Path) -> None:
    """Write a search so that it can go on from here to the same result, to the last bit."""
    record = {
        "identity": search.identity,
        "streams": {name: rng.bit_generator.state for name, rng in search.streams.items()},
        "counts": [search.generation, search.evaluations, search.best_generation],
        "snapshots": [[each.generation, each.fitness] for each in search.kept],
    }
    canonical.write_npz(
        checkpoint,
        record=np.array(json.dumps(record)),
        population=search.population,
        fitness=search.fitness,
        best=search.best,
        best_fitness=np.array(search.best_fitness),
        history=np.array([list(each.values()) for each in search.history]),
        snapshots=to_array([each.blocks for each in search.kept]),
    )


def _load(search: Search, checkpoint: Path) -> None:
    """Fill a new search with what the checkpoint holds."""
    try:
        with np.load(checkpoint) as kept:
            arrays = {name: kept[name] for name in kept.files}
        record: dict[str, Any] = json.loads(str(arrays["record"]))
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"checkpoint: expected one of ours, got {checkpoint}: {error}") from error
    if record["identity"] != search.identity:
        raise InputError(
            "checkpoint: expected one of the same floor, readings, settings, snapshots and "
            f"generator, got another search in {checkpoint}; name another file or remove this one"
        )
    for name, state in record["streams"].items():
        search.streams[name].bit_generator.state = state
    search.generation, search.evaluations, search.best_generation = record["counts"]
    search.population, search.fitness = arrays["population"], arrays["fitness"]
    search.best, search.best_fitness = arrays["best"], float(arrays["best_fitness"])
    for row in arrays["history"].tolist():
        figures = [int(row[0]), int(row[1]), *row[2:]]
        search.history.append(dict(zip(RECORD, figures, strict=True)))
    search.kept += [
        Snapshot(generation, to_blocks(blocks), fitness)
        for (generation, fitness), blocks in zip(
            record["snapshots"], arrays["snapshots"], strict=True
        )
    ]
