"""Is a trip's mission that of its receipt, and does it agree with missions that are known?"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.metrics import adjusted_rand_score

from layoutlab.errors import InputError
from layoutlab.retail.preparation import baskets
from layoutlab.retail.shoppers import effects, missions, simulation, store_run, totals, visits
from layoutlab.retail.synthetic import known_store, known_trips

LIMITS = effects.Bounds(quick_items=1, fill_in_items=3, hands_items=1, basket_items=2)


@pytest.fixture(scope="module")
def outcome(floor, goods, shoppers, sizes):
    return simulation.simulate(floor, goods, shoppers, sizes)


def test_missions_go_by_the_size_of_the_receipt(wants):
    sizes = np.diff(wants.start)
    found = missions.of_receipts(wants, LIMITS)
    names = {1: "quick", 2: "fill-in", 3: "fill-in", 4: "main shop"}
    assert [missions.MISSIONS[code] for code in found] == [names[size] for size in sizes]


def test_a_trip_has_the_mission_of_its_receipt_and_the_equipment_of_its_list(shoppers):
    receipt = np.diff(shoppers.demand.start)[shoppers.basket]
    listed = np.diff(shoppers.start)
    assert (listed < receipt).any()  # what is left to chance is on no list
    mission, taken = missions.of_trips(shoppers, LIMITS), missions.equipment(shoppers, LIMITS)
    assert (mission == np.digitize(receipt, [2, 4])).all()
    assert (taken == np.digitize(listed, [2, 3])).all()


def test_missions_add_up_to_all_trips(shoppers, outcome):
    found = missions.by_mission(shoppers, outcome.trips, outcome.wait_s, LIMITS)
    assert tuple(found) == missions.MISSIONS
    assert sum(each["trips"] for each in found.values()) == len(shoppers)
    for name in ("margin", "unplanned_margin", "metres", "time_s", "wait_s"):
        mean = sum(each["share"] * each["per_trip"][name]["mean"] for each in found.values())
        assert mean == pytest.approx(getattr(outcome.totals, name))
    metres = [each["per_trip"]["metres"]["mean"] for each in found.values()]
    assert metres == sorted(metres)  # who wants more walks farther


def test_all_trips_are_a_part_too(shoppers, outcome):
    every = np.ones(len(shoppers), dtype=bool)
    found = totals.of_part(shoppers, outcome.trips, outcome.wait_s, every)
    for name in totals.MEASURES:
        assert found[name]["mean"] == getattr(outcome.totals, name)
        assert found[name]["interval"] == list(outcome.totals.interval(name))
    assert totals.of_part(shoppers, outcome.trips, outcome.wait_s, ~every) == {}


def test_a_part_by_hand(shoppers, outcome):
    part = missions.of_trips(shoppers, LIMITS) == 0
    found = totals.of_part(shoppers, outcome.trips, outcome.wait_s, part)["metres"]
    metres = outcome.column("metres")
    assert found["mean"] == pytest.approx(metres[part].mean())
    by_day = [
        (metres - found["mean"])[part & (shoppers.day == day)].sum()
        for day in range(shoppers.n_days)
    ]
    half = 2.571 * np.sqrt(np.sum(np.square(by_day)) * 6 / 5) / part.sum()  # t of 5 degrees
    assert found["interval"][1] - found["mean"] == pytest.approx(half, rel=1e-3)


def test_visits_name_missions_and_nothing_else_depends_on_bounds(
    floor, goods, outcome, sizes, shoppers
):
    log = visits.events(floor, goods, outcome, sizes)
    usual, other = visits.table(outcome, log), visits.table(outcome, log, LIMITS)
    names = np.array(missions.MISSIONS)[missions.of_trips(shoppers, LIMITS)]
    assert other["mission"].to_pylist() == names.tolist()
    taken = np.array(missions.EQUIPMENT)[missions.equipment(shoppers, LIMITS)]
    assert other["equipment"].to_pylist() == taken.tolist()
    named = ["mission", "equipment"]
    assert usual.drop_columns(named) == other.drop_columns(named)
    assert usual["mission"] != other["mission"]


def test_a_mission_without_trips_is_empty(shoppers, outcome):
    none = replace(LIMITS, fill_in_items=9)
    found = missions.by_mission(shoppers, outcome.trips, outcome.wait_s, none)["main shop"]
    assert found == {"trips": 0, "share": 0.0, "per_trip": {}}
    shares = missions.shares(missions.of_trips(shoppers, none), missions.MISSIONS)
    assert shares["main shop"] == 0
    assert sum(shares.values()) == pytest.approx(1)


def test_known_missions_are_found_roughly(tmp_path):
    """On a store that knows its missions: main shops are told well, the two small ones badly."""
    settings = known_trips.Settings(n_customers=300, n_days=90)
    run = known_store.simulate(settings, rng=np.random.default_rng(5))
    known_store.write(run, tmp_path / "receipts.parquet", tmp_path / "truth.json")
    kept = [tmp_path / f"{name}.parquet" for name in ("baskets", "rejects")]
    baskets.prepare(tmp_path / "receipts.parquet", *kept)
    wants = store_run.read_demand(kept[0], effects.load())
    order = pd.read_parquet(kept[0], columns=["transaction_id"])["transaction_id"]
    mission = pd.Series(run.arrays["transaction_mission"], run.arrays["transaction_id"])
    truth = mission.reindex(order).to_numpy()
    found = missions.of_receipts(wants, effects.bounds())
    table = pd.crosstab(found, truth).to_numpy()  # rows quick, fill-in, main; columns main, top-up
    assert known_trips.MISSIONS == ("main shop", "top-up", "meal")
    assert table[2, 0] / table[2].sum() > 0.8  # what we call a main shop is one
    assert table[0, 0] / table[0].sum() < 0.1  # and what we call quick is none
    assert 0.1 < adjusted_rand_score(truth, found) < 0.4  # 1 would be all, 0 is chance
    agreed = table[2, 0] + table[1, 1] + table[0, 2]
    assert 0.5 < agreed / table.sum() < 0.75


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quick_items": 10}, "fill_in_items: expected more than quick_items, got 3"),
        ({"basket_items": 1}, "basket_items: expected more than hands_items, got 1"),
        ({"hands_items": 0}, "hands_items: expected a number above 0, got 0"),
    ],
)
def test_wrong_bounds_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        replace(LIMITS, **change)


def test_bounds_may_be_left_out_of_an_own_file_of_effects(tmp_path):
    entries = yaml.safe_load(effects.BUILT_IN.read_text())
    bounds = list(effects.records(of=effects.Bounds)["effect"])
    assert bounds == ["quick_items", "fill_in_items", "hands_items", "basket_items"]
    for name in bounds[1:]:
        del entries[name]
    entries["quick_items"]["value"] = 2
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(entries))
    assert effects.bounds(path) == replace(effects.bounds(), quick_items=2)
    assert effects.load(path) == effects.load()
