"""Do changed layouts change what they say, and is the rest as before?"""

import numpy as np
import pytest
from little_store import DEPARTMENTS

from layoutlab.retail.shoppers import assortment, simulation, what_ifs

CARRIED = {"a": ("bread",), "b": ("milk",), "c": ("tea", "soap"), "d": ("beer",), "e": ("eggs",)}


def asked(floor, carried, shoppers, sizes):
    return floor, carried, shoppers, sizes, "behaved"


def test_sales_are_purchases_on_the_list_and_expected_ones(floor, shoppers, sizes):
    sold, space, spend = what_ifs.sales(*asked(floor, CARRIED, shoppers, sizes))
    goods = assortment.of_fixtures(floor, CARRIED)
    tally = simulation.simulate(floor, goods, shoppers, sizes).tally
    assert sold.tolist() == (tally.planned + tally.expected).tolist()
    assert dict(zip(DEPARTMENTS, space.tolist(), strict=True)) == pytest.approx(
        {"bread": 12, "milk": 12, "tea": 6, "soap": 6, "beer": 12, "eggs": 12}
    )
    assert spend == pytest.approx(tally.expected @ [2.0, 1.0, 4.0, 3.0, 5.0, 2.5])


def test_a_fixture_given_away_changes_the_space_of_two(floor, shoppers, sizes):
    carried = {**CARRIED, "d": ("bread",), "c": ("tea", "soap", "beer")}
    gained, lost = what_ifs.space_elasticities(
        *asked(floor, carried, shoppers, sizes), changes=6, rng=np.random.default_rng(1)
    )
    assert lost[:, 0] == pytest.approx(np.full(6, np.log(12 / 24)))  # bread has two, then one
    assert gained[:, 0] == pytest.approx(np.full(6, np.log(24 / 12)))  # milk or eggs
    rng = np.random.default_rng(1)
    fixture = ["a", "d"][int(rng.integers(2))]
    names = ["bread", "eggs", "milk"]
    gainer = "bread"
    while gainer == "bread":
        gainer = names[int(rng.integers(3))]
    before, _, _ = what_ifs.sales(*asked(floor, carried, shoppers, sizes))
    after, _, _ = what_ifs.sales(*asked(floor, {**carried, fixture: (gainer,)}, shoppers, sizes))
    for name, found in (("bread", lost), (gainer, gained)):
        code = DEPARTMENTS.index(name)
        assert found[0, 1] == pytest.approx(np.log(after[code] / before[code]))


def test_the_most_wanted_change_places_with_the_farthest(floor, shoppers, sizes):
    wanted = np.bincount(shoppers.item, minlength=6)
    top = [DEPARTMENTS[i] for i in np.argsort(-wanted, kind="stable")[:2]]
    rest = [name for name in DEPARTMENTS if name not in top]
    n = len(floor.cells)
    metres = floor.legs.metres.reshape(n, n)

    def away(name):
        fixture = next(f for f, names in CARRIED.items() if name in names)
        places = np.flatnonzero(floor.fixture == floor.fixtures.index(fixture))
        doors, tills = floor.entrances, floor.checkouts
        return min(
            min(metres[p, d] for d in doors) + min(metres[t, p] for t in tills) for p in places
        )

    far = sorted(rest, key=lambda name: (-away(name), name))[:2]
    swapped = dict(zip(top + far, far + top, strict=True))
    moved = {f: tuple(swapped.get(name, name) for name in names) for f, names in CARRIED.items()}
    before, after = what_ifs.relocation(*asked(floor, CARRIED, shoppers, sizes), count=2)
    price = np.array([2.0, 1.0, 4.0, 3.0, 5.0, 2.5])
    price[[name in swapped for name in DEPARTMENTS]] = 0
    for found, layout in ((before, CARRIED), (after, moved)):
        goods = assortment.of_fixtures(floor, layout)
        outcome = simulation.simulate(floor, goods, shoppers, sizes)
        assert found.sum() == pytest.approx(outcome.tally.unplanned @ price)
        assert len(found) == len(shoppers)
    assert before.tolist() != after.tolist()
