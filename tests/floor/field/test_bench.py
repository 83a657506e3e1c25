import numpy as np
import pytest

from layoutlab.floor.field import bench, peers
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings, reference_fitness


@pytest.mark.parametrize("search", [peers.deap, peers.pygad, peers.pymoo])
def test_a_peer_searches_the_same_fitness_and_repeats_itself(monkeypatch, search):
    monkeypatch.setattr(peers, "POPULATION", 10)
    monkeypatch.setattr(peers, "GENERATIONS", 3)
    floor, seen = Floor(5, 5, 3, (2, 3)), []

    def fitness(blocks):
        seen.append(reference_fitness(blocks, floor, Readings()))
        return seen[-1]

    best = search(floor, fitness, 4)
    assert best == pytest.approx(max(seen))
    assert len(seen) >= 20
    assert search(floor, fitness, 4) == best


def test_numbers_at_both_ends_are_blocks():
    assert len(peers.blocks_of(np.array([0.0] * 4 + [1.0] * 4), Floor())) == 2


def test_gaps_are_to_the_least_cost_of_a_size():
    rows = [{"n": 5, "cost": 100}, {"n": 5, "cost": 110}, {"n": 6, "cost": 7}]
    gaps = [row["gap_percent"] for row in bench.with_gaps(rows)]
    assert gaps == pytest.approx([0, 10, 0])


def test_all_is_measured_and_written(tmp_path, monkeypatch):
    for module, name, value in (
        (bench, "PLANS", 500),
        (bench, "CPU_S", {True: 0.05, False: 0.1}),
        (peers, "POPULATION", 10),
        (peers, "GENERATIONS", 2),
    ):
        monkeypatch.setattr(module, name, value)
    told = []
    found = bench.run(quick=True, progress=lambda done, everything: told.append((done, everything)))
    assert told[-1][0] == told[-1][1] == len(found["searches"]) + len(found["assignments"])
    speed = {row["search"]: row["evaluations_per_cpu_s"] for row in found["searches"]}
    assert found["evaluations_per_cpu_s"] == speed["LayoutLab, evaluate"]
    assert found["deap_evaluations_per_cpu_s"] == speed["DEAP, plain fitness"]
    assert {row["n"] for row in found["assignments"]} == {20, 30}
    files = bench.write(found, tmp_path)
    assert all((tmp_path / name).stat().st_size for name in ("searches.csv", "bench.svg"))
    assert len(files) == 3
