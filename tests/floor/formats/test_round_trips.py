"""Plans written and read again: no vertex moves by 1 mm, no area by 0.1 %, nothing said is lost."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shapely import affinity

from layoutlab.floor.formats import reading, writing
from layoutlab.floor.plans import geojson
from layoutlab.floor.plans.plan import Plan, Thing

FLOOR = Thing("floor", "outline", shapely.box(-60, -60, 60, 60) - shapely.box(50, 50, 55, 55))
DOOR = Thing("in", "entrance", shapely.LineString([(-60, -5), (-60, -3)]), accessible=True)
WALLS = Thing(
    "w", "wall", shapely.MultiLineString([[(0, 50), (9, 50), (9, 59)], [(-9, 50), (-9, 55)]])
)
RING = Thing("r", "wall", shapely.LineString([(20, 50), (25, 50), (25, 55), (20, 50)]))
TAP = Thing("tap", "utility", shapely.Point(-50, 50), type="water")
TAPS = Thing("taps", "utility", shapely.MultiPoint([(-50, 51), (-50, 52)]), type="water")
TWO = Thing(
    "two", "zone",
    shapely.MultiPolygon(
        [shapely.box(30, 50, 40, 58) - shapely.box(32, 52, 34, 54), shapely.box(42, 50, 44, 52)]
    ),
    departments=("bread",),
)  # fmt: skip
FIXED = (FLOOR, DOOR, WALLS, RING, TAP, TAPS, TWO)

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
metres = st.floats(-40, 40)


@st.composite
def fixtures(draw, number):
    """A polygon at any angle: a rectangle, an L or a frame with a hole."""
    width, depth = draw(st.floats(0.3, 6)), draw(st.floats(0.3, 6))
    whole = shapely.box(0, 0, width, depth)
    part = shapely.box(width * 0.2, depth * 0.3, width * 0.7, depth * 0.6)
    shape = draw(st.sampled_from([whole, whole - shapely.box(0, 0, width / 2, depth / 2),
                                  whole - part]))  # fmt: skip
    shape = affinity.rotate(shape, draw(st.floats(0, 360)), origin=(0, 0))
    shape = affinity.translate(shape, draw(metres), draw(metres))
    first = shapely.get_coordinates(shape)[:2]
    return Thing(
        f"f{number}", "fixture", shape, name=draw(words), type=draw(words),
        departments=tuple(draw(st.lists(words, max_size=3))),
        shelf_m=draw(st.none() | st.floats(0.1, 50)), height_m=draw(st.none() | st.floats(0.1, 3)),
        faces=(shapely.LineString(first),) if draw(st.booleans()) else (),
        locked=draw(st.booleans()), needs=tuple(draw(st.lists(words, max_size=2))),
        extra=draw(st.dictionaries(st.sampled_from(["sku", "note"]), words | st.integers())),
    )  # fmt: skip


@st.composite
def plans(draw):
    count = draw(st.integers(0, 4))
    return Plan(draw(words), (*FIXED, *(draw(fixtures(number)) for number in range(count))))


def passed(plan, suffix, folder):
    path = Path(folder) / f"plan{suffix}"
    losses = writing.write(plan, path)
    return reading.read(path), losses


@pytest.mark.parametrize("suffix", [".geojson", ".dxf", ".svg"])
@settings(
    max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(plan=plans())
def test_a_plan_comes_back_from_each_drawing(suffix, plan):
    with tempfile.TemporaryDirectory() as folder:
        found, losses = passed(plan, suffix, folder)
    assert losses == ()
    assert found.notes == ()
    assert found.plan.name == plan.name
    assert sorted(t.id for t in found.plan.things) == sorted(t.id for t in plan.things)
    for thing in plan.things:
        other = found.plan.by_id[thing.id]
        assert geojson.properties(other) == geojson.properties(thing)
        assert other.shape.geom_type == thing.shape.geom_type
        here, there = map(shapely.get_coordinates, (thing.shape, other.shape))
        assert here.shape == there.shape
        assert np.abs(here - there).max() < 0.001
        assert other.shape.area == pytest.approx(thing.shape.area, rel=0.001)
        assert thing.shape.hausdorff_distance(other.shape) < 0.001


def test_a_chain_of_all_three_changes_nothing(tmp_path):
    plan = Plan("chain", FIXED)
    for suffix in (".dxf", ".svg", ".geojson", ".svg", ".dxf"):
        plan = passed(plan, suffix, tmp_path)[0].plan
    for thing in FIXED:
        assert plan.by_id[thing.id].shape.equals_exact(thing.shape, 1e-6)


@pytest.mark.parametrize("suffix", writing.SUFFIXES)
def test_the_same_plan_gives_the_same_bytes(suffix, tmp_path):
    plan = Plan("p", (*FIXED, Thing("f", "fixture", shapely.box(1, 1, 2, 3))))
    files = []
    for number in (1, 2):
        writing.write(plan, tmp_path / f"{number}" / f"p{suffix}", cell_m=0.5)
        files.append({path.name: path.read_bytes() for path in (tmp_path / f"{number}").iterdir()})
    assert files[0] == files[1]


def test_what_a_table_cannot_hold_is_said(tmp_path):
    ell = shapely.box(0, 0, 2, 2) - shapely.box(1, 1, 2, 2)
    plan = Plan("p", (
        Thing("floor", "outline", shapely.box(-5, -5, 5, 5)),
        Thing("s", "fixture", affinity.rotate(shapely.box(1, 2, 3, 3), 33.3), shelf_m=4.0,
              departments=("a", "b"), locked=True, height_m=1.5, needs=("cold",)),
        Thing("l", "fixture", ell, faces=(shapely.LineString([(0, 0), (2, 0)]),)),
        Thing("d", "entrance", shapely.LineString([(-5, 0), (-5, 1)]), accessible=False),
        TAP, Thing("bent", "wall", shapely.LineString([(0, 0), (1, 1), (2, 0)])),
    ))  # fmt: skip
    found, losses = passed(plan, ".csv", tmp_path)
    said = {(note.what, note.where) for note in losses}
    assert ("utility that is no rectangle or straight line", ("tap",)) in said
    assert ("wall that is no rectangle or straight line", ("bent",)) in said
    assert ("shape that is no rectangle", ("l",)) in said
    assert ("faces and further properties", ("faces",)) in said
    assert [thing.id for thing in found.plan.things] == ["floor", "s", "l", "d"]
    back = found.plan.by_id
    assert back["s"].shape.hausdorff_distance(plan.by_id["s"].shape) < 1e-6
    assert back["d"].shape.equals(plan.by_id["d"].shape)
    assert (back["s"].departments, back["s"].needs, back["s"].locked) == (
        ("a", "b"),
        ("cold",),
        True,
    )
    assert (back["s"].height_m, back["s"].shelf_m, back["d"].accessible) == (1.5, 4.0, False)
    assert back["l"].shape.area == pytest.approx(4)


SHOP = Plan("p", (
    Thing("floor", "outline", shapely.box(0, 0, 8, 6)),
    Thing("w", "wall", shapely.box(0, 0, 8, 0.5)),
    Thing("a", "fixture", shapely.box(2, 2, 4, 3), departments=("bread",), type="shelf"),
    Thing("b", "fixture", shapely.box(5, 2, 6, 4), departments=("milk",)),
    Thing("t", "checkout", shapely.box(1, 1, 2, 1.5)),
    Thing("in", "entrance", shapely.LineString([(0, 2), (0, 3)])),
    Thing("z", "zone", shapely.box(1, 1, 7, 5)),
))  # fmt: skip


def test_a_grid_of_characters_keeps_cells_departments_and_kinds(tmp_path):
    found, losses = passed(SHOP, ".txt", tmp_path)
    assert "zone" in {note.what for note in losses}
    by = {t.departments[0]: t for t in found.plan.of("fixture")}
    assert by["bread"].shape.equals(SHOP.by_id["a"].shape)
    assert by["bread"].type == "shelf"
    assert by["milk"].shape.equals(SHOP.by_id["b"].shape)
    assert found.plan.of("checkout")[0].shape.equals(SHOP.by_id["t"].shape)
    assert found.plan.outline.equals(SHOP.outline)
    rows = (tmp_path / "plan.txt").read_text().splitlines()[2:]
    assert rows[6:12] == [
        "E...AAAA..BB....", "E...AAAA..BB....", "................", "..CC............",
        "................", "################",
    ]  # fmt: skip


def test_a_robot_s_map_keeps_cells_and_place(tmp_path):
    moved = Plan("p", tuple(
        Thing(t.id, t.kind, affinity.translate(t.shape, -3, 100)) for t in SHOP.things
    ))  # fmt: skip
    found, losses = passed(moved, ".yaml", tmp_path)
    assert [note.what for note in losses] == ["kinds, names and departments", "shapes"]
    assert found.format == "ros-map"
    assert found.plan.outline.symmetric_difference(moved.outline).area < 1e-9
    assert found.plan.obstacles.symmetric_difference(moved.obstacles).area < 1e-9


def test_other_suffixes_and_empty_plans_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"expected a name ending in \.geojson"):
        writing.write(SHOP, tmp_path / "p.dwg")
    with pytest.raises(ValueError, match="expected things to write, got none"):
        writing.write(Plan("p", ()), tmp_path / "p.svg")
    with pytest.raises(ValueError, match="cell_m: 1e-05 m makes"):
        writing.write(SHOP, tmp_path / "p.txt", cell_m=1e-5)
