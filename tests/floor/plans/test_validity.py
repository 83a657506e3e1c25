"""Validity: each problem planted alone is the only one found, on both sides of its limit."""

import pytest
import shapely

from layoutlab.errors import InputError
from layoutlab.floor.plans import validity
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.floor.plans.reach import unreached

FLOOR = Thing("floor", "outline", shapely.box(0, 0, 10, 8))
DOOR = Thing("in", "entrance", shapely.LineString([(1, 0), (2, 0)]))
SHELF = Thing("s1", "fixture", shapely.box(3, 3, 5, 4))
TILL = Thing("t1", "checkout", shapely.box(8, 1, 9, 2))
STORE = Plan("shop", (FLOOR, DOOR, SHELF, TILL))


def found(*more, without=(), plan=STORE):
    things = tuple(thing for thing in plan.things if thing.id not in without)
    return validity.problems(Plan("shop", (*things, *more)))


def fixture(*corners, name="f"):
    return Thing(name, "fixture", shapely.Polygon(corners))


def box(name, left, low, right, high, kind="fixture"):
    return Thing(name, kind, shapely.box(left, low, right, high))


def only(problems):
    (problem,) = problems
    return problem


def test_a_sound_plan_has_no_problems():
    assert found() == ()
    assert validity.check(STORE) is STORE


def test_no_outline_and_two_outlines():
    assert only(found(without=["floor"])).words == "expected one outline, found 0"
    two = only(found(box("floor2", 0, 0, 9, 9, "outline")))
    assert (two.what, two.words, two.things) == (
        "outline", "expected one outline, found 2", ("floor", "floor2"),
    )  # fmt: skip


def test_a_self_crossing_polygon_and_where():
    problem = only(found(fixture((6, 3), (8, 5), (8, 3), (6, 5))))
    assert (problem.what, problem.level, problem.things) == ("crossing", "error", ("f",))
    assert problem.place == (7, 4)
    assert problem.words == (
        "fixture 'f' crosses itself or has no area: Self-intersection at (7.000, 4.000)"
    )


@pytest.mark.parametrize("gap", [0.0, 0.01, -0.0015])
def test_touching_is_not_overlapping(gap):
    assert found(box("f", 5 + gap, 3, 6, 4)) == ()


def test_overlapping_fixtures_are_named_with_their_area():
    problem = only(found(box("f", 4.5, 3, 6, 4)))
    assert (problem.what, problem.things, problem.place) == ("overlap", ("s1", "f"), (4.75, 3.5))
    assert problem.words == "fixture 's1' and fixture 'f' share 0.5 m2 at (4.750, 3.500)"
    assert only(found(box("f", 4.99, 3, 6, 4))).what == "overlap"


def test_a_fixture_inside_another_overlaps_it():
    assert only(found(box("f", 3.5, 3.2, 4, 3.5))).things == ("s1", "f")


def test_a_fixture_outside_the_outline():
    problem = only(found(box("f", 9, 6, 11, 7)))
    assert (problem.what, problem.level, problem.things) == ("outside", "error", ("f",))
    assert problem.words == (
        "fixture 'f' is outside the outline with 0.999 m2 of 2 m2 at (10.500, 6.500)"
    )
    assert found(box("f", 9, 6, 10.0005, 7)) == ()


def test_a_fixture_in_a_hole_of_the_outline_is_outside():
    ring = Thing("floor", "outline", shapely.box(0, 0, 10, 8) - shapely.box(6, 5, 8, 7))
    assert only(found(ring, box("f", 6.5, 5.5, 7, 6), without=["floor"])).what == "outside"


@pytest.mark.parametrize(
    ("wall", "problems"),
    [
        (shapely.LineString([(4, 0.5), (4, 6)]), 1),
        (shapely.LineString([(3, 0.5), (3, 6)]), 0),
        (shapely.box(3.9, 2, 4.0, 6), 1),
        (shapely.box(2.9, 2, 3.0, 6), 0),
    ],
)
def test_a_fixture_across_a_wall_but_not_at_one(wall, problems):
    whats = [problem.what for problem in found(Thing("w", "wall", wall))]
    assert whats == ["wall"] * problems


def test_no_entrance_is_an_error_and_no_checkout_a_warning():
    assert [(p.what, p.level) for p in found(without=["in"])] == [("entrance", "error")]
    assert [(p.what, p.level) for p in found(without=["t1"])] == [("checkout", "warning")]


@pytest.mark.parametrize(("gap", "reached"), [(0.51, True), (0.49, False)])
def test_a_checkout_behind_a_gap_is_reached_by_half_a_metre_only(gap, reached):
    walls = (
        Thing("w1", "wall", shapely.box(6, 0, 6.1, 5)),
        Thing("w2", "wall", shapely.box(6, 5 + gap, 6.1, 8)),
    )
    problems = found(*walls)
    assert [p.what for p in problems] == [] if reached else ["unreachable"]
    if not reached:
        assert problems[0].words == (
            "checkout 't1' cannot be walked to from an entrance by a body of 0.5 m width "
            "at (8.500, 1.500)"
        )
        assert validity.problems(Plan("", (*STORE.things, *walls)), body_radius_m=0.2) == ()


def test_an_exit_in_a_walled_room_is_not_reached_and_one_in_a_thick_wall_is():
    room = Thing("w", "wall", shapely.box(0, 6, 2, 8) - shapely.box(0, 6.1, 1.9, 8))
    away = Thing("out", "exit", shapely.LineString([(0, 7), (0, 7.8)]))
    assert only(found(room, away)).things == ("out",)
    thick = Thing("w", "wall", shapely.box(0, 7.6, 10, 8))
    out = Thing("out", "exit", shapely.LineString([(4, 8), (5, 8)]))
    assert found(thick, out) == ()


def test_the_radius_is_checked():
    with pytest.raises(InputError, match="body_radius_m: expected above 0 m, got 0"):
        unreached(STORE.things, body_radius_m=0)


def test_duplicate_ids_unknown_kinds_and_wrong_shapes():
    twice = [p for p in found(box("s1", 6, 6, 7, 7)) if p.what == "duplicate"]
    assert only(twice).words == "more than one thing has the id 's1'"
    assert "has the kind 'gate', expected one of" in only(found(box("g", 6, 6, 7, 7, "gate"))).words
    point = only(found(Thing("p", "checkout", shapely.Point(6, 6))))
    assert point.words == "checkout 'p' is a Point, expected Polygon or MultiPolygon"


def test_empty_and_infinite_shapes():
    assert only(validity.problems(Plan("", ()))).words == "the plan has no things on it"
    assert only(found(Thing("e", "fixture", shapely.Polygon()))).words == (
        "fixture 'e' has an empty shape"
    )
    nan = Thing("n", "wall", shapely.LineString([(0, 0), (float("nan"), 1)]))
    inf = Thing("i", "wall", shapely.LineString([(0, 0), (float("inf"), 1)]))
    assert [p.what for p in found(nan, inf)] == ["number", "number"]


def scaled(factor, shift=0.0):
    things = tuple(
        Thing(t.id, t.kind, shapely.transform(t.shape, lambda xy: xy * factor + shift))
        for t in STORE.things
    )
    return validity.problems(Plan("", things))


def test_degrees_and_other_units_are_suspected():
    degrees = only(scaled(1e-5, shift=45.0))
    assert degrees.what == "degrees"
    assert degrees.words.startswith("the plan looks to be in degrees (its box is 0.0001 x 8e-05 m")
    assert only(scaled(1000)).words == (
        "the plan's box is 10000 x 8000 m; a store's longer side is between 2 and 2000 m: "
        "are its units metres?"
    )
    assert only(scaled(0.01)).what == "size"
    assert [(p.what, p.level) for p in scaled(50)] == [("size", "warning")]


@pytest.mark.parametrize(("y", "problems"), [(3.0, 0), (3.0009, 0), (3.01, 1)])
def test_faces_lie_on_the_boundary_within_a_millimetre(y, problems):
    face = shapely.LineString([(3, y), (5, y)])
    shelf = Thing("s1", "fixture", SHELF.shape, faces=(face,))
    assert len(found(shelf, without=["s1"])) == problems


def test_check_names_the_first_error_and_counts_the_rest():
    bad = Plan("shop", (FLOOR, SHELF, box("f", 4, 3, 6, 4)))
    with pytest.raises(InputError) as caught:
        validity.check(bad)
    assert str(caught.value) == (
        "plan 'shop': fixture 's1' and fixture 'f' share 1 m2 at (4.500, 3.500) (1 more errors)"
    )
