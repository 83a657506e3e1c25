"""Does every drawing that is none, or a broken one, end in one clear line or in a note?"""

import io
import json

import ezdxf
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.formats import reading


def dxf(fill, units=4):
    document = ezdxf.new("R2010", units=units)
    fill(document, document.modelspace())
    text = io.StringIO()
    document.write(text)
    return text.getvalue()


def square(space, side, layer):
    corners = [(0, 0), (side, 0), (side, side), (0, side)]
    space.add_lwpolyline(corners, close=True, dxfattribs={"layer": layer})


def mechanical_part(_, space):
    space.add_circle((0, 0), 50, dxfattribs={"layer": "VISIBLE"})
    square(space, 80, "VISIBLE")
    space.add_line((-80, 0), (80, 0), dxfattribs={"layer": "HIDDEN"})


def words_only(_, space):
    space.add_text("Floor plan, see sheet 2")


def blocks_of_blocks(document, space):
    square(document.blocks.new("B0"), 1, "shelf")
    for number in range(1, 9):
        block = document.blocks.new(f"B{number}")
        for place in range(10):
            block.add_blockref(f"B{number - 1}", (place, number))
    space.add_blockref("B8", (0, 0))


def room(_, space):
    square(space, 8000, "outline")
    square(space, 1000, "shelf")


def svg(body, attributes='viewBox="0 0 120 80"'):
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{body}</svg>'


SHELF = '<rect class="shelf" id="s" x="1" y="1" width="20" height="5"/>'
LOOP = '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'
MAP = "image: m.pgm\nresolution: 0.5\norigin: [0, 0, 0]\n"
TABLE = "kind;x;y;width;depth\noutline;0;0;12;9\nshelf;3;3;2.5;0.9\n"
POINT = [1e999, 0]


def geojson(**members):
    return json.dumps({"type": "FeatureCollection", "features": []} | members)


@pytest.mark.parametrize(
    ("name", "content", "asked", "message"),
    [
        ("part.dxf", dxf(mechanical_part), {}, "understood none: 3 x shape of unknown meaning"),
        ("words.dxf", dxf(words_only), {}, "expected lines or contours in the model space, got"),
        ("bomb.dxf", dxf(blocks_of_blocks), {}, "at most 200,000 entities with all blocks in pl"),
        ("unit.dxf", dxf(room, 0), {}, "the header names no unit ($INSUNITS is 0): say --units"),
        ("light.dxf", dxf(room, 20), {}, "the header names no unit ($INSUNITS is 20)"),
        ("half.dxf", dxf(room)[:9000], {}, "expected a whole DXF file, got one without its end"),
        ("word.dxf", dxf(room).replace("8000.0", "wide"), {}, "Invalid floating point value"),
        ("none.dxf", "", {}, "expected a DXF file, got something else"),
        ("none.svg", "", {}, "expected GeoJSON, DXF, SVG, a ROS map"),
        ("page.svg", "<html/>", {}, "expected an svg element, got html"),
        ("text.svg", svg("<text>Hello</text>"), {"units": "m"}, "expected paths or other shapes"),
        ("size.svg", svg(SHELF, 'viewBox="0 0 0 0"'), {"units": "m"},
         "viewBox: expected a width and height above 0, got '0 0 0 0'"),
        ("box.svg", svg(SHELF, 'viewBox="a b"'), {"units": "m"},
         "viewBox: expected four numbers, got 'a b'"),
        ("spin.svg", svg(f'<g id="row" transform="spin(30)">{SHELF}</g>'), {"units": "m"},
         "transform of g row: expected matrix, translate, scale, rotate, skewX or skewY"),
        ("loop.svg", svg(LOOP), {"units": "m"}, "expected elements that do not use themselves"),
        ("r.yaml", "image: m.pgm\norigin: [0, 0, 0]\n", {}, "found no resolution"),
        ("i.yaml", "resolution: 0.5\norigin: [0, 0, 0]\n", {}, "found no image"),
        ("z.yaml", MAP.replace("0.5", "0"), {}, "resolution: expected metres of a cell's side"),
        ("w.yaml", MAP.replace("0.5", "fine"), {}, "of a cell's side from 0.001 to 1, got 'fine'"),
        ("n.yaml", MAP.replace("0.5", ".nan"), {}, "a cell's side from 0.001 to 1, got nan"),
        ("t.yaml", MAP.replace("0.5", "0.001"), {}, "makes the map 0.02 m long; expected from 2"),
        ("o.yaml", MAP.replace("[0,", "[.nan,"), {}, "origin: expected [x, y, yaw], got [nan"),
        ("l.yaml", MAP.replace("m.pgm", "lost.pgm"), {}, "lost.pgm: expected a file to read"),
        ("d.csv", TABLE.replace("depth", "deep"), {}, "found none for depth; a mapping file's"),
        ("c.csv", TABLE.replace(";", ",").replace("2.5", '"2,5"'), {},
         "row 2: width: expected a decimal point, got the comma of '2,5'"),
        ("k.csv", TABLE.replace("12", "1.200,5"), {}, "expected a finite number, got '1.200,5'"),
        ("nan.csv", TABLE.replace("2.5", "nan"), {}, "width: expected a finite number, got 'nan'"),
        ("cell.txt", "cell_m: -1\n---\n##\n", {}, "cell_m: expected metres above 0, got -1"),
        ("deep.json", "[" * 100_000, {}, "expected GeoJSON, got JSON nested too deep"),
        ("inf.json", geojson(x=1).replace("1", "1e999"), {}, "expected finite numbers, got 1e999"),
        ("nan.json", geojson(x=1).replace("1", "NaN"), {}, "expected finite numbers, got NaN"),
        ("none.json", geojson(), {}, "expected features with a geometry, got none"),
        ("no.geojson", geojson(layoutlab_plan="1.0"), {}, "things of a store, understood none"),
        ("new.geojson", geojson(layoutlab_plan="2.0"), {}, "expected a plan of version 1, got '2"),
        ("null.geojson", geojson(layoutlab_plan=None), {}, "expected a plan of version 1, got No"),
        ("bytes.geojson", b"\xf5\x00\xff" * 99, {}, "expected text in UTF-8"),
        ("bytes.bin", b"\xf5\x00\xff" * 99, {}, "got something else"),
        ("nothing", "", {}, "got something else"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused_in_one_line(tmp_path, name, content, asked, message):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "m.pgm").write_bytes(b"P5\n20 20\n255\n" + b"\xfe" * 400)
    with pytest.raises(InputError) as caught:
        reading.read(path, **asked)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value) or "lost.pgm" in str(caught.value)


def test_a_folder_is_no_plan(tmp_path):
    with pytest.raises(InputError, match="expected a file to read: Is a directory"):
        reading.read(tmp_path)


def test_a_block_within_itself_is_left_out_and_noted(tmp_path):
    def loop(document, space):
        one, other = document.blocks.new("A"), document.blocks.new("B")
        one.add_blockref("B", (1, 1))
        other.add_blockref("A", (1, 1))
        square(other, 1, "shelf")
        space.add_blockref("A", (0, 0))
        square(space, 9, "outline")

    (tmp_path / "loop.dxf").write_text(dxf(loop, 6))
    found = reading.read(tmp_path / "loop.dxf")
    assert len(found.plan.of("fixture")) == 1
    assert "block within itself (A): left out" in [str(note) for note in found.notes]


def test_a_table_of_a_german_spreadsheet_is_read(tmp_path):
    (tmp_path / "g.csv").write_text(TABLE.replace(".", ","))
    found = reading.read(tmp_path / "g.csv")
    assert found.plan.of("fixture")[0].shape.area == pytest.approx(2.25)
    assert "2 x decimal commas (width): read as points" in [str(note) for note in found.notes]


def test_a_width_that_is_none_is_noted(tmp_path):
    (tmp_path / "w.svg").write_text(svg(SHELF + SHELF.replace('"20"', '"NaN"')))
    notes = [str(note) for note in reading.read(tmp_path / "w.svg", units="m").notes]
    assert "width that is no length (rect s): left out or taken as 0" in notes
