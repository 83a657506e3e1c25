"""Rectangles, characters, points, foreign GeoJSON and robots' maps: hand-made files."""

import gzip
import json
import math

import numpy as np
import pytest
import shapely

from layoutlab.errors import InputError
from layoutlab.floor.formats import reading, vocabulary
from layoutlab.floor.formats.rectangles import rectangle

TABLE = """\
kind,id,x,y,width,depth,angle,department
outline,floor,0,0,10,8,0,
shelf,a,2,2,2,1,90,bread;rolls
entrance,in,0,1,1,0,90,
till,t,8,1,1,1,0,
"""


@pytest.fixture
def read(tmp_path):
    def run(name, text, **asked):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return reading.read(path, **asked)

    return run


def test_a_table_of_rectangles(read):
    found = read("t.csv", TABLE)
    assert found.problems == ()
    shelf = found.plan.by_id["a"]
    assert shelf.shape.equals(shapely.box(1, 2, 2, 4))
    assert (shelf.type, shelf.departments) == ("shelf", ("bread", "rolls"))
    assert found.plan.by_id["in"].shape.equals(shapely.LineString([(0, 1), (0, 2)]))
    assert [note.what for note in found.notes] == ["table without units"]
    semicolons = TABLE.replace("bread;rolls", "bread").replace(",", ";")
    assert read("t.csv", semicolons, units="ft").plan.outline.area == pytest.approx(80 * 0.3048**2)


def test_anchors_differ_in_what_x_and_y_are():
    for anchor, box in [("corner", (-1, 0, 0, 2)), ("box", (0.5, -0.5, 1.5, 1.5)),
                        ("centre", (-0.5, -1, 0.5, 1))]:  # fmt: skip
        assert rectangle(0, 0, 2, 1, 90, anchor).bounds == pytest.approx(box)
    oblique = rectangle(1, 1, 2, 1, 30)
    assert oblique.exterior.coords[1] == pytest.approx((1 + math.sqrt(3), 2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n1,2\n", "found none for width, depth"),
        ("x,y,width,depth\n", "expected a header and rows of rectangles, got none"),
        ("x,y,width,depth\n1,2,a,4\n", "row 1: width: expected a finite number, got 'a'"),
        ("x,y,width,depth\n1,2,inf,4\n", "row 1: width: expected a finite number, got 'inf'"),
        ("x,y,width,depth\n1,2,0,4\n", "row 1: expected width above 0 and depth from 0"),
        ("x,y,width,depth\n1,2,3\n", "row 1: expected as many cells as the header has"),
    ],
)
def test_broken_tables_are_refused(read, text, message):
    with pytest.raises(InputError, match=message):
        read("t.csv", text)


def test_an_unknown_anchor_is_refused(read):
    with pytest.raises(InputError, match="anchor: expected corner, box, centre, got 'left'"):
        read("t.csv", TABLE, anchor="left")


GRID = """\
##########
#........#
#.AAA.BB.#
E.AAA....X
#....CC..#
##########
"""


def test_a_grid_of_characters(read):
    found = read("g.txt", GRID, cell_m=0.5)
    assert found.plan.outline.equals(shapely.box(0, 0, 5, 3))
    by = {f.departments: f.shape for f in found.plan.of("fixture")}
    assert by["A",].equals(shapely.box(1, 1, 2.5, 2))
    assert by["B",].equals(shapely.box(3, 1.5, 4, 2))
    assert found.plan.of("checkout")[0].shape.equals(shapely.box(2.5, 0.5, 3.5, 1))
    assert sum(w.shape.area for w in found.plan.of("wall")) == pytest.approx(0.25 * 26)
    assert read("g.txt", GRID, cell_m=1.0).problems == ()
    head = "cell_m: 1\ncharacters: {A: {kind: fixture, departments: [tea]}, B: floor}\n---\n"
    told = read("g.txt", head + GRID)
    assert [f.departments for f in told.plan.of("fixture")] == [("tea",)]
    assert told.plan.outline.area == 60


def test_grids_that_cannot_be_read_are_refused(read):
    for text, asked, message in [
        (GRID, {}, "a grid of characters has no size: say --cell"),
        ("\n\n", {"cell_m": 1}, "expected lines of characters, got none"),
        ("##\n#?\n", {"cell_m": 1}, "expected characters of the legend .*, got '\\?'"),
        (GRID, {"cell_m": -1.0}, "cell_m: expected a number above 0, got -1"),
    ]:
        with pytest.raises(InputError, match=message):
            read("g.txt", text, **asked)


def test_named_points_need_a_unit_and_doors_become_squares(read):
    text = json.dumps({"Entrance": [0, 0], "Checkout": [20, 0], "A1": [10, 10]})
    with pytest.raises(InputError, match="points have no unit: say --units"):
        read("p.json", text)
    found = read("p.json", text, units="0.5", mapping="marks")
    assert found.plan.of("checkout")[0].shape.equals(shapely.box(9.5, -0.5, 10.5, 0.5))
    (mark,) = found.plan.of("utility")
    assert (mark.name, mark.type, mark.shape.wkt) == ("A1", "position", "POINT (5 5)")
    with pytest.raises(InputError, match="expected finite numbers, got 1e999"):
        read("p.json", text.replace("10, 10", "1e999, 10"), units="m")


def collection(shapes):
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"kind": kind}, "geometry": shapely.geometry.mapping(s)}
        for kind, s in shapes
    ]})  # fmt: skip


def test_foreign_geojson_in_degrees_is_found_out_and_laid_flat(read):
    metre = 1 / 111_319.490793  # of a degree of longitude at the equator
    shapes = [("outline", shapely.box(10, -50 * metre, 10 + 100 * metre, 50 * metre)),
              ("shelf", shapely.box(10 + 5 * metre, 0, 10 + 7 * metre, metre))]  # fmt: skip
    found = read("f.geojson", collection(shapes))
    left, low, right, high = found.plan.outline.bounds
    assert (left, low, right) == pytest.approx((0, 0, 100))
    assert high == pytest.approx(99.33, abs=0.01)  # a degree of latitude is 110,574 m there
    assert [note.what for note in found.notes] == ["coordinates in degrees"]
    kept = read("f.geojson", collection(shapes), degrees=False)
    assert [p.what for p in kept.problems] == ["degrees"]
    with pytest.raises(InputError, match="expected longitude and latitude in degrees, got a box"):
        read("f.geojson", collection([("shelf", shapely.box(0, 100, 1, 101))]), degrees=True)
    with pytest.raises(InputError, match="expected a store of less than"):
        read("f.geojson", collection([("shelf", shapely.box(0, 0, 1, 1))]), degrees=True)


def test_foreign_geojson_without_shapes_or_with_broken_ones(read):
    with pytest.raises(InputError, match=r"features\[0\]: expected a geometry"):
        read("f.geojson", collection([("shelf", shapely.box(0, 0, 1, 1))]).replace("Polygon", "P"))
    empty = '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null}]}'
    with pytest.raises(InputError, match="expected features with a geometry, got none"):
        read("f.geojson", empty)
    with pytest.raises(InputError, match="expected GeoJSON, a list of rectangles or named points"):
        read("f.json", '{"a": 1}')


def test_ids_are_made_unique_and_overlapping_things_merged(read, tmp_path):
    (tmp_path / "m.yaml").write_text("merge: [fixture]\noutline: hull\n")
    shapes = [("shelf", shapely.box(n, 0, n + 1.5, 1)) for n in (0, 1, 2, 10)]
    text = collection(shapes).replace('"kind": "shelf"', '"kind": "shelf", "id": "s"')
    found = read("f.geojson", text, mapping=tmp_path / "m.yaml")
    assert [(f.id, f.shape.area) for f in found.plan.of("fixture")] == [("s", 3.5), ("s-4", 1.5)]
    assert found.plan.by_id["s"].extra["merged"] == ["s", "s-2", "s-3"]
    plain = read("f.geojson", text)
    assert [t.id for t in plain.plan.things] == ["outline", "s", "s-2", "s-3", "s-4"]


CELLS = np.full((40, 60), 254, dtype=np.uint8)
CELLS[[0, -1]] = 0
CELLS[:, [0, -1]] = 0
CELLS[10:15, 20:30] = 0
CELLS[12, 22:25] = 205
CELLS[20, 5] = 100


def write_map(folder, *, resolution="0.1", origin="[-1.0, 2.0, 0.0]", cells=CELLS, more=""):
    header = f"P5\n# a map\n{cells.shape[1]} {cells.shape[0]}\n255\n".encode()
    (folder / "m.pgm").write_bytes(header + cells.tobytes())
    text = f"image: m.pgm\nresolution: {resolution}\norigin: {origin}\nnegate: 0\n{more}"
    (folder / "m.yaml").write_text(text)
    return folder / "m.yaml"


def test_a_robot_s_map_is_traced_cell_by_cell(tmp_path):
    found = reading.read(write_map(tmp_path))
    assert found.plan.outline.equals_exact(shapely.box(-1, 2, 5, 6), 1e-9, normalize=True)
    seen = [wall for wall in found.plan.of("wall") if wall.type == ""]
    assert [wall.shape.area for wall in seen] == pytest.approx([1.96, 0.47])
    unseen = found.plan.by_id["unknown-1"]
    assert unseen.shape.bounds == pytest.approx((1.2, 4.7, 1.5, 4.8))
    picture = reading.read(tmp_path / "m.pgm")
    assert picture.plan.outline.equals(found.plan.outline)


def test_a_turned_map_is_turned_about_its_corner_and_packed_files_are_read(tmp_path):
    path = write_map(tmp_path, origin=f"[-1.0, 2.0, {math.pi / 2!r}]")
    packed = tmp_path / "m.pgm.gz"
    packed.write_bytes(gzip.compress((tmp_path / "m.pgm").read_bytes()))
    (tmp_path / "m.pgm").unlink()
    for name in (path, packed):
        outline = reading.read(name).plan.outline
        assert outline.bounds == pytest.approx((-5, 2, -1, 8))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"resolution": "50"}, "resolution: expected metres of a cell's side from 0.001 to 1, got"),
        ({"resolution": "0"}, "resolution: expected metres"),
        ({"resolution": ".nan"}, "resolution: expected metres"),
        ({"resolution": "0.002"}, "resolution: 0.002 m makes the map 0.12 m long; expected from 2"),
        ({"origin": "[0, 0]"}, r"origin: expected \[x, y, yaw\], got \[0, 0\]"),
        ({"more": "mode: scale"}, "mode: expected trinary, got 'scale'"),
        ({"more": "free_thresh: 0.9"}, "expected 0 < free_thresh < occupied_thresh < 1"),
        ({"cells": np.zeros((40, 60), np.uint8)}, "expected free cells on the map, got none"),
    ],
)
def test_maps_that_cannot_be_of_a_store_are_refused(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        reading.read(write_map(tmp_path, **change))


def test_cut_images_and_missing_files_are_refused(tmp_path):
    path = write_map(tmp_path)
    data = (tmp_path / "m.pgm").read_bytes()
    (tmp_path / "m.pgm").write_bytes(data[:-100])
    with pytest.raises(InputError, match="expected 2400 cells, got 2300: the file is cut off"):
        reading.read(path)
    (tmp_path / "m.pgm").write_bytes(b"BM")
    with pytest.raises(InputError, match="expected a PGM image"):
        reading.read(path)
    (tmp_path / "m.pgm").unlink()
    with pytest.raises(InputError, match="expected a file to read"):
        reading.read(path)
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(b"{" * 5000)[:20])
    with pytest.raises(InputError, match="expected a whole gzip file"):
        reading.read(tmp_path / "cut.json.gz")


def test_files_of_other_programs_are_named(read):
    for name, data, message in [
        ("a.dwg", b"AC1032", "got DWG, a closed format; save the drawing as DXF"),
        ("a.png", b"\x89PNG\r\n", "got a PNG picture"),
        ("a.bin", b"\x00\x01", "expected GeoJSON, DXF, SVG, a ROS map"),
    ]:
        with pytest.raises(InputError, match=message):
            read(name, data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kinds: {a: gate}", "kinds: 'a': expected a kind of outline, .*, got 'gate'"),
        ("kinds: {a: {kind: wall, colour: 1}}", "kinds: 'a': expected kind, .*, got colour"),
        ("kind: a", "expected members of .*, got kind"),
        ("- a", "expected a YAML mapping, got list"),
        ("a: [", "expected YAML, got something else"),
        ("outline: round", "outline: expected box, hull, walls, none, got 'round'"),
        ("extends: me", "extends: expected common or none, got 'me'"),
        ("merge: [gate]", "merge: expected outline, .*, got gate"),
        ("properties: {colour: c}", "properties: expected id, .*, got colour"),
    ],
)
def test_mapping_files_are_checked(tmp_path, text, message):
    (tmp_path / "m.yaml").write_text(text)
    with pytest.raises(InputError, match=message):
        vocabulary.load(tmp_path / "m.yaml")


def test_mappings_that_come_along_are_sound_and_missing_ones_named():
    assert vocabulary.names() == ("common", "furniture", "mall-units", "marks")
    for name in vocabulary.names():
        assert vocabulary.load(name).kinds
    with pytest.raises(InputError, match="none: expected a mapping file, or the name"):
        vocabulary.load("none")
