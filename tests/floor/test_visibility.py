import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from layoutlab.errors import InputError
from layoutlab.floor.sight_kernels import clear_line
from layoutlab.floor.visibility import (
    Faces,
    Regard,
    exposure_m,
    faces_of,
    viewpoints,
    visible_cells,
)


def line_is_clear(plan, one, other):
    """Whether no closed square of a blocked cell is touched: the oracle, by shapely."""
    line = LineString([np.array(one) + 0.5, np.array(other) + 0.5])
    blocked = [box(x, y, x + 1, y + 1) for y, x in zip(*np.nonzero(plan), strict=True)]
    return not any(line.distance(square) < 1e-9 for square in blocked)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7), st.integers(2, 7), st.integers(0, 2**32 - 1))
def test_lines_of_sight_are_those_of_geometry_and_mutual(rows, columns, seed):
    rng = np.random.default_rng(seed)
    plan = (rng.random((rows, columns)) < 0.25).astype(np.uint8)
    free = np.argwhere(plan == 0)[:, ::-1].tolist()
    for _ in range(12 if free else 0):
        one, other = free[rng.integers(len(free))], free[rng.integers(len(free))]
        half = [2 * value + 1 for value in (*one, *other)]
        found = clear_line(plan != 0, *half)
        assert found == line_is_clear(plan, one, other)
        assert found == clear_line(plan != 0, *half[2:], *half[:2])


def test_what_is_visible_behind_a_pillar():
    plan = np.zeros((3, 5), dtype=np.uint8)
    plan[1, 2] = 1
    seen = visible_cells(plan, (0, 1))
    np.testing.assert_array_equal(
        seen.astype(int), [[1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0]]
    )  # the line to (3, 0) touches the pillar's corner


def shelf():
    """Return a floor of 5 by 7 with a shelf of three cells in row 2, and its faces."""
    plan = np.zeros((5, 7), dtype=np.uint8)
    plan[2, 2:5] = 1
    return plan, faces_of(plan, np.where(plan, 0, -1).astype(np.int16))


def test_faces_lie_between_a_fixture_and_where_one_stands():
    _, faces = shelf()
    assert len(faces.points) == 8
    found = {
        (*point, *normal)
        for point, normal in zip(faces.points.tolist(), faces.normals.tolist(), strict=True)
    }
    assert found == {
        (10, 5, 1, 0), (4, 5, -1, 0),
        (5, 6, 0, 1), (7, 6, 0, 1), (9, 6, 0, 1),
        (5, 4, 0, -1), (7, 4, 0, -1), (9, 4, 0, -1),
    }  # fmt: skip


def exposed(plan, faces, walk, **regard):
    seen = exposure_m(plan, faces, [walk], Regard(**regard), cell_m=0.5)
    return {
        (*point, *normal): metres
        for point, normal, metres in zip(
            faces.points.tolist(), faces.normals.tolist(), seen.tolist(), strict=True
        )
        if metres > 0
    }


def test_exposure_by_hand():
    plan, faces = shelf()
    walk = [(0, 3), (1, 3)]  # above the shelf, one step to the right; the look is from (0, 3)
    everything = exposed(plan, faces, walk, depth_m=100, turn_deg=180)
    # from (1, 7) in half cells: the left end (4, 5) and the three upper faces, never the back
    assert everything == dict.fromkeys(
        [(4, 5, -1, 0), (5, 6, 0, 1), (7, 6, 0, 1), (9, 6, 0, 1)], 0.5
    )
    # the left end is sqrt(13), the upper faces sqrt(17), sqrt(37), sqrt(65) half cells away
    near = exposed(plan, faces, walk, depth_m=0.25 * 37**0.5, turn_deg=180)
    assert set(near) == {(4, 5, -1, 0), (5, 6, 0, 1), (7, 6, 0, 1)}
    # angles to the heading: 33.7, 14.0, 9.5 and 7.1 degrees
    ahead = exposed(plan, faces, walk, depth_m=100, turn_deg=10)
    assert set(ahead) == {(7, 6, 0, 1), (9, 6, 0, 1)}
    backwards = exposed(plan, faces, [(1, 3), (0, 3)], depth_m=100, turn_deg=90)
    assert backwards == {}


def test_limits_of_the_field_of_regard_belong_to_it():
    plan = np.zeros((6, 6), dtype=np.uint8)
    faces = Faces(np.array([[7, 8]]), np.array([[0, -1]]), np.array([0]))
    walk = [(1, 0), (2, 0)]  # from (3, 1): 4 right and 7 up, 60.3 degrees, sqrt(65) away
    angle = np.rad2deg(np.arctan2(7, 4))
    for depth, turn, seen in [
        (65**0.5 / 2, angle, 1.0),
        (65**0.5 / 2 - 1e-6, angle, 0.0),
        (65**0.5 / 2, angle - 1e-5, 0.0),
    ]:
        assert exposure_m(plan, faces, [walk], Regard(depth, turn))[0] == seen


def test_something_in_between_hides_a_face():
    plan, faces = shelf()
    plan[3, 1:6] = 1  # a screen just above the shelf
    walk = [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert exposed(plan, faces, walk, depth_m=100, turn_deg=180) == {}


def test_intensity_adds_up_over_steps_and_walks():
    plan, faces = shelf()
    one = exposure_m(plan, faces, [[(0, 3), (1, 3), (2, 3)]], Regard(100, 90))
    two = exposure_m(plan, faces, [[(0, 3), (1, 3)], [(1, 3), (2, 3)]], Regard(100, 90))
    np.testing.assert_array_equal(one, two)
    upper = (faces.points == (9, 6)).all(axis=1)
    assert one[upper] == 2.0


def test_viewpoints_of_a_walk():
    points, headings, lengths = viewpoints([(0, 0), (1, 0), (1, 1), (2, 2)], cell_m=2.0)
    np.testing.assert_array_equal(points, [(1, 1), (3, 1), (3, 3)])
    np.testing.assert_allclose(headings, [(1, 0), (0, 1), (0.5**0.5, 0.5**0.5)])
    np.testing.assert_allclose(lengths, [2, 2, 2 * 2**0.5])
    points, headings, lengths = viewpoints([(0, 0), (1, 0), (2, 0), (2, 1)], every=2)
    np.testing.assert_array_equal(points, [(1, 1), (5, 1)])
    np.testing.assert_allclose(lengths, [2, 1])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Regard(depth_m=0), "depth_m: expected a distance above 0 m, got 0"),
        (
            lambda: Regard(turn_deg=181),
            "turn_deg: expected above 0 and at most 180 degrees, got 181",
        ),
        (
            lambda: viewpoints([(0, 0)]),
            "expected a walk of at least 2 cells and every >= 1, got 1 and 1",
        ),
    ],
)
def test_bad_input_is_refused(wrong, message):
    with pytest.raises(InputError) as raised:
        wrong()
    assert str(raised.value) == message
