import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.comparison.populations import (
    compare_sizes,
    equal_price,
    run_populations,
    summarise_populations,
)
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.settings import Settings

SCHEMES = [("rank", "uniform"), ("tournament", "one_point")]


@pytest.fixture(scope="module")
def found():
    return run_populations(
        Floor(6, 6, 4),
        Readings(),
        schemes=SCHEMES,
        sizes=[10, 20, 30],
        seeds=[0, 1, 2],
        settings=Settings(generations=6),
    )


def test_smaller_populations_live_longer(found):
    assert {size: runs.best.shape for size, runs in found.items()} == {
        10: (6, 19),
        20: (6, 10),
        30: (6, 7),
    }
    assert (found[10].runs["population"] == 10).all()


def test_the_views_read_the_same_curves(found):
    views = equal_price(found, 6)
    assert [len(table) for table in views.values()] == [18, 18, 18]
    generations = views["equal generations"].query("population == 20")
    np.testing.assert_array_equal(generations["best_fitness"], found[20].best[:, 6])
    np.testing.assert_array_equal(generations["evaluations"], found[20].evaluations[:, 6])
    few = views["equal evaluations: few"]
    assert few["evaluations"].unique().tolist() == [found[10].evaluations[:, 6].min()]
    many = views["equal evaluations: many"]
    assert (many["best_fitness"] >= few["best_fitness"]).all()
    for size, runs in found.items():
        last = many.query(f"population == {size}")["best_fitness"]
        assert (last.to_numpy() <= runs.best[:, -1]).all()


def test_means_stand_inside_their_intervals(found):
    summary = summarise_populations(equal_price(found, 6), rng=np.random.default_rng(0))
    assert len(summary) == 3 * 2 * 3
    assert summary["mean"].between(summary["low"] - 1e-9, summary["high"] + 1e-9).all()
    assert summary["scheme"].unique().tolist() == ["rank × uniform", "tournament × one_point"]


def test_sizes_are_compared_in_each_view(found):
    tests = compare_sizes(equal_price(found, 6))
    assert len(tests) == 3 * 2
    table = tests["equal generations", "rank × uniform"]
    assert table[["one", "other"]].to_numpy().tolist() == [["10", "20"], ["10", "30"], ["20", "30"]]
    change = found[10].best[:3, 6].mean() - found[20].best[:3, 6].mean()
    assert table["difference"][0] == pytest.approx(change)


def test_populations_that_do_not_grow_are_refused():
    with pytest.raises(InputError, match=r"sizes: expected growing populations, got \[20, 10\]"):
        run_populations(Floor(), Readings(), schemes=SCHEMES, sizes=[20, 10], seeds=[0])
