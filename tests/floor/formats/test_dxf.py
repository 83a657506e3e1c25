"""Drawings of other programs in DXF: units, blocks, curves, open contours, what is left out."""

import math

import ezdxf
import pytest
import shapely

from layoutlab.errors import InputError
from layoutlab.floor.formats import reading


@pytest.fixture
def drawn(tmp_path):
    """Make a drawing of a floor, let it be added to, and read it."""

    def read(add, *, insunits=6, floor=True, size=20.0, **asked):
        document = ezdxf.new("R2010", units=insunits)
        space = document.modelspace()
        if floor:
            corners = [(0, 0), (size, 0), (size, size), (0, size)]
            space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "OUTLINE"})
        add(document, space)
        document.saveas(tmp_path / "d.dxf")
        return reading.read(tmp_path / "d.dxf", **asked)

    return read


def on(layer):
    return {"layer": layer}


def said(found):
    return [(note.what, note.count) for note in found.notes]


def fixtures(found):
    return found.plan.of("fixture")


@pytest.mark.parametrize(("code", "metres"), [(4, 0.001), (5, 0.01), (1, 0.0254), (2, 0.3048)])
def test_units_come_from_the_header(drawn, code, metres):
    found = drawn(
        lambda d, s: s.add_lwpolyline([(0, 0), (2 / metres, 0), (2 / metres, 1 / metres)],
                                      close=True, dxfattribs=on("A-SHELVES-01")),
        insunits=code, size=20 / metres,
    )  # fmt: skip
    (shelf,) = fixtures(found)
    assert (shelf.kind, shelf.type) == ("fixture", "shelf")
    assert shelf.shape.area == pytest.approx(1.0)
    assert found.plan.outline.area == pytest.approx(400)


def test_a_header_without_units_asks_for_them(drawn):
    def add(document, space):
        space.add_lwpolyline([(0, 0), (1, 0), (1, 1)], close=True, dxfattribs=on("shelf"))

    with pytest.raises(InputError, match=r"the header names no unit \(\$INSUNITS is 0\): say --un"):
        drawn(add, insunits=0)
    assert fixtures(drawn(add, insunits=0, units="cm", size=2000))[0].shape.area == pytest.approx(
        0.5e-4
    )


def test_blocks_are_placed_turned_scaled_and_nested(drawn):
    def add(document, space):
        bay = document.blocks.new("BAY")
        bay.add_lwpolyline([(0, 0), (2, 0), (2, 1), (0, 1)], close=True)
        bay.add_line((0, 0.5), (2, 0.5))
        pair = document.blocks.new("PAIR")
        pair.add_blockref("BAY", (0, 0))
        pair.add_blockref("BAY", (0, 5), dxfattribs={"xscale": -1})
        space.add_blockref("PAIR", (10, 5), dxfattribs=on("GONDOLA") | {"rotation": 90, "xscale": 2,
                                                                       "yscale": 2})  # fmt: skip

    found = drawn(add)
    boxes = [tuple(round(v, 6) + 0.0 for v in f.shape.bounds) for f in fixtures(found)]
    assert boxes == [(8, 5, 10, 9), (-2, 1, 0, 5)]
    assert {f.type for f in fixtures(found)} == {"gondola"}
    assert fixtures(found)[0].extra["block"] == "BAY"
    assert ("line inside a contour of the same block", 2) in said(found)


def test_rows_of_a_block_are_all_read(drawn):
    def add(document, space):
        bay = document.blocks.new("RACK")
        bay.add_lwpolyline([(0, 0), (1, 0), (1, 1), (0, 1)], close=True)
        rows = {"row_count": 2, "column_count": 3, "row_spacing": 4, "column_spacing": 2}
        space.add_blockref("RACK", (1, 1), dxfattribs=rows)

    found = drawn(add)
    assert len(fixtures(found)) == 6
    assert {f.type for f in fixtures(found)} == {"rack"}


def test_curves_lie_within_a_millimetre(drawn):
    def add(document, space):
        space.add_circle((5, 5), 3, dxfattribs=on("table"))
        space.add_ellipse((14, 5), (4, 0), 0.5, dxfattribs=on("table"))
        half = [(2, 12, 0, 0, 1), (8, 12, 0, 0, 1)]
        space.add_lwpolyline(half, close=True, dxfattribs=on("table"))
        space.add_arc((14, 14), 4, 0, 180, dxfattribs=on("walls"))

    found = drawn(add)
    circle, ellipse, bulged = (f.shape for f in fixtures(found))
    exact = shapely.Point(5, 5).buffer(3, quad_segs=20000)
    assert circle.hausdorff_distance(exact) < 0.001
    assert ellipse.area == pytest.approx(math.pi * 8, rel=1e-3)
    assert bulged.hausdorff_distance(shapely.Point(5, 12).buffer(3, quad_segs=20000)) < 0.001
    (wall,) = found.plan.of("wall")
    distances = [math.hypot(x - 14, y - 14) for x, y in wall.shape.segmentize(0.01).coords]
    assert 4 - min(distances) < 0.001
    assert max(distances) == pytest.approx(4)


def test_contours_are_closed_joined_or_reported(drawn):
    def add(document, space):
        space.add_lwpolyline([(1, 1), (3, 1), (3, 2), (1, 2), (1, 1.004)], dxfattribs=on("shelf"))
        for start, end in [((5, 1), (7, 1)), ((7, 1.005), (7, 2)), ((7, 2), (5, 2)),
                           ((5, 2), (5, 1))]:  # fmt: skip
            space.add_line(start, end, dxfattribs=on("Shelf"))
        space.add_lwpolyline([(9, 1), (12, 1), (12, 2), (9, 2), (9, 1.5)], dxfattribs=on("SHELF"))

    found = drawn(add)
    areas = sorted(round(f.shape.area, 1) for f in fixtures(found))
    assert areas == [2.0, 2.0]
    assert dict(said(found)) == {
        "contour whose ends do not quite meet": 1,
        "ends of lines up to 0.01 m apart": 1,
        "open contour of fixture": 1,
    }
    (open_one,) = [note for note in found.notes if note.what == "open contour of fixture"]
    assert open_one.where == ("layer SHELF at (9.000, 1.000)",)


def test_what_is_no_contour_is_counted(drawn):
    def add(document, space):
        space.add_lwpolyline([(1, 1), (3, 1), (3, 2)], close=True, dxfattribs=on("shelf"))
        hatch = space.add_hatch(dxfattribs=on("shelf"))
        hatch.paths.add_polyline_path([(1, 1), (3, 1), (3, 2)], is_closed=True)
        space.add_text("bread", dxfattribs=on("notes"))
        space.add_text("milk", dxfattribs=on("notes"))
        document.layers.add("racks-old").off()
        space.add_circle((5, 5), 1, dxfattribs=on("racks-old"))
        space.add_line((0, 0), (1, 1), dxfattribs=on("Q-77"))
        document.layout("Layout1").add_line((0, 0), (1, 1))

    found = drawn(add)
    assert len(found.plan.things) == 2
    assert said(found) == [
        ("HATCH", 1), ("TEXT", 2), ("shape on a layer that is off or frozen", 1),
        ("paper space", 1), ("shape of unknown meaning", 1),
    ]  # fmt: skip
    assert str(found.notes[-1]) == (
        "shape of unknown meaning (layer Q-77): left out; name its kind in a mapping file"
    )


def test_a_mapping_file_names_layers(drawn, tmp_path):
    (tmp_path / "map.yaml").write_text(
        "kinds:\n  '*q-7?': {kind: fixture, type: table, height_m: 0.9, locked: true}\n"
        "  outline: zone\noutline: hull\n"
    )
    found = drawn(
        lambda d, s: s.add_circle((5, 5), 1, dxfattribs=on("X$Q-77")), mapping=tmp_path / "map.yaml"
    )
    (table,) = fixtures(found)
    assert (table.type, table.height_m, table.locked) == ("table", 0.9, True)
    assert len(found.plan.of("zone")) == 1
    assert found.plan.outline.area == pytest.approx(400)


def test_a_closed_wall_around_fixtures_is_a_ring_not_a_block(drawn):
    def add(document, space):
        corners = [(0, 0), (20, 0), (20, 20), (0, 20)]
        space.add_lwpolyline(corners, close=True, dxfattribs=on("wall"))
        space.add_circle((5, 5), 1, dxfattribs=on("table"))

    found = drawn(add)
    assert found.plan.of("wall")[0].shape.area == 0
    assert ("wall drawn as a ring around other things", 1) in said(found)


def test_walls_that_enclose_all_fixtures_make_the_outline_and_others_do_not(drawn):
    ell = [(0, 0), (10, 0), (10, 4), (5, 4), (5, 8), (0, 8)]

    def add(place):
        def shapes(document, space):
            space.add_lwpolyline(ell, close=True, dxfattribs=on("wall"))
            space.add_circle(place, 0.5, dxfattribs=on("table"))

        return shapes

    assert drawn(add((2, 2)), floor=False).plan.outline.area == pytest.approx(60)
    beyond = drawn(add((8, 7)), floor=False)
    assert beyond.plan.outline.area == pytest.approx(80)
    assert beyond.notes[-1].done == "the box of all things stands for it"


def test_binary_files_are_read(drawn, tmp_path):
    drawn(lambda d, s: s.add_circle((5, 5), 1, dxfattribs=on("table")))
    ezdxf.readfile(tmp_path / "d.dxf").saveas(tmp_path / "b.dxf", fmt="bin")
    assert len(reading.read(tmp_path / "b.dxf").plan.of("fixture")) == 1
    whole = (tmp_path / "b.dxf").read_bytes()
    for length in (100, 2001, len(whole) // 2, len(whole) - 30):
        (tmp_path / "c.dxf").write_bytes(whole[:length])
        with pytest.raises(InputError, match="expected a whole DXF file"):
            reading.read(tmp_path / "c.dxf")


def test_drawings_of_something_else_and_cut_files_are_refused(drawn, tmp_path):
    with pytest.raises(InputError, match=r"expected things of a store, understood none: .*GEARBOX"):
        drawn(lambda d, s: s.add_circle((5, 5), 1, dxfattribs=on("GEARBOX")), floor=False)
    with pytest.raises(InputError, match="expected lines or contours in the model space, got none"):
        drawn(lambda d, s: None, floor=False)
    whole = (tmp_path / "d.dxf").read_bytes()
    for part in (whole[: len(whole) // 2], whole[:3000]):
        (tmp_path / "cut.dxf").write_bytes(part)
        with pytest.raises(InputError, match="expected a whole DXF file"):
            reading.read(tmp_path / "cut.dxf")
    (tmp_path / "no.dxf").write_text("dear diary")
    with pytest.raises(InputError, match="expected a DXF file, got something else"):
        reading.read(tmp_path / "no.dxf")
