import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.floor import schemes
from layoutlab.floor.comparison.pairs import paired_values
from layoutlab.floor.evolution import evolve
from layoutlab.floor.genome import Block, Floor, decode
from layoutlab.floor.objectives import Readings, reference_fitness
from layoutlab.floor.paths import a_star
from layoutlab.floor.settings import Settings

FLOOR, READINGS = Floor(6, 6, 4), Readings()
SETTINGS = Settings(population=12, generations=5)


def some(**changes):
    given = {"seeds": [0, 3], "settings": SETTINGS, "crossovers": ["one_point", "uniform"]}
    return schemes.run(FLOOR, READINGS, **given | changes)


def test_every_scheme_is_run_at_every_seed_in_order():
    found = some()
    rows = list(found.runs[["selection", "crossover", "seed"]].itertuples(index=False, name=None))
    assert rows == [
        (selection, crossover, seed)
        for selection in ("roulette", "tournament", "rank")
        for crossover in ("one_point", "uniform")
        for seed in (0, 3)
    ]
    assert found.best.shape == (12, 6)
    assert (np.diff(found.best, axis=1) >= 0).all()
    np.testing.assert_array_equal(found.best[:, -1], found.runs["best_fitness"])
    np.testing.assert_array_equal(found.evaluations[:, -1], found.runs["evaluations"])
    assert ((found.diversity > 0) & (found.diversity <= 1)).all()


def test_a_run_is_what_evolve_gives_from_its_own_generator():
    found = some(base=5)
    own = Settings(population=12, generations=5, selection="rank", crossover="uniform")
    result = evolve(FLOOR, READINGS, own, rng=np.random.default_rng([5, 3]), snapshots=())
    last = found.runs.iloc[-1]
    assert last["best_fitness"] == result.best_fitness
    assert last["best_blocks"] == [int(value) for block in result.best for value in block]
    assert found.mean[-1].tolist() == [record["mean"] for record in result.history]
    assert last["first_worst_fitness"] == result.history[0]["worst"]


def test_the_best_floor_is_worth_its_fitness():
    for row in some().runs.itertuples():
        genes = np.reshape(row.best_blocks, (-1, 4)).tolist()
        blocks = [Block(bool(vertical), *rest) for vertical, *rest in genes]
        assert reference_fitness(blocks, FLOOR, READINGS) == row.best_fitness
        cells = {cell for block in blocks for cell in _cells(block)}
        assert row.covered_cells == len(cells)
        way = a_star(decode(blocks, FLOOR), FLOOR.entrance, FLOOR.exit)
        assert row.walkable == (way is not None)


def _cells(block):
    across, down = (0, 1) if block.is_vertical else (1, 0)
    return [(block.x + step * across, block.y + step * down) for step in range(block.length)]


def test_runs_of_a_seed_start_alike_and_spend_alike():
    found = some()
    for seed in (0, 3):
        rows = found.runs.index[found.runs["seed"] == seed]
        assert len({tuple(row) for row in found.evaluations[rows]}) == 1
        assert len(set(found.mean[rows, 0])) == 1
    assert paired_values(found.runs).shape == (2, 6)


@pytest.mark.parametrize("jobs", [2, 5])
def test_the_number_of_threads_changes_nothing(jobs):
    one, many = some(), some(jobs=jobs)
    pd.testing.assert_frame_equal(one.runs, many.runs)
    for name in schemes.CURVES:
        np.testing.assert_array_equal(getattr(one, name), getattr(many, name))


def test_progress_is_told_after_each_run():
    told = []
    some(selections=["rank"], progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_parts_join_and_curves_are_tidy():
    parts = [some(selections=[name]) for name in ("rank", "tournament")]
    joined, whole = schemes.join(*parts), some(selections=["rank", "tournament"])
    pd.testing.assert_frame_equal(joined.runs, whole.runs)
    np.testing.assert_array_equal(joined.best, whole.best)
    tournament = schemes.subset(whole, (whole.runs["selection"] == "tournament").to_numpy())
    pd.testing.assert_frame_equal(tournament.runs, parts[1].runs)
    np.testing.assert_array_equal(tournament.best, parts[1].best)
    tidy = schemes.trajectories(whole)
    assert len(tidy) == 8 * 6
    assert tidy["generation"].tolist() == list(range(6)) * 8
    last = tidy[tidy["generation"] == 5].reset_index(drop=True)
    pd.testing.assert_series_equal(
        last["best_so_far"], whole.runs["best_fitness"], check_names=False
    )
    assert last["seed"].tolist() == whole.runs["seed"].tolist()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seeds": []}, "seeds: expected at least one, none twice, got none"),
        ({"seeds": [1, 1]}, "seeds: expected at least one, none twice, got 1, 1"),
        ({"seeds": [-1]}, "seeds: expected from 0, got -1"),
        ({"selections": []}, "selections: expected at least one, none twice, got none"),
        ({"jobs": 0}, "jobs: expected at least 1, got 0"),
        (
            {"settings": Settings(patience=3)},
            (
                "settings: expected neither patience nor target, since paired runs spend equal "
                "budgets, got 3 and inf"
            ),
        ),
    ],
)
def test_what_cannot_be_run_is_refused(given, message):
    with pytest.raises(InputError) as error:
        some(**given)
    assert str(error.value) == message


def test_an_unknown_scheme_is_refused_before_any_run():
    told = []
    with pytest.raises(InputError, match=r"selection: expected one of .*, got 'ranks'"):
        some(selections=["rank", "ranks"], progress=lambda *given: told.append(given))
    assert told == []
