import numpy as np
import pytest
from shapely import box

from layoutlab.errors import InputError
from layoutlab.floor.grid import FREE, WALL, access_cells, middle_of, plan_of, rasterise
from layoutlab.floor.paths import a_star
from layoutlab.floor.store import arrangement
from layoutlab.floor.store import objectives as store_objectives
from layoutlab.floor.store.arrangement import (
    Store,
    crossed,
    fronts,
    generated_store,
    grid_of,
    moved,
)
from layoutlab.floor.visibility import SIDES, Regard

SMALL = {"rows": 24, "columns": 40, "bands": 3, "in_band": 4}


def small_store(seed=0):
    return generated_store(rng=np.random.default_rng(seed), **SMALL)


def hall(fixtures, rows=6, columns=8):
    base = np.zeros((rows, columns), dtype=np.uint8)
    return Store(base, 0.5, (0, 0), (columns - 1, 0), np.array(fixtures, dtype=np.int16))


def stands_by_hand(store, fixtures):
    """The definition, cell by cell, with A* for what can be walked to."""
    covered = np.zeros(store.base.shape, dtype=int)
    for x, y, wide, high, _ in fixtures.tolist():
        if x < 0 or y < 0 or x + wide > covered.shape[1] or y + high > covered.shape[0]:
            return False
        covered[y : y + high, x : x + wide] += 1
    if (covered > 1).any() or (covered.astype(bool) & (store.base != FREE)).any():
        return False
    plan = ((covered > 0) | (store.base == WALL)).astype(np.uint8)
    goals = [tuple(cell) for cell in fronts(fixtures).tolist()] + [store.exit]
    return all(a_star(plan, store.entrance, goal) is not None for goal in goals)


def test_the_generated_store_stands_and_is_that_of_its_seed():
    store = generated_store(rng=np.random.default_rng(4))
    assert store.base.shape == (60, 100)
    assert len(store.fixtures) == 80
    assert stands_by_hand(store, store.fixtures)
    again = generated_store(rng=np.random.default_rng(4))
    np.testing.assert_array_equal(again.fixtures, store.fixtures)


@pytest.mark.parametrize("seed", range(30))
def test_generated_stores_stand_at_their_smallest(seed):
    generated_store(rng=np.random.default_rng(seed), rows=54, columns=94)
    generated_store(rng=np.random.default_rng(seed), rows=12, columns=13, bands=1, in_band=1)


def test_standing_is_its_definition():
    store, rng = small_store(), np.random.default_rng(1)
    verdicts = []
    for _ in range(150):
        fixtures = store.fixtures.copy()
        which = rng.integers(len(fixtures), size=3)
        fixtures[which, :2] += rng.integers(-3, 4, (3, 2)).astype(np.int16)
        fixtures[which[0], 4] = rng.integers(4)
        verdicts.append(arrangement.stands(store, fixtures))
        assert verdicts[-1] == stands_by_hand(store, fixtures)
    assert 20 < sum(verdicts) < 140


def test_a_front_is_the_middle_of_the_facing_side():
    store = hall([(2, 2, 3, 2, 0)])
    for facing, front in enumerate([(5, 3), (3, 4), (1, 3), (3, 1)]):
        fixtures = np.array([(2, 2, 3, 2, facing)], dtype=np.int16)
        assert fronts(fixtures).tolist() == [list(front)]
        cells = access_cells(grid_of(store, fixtures), "0", facing=tuple(SIDES[facing].tolist()))
        assert middle_of(cells) == front


def test_an_arrangement_is_the_grid_of_its_polygons():
    store = small_store()
    cell = store.cell_m
    polygons = {
        str(number): box(x * cell, y * cell, (x + wide) * cell, (y + high) * cell)
        for number, (x, y, wide, high, _) in enumerate(store.fixtures.tolist())
    }
    rows, columns = store.base.shape
    drawn = rasterise(box(0, 0, columns * cell, rows * cell), cell_m=cell, fixtures=polygons)
    np.testing.assert_array_equal(drawn.owner, grid_of(store, store.fixtures).owner)


def test_moves_stand_keep_sizes_and_leave_the_old_one_alone():
    store, rng = small_store(), np.random.default_rng(2)
    fixtures, kinds = store.fixtures, set()
    for _ in range(120):
        before = fixtures.copy()
        after = moved(store, fixtures, rng=rng)
        np.testing.assert_array_equal(fixtures, before)
        assert stands_by_hand(store, after)
        np.testing.assert_array_equal(
            np.sort(after[:, 2:4], axis=1), np.sort(before[:, 2:4], axis=1)
        )
        changed = (after != before).any(axis=1).sum()
        turned = (after[:, 4] != before[:, 4]).any()
        kinds.add("swap" if changed == 2 else "turn" if turned else "shift")
        fixtures = after
    assert kinds == {"swap", "turn", "shift"}


def test_a_crossed_arrangement_has_each_fixture_from_a_parent():
    store, rng = small_store(), np.random.default_rng(3)
    other = moved(store, store.fixtures, rng=rng, moves=25)
    mixed = 0
    for _ in range(40):
        child = crossed(store, store.fixtures, other, rng=rng)
        assert stands_by_hand(store, child)
        own = (child == store.fixtures).all(axis=1)
        taken = (child == other).all(axis=1)
        assert (own | taken).all()
        mixed += bool((~own).any() and (~taken).any())
    assert mixed > 5


def test_trips_by_hand():
    store = hall([(2, 2, 1, 1, 3), (5, 2, 1, 1, 3)])  # fronts (2, 1) and (5, 1)
    lists = np.array([[1, 0], [0, 1]])
    lengths = store_objectives.trip_lengths_m(store.fixtures, store=store, lists=lists)
    # to (2, 1): 3 steps, to (5, 1): 3, to the exit (7, 0): 3; the nearest first on both lists
    np.testing.assert_array_equal(lengths, [4.5, 4.5])
    assert store_objectives.mean_trip_m(store.fixtures, store=store, lists=lists) == 4.5
    legs = store_objectives.trip_legs(store.fixtures, store=store, lists=lists)[0]
    assert [(leg[0], leg[-1]) for leg in legs] == [
        ((0, 0), (2, 1)),
        ((2, 1), (5, 1)),
        ((5, 1), (7, 0)),
    ]
    assert len(store_objectives.joined(legs)) == 10


def test_walks_are_as_long_as_trips():
    store = small_store()
    lists = store_objectives.simulated_lists(store, rng=np.random.default_rng(5), trips=8, stops=4)
    lengths = store_objectives.trip_lengths_m(store.fixtures, store=store, lists=lists)
    trips = store_objectives.trip_legs(store.fixtures, store=store, lists=lists)
    walked = [(len(store_objectives.joined(legs)) - 1) * store.cell_m for legs in trips]
    np.testing.assert_allclose(walked, lengths)


def test_hidden_share_and_carried_by_hand():
    store = hall([(2, 2, 1, 1, 3), (5, 4, 1, 1, 1)])
    lists = np.array([[0]])
    everything = Regard(depth_m=100, turn_deg=180)
    arguments = {"store": store, "lists": lists, "regard": everything, "every": 1}
    # the first front is passed, the second looks away from all of the way
    assert store_objectives.hidden_share(store.fixtures, **arguments) == 0.5
    assert store_objectives.hidden_share(store.fixtures, long_enough_m=99, **arguments) == 1.0
    there = store.fixtures.copy()
    there[0] = (4, 3, 1, 1, 0)
    assert store_objectives.carried_m(store.fixtures, store=store) == 0
    assert store_objectives.carried_m(there, store=store, turn_m=2.0) == 3 * 0.5 + 2.0


def test_lists_have_no_repeats_and_favourites():
    lists = store_objectives.simulated_lists(
        small_store(), rng=np.random.default_rng(6), trips=400, stops=5
    )
    assert all(len(set(row)) == 5 for row in lists.tolist())
    counts = np.bincount(lists.ravel(), minlength=12)
    assert counts.max() > 2 * counts.min()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            lambda: generated_store(rng=np.random.default_rng(0), rows=53),
            "expected at least 54 rows and 94 columns for 8 bands of 10 shelves, got 53 and 100",
        ),
        (
            lambda: hall([(0, 0, 2, 2, 0)]),
            (
                "fixtures: expected an arrangement without overlaps whose fronts can be walked to, "
                "got one that does not stand"
            ),
        ),
        (
            lambda: hall(np.zeros((0, 5))),
            "fixtures: expected rows (x, y, wide, high, facing), got (0, 5)",
        ),
        (
            lambda: Store(np.full((2, 2), WALL, np.uint8), 1.0, (0, 0), (1, 1), np.ones((1, 5))),
            "entrance: expected a free cell of the floor, got (0, 0)",
        ),
        (
            lambda: grid_of(hall([(2, 2, 1, 1, 0)]), np.array([(7, 0, 2, 1, 0)], dtype=np.int16)),
            "fixtures: expected an arrangement without overlaps inside the floor",
        ),
        (
            lambda: store_objectives.simulated_lists(
                small_store(), rng=np.random.default_rng(0), stops=13
            ),
            "expected at least 1 trip of 1 to 12 stops, got 200 trips of 13",
        ),
    ],
)
def test_bad_input_is_refused(wrong, message):
    with pytest.raises(InputError) as raised:
        wrong()
    assert str(raised.value) == message


def test_the_plan_of_an_arrangement_keeps_walls():
    store = small_store()
    plan = plan_of(grid_of(store, store.fixtures))
    assert plan[store.base == WALL].all()
    assert plan.sum() == (store.base == WALL).sum() + store.fixtures[:, 2:4].prod(axis=1).sum()
