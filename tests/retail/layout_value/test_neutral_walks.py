"""What walkers for slots see, walk and give up."""

from dataclasses import replace

import numpy as np
import pytest

from layoutlab.retail.layout_value import neutral_walks

RATES = np.geomspace(1e-4, 1e-1, neutral_walks.LEVELS)


@pytest.fixture(scope="module")
def alone(store):
    """Walkers with one slot on the list each."""
    return neutral_walks.walked(
        store.floor, store.slots.fixture, np.array([0, 1]), RATES, store.effects
    )


def test_slots_stand_where_their_fixture_does(store):
    stands = neutral_walks.slots_on_places(store.floor, store.slots.fixture)
    reached = set(store.floor.fixtures)
    there = [slot for slot, name in enumerate(store.slots.fixture) if name in reached]
    assert [int(name) for name in stands.departments] == there
    share = np.bincount(stands.place, stands.share)
    assert share[share > 0] == pytest.approx(1)
    some = neutral_walks.slots_on_places(store.floor, ("nowhere", *store.slots.fixture[:3]))
    assert "000000" not in some.departments


def test_who_wants_one_slot_walks_there_and_out(store, some, alone):
    """No walk is shorter than the way past the slot to the nearest checkout and out."""
    reached = some.tables.shelf_m > 0
    floor = store.floor
    n = len(floor.cells)
    metres = floor.legs.metres.reshape(n, n).T  # [from, to]
    place = metres[floor.entrances].min(axis=0)[:, None] + metres[:, floor.checkouts]
    least = {
        slot: place[stand].min()
        for slot, stand in _stands(store).items()
    }  # fmt: skip
    short = np.array([least.get(slot, 0.0) for slot in range(len(reached))])
    assert (alone.metres[reached] >= short[reached] - 1e-9).all()
    straight = replace(store.effects, detours_per_m=0.0, patience_m=1e9)
    direct = neutral_walks.walked(
        store.floor, store.slots.fixture, np.array([0, 1]), RATES, straight
    )
    assert direct.metres[reached].mean() < alone.metres[reached].mean()
    assert direct.left.max() == 0  # for the patient no way is too far


def _stands(store):
    stands = neutral_walks.slots_on_places(store.floor, store.slots.fixture)
    slot = np.array([int(name) for name in stands.departments])[stands.department]
    return {int(one): stands.place[slot == one] for one in np.unique(slot)}


def test_a_higher_rate_takes_more_and_shares_are_shares(some, alone):
    assert alone.seen.shape == (neutral_walks.LEVELS, *some.tables.apart_m.shape)
    assert alone.seen.dtype == np.float32
    assert (np.diff(alone.seen.mean(axis=(1, 2))) > 0).all()
    assert ((alone.left >= 0) & (alone.left <= 1)).all()


def test_what_stands_beside_the_wanted_slot_is_seen_most(some, alone):
    """With one thing on the list a slot's own row is plain: near slots are seen, far ones less."""
    tables = some.tables
    reached = np.flatnonzero(tables.shelf_m > 0)
    taken = alone.seen[0][np.ix_(reached, reached)] / tables.shelf_m[reached]
    apart = tables.apart_m[np.ix_(reached, reached)]
    near, far = apart < np.quantile(apart, 0.1), apart > np.quantile(apart, 0.9)
    assert taken[near].mean() > 1.5 * taken[far].mean()


def test_the_same_store_has_the_same_walkers(store, alone):
    again = neutral_walks.walked(
        store.floor, store.slots.fixture, np.array([0, 1]), RATES, store.effects
    )
    assert again.seen.tobytes() == alone.seen.tobytes()
    assert again.metres.tolist() == alone.metres.tolist()
