"""Drawings of other programs in SVG: layers, classes, transforms, scale, curves."""

import math

import pytest
import shapely

from layoutlab.errors import InputError
from layoutlab.floor.formats import reading

INK = 'xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'
SHOP = """
<title>Shop</title>
<g inkscape:groupmode="layer" inkscape:label="Outline"><rect width="400" height="200"/></g>
<g inkscape:groupmode="layer" inkscape:label="Shelves" transform="translate(100,50)">
  <g id="g12"><rect id="r1" width="40" height="20" data-department="bread;rolls"/></g>
  <rect id="r2" width="40" height="20" transform="rotate(30)"/>
</g>
<circle class="big table" cx="300" cy="100" r="20"/>
<path class="wall" d="M 0 150 C 50 150 50 180 100 180"/>
<path id="entrance-1" d="M0 40 V60"/>
<text>bread</text><path d="M1 1h2v2z"/>
"""


@pytest.fixture
def shop(tmp_path):
    def read(body=SHOP, head='width="200mm" height="100mm" viewBox="0 0 400 200"', **asked):
        (tmp_path / "s.svg").write_text(f"<svg {INK} {head}>{body}</svg>")
        return reading.read(tmp_path / "s.svg", **asked)

    return read


def test_layers_classes_and_ids_say_the_kind_and_y_points_up(shop):
    found = shop(units="0.05")
    plan = found.plan
    assert plan.name == "Shop"
    assert plan.outline.bounds == pytest.approx((0, 0, 20, 10))
    assert plan.by_id["r1"].shape.bounds == pytest.approx((5, 6.5, 7, 7.5))
    assert plan.by_id["r1"].departments == ("bread", "rolls")
    assert plan.by_id["r1"].type == "shelf"
    turned = shapely.affinity.rotate(shapely.box(5, 6.5, 7, 7.5), -30, origin=(5, 7.5))
    assert plan.by_id["r2"].shape.hausdorff_distance(turned) < 1e-6
    (table,) = [f for f in plan.of("fixture") if f.type == "table"]
    round_one = shapely.Point(15, 5).buffer(1, quad_segs=5000)
    assert table.shape.hausdorff_distance(round_one) < 0.001
    assert plan.by_id["entrance-1"].shape.bounds == pytest.approx((0, 7, 0, 8))
    assert [(note.what, note.count) for note in found.notes] == [
        ("<text>", 1), ("shape of unknown meaning", 1),
    ]  # fmt: skip


def test_a_bezier_wall_is_flattened_to_half_a_millimetre(shop):
    (wall,) = shop(units="0.05").plan.of("wall")
    for t in (0.1, 0.37, 0.5, 0.83):
        x = 3 * t * (1 - t) ** 2 * 50 + 3 * t * t * (1 - t) * 50 + t**3 * 100
        y = 150 * (1 - t) ** 3 + 3 * t * (1 - t) ** 2 * 150 + 3 * t * t * (1 - t) * 180 + t**3 * 180
        assert wall.shape.distance(shapely.Point(x * 0.05, (200 - y) * 0.05)) < 0.0005


@pytest.mark.parametrize(
    ("head", "scale", "side"),
    [
        ('width="200mm" height="100mm" viewBox="0 0 400 200"', 100, 20.0),
        ('width="20cm" height="10cm" viewBox="0 0 400 200"', 50, 10.0),
        ('width="400" height="200"', 100, 400 * 0.0254 / 96 * 100),
    ],
)
def test_a_scale_turns_paper_into_metres(shop, head, scale, side):
    left, _, right, _ = shop(head=head, scale=scale).plan.outline.bounds
    assert right - left == pytest.approx(side)


def test_holes_and_several_pieces_are_kept(shop):
    body = """<g id="shelf"><path fill-rule="evenodd"
      d="M0 0H40V40H0Z M10 10H20V20H10Z M60 0H80V20H60Z"/></g>"""
    (shelf,) = shop(body, units="0.1").plan.of("fixture")
    assert shelf.shape.area == pytest.approx(16 - 1 + 4)
    assert shelf.shape.geom_type == "MultiPolygon"


def test_drawings_without_scale_or_shapes_and_broken_ones_are_refused(shop, tmp_path):
    for asked, head, message in [
        ({}, "", "SVG units say nothing of the floor: say --units"),
        ({"scale": 50}, 'width="100%"', "--scale needs a width in mm, cm or in, got '100%'"),
        ({"units": "furlong"}, "", "units: expected m, dm, cm"),
        ({"units": "0"}, "", "units: expected m, dm, cm"),
        ({"scale": math.nan}, "", "scale: expected a number above 0, got nan"),
    ]:
        with pytest.raises(InputError, match=message):
            shop(head=head, **asked)
    with pytest.raises(InputError, match="expected paths or other shapes, got none"):
        shop("<text>x</text>", units="m")
    for text, message in [
        ("<svg><g>", "expected a whole SVG file"),
        ("<html></html>", "expected an svg element, got html"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "without entity definitions"),
    ]:
        (tmp_path / "x.svg").write_text(text)
        with pytest.raises(InputError, match=message):
            reading.read(tmp_path / "x.svg", units="m")
