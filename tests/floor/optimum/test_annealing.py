import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.genome import Floor, placed_cells
from layoutlab.floor.objectives import Readings, reference_fitness
from layoutlab.floor.optimum.annealing import Schedule, search


def run(floor, evaluations, seed=1, **options):
    rng = np.random.default_rng(seed)
    return search(floor, Readings(), evaluations=evaluations, rng=rng, **options)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 12), st.integers(4, 11), st.integers(1, 3_000), st.integers(0, 99))
def test_the_best_plan_is_inside_and_has_the_stated_fitness(blocks, size, evaluations, seed):
    floor = Floor(size, size, blocks, (2, 3))
    best, fitness, track = run(floor, evaluations, seed)
    assert len(best) == blocks
    assert len(placed_cells(best, floor)) == blocks
    assert {block.length for block in best} <= {2, 3}
    assert fitness == reference_fitness(best, floor, Readings()) == track[-1, 1]
    assert (np.diff(track[:, 0]) > 0).all()
    assert (np.diff(track[:, 1]) > 0).all()
    assert track[0, 0] == 1
    assert track[-1, 0] <= evaluations


def test_the_same_generator_gives_the_same_search():
    one, other = run(Floor(), 5_000), run(Floor(), 5_000)
    assert one[:2] == other[:2]
    np.testing.assert_array_equal(one[2], other[2])


def test_a_greater_budget_goes_on_where_the_smaller_ended():
    short, long = run(Floor(), 2_000)[2], run(Floor(), 4_000)[2]
    np.testing.assert_array_equal(short, long[: len(short)])


def test_the_search_stops_at_its_target():
    _, fitness, track = run(Floor(), 50_000, target=9.0)
    assert fitness >= 9.0
    assert track[-2, 1] < 9.0


def test_the_papers_optimum_is_reached():
    optimum = 10.05 + 250 / 2400
    reached = [run(Floor(), 100_000, seed, target=optimum)[1] for seed in range(5)]
    assert np.isclose(reached, optimum).all()


def test_a_spread_r_leads_elsewhere():
    best, fitness, _ = run(Floor(), 20_000, spread=True)
    assert fitness == pytest.approx(10.10)
    assert reference_fitness(best, Floor(), Readings()) == pytest.approx(10.10)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"cold": 0.0}, "temperatures: expected 0 < cold <= hot, got 0 and 0.03"),
        ({"hot": 0.001}, "temperatures: expected 0 < cold <= hot, got 0.004 and 0.001"),
        ({"run": 1}, "run: expected at least 2 evaluations, got 1"),
        ({"overlap": 0.0}, "overlap: expected above 0 and up to 1, got 0"),
        (
            {"weights": (1.0, 1.0)},
            (
                "weights: expected one of at least 0 for each of shift, turn, lengthen, beside, "
                "bridge, replace, not all 0, got (1.0, 1.0)"
            ),
        ),
    ],
)
def test_schedules_out_of_range(values, message):
    with pytest.raises(InputError) as error:
        Schedule(**values)
    assert str(error.value) == message


def test_bad_budgets_and_floors():
    with pytest.raises(InputError, match="evaluations: expected at least 1, got 0"):
        run(Floor(), 0)
    with pytest.raises(InputError, match="edge: expected 'inside' for annealing, got 'clip'"):
        run(Floor(edge="clip"), 10)
