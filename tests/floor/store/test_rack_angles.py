import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.store.rack_angles import angle_study, rack_exposure
from layoutlab.floor.visibility import Regard


def test_a_right_angle_shows_what_the_head_turn_lets_in():
    # With the nearest rack gap_m behind, the line past its end decides: at a head turn of 45
    # degrees the ray past that end enters gap_m wide and is gap_m deep when it meets the rack.
    seen = rack_exposure(90, Regard(50, 45), rack_m=6.0, gap_m=2.4, aside_m=1.5, step_m=0.01)
    deepest = (np.flatnonzero(seen[0]).max() + 1) / 60 * 6.0
    assert deepest == pytest.approx(2.4, abs=0.11)
    assert not seen[1].any()  # the far face shows only to who looks back


def test_all_is_seen_where_nothing_limits():
    seen = rack_exposure(90, Regard(1000, 180), rack_m=2.0, gap_m=50.0)
    assert seen.all()


def test_a_longer_look_and_a_farther_turn_show_no_less():
    for angle in (40, 90, 130):
        near, far = (rack_exposure(angle, Regard(depth, 60)) for depth in (6, 12))
        assert (near <= far).all()
        small, large = (rack_exposure(angle, Regard(12, turn)) for turn in (30, 60))
        assert (small <= large).all()


def test_acute_racks_are_seen_more_the_less_heads_turn():
    study = angle_study((30, 90), (45, 90)).set_index(["head_turn_deg", "angle_deg"])
    one_way = study["one_way"]
    assert one_way[45, 30] > 2 * one_way[45, 90]
    assert one_way[90, 30] == one_way[90, 90]
    both = study["both_ways"]
    assert (both >= one_way).all()
    assert both[45, 30] / both[45, 90] < one_way[45, 30] / one_way[45, 90]


def test_bad_input_is_refused():
    with pytest.raises(InputError) as raised:
        rack_exposure(180, Regard())
    assert str(raised.value) == "angle_deg: expected between 0 and 180 degrees, got 180"
