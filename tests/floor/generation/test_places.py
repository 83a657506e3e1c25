"""Rectangles along walls and in rows: by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layoutlab.floor.generation.places import Place, along_wall, bays, before, halves, run
from layoutlab.floor.generation.shells import accessible_count, checkout_count


def test_bays_by_hand():
    assert bays(10.0, 3.75).tolist() == [3.75, 3.75, 2.5]
    assert bays(5.1, 2.5).tolist() == [2.5, 2.5]
    assert bays(1.0, 2.5).tolist() == []
    assert bays(1.0, 0.8).tolist() == [0.8]


@given(st.floats(0, 60), st.floats(0.8, 6))
def test_bays_fit_and_leave_less_than_a_bay(length, piece):
    lengths = bays(length, piece)
    assert lengths.sum() <= length + 1e-6
    assert length - lengths.sum() < min(1.25, piece) + 1e-6
    assert len(lengths) == 0 or np.ptp(lengths) <= 1.25 + 1e-9


def test_places_along_a_wall_leave_the_corners_and_the_door():
    found = along_wall((0, 0), (10, 0), 2.5, 1.0, [(4.0, 6.0)])
    spans = [shapely.box(*place.polygon().bounds).bounds for place in found]
    assert spans == [(1.0, 0.0, 3.5, 1.0), (6.0, 0.0, 8.5, 1.0)]


def test_a_wall_that_runs_down_has_its_room_at_the_left():
    (place,) = along_wall((0, 5), (0, 0), 3.0, 1.0)
    assert place.polygon().bounds == (0.0, 1.5, 1.0, 4.0)


def test_a_row_touches_without_overlap_at_any_angle():
    for angle in range(0, 360, 7):
        first, second = run("island", (1.234, 5.678), angle, np.array([2.5, 2.5]), 1.1)
        one, other = first.polygon(), second.polygon()
        assert one.intersection(other).area == 0
        assert one.distance(other) == 0


def test_halves_share_the_middle_and_face_away():
    one, other = halves(Place("island", 5, 3, 90, 2.0, 1.2))
    assert one.polygon().bounds == (3.8, 2.0, 4.4, 4.0)
    assert other.polygon().bounds == (4.4, 2.0, 5.0, 4.0)
    assert [face.centroid.x for place in (one, other) for face in place.faces()] == [3.8, 5.0]
    table = Place("table", 0, 0, 0, 1, 1)
    assert halves(table) == [table]


def test_before_is_outside():
    place = Place("table", 0, 0, 30, 2, 1)
    for face in place.faces():
        assert place.polygon().distance(shapely.Point(before(face, 0.6))) == pytest.approx(
            0.6, abs=2e-3
        )


@pytest.mark.parametrize(
    ("checkouts", "area", "expected"),
    [(1, 800, 1), (4, 800, 1), (5, 800, 2), (8, 800, 2), (9, 800, 3), (15, 800, 3),
     (16, 800, 4), (20, 800, 4), (21, 800, 5), (9, 464, 1), (9, 465, 3)],
)  # fmt: skip
def test_accessible_checkouts_by_the_ada_table(checkouts, area, expected):
    assert accessible_count(checkouts, area) == expected


def test_checkouts_grow_with_the_store():
    assert [checkout_count(area) for area in (150, 800, 6000)] == [2, 5, 20]
