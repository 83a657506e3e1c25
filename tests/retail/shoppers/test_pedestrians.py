"""Does the independent engine walk the trips it is given, and are the measures of it right?"""

import sys
from dataclasses import replace

import numpy as np
import pytest
import shapely
from little_store import shelf
from matplotlib import pyplot as plt

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.retail.shoppers import (
    itineraries,
    pedestrian_flows,
    pedestrian_ground,
    pedestrian_plots,
    pedestrians,
    prepared_floor,
    simulation,
    visits,
)
from layoutlab.retail.shoppers.itineraries import Itinerary, Way


@pytest.fixture(scope="module")
def outcome(floor, goods, shoppers, sizes):
    return simulation.simulate(floor, goods, shoppers, sizes)


@pytest.fixture(scope="module")
def log(floor, goods, outcome, sizes):
    return visits.events(floor, goods, outcome, sizes)


@pytest.fixture(scope="module")
def few(floor, outcome, log, sizes):
    """Six trips that come within half a minute."""
    trips = itineraries.of_trips(floor, outcome, log, sizes, range(6))
    return tuple(trip._replace(arrival_s=5.0 * i) for i, trip in enumerate(trips))


@pytest.fixture(scope="module")
def empty(plan, floor, few, sizes):
    return pedestrians.walk(plan, floor, few, sizes, alone=True)


@pytest.fixture(scope="module")
def busy(plan, floor, few, sizes):
    return pedestrians.walk(plan, floor, few, sizes)


def straight_there(floor, speed=1.0):
    """In, to the checkout without a stay, and out."""
    stop = np.array([floor.entrances[0], floor.checkouts[0], floor.exits[0]])
    return Itinerary(0.0, stop, np.zeros(3), np.array([0.0, speed, speed]))


def test_itineraries_are_the_trips_the_simulator_followed(floor, outcome, log, sizes):
    chosen = range(120)
    found = itineraries.of_trips(floor, outcome, log, sizes, chosen)
    ways = [itineraries.on_grid(floor, each) for each in found]
    assert [way.metres for way in ways] == pytest.approx(outcome.column("metres")[:120])
    walking = [way.seconds.sum() - each.stay_s.sum() for way, each in zip(ways, found, strict=True)]
    assert walking == pytest.approx(outcome.column("walk_s")[:120])
    for trip, each in zip(chosen, found, strict=True):
        assert each.stop[0] in floor.entrances
        assert each.stop[-2] in floor.checkouts
        assert each.stop[-1] in floor.exits
        assert each.stay_s[-2] == outcome.column("service_s")[trip]


def test_straight_lines_are_never_longer_than_the_walk(floor, few):
    for each in few:
        line, grid = itineraries.straight(floor, each), itineraries.on_grid(floor, each)
        assert line.metres <= grid.metres + 1e-9
        assert np.array_equal(line.point[-1], grid.point[-1])


def test_the_busiest_window_is_found(shoppers):
    when = shoppers.day * 86_400 + shoppers.arrival_s
    found = itineraries.busiest(shoppers, 600.0)
    most = max(((when >= each) & (when < each + 600)).sum() for each in when)
    assert len(found) == most
    assert when[found[-1]] - when[found[0]] < 600
    with pytest.raises(InputError, match=r"^window_s: expected above 0, got 0$"):
        itineraries.busiest(shoppers, 0)


def test_agents_walk_on_the_ground_and_get_out(plan, floor, few, sizes, empty):
    ground, points = pedestrian_ground.walkable(plan, floor, sizes)
    assert not empty.stuck.any()
    assert empty.most_at_once == 1
    assert not empty.door_s.any()
    for way, each in zip(empty.ways, few, strict=True):
        assert shapely.covers(ground.buffer(0.01), shapely.points(way.point)).all()
        assert np.hypot(*(way.point[-1] - points[each.stop[-1]])) <= pedestrians.REACHED_M
        assert way.metres > 0.7 * itineraries.straight(floor, each).metres


def test_alone_an_agent_takes_what_its_route_and_speed_say(plan, floor, sizes):
    trip = straight_there(floor)
    walks = pedestrians.walk(plan, floor, [trip], sizes)
    route = pedestrian_ground.routes(plan, floor, [trip], sizes)[0].metres
    assert walks.ways[0].metres == pytest.approx(route, abs=2 * pedestrians.REACHED_M + 0.1)
    assert walks.walking_s[0] == pytest.approx(route, abs=2 * pedestrians.REACHED_M + 0.5)


def test_stays_are_kept_and_not_counted_as_walking(plan, floor, sizes):
    trip = straight_there(floor)
    stay = trip._replace(stay_s=np.array([0.0, 20.0, 0.0]))
    plain, stayed = (pedestrians.walk(plan, floor, [each], sizes) for each in (trip, stay))
    assert stayed.walking_s[0] == pytest.approx(plain.walking_s[0], abs=0.6)
    longer = stayed.ways[0].seconds.sum() - plain.ways[0].seconds.sum()
    assert longer == pytest.approx(20.0, abs=0.6)


def test_others_in_the_way_cost_time(few, empty, busy):
    assert not busy.stuck.any()
    assert busy.most_at_once > 1
    assert busy.walking_s.sum() > empty.walking_s.sum()


def test_two_who_come_at_once_come_in_one_after_the_other(plan, floor, sizes):
    trip = straight_there(floor)
    walks = pedestrians.walk(plan, floor, [trip, trip], sizes)
    assert walks.door_s[0] == 0
    assert walks.door_s[1] > 0.25
    assert not walks.stuck.any()


def test_the_same_trips_give_the_same_bytes(plan, floor, few, sizes, busy):
    again = pedestrians.walk(plan, floor, few, sizes)
    for one, other in zip(busy.ways, again.ways, strict=True):
        assert one.point.tobytes() == other.point.tobytes()


def test_flow_adds_up_and_lies_where_one_walks(floor, few):
    way = Way(np.array([[0.5, 0.5], [2.5, 0.5], [2.5, 0.5]]), np.array([2.0, 7.0]))
    metres, seconds = pedestrian_flows.flow(floor, [way], 1.0)
    left, low = floor.origin
    row, columns = int((0.5 - low) // 1), [int((x - left) // 1) for x in (0.6, 1.5, 2.4)]
    assert metres[row, columns] == pytest.approx([0.5, 1.0, 0.5])
    assert seconds[row, columns] == pytest.approx([0.5, 1.0, 0.5 + 7.0])
    ways = [itineraries.on_grid(floor, each) for each in few]
    metres, seconds = pedestrian_flows.flow(floor, ways, 3.0)
    assert metres.sum() == pytest.approx(sum(way.metres for way in ways))
    assert seconds.sum() == pytest.approx(sum(way.seconds.sum() for way in ways))


def test_agreement_is_one_with_itself_and_nought_with_what_lies_apart(floor):
    share = pedestrian_flows.walkable_share(floor, 1.0)
    assert share.sum() == pytest.approx(1)
    one = share * np.arange(share.size).reshape(share.shape)
    assert pedestrian_flows.agreement(one, 3 * one, share) == {
        "rank_correlation": pytest.approx(1),
        "common_part": pytest.approx(1),
    }
    apart = np.zeros((2, *share.shape))
    apart[0, 1, 1] = apart[1, 2, 2] = 1
    assert pedestrian_flows.agreement(*apart, share)["common_part"] == 0
    level = np.ones(share.shape)
    assert pedestrian_flows.agreement(one, level, share)["rank_correlation"] == 0


def test_ours_agree_better_than_a_uniform_flow(floor, few, empty):
    share = pedestrian_flows.walkable_share(floor, 1.0)
    ours, theirs = (
        pedestrian_flows.flow(floor, ways, 1.0)[0]
        for ways in ([itineraries.on_grid(floor, each) for each in few], empty.ways)
    )
    found = pedestrian_flows.agreement(ours, theirs, share)
    null = pedestrian_flows.agreement(share, theirs, share)
    assert found["common_part"] > null["common_part"] + 0.1
    assert found["rank_correlation"] > null["rank_correlation"] + 0.1


def test_ratios_compare_the_same_trips(plan, floor, few, sizes, empty, busy):
    grid = [itineraries.on_grid(floor, each) for each in few]
    routes = pedestrian_ground.routes(plan, floor, few, sizes)
    found = pedestrian_flows.ratios(few, grid, routes, empty, busy)
    metres = sum(way.metres for way in empty.ways) / sum(way.metres for way in grid)
    assert found["empty"]["metres"] == pytest.approx(metres)
    assert 0.8 < found["empty"]["metres"] < found["routes"]["metres"] < 1.05
    slower = busy.walking_s.sum() / empty.walking_s.sum()
    assert found["crowding"]["all_legs"] == pytest.approx(slower)
    assert found["stuck"] == {"empty": 0, "busy": 0}
    nobody = replace(busy, stuck=np.ones(len(few), dtype=bool))
    with pytest.raises(InputError, match=r"^expected trips that end at an exit, got none: all"):
        pedestrian_flows.ratios(few, grid, routes, empty, nobody)


def test_gaps_too_narrow_to_turn_in_are_closed(sizes):
    things = [
        Thing("floor", "outline", shapely.box(0, 0, 10, 6)),
        shelf("a", 2, 2.5, ("bread",), wide=2.0),
        shelf("b", 4.5, 2.5, ("milk",), wide=2.0),
        Thing("in", "entrance", shapely.LineString([(0.5, 0), (1.5, 0)])),
        Thing("till", "checkout", shapely.box(8, 0.7, 8.6, 1.5)),
    ]
    plan = Plan("gap", tuple(things))
    floor = prepared_floor.prepare(plan, sizes)
    ground, points = pedestrian_ground.walkable(plan, floor, sizes)
    assert not ground.contains(shapely.Point(4.25, 3.0))
    assert len(ground.interiors) == 2
    assert shapely.covers(ground, shapely.points(points)).all()


def test_what_cannot_be_walked_is_refused(plan, floor, sizes, few):
    with pytest.raises(InputError, match=r"^itineraries: expected at least one, got none$"):
        pedestrians.walk(plan, floor, [], sizes)
    with pytest.raises(InputError, match=r"^time_gap_s: expected above 0, got 0$"):
        pedestrians.walk(plan, floor, few, sizes, time_gap_s=0)
    walled = Plan("walled", (*plan.things, Thing("w", "wall", shapely.box(0, 4.2, 12, 4.8))))
    with pytest.raises(InputError, match=r"^walled: expected all standing points on one ground of"):
        pedestrians.walk(walled, floor, few, sizes)


def test_a_missing_engine_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "jupedsim", None)
    with pytest.raises(ImportError, match=r"^expected JuPedSim: uv pip install --no-deps jupedsim"):
        pedestrian_ground.engine()


def test_flows_are_drawn_on_one_scale(plan, floor, few, empty):
    flows = {
        "ours": pedestrian_flows.flow(floor, [itineraries.on_grid(floor, few[0])], 1.0)[0],
        "theirs": pedestrian_flows.flow(floor, empty.ways, 1.0)[0],
    }
    axes = pedestrian_plots.draw_flows(plan, floor, flows, 1.0, caption="Two engines.")
    assert [ax.get_title() for ax in axes] == ["ours", "theirs"]
    assert axes[0].images[0].get_clim() == axes[1].images[0].get_clim()
    assert axes[0].images[0].get_array().sum() == pytest.approx(100)
    assert axes[0].get_xlabel() == "x, m"
    assert axes[0].figure.get_supxlabel() == "Two engines."
    plt.close("all")
