"""Stores that are made up: valid, walkable, with a fixture for each department."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from layoutlab.errors import InputError
from layoutlab.floor.generation.builtin import builtin_store, groceries
from layoutlab.floor.generation.departments import Department
from layoutlab.floor.generation.stores import generate
from layoutlab.floor.plans import validity
from layoutlab.retail.preparation import simulation
from layoutlab.retail.synthetic import trading

FORMS = ("grid", "racetrack", "free")
DISC_M = 1.2


def made(form="grid", area=400, seed=1, departments=None):
    rng = np.random.default_rng(seed)
    return generate(form, area, departments or groceries()[::4], rng=rng)


def outwards(thing, face):
    """Return the direction from a face to where customers stand."""
    middle = face.interpolate(0.5, normalized=True)
    (x0, y0), (x1, y1) = face.coords[0], face.coords[-1]
    normal = np.array([y1 - y0, x0 - x1]) / np.hypot(x1 - x0, y1 - y0)
    point = np.array([middle.x, middle.y])
    inside = thing.shape.contains(shapely.Point(point + 0.01 * normal))
    return point, -normal if inside else normal


def unreached(plan, disc_m=DISC_M):
    """Return fixtures with a face no disc stands before: by exact buffers, unlike the generator."""
    room = plan.outline - plan.obstacles
    free = shapely.get_parts(room.buffer(-disc_m / 2, quad_segs=32))
    door = plan.of("entrance")[0].shape
    here = max(free, key=lambda part: (part.distance(door) < disc_m / 2 + 1e-6, part.area))
    return [
        thing.id
        for thing in plan.of("fixture")
        for face in thing.faces
        for point, out in [outwards(thing, face)]
        if here.distance(shapely.Point(point + out * disc_m / 2)) > 0.03
    ]


def check(plan, departments):
    fixtures = plan.of("fixture")
    assert validity.problems(plan) == ()
    assert unreached(plan) == []
    carried = [name for thing in fixtures for name in thing.departments]
    assert set(carried) == {department.name for department in departments}
    assert len(carried) == len(fixtures) >= len(departments)
    shapes = [thing.shape for thing in plan.of("fixture", "checkout", "wall")]
    assert sum(shape.area for shape in shapes) == pytest.approx(plan.obstacles.area, abs=0.01)
    for thing in fixtures:
        assert thing.shelf_m > 0
        assert thing.height_m > 0
        assert 1 <= len(thing.faces) <= 4
        length = sum(face.length for face in thing.faces)
        assert thing.shelf_m / length == pytest.approx(round(thing.shelf_m / length), abs=0.02)


@settings(max_examples=15, deadline=None)
@given(
    form=st.sampled_from(FORMS),
    area=st.floats(150, 1500),
    seed=st.integers(0, 10_000),
    count=st.integers(1, 30),
)
@example(form="grid", area=6000, seed=0, count=40)
@example(form="grid", area=150, seed=2, count=40)
@example(form="racetrack", area=150, seed=3, count=36)
@example(form="free", area=150, seed=4, count=24)
def test_every_store_is_valid_and_walkable(form, area, seed, count):
    departments = groceries()[:: -(-40 // count)]
    check(made(form, area, seed, departments), departments)


@pytest.mark.parametrize("form", FORMS)
def test_a_disc_on_a_fine_grid_of_points_reaches_every_face(form):
    plan = made(form, 300, 5)
    left, low, right, high = plan.outline.bounds
    cell = 0.05
    x, y = np.meshgrid(np.arange(left, right, cell), np.arange(low, high, cell))
    room = plan.outline - plan.obstacles
    free = shapely.contains_xy(room, x, y)
    wide = ndimage.distance_transform_edt(np.pad(free, 1))[1:-1, 1:-1] * cell >= DISC_M / 2 - cell
    parts, _ = ndimage.label(wide)
    near = [
        (x - px) ** 2 + (y - py) ** 2
        for px, py in [plan.of("entrance")[0].shape.centroid.coords[0]]
    ]
    start = parts.flat[np.argmin(np.where(wide, near[0], np.inf))]
    for thing in plan.of("fixture"):
        for face in thing.faces:
            point, out = outwards(thing, face)
            px, py = point + out * DISC_M / 2
            column, row = round((px - left) / cell), round((py - low) / cell)
            around = parts[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
            assert start in around, thing.id


@pytest.mark.parametrize("form", FORMS)
def test_the_same_seed_makes_the_same_store_and_another_seed_another(form):
    first, again, other = made(form, seed=3), made(form, seed=3), made(form, seed=4)
    assert [repr(thing) for thing in first.things] == [repr(thing) for thing in again.things]
    assert [thing.shape.wkt for thing in first.things] != [t.shape.wkt for t in other.things]


@pytest.mark.parametrize("area", [150, 399, 400, 1500, 6000])
def test_the_area_is_met(area):
    for seed in range(4):
        assert made("grid", area, seed).outline.area == pytest.approx(area, rel=0.03)


def test_some_stores_are_l_shaped_and_small_ones_are_not():
    corners = [len(made("grid", 600, seed).outline.exterior.coords) - 1 for seed in range(20)]
    assert set(corners) == {4, 6}
    assert {len(made("grid", 200, seed).outline.exterior.coords) for seed in range(10)} == {5}


def test_fixtures_stand_where_their_departments_need_them():
    plan = builtin_store()
    walls = shapely.union_all([plan.outline.exterior, *(t.shape for t in plan.of("wall"))])
    mains = {kind: [t.shape for t in plan.of("utility") if t.type == kind]
             for kind in ("cold", "water", "power")}  # fmt: skip
    for thing in plan.of("fixture"):
        for need in thing.needs:
            if need == "wall":
                assert thing.shape.distance(walls) < 0.01
            else:
                assert min(thing.shape.distance(line) for line in mains[need]) < 0.01
    assert {thing.type for thing in plan.of("fixture") if "milk" in thing.departments} == {
        "refrigerated"
    }
    assert {thing.type for thing in plan.of("fixture") if "frozen-pizza" in thing.departments} == {
        "freezer"
    }


def test_fresh_goods_stand_nearer_to_the_entrance_and_impulse_goods_to_the_checkouts():
    plan = builtin_store()
    door = plan.of("entrance")[0].shape
    away = {kind: np.mean([t.shape.distance(door) for t in plan.of("fixture") if t.type == kind])
            for kind in ("table", "gondola", "freezer", "refrigerated")}  # fmt: skip
    assert away["table"] == min(away.values())
    tills = shapely.union_all([thing.shape for thing in plan.of("checkout")])
    racks = [thing for thing in plan.of("fixture") if thing.type == "rack"]
    assert {name for thing in racks for name in thing.departments} == {"candles", "batteries"}
    assert max(thing.shape.distance(tills) for thing in racks) < 0.01


def test_the_built_in_store_carries_the_categories_of_the_simulated_receipts():
    assert set(simulation.NAMES) == set(trading.NAMES) == {one.name for one in groceries()}
    plan = builtin_store(sorted(simulation.NAMES))
    check(plan, groceries())
    assert 75 <= len(plan.of("fixture")) <= 90
    assert plan.outline.bounds == (0, 0, 40, 24)
    assert plan.name == "Built-in supermarket"
    again = builtin_store(simulation.NAMES)
    assert [repr(thing) for thing in plan.things] == [repr(thing) for thing in again.things]


def test_the_built_in_store_takes_names_it_does_not_know():
    plan = builtin_store(["milk", "spanners", "category-0041"])
    carried = {name for thing in plan.of("fixture") for name in thing.departments}
    assert carried == {"milk", "spanners", "category-0041"}
    assert validity.problems(plan) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"form": "maze"}, "form: expected one of grid, racetrack, free, got 'maze'"),
        ({"area": 149.9}, "area: expected 150 to 6,000 m², got 149.9"),
        ({"area": 6001}, "area: expected 150 to 6,000 m², got 6001"),
        ({"area": float("nan")}, "area: expected 150 to 6,000 m², got nan"),
        ({"departments": [Department("")]},
         "departments: expected at least one, all with a name, got an empty name"),
        ({"departments": [Department("a"), Department("a")]},
         "departments: expected each name once, got a again"),
        ({"departments": [Department("a", 0.0)]},
         "department a: expected a share above 0, got 0.0"),
        ({"departments": [Department("a", needs=("light",))]},
         ("department a: expected needs of fresh, cold, frozen, wall, water, power, "
          "checkout, got light")),
    ],
)  # fmt: skip
def test_bad_input_is_named(change, words):
    with pytest.raises(InputError) as error:
        made(**change)
    assert str(error.value) == words


def test_no_departments_and_too_many_are_named():
    rng = np.random.default_rng(1)
    with pytest.raises(InputError, match=r"^departments: expected at least one, all with a name, "):
        generate("grid", 400, [], rng=rng)
    many = [replace(Department("a"), name=f"d{number}") for number in range(200)]
    with pytest.raises(InputError, match=r"^departments: expected at most \d+ in a grid store of "):
        generate("grid", 150, many, rng=rng)
