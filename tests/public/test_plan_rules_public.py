"""Do the shared plans give the known widths? Run by ``make test-public``, mirror set."""

import pytest

from layoutlab import datasets
from layoutlab.floor.formats import reading
from layoutlab.floor.rules import checking, packs, reach


def plan_of(dataset):
    """Return a shared plan; counter-tops and merchandise are left out by the mapping."""
    mapping = "furniture" if dataset.endswith("bookstore") else None
    return reading.read(datasets.fetch(dataset)["fixtures.geojson"], mapping=mapping).plan


@pytest.fixture(scope="module")
def bookstore():
    return plan_of("floorplans/bookstore")


@pytest.fixture(scope="module")
def convenience():
    return plan_of("floorplans/convenience_store")


@pytest.mark.parametrize("resolution_m", [0.025, None])
@pytest.mark.parametrize(("diameter_m", "reached"), [(0.915, 83), (1.8, 83), (2.0, 77), (2.2, 76)])
def test_the_convenience_store_is_reached_as_known(convenience, diameter_m, reached, resolution_m):
    found = reach.reachable(convenience, diameter_m, resolution_m=resolution_m)
    assert len(convenience.of("fixture", "checkout")) == 83
    assert len(found) == reached


@pytest.mark.parametrize("reach_m", [0.1, 0.2])
def test_the_assumed_reach_changes_nothing_between_10_and_20_cm(convenience, reach_m):
    counts = [
        len(reach.reachable(convenience, each, reach_m=reach_m, resolution_m=0.025))
        for each in (1.8, 2.0, 2.2)
    ]
    assert counts == [83, 77, 76]


@pytest.mark.parametrize(("diameter_m", "reached"), [(0.915, 24), (1.0, 5), (1.8, 3)])
def test_the_bookstore_is_reached_as_known_on_the_known_raster(bookstore, diameter_m, reached):
    assert len(bookstore.of("fixture", "checkout")) == 24
    assert len(reach.reachable(bookstore, diameter_m, resolution_m=0.025)) == reached


def test_the_bookstore_s_deciding_gap_is_narrower_than_the_raster_can_tell(bookstore):
    """The known 24 of 24 at 0.915 m hang on a gap of 0.893 m: less than a cell is missing."""
    routes = checking.check(bookstore, packs.load(["ergonomics"])).violations
    worst = next(each for each in routes if each.rule == "ergonomics-cart")
    assert worst.measured == pytest.approx(0.8933, abs=1e-4)
    assert 0.915 - worst.measured < 0.025
    assert len(worst.things) == 19
    assert [len(reach.reachable(bookstore, each)) for each in (0.892, 0.895, 1.0)] == [24, 5, 5]


def test_the_bookstore_obeys_36_inches_by_the_pinch_that_the_rule_allows(bookstore):
    """0.893 m is above 32 in over less than 24 in (403.5.1, exception)."""
    verdict = checking.check(bookstore, packs.load(["ada/ada-route-width"])).verdicts[0]
    assert verdict.verdict == "obeyed"
