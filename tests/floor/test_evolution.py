import json
import pickle
import subprocess
import sys
import time

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.evolution import evolve, random_search
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings, reference_fitness
from layoutlab.floor.operators import CROSSOVERS
from layoutlab.floor.selection import SELECTIONS
from layoutlab.floor.settings import Settings

SMALL = Settings(population=20, generations=8, selection="tournament")

RUN = """
import hashlib, numpy as np
from layoutlab.floor.evolution import evolve
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.settings import Settings
settings = Settings(population=20, generations=8, selection="tournament")
result = evolve(Floor(), Readings(), settings, rng=np.random.default_rng(6), snapshots=(1, 8))
print(hashlib.sha256(repr(result).encode()).hexdigest())
"""


def run(seed=6, settings=SMALL, **how):
    return evolve(Floor(), Readings(), settings, rng=np.random.default_rng(seed), **how)


def test_the_best_floor_has_the_fitness_told_and_lies_in_its_history():
    result = run(snapshots=(0, 1, 8, 50))
    assert result.best_fitness == reference_fitness(result.best, Floor(), Readings())
    assert result.best_fitness == max(record["best"] for record in result.history)
    assert [record["generation"] for record in result.history] == list(range(9))
    assert result.history[-1]["evaluations"] == result.evaluations
    assert [snapshot.generation for snapshot in result.snapshots] == [0, 1, 8]
    for snapshot in result.snapshots:
        assert snapshot.fitness == result.history[snapshot.generation]["best"]
        assert snapshot.fitness == reference_fitness(snapshot.blocks, Floor(), Readings())
    for record in result.history:
        assert record["worst"] <= record["mean"] <= record["best"]
        assert 1 / 20 <= record["diversity"] <= 1


def test_selection_pays():
    history = run(settings=Settings(population=60, generations=30, selection="tournament")).history
    assert history[-1]["mean"] > history[0]["mean"] + 1


def test_same_seed_same_result_and_another_seed_another():
    assert run(6) == run(6)
    assert run(6).best != run(7).best


def test_two_processes_give_the_same_result():
    told = [
        subprocess.run(
            [sys.executable, "-c", RUN], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert told[0] == told[1]
    assert len(told[0].strip()) == 64


def test_a_result_can_be_pickled_and_unpickled_by_another_process():
    result = run()
    reader = "import pickle, sys; print(pickle.load(sys.stdin.buffer).best_fitness)"
    told = subprocess.run(
        [sys.executable, "-c", reader], input=pickle.dumps(result), capture_output=True, check=True
    )
    assert float(told.stdout) == result.best_fitness


def test_schemes_of_one_seed_start_alike_and_spend_alike():
    results = [
        run(5, Settings(population=21, generations=6, selection=selection, crossover=crossover))
        for selection in SELECTIONS
        for crossover in CROSSOVERS
    ]
    assert len({result.evaluations for result in results}) == 1
    assert len({tuple(result.history[0].items()) for result in results}) == 1


def test_without_variation_only_the_first_population_is_evaluated():
    still = Settings(
        population=10, generations=5, crossover_probability=0.0, mutation_probability=0.0
    )
    result = run(settings=still)
    assert result.evaluations == 10
    assert result.best_fitness == result.history[0]["best"]


def test_all_varied_are_evaluated():
    always = Settings(
        population=10, generations=5, crossover_probability=1.0, mutation_probability=0.0
    )
    assert run(settings=always).evaluations == 60


def test_the_elite_survives():
    kept = Settings(population=20, generations=30, elite=1)
    best = [record["best"] for record in run(settings=kept).history]
    assert best == sorted(best)
    lost = [
        record["best"] for record in run(settings=Settings(population=20, generations=30)).history
    ]
    assert lost != sorted(lost)


def test_roulette_stops_where_a_fitness_is_negative():
    # blocks of one cell on a floor of two by two: some close a door, 0.2 - 0.5 + 0.05 < 0
    floor = Floor(2, 2, 1, (1,))
    with pytest.raises(InputError, match="roulette: expected fitness values of at least 0"):
        evolve(floor, Readings(), Settings(), rng=np.random.default_rng(0))
    windowed = Settings(selection="windowed_roulette", generations=5)
    result = evolve(floor, Readings(), windowed, rng=np.random.default_rng(0))
    assert result.best_fitness == pytest.approx(0.2 + 0.05 + 0.05)


def test_patience_and_target_end_the_search_early():
    still = Settings(
        population=10,
        generations=50,
        crossover_probability=0.0,
        mutation_probability=0.0,
        patience=4,
    )
    assert len(run(settings=still).history) == 1 + 4
    full = run(settings=Settings(population=30, generations=40, selection="tournament"))
    reached = next(r["generation"] for r in full.history if r["best"] >= 8)
    early = run(settings=Settings(population=30, generations=40, selection="tournament", target=8))
    assert early.history == full.history[: reached + 1]


def test_steady_state_never_loses_its_best_and_spends_alike():
    steady = Settings(population=20, generations=15, replacement="steady_state")
    best = [record["best"] for record in run(settings=steady).history]
    assert best == sorted(best)
    assert best[-1] > best[0]


def test_restarts_bring_diversity_back_and_keep_the_best():
    greedy = {"population": 20, "generations": 60, "selection": "truncation", "elite": 1}
    stuck = run(settings=Settings(**greedy, mutation_probability=0.0)).history
    fresh = run(settings=Settings(**greedy, mutation_probability=0.0, restart_below=0.3)).history
    assert stuck[-1]["diversity"] < 0.3
    assert min(record["diversity"] for record in fresh) >= 0.3
    best = [record["best"] for record in fresh]
    assert best == sorted(best)
    assert best[-1] > stuck[-1]["best"]


def test_a_callback_is_told_every_generation_and_can_stop_the_search():
    told = []
    whole = run(callback=told.append)
    assert [each.generation for each in told] == list(range(9))
    assert [each.best for each in told] == [record["best"] for record in whole.history]
    assert told[-1].best_so_far == whole.best_fitness
    assert told[-1].evaluations == whole.evaluations
    assert all(each.evaluations_per_s > 0 for each in told)
    cut = run(callback=lambda progress: progress.generation == 3)
    assert cut.history == whole.history[:4]


@pytest.mark.parametrize("stop", range(9))
def test_a_search_stopped_at_any_generation_goes_on_to_the_same_bits(tmp_path, stop):
    whole = run(snapshots=(1, 5, 8))
    file = tmp_path / "search.npz"
    how = {"snapshots": (1, 5, 8), "checkpoint": file}
    run(**how, callback=lambda progress: progress.generation == stop)
    assert run(**how) == whole
    assert run(**how) == whole


def test_a_killed_search_goes_on_to_the_same_bits(tmp_path):
    file = tmp_path / "search.npz"
    many = Settings(population=100, generations=400_000, selection="tournament")
    script = (
        "import numpy as np\n"
        "from layoutlab.floor.evolution import evolve\n"
        "from layoutlab.floor.genome import Floor\n"
        "from layoutlab.floor.objectives import Readings\n"
        "from layoutlab.floor.settings import Settings\n"
        f"settings, file = {many!r}, {str(file)!r}\n"
        "evolve(Floor(), Readings(), settings, rng=np.random.default_rng(6), checkpoint=file)"
    ).replace("target=inf", "target=float('inf')")
    process = subprocess.Popen([sys.executable, "-c", script])
    while not file.exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    with np.load(file) as kept:
        reached = json.loads(str(kept["record"]))["counts"][0]
    assert reached > 0
    until = lambda progress: progress.generation == reached + 20  # noqa: E731
    resumed = run(settings=many, checkpoint=file, callback=until)
    assert resumed == run(settings=many, callback=until)


def test_a_checkpoint_of_another_search_is_refused(tmp_path):
    file = tmp_path / "search.npz"
    run(6, checkpoint=file)
    with pytest.raises(InputError, match=r"^checkpoint: expected one of the same floor, readings"):
        run(7, checkpoint=file)
    file.write_text("no checkpoint")
    with pytest.raises(InputError, match=r"^checkpoint: expected one of ours, got "):
        run(6, checkpoint=file)


def test_random_search_gives_its_best():
    best, fitness = random_search(Floor(), Readings(), 50, rng=np.random.default_rng(1))
    assert fitness.shape == (50,)
    assert reference_fitness(best, Floor(), Readings()) == fitness.max()
    with pytest.raises(InputError, match=r"^evaluations: expected at least 1, got 0$"):
        random_search(Floor(), Readings(), 0, rng=np.random.default_rng(1))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"population": 1}, "population: expected at least 2, got 1"),
        ({"generations": -1}, "generations: expected at least 0, got -1"),
        (
            {"population": 5, "elite": 5},
            "elite: expected less than the population of 5, got 5",
        ),
        ({"mutation_probability": 1.5}, "mutation_probability: expected from 0 to 1, got 1.5"),
        ({"tournament_size": 0}, "tournament_size: expected at least 1, got 0"),
        ({"rank_pressure": 2.5}, "rank_pressure: expected from 1 to 2, got 2.5"),
        ({"restart_below": -0.5}, "restart_below: expected from 0 to 1, got -0.5"),
        ({"target": float("nan")}, "target: expected a number, got nan"),
        (
            {"replacement": "none"},
            "replacement: expected one of generational, steady_state, got 'none'",
        ),
        (
            {"crossover": "twopoint"},
            (
                "crossover: expected one of one_point, two_point, uniform, rectangle, "
                "got 'twopoint'; did you mean 'two_point'?"
            ),
        ),
    ],
)
def test_wrong_settings_are_refused_with_one_clear_message(wrong, message):
    with pytest.raises(InputError) as error:
        Settings(**wrong)
    assert str(error.value) == message
