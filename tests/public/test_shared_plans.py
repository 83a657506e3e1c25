"""Do the public floor plans come out as their publishers and collectors say? Mirror set."""

import json
from collections import Counter

import numpy as np
import pytest
import shapely

from layoutlab import datasets
from layoutlab.floor.formats import reading, ros_map, writing
from layoutlab.floor.plans import geojson, validity
from layoutlab.floor.plans.plan import IN_THE_WAY
from layoutlab.registry import recipes

FLOORS = datasets.read("mall-floorplans", "floors").to_dict(orient="records")


def errors(found):
    return [problem.what for problem in found.problems if problem.level == "error"]


@pytest.fixture(scope="module")
def store():
    files = datasets.fetch("floorplans/convenience_store")
    return {name: reading.read(files[name]) for name in ("fixtures.geojson", "shelves.json")}


@pytest.mark.parametrize("name", ["fixtures.geojson", "shelves.json"])
def test_the_convenience_store_has_87_things_at_four_oblique_angles(store, name):
    found = store[name]
    things = [thing for thing in found.plan.things if thing.kind != "outline"]
    kinds = Counter(thing.kind for thing in things)
    assert kinds == {"fixture": 79, "checkout": 4, "entrance": 3, "exit": 1}
    sides = np.array([np.diff(shapely.get_coordinates(t.shape)[:2], axis=0)[0] for t in things])
    angles = np.degrees(np.arctan2(sides[:, 1], sides[:, 0]))
    oblique = sorted({round(angle) for angle in angles if abs(angle - 90 * round(angle / 90)) > 1})
    assert oblique == [-170, -150, -130, -110]
    width, height = np.ptp(np.reshape(found.plan.outline.bounds, (2, 2)), axis=0)
    assert (round(width, 1), round(height, 1)) == (27.8, 13.5)
    assert [(problem.level, problem.things) for problem in found.problems] == [
        ("warning", ("27", "66")), ("warning", ("1", "3")),
    ]  # fmt: skip
    assert found.problems[1].words.startswith("entrance '1' and exit '3' share 0.4537 m2")
    assert "source_type" in things[0].extra or "fixtureType" in things[0].extra


def test_rectangles_and_polygons_of_the_convenience_store_agree(store):
    one, other = (found.plan.by_id for found in store.values())
    assert set(one) == set(other)
    for name in one:
        assert one[name].shape.hausdorff_distance(other[name].shape) < 1e-4


def test_derived_files_come_from_their_publishers_files():
    files = datasets.fetch("floorplans/convenience_store")
    sources = [files[name].read_bytes() for name in ("shelves.json", "shelf_to_zone.csv")]
    assert recipes.shelf_polygons(sources) == files["fixtures.geojson"].read_bytes()
    sizes = [{"map_info": {"height": f["height_m"], "width": f["width_m"]}} for f in FLOORS]
    path = datasets.fetch("mall-floorplans")["floor_info.csv"]
    assert recipes.floor_sizes([json.dumps(s).encode() for s in sizes]) == path.read_bytes()


@pytest.fixture(scope="module")
def bookstore():
    files = datasets.fetch("floorplans/bookstore")
    return files, reading.read(files["fixtures.geojson"], mapping="furniture")


def test_the_bookstore_has_24_shelves_tables_and_desk(bookstore):
    found = bookstore[1]
    assert Counter((t.kind, t.type) for t in found.plan.of("fixture", "checkout")) == {
        ("fixture", "shelf"): 12, ("fixture", "table"): 11, ("checkout", ""): 1,
    }  # fmt: skip
    assert found.problems == ()
    assert {note.what: note.count for note in found.notes if "left out" in note.done} == {
        "kind merchandise": 62, "kind countertop": 21, "kind ceiling": 2,
    }  # fmt: skip


def test_the_bookstores_map_and_drawing_agree(bookstore):
    files, drawn = bookstore
    found = ros_map.load(files["map.yaml"])
    said = json.loads(files["registration.json"].read_text())
    rows, columns = np.nonzero(found.cells == ros_map.OCCUPIED)
    centres = np.column_stack([columns + 0.5, rows + 0.5]) * found.resolution_m + found.origin[:2]
    turn = np.radians(said["rotate_deg_ccw"])
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    placed = centres @ matrix + said["then_translate_m"]
    shapes = shapely.union_all([t.shape for t in drawn.plan.things if t.kind != "outline"])
    share = (shapely.distance(shapely.points(placed), shapes) <= 0.12).mean()
    before = (shapely.distance(shapely.points(centres), shapes) <= 0.12).mean()
    assert share > said["occupied_cells_within_0.12_m_of_a_fixture"]
    assert (round(share, 3), round(before, 3)) == (0.965, 0.736)
    traced = reading.read(files["map.yaml"]).plan
    floor = shapely.transform(traced.outline, lambda xy: xy @ matrix + said["then_translate_m"])
    both = floor.intersection(drawn.plan.outline).area / floor.union(drawn.plan.outline).area
    assert both > 0.9


def test_the_supercenter_s_points(tmp_path):
    path = datasets.fetch("floorplans/supercenter_points")["store_coords.json"]
    found = reading.read(path, units="1", mapping="marks")
    assert Counter(thing.kind for thing in found.plan.things) == {
        "outline": 1, "utility": 444, "entrance": 2, "checkout": 1,
    }  # fmt: skip
    marks = shapely.total_bounds([thing.shape for thing in found.plan.of("utility")])
    assert tuple(marks) == (1, 1, 137, 74)
    assert errors(found) == []


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: f"{floor['site']}-{floor['floor']}")
def test_the_malls_floors_have_the_stated_size_and_units_that_do_not_overlap(floor):
    files = datasets.fetch("mall-floorplans")
    path = files[f"{floor['site']}_{floor['floor']}.geojson.gz"]
    found = reading.read(path, mapping="mall-units")
    assert found.notes[0].what == "coordinates in degrees"
    width, height = np.ptp(np.reshape(found.plan.outline.bounds, (2, 2)), axis=0)
    assert abs(width - floor["width_m"]) < 1
    assert abs(height - floor["height_m"]) < 1
    units = [thing.shape for thing in found.plan.of("fixture")]
    whole = shapely.union_all(units).area
    assert sum(unit.area for unit in units) == pytest.approx(whole, rel=1e-3)
    assert whole < found.plan.outline.area
    if floor["site"] == "site2":
        assert "fixture that overlaps others" in {note.what for note in found.notes}
    assert set(errors(found)) <= {"entrance"}


def test_the_surveyors_way_points_lie_on_the_malls_free_floor():
    points = datasets.read("mall-floorplans", "waypoints")
    files = datasets.fetch("mall-floorplans")
    inside = covered = 0
    for (site, floor), walked in points.groupby(["site", "floor"]):
        plan = reading.read(files[f"{site}_{floor}.geojson.gz"], mapping="mall-units").plan
        here = shapely.points(walked[["x_m", "y_m"]].to_numpy())
        inside += int(shapely.contains(plan.outline, here).sum())
        covered += int(shapely.contains(plan.obstacles, here).sum())
    assert len(points) == 7025
    assert inside == 7025
    assert covered == pytest.approx(32, abs=3)


def test_all_plans_pass_through_every_drawing_within_a_millimetre(store, bookstore, tmp_path):
    for found in (store["fixtures.geojson"], bookstore[1]):
        for suffix in (".geojson", ".dxf", ".svg"):
            path = tmp_path / f"p{suffix}"
            assert all("members of the plan" in n.what for n in writing.write(found.plan, path))
            back = reading.read(path).plan
            assert [t.id for t in back.things] == [t.id for t in found.plan.things]
            for one, other in zip(found.plan.things, back.things, strict=True):
                assert one.shape.hausdorff_distance(other.shape) < 0.001
                assert other.shape.area == pytest.approx(one.shape.area, rel=0.001)
                assert geojson.properties(one) == geojson.properties(other)
        assert validity.check(found.plan).of(*IN_THE_WAY)
