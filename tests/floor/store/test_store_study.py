import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.store import arrangement, pareto
from layoutlab.floor.store import study as store_study
from layoutlab.floor.store.arrangement import generated_store, stands
from layoutlab.floor.store.objectives import simulated_lists
from layoutlab.floor.visibility import Regard


@pytest.fixture(scope="module")
def studied():
    rng = np.random.default_rng(0)
    store = generated_store(rng=rng, rows=18, columns=31, bands=2, in_band=3)
    lists = simulated_lists(store, rng=rng, trips=10, stops=3)
    problem = store_study.store_problem(store, lists, 2, Regard())
    return store, problem, store_study.run_methods(problem, 6, 3, (1, 2, 3))


def test_every_method_has_equal_effort_and_layouts_that_stand(studied):
    store, problem, runs = studied
    assert tuple(runs) == store_study.METHODS
    for states in runs.values():
        assert [state.seen.shape for state in states] == [(24, 3)] * 3
        for state in states:
            assert all(stands(store, layout) for layout in state.layouts)
            again = [[aim(layout) for aim in problem.objectives] for layout in state.layouts]
            np.testing.assert_array_equal(state.values, again)


def test_hypervolume_grows_within_the_box(studied):
    grown = store_study.growth(studied[2], 6)
    for values in grown.values():
        assert values.shape == (3, 4)
        assert (np.diff(values, axis=1) >= 0).all()
        assert ((values >= 0) & (values <= 1)).all()


def test_comparison_by_hand():
    grown = {
        "nsga2": np.array([[0.1, 0.6], [0.1, 0.4]]),
        "nsga3": np.array([[0.0, 0.5], [0.0, 0.5]]),
        "random": np.array([[0.2, 0.3], [0.2, 0.5]]),
    }
    table = store_study.compared(grown, rng=np.random.default_rng(0)).set_index("method")
    assert table.loc["nsga2", ["mean", "gain", "wins"]].tolist() == pytest.approx([0.5, 0.1, 1])
    assert table.loc["nsga2", "low"] == pytest.approx(0.4)
    assert table.loc["nsga2", "high"] == pytest.approx(0.6)
    assert table.loc["nsga3", ["low", "high"]].tolist() == [0.5, 0.5]
    assert table.loc["random", ["gain", "wins"]].tolist() == [0, 0]


def test_attained_fronts_are_ordered(studied):
    for levels in store_study.attained(studied[2], 0, 1).values():
        best, half, worst = (levels[share] for share in (1 / 3, 0.5, 1.0))
        for better, worse in ((best, half), (half, worst)):
            for point in worse:
                assert (better <= point + 1e-12).all(axis=1).any()


def test_the_compromise_is_better_and_easiest():
    values = np.array([[9.0, 0.4, 5.0], [8.0, 0.2, 7.0], [8.0, 0.3, 6.0], [7.0, 0.6, 1.0]])
    state = pareto.State(np.zeros((4, 1)), values, values, {})
    assert store_study.compromise(state, (9.0, 0.5, 0.0)) == 2
    assert store_study.compromise(state, (5.0, 0.5, 0.0)) == 3


def test_watched_trips_are_some_of_the_lists():
    store = generated_store(rng=np.random.default_rng(0), rows=12, columns=13, bands=1, in_band=1)
    with pytest.raises(InputError) as raised:
        store_study.store_problem(store, np.zeros((2, 1), np.int64), 3, Regard())
    assert str(raised.value) == "watched: expected from 1 to 2 trips, got 3"
    assert arrangement.stands(store, store.fixtures)
