"""Plans in files: form, bytes, refusals."""

import json

import jsonschema
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.plans import geojson
from layoutlab.floor.plans.plan import KINDS, Plan, Thing

FLOOR = Thing("floor", "outline", shapely.box(0, 0, 10, 8))
DOOR = Thing("in", "entrance", shapely.LineString([(1, 0), (2, 0)]))
SHELF = Thing(
    "s1", "fixture", shapely.box(3, 3, 5, 4), name="Bread", type="shelf",
    departments=("bread", "rolls"), shelf_m=8.0, height_m=1.8,
    faces=(shapely.LineString([(3, 3), (5, 3)]),), locked=True, needs=("wall",),
    extra={"supplier": {"code": 7}},
)  # fmt: skip
TILL = Thing("t1", "checkout", shapely.box(8, 1, 9, 2), accessible=False)
STORE = Plan("corner shop", (FLOOR, DOOR, SHELF, TILL), {"drawn_by": "A."})


def said(thing):
    return thing.id, geojson.properties(thing), thing.shape.wkt


def test_a_plan_comes_back_as_it_was(tmp_path):
    geojson.write(STORE, tmp_path / "p.geojson")
    back = geojson.read(tmp_path / "p.geojson")
    assert (back.name, back.extra) == (STORE.name, STORE.extra)
    assert [said(thing) for thing in back.things] == [said(thing) for thing in STORE.things]
    assert back.by_id["s1"].faces[0].equals(SHELF.faces[0])
    again = tmp_path / "q.geojson"
    geojson.write(back, again)
    assert again.read_bytes() == (tmp_path / "p.geojson").read_bytes()


def test_what_is_written_obeys_the_published_schema():
    schema = json.loads(geojson.SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(json.dumps(geojson.to_geojson(STORE))), schema)
    assert tuple(schema["$defs"]["properties"]["properties"]["kind"]["enum"]) == KINDS
    assert "extra" not in geojson.to_geojson(STORE)["features"][2]["properties"]


def test_coordinates_keep_a_thousandth_of_a_millimetre_and_no_minus_zero():
    thing = Thing("a", "wall", shapely.LineString([(-1e-9, 0.12345649), (1 / 3, 2)]))
    line = geojson.to_geojson(Plan("", (thing,)))["features"][0]["geometry"]["coordinates"]
    assert str(line) == "[[0.0, 0.123456], [0.333333, 2.0]]"


numbers = st.floats(-500, 500, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers, st.floats(0.2, 5), st.floats(0, 360)), max_size=6))
def test_any_rectangles_come_back_within_a_thousandth_of_a_millimetre(places):
    import shapely.affinity as turn

    things = tuple(
        Thing(f"f{n}", "fixture", turn.rotate(shapely.box(x, y, x + side, y + 1), angle))
        for n, (x, y, side, angle) in enumerate(places)
    )
    back = geojson.from_geojson(json.loads(json.dumps(geojson.to_geojson(Plan("", things)))))
    for thing, other in zip(things, back.things, strict=True):
        away = abs(shapely.get_coordinates(thing.shape) - shapely.get_coordinates(other.shape))
        assert away.max() <= 0.51e-6


def broken(change):
    collection = json.loads(json.dumps(geojson.to_geojson(STORE)))
    change(collection)
    return collection


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("layoutlab_plan"), 'p: expected a plan with a member "layoutlab_plan"'),
        (lambda c: c.update(layoutlab_plan="2.0"), "p: expected a plan of version 1, got '2.0'"),
        (lambda c: c.update(type="Feature"), "p: at type: 'FeatureCollection' was expected"),
        (
            lambda c: c["features"][2]["properties"].update(height_m=0),
            "p: at features[2].properties.height_m: 0 is less than or equal to the minimum of 0",
        ),
        (
            lambda c: c["features"][1]["properties"].update(kind="gate"),
            "p: at features[1].properties.kind: 'gate' is not one of ['outline', 'wall', ",
        ),
        (
            lambda c: c["features"][0]["geometry"].update(coordinates=[[[0, 0], [1, 1]]]),
            "p: at features[0].geometry.coordinates[0]: [[0, 0], [1, 1]] is too short",
        ),
        (
            lambda c: c["features"][3].pop("geometry"),
            "p: at features[3]: 'geometry' is a required property",
        ),
    ],
)
def test_a_file_of_another_form_is_refused_with_its_place(change, message):
    with pytest.raises(InputError) as caught:
        geojson.from_geojson(broken(change), name="p")
    assert str(caught.value).startswith(message)


def test_texts_that_are_not_plans_are_refused(tmp_path):
    for text, message in [
        ("{", "expected JSON, got something else"),
        ('{"layoutlab_plan": NaN}', "expected finite numbers, got NaN"),
        ("[]", "expected a plan with a member"),
    ]:
        (tmp_path / "p").write_text(text)
        with pytest.raises(InputError, match=message):
            geojson.load(tmp_path / "p")
    (tmp_path / "p").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="expected a text file in UTF-8"):
        geojson.load(tmp_path / "p")
    with pytest.raises(InputError, match="No such file"):
        geojson.load(tmp_path / "none")


def test_extra_names_must_not_hide_the_forms_own():
    with pytest.raises(InputError, match="thing 'a': expected extra names of its own, got kind"):
        geojson.to_geojson(
            Plan("", (Thing("a", "zone", shapely.box(0, 0, 1, 1), extra={"kind": 1}),))
        )


def test_read_refuses_a_plan_with_errors_and_load_does_not(tmp_path):
    geojson.write(Plan("p", (FLOOR, TILL)), tmp_path / "p")
    assert len(geojson.load(tmp_path / "p").things) == 2
    with pytest.raises(InputError, match="plan 'p': the plan has no entrance"):
        geojson.read(tmp_path / "p")
