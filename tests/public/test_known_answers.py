"""Do the public receipts give the published numbers? Run by ``make test-public``, mirror set."""

from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from layoutlab.retail.affinities import pairs
from layoutlab.retail.preparation import baskets, receipts, sales

GROCERIES_SUPPORT = 0.001


def flow(name, folder):
    """Take a data set through our own pipeline; return its folder, counts and pair counts."""
    lines, truth = receipts.load(name, rng=np.random.default_rng(0))
    assert truth == {}
    receipts.write(folder / "receipts.parquet", lines)
    counted = baskets.prepare(
        folder / "receipts.parquet", folder / "baskets.parquet", folder / "rejects.parquet"
    )
    return folder, counted, pairs.count(folder / "baskets.parquet")


@pytest.fixture(scope="module")
def groceries(tmp_path_factory):
    return flow("groceries", tmp_path_factory.mktemp("groceries"))


@pytest.fixture(scope="module")
def online_retail(tmp_path_factory):
    return flow("online-retail", tmp_path_factory.mktemp("online-retail"))


def frequent(holders: list[tuple[int, int]], least: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Yield frequent item sets with their baskets: Eclat (Zaki 2000) over bit sets.

    `holders` are (item, baskets as the bits of a whole number), the prefix already met.
    """
    for position, (item, bits) in enumerate(holders):
        yield (item,), bits.bit_count()
        met = [(other, bits & rest) for other, rest in holders[position + 1 :]]
        wide = [(other, both) for other, both in met if both.bit_count() >= least]
        for items, number in frequent(wide, least):
            yield (item, *items), number


@pytest.fixture(scope="module")
def rules(groceries):
    """Rules with one item on the right: (items, right, baskets, confidence, lift)."""
    folder, counted, _ = groceries
    holders = dict.fromkeys(range(counted["categories"]), 0)
    for number, items in enumerate(pq.read_table(folder / "baskets.parquet")["items"].to_pylist()):
        for item in items:
            holders[item] |= 1 << number
    least = int(np.ceil(GROCERIES_SUPPORT * counted["baskets"]))
    kept = [(item, bits) for item, bits in holders.items() if bits.bit_count() >= least]
    together = dict(frequent(kept, least))
    found = []
    for items, number in together.items():
        for right in items if len(items) > 1 else ():
            left = tuple(item for item in items if item != right)
            confidence = number / together[left]
            lift = confidence * counted["baskets"] / together[(right,)]
            found.append((items, right, number, confidence, lift))
    return found


def test_groceries_rules_are_those_of_arules(rules):
    """Hahsler, Hornik and Reutterer's data; counts as the R package arules gives them."""
    confidence = np.array([rule[3] for rule in rules])
    assert (confidence >= 0.5).sum() == 5_668
    assert (confidence >= 0.6).sum() == 2_918


def test_groceries_top_lift(rules, groceries):
    items, right, number, confidence, lift = max(
        (rule for rule in rules if rule[3] >= 0.5), key=lambda rule: rule[4]
    )
    names = groceries[2].categories
    assert round(lift, 6) == 18.995654
    assert names[right] == "hamburger meat"
    assert {str(names[item]) for item in items} == {
        "Instant food products",
        "soda",
        "hamburger meat",
    }
    assert (number, round(confidence, 6)) == (12, 0.631579)


def test_groceries_baskets_and_pairs(groceries):
    _, counted, counts = groceries
    assert (counted["lines"], counted["accepted"], counted["rejected"]) == (43_367, 43_367, 0)
    assert (counted["baskets"], counted["categories"]) == (9_835, 169)
    assert counts.n_pairs == 9_636


def test_online_retail_raw_counts_are_the_published_ones(online_retail):
    """Chen, Sain and Guo (2012): 541,909 lines, 25,900 invoices."""
    folder, counted, _ = online_retail
    raw = sales.totals(folder / "receipts.parquet")
    assert (raw["lines"], raw["transactions"], raw["customers"]) == (541_909, 25_900, 4_372)
    assert (raw["skus"], raw["currency"]) == (4_070, "GBP")
    assert (raw["cancelled_lines"], raw["cancelled_transactions"]) == (9_288, 3_836)
    assert counted["rejects"]["cancelled"] == {"lines": 9_288, "transactions": 3_836}


def test_online_retail_every_line_is_accounted_for(online_retail):
    """The clean counts keep repeated lines, which we drop: a basket holds a category once."""
    folder, counted, counts = online_retail
    lines = {reason: number["lines"] for reason, number in counted["rejects"].items()}
    assert counted["accepted"] + counted["rejected"] == counted["lines"] == 541_909
    assert lines["cancelled"] + lines["quantity_not_positive"] == 10_624
    assert counted["accepted"] + lines["duplicate"] == 530_104
    assert (counted["basket_items"], counted["baskets"]) == (519_600, 19_960)
    assert counted["categories"] == 3_812
    assert (counts.n_pairs, counts.n_occurrences) == (3_702_098, 28_529_181)
    customers = pq.read_table(folder / "baskets.parquet", columns=["customer_id"])["customer_id"]
    assert pc.count_distinct(customers).as_py() == 4_338


def test_online_retail_top_pair(online_retail):
    counts = online_retail[2]
    together = counts.together.tocoo()
    apart = together.row < together.col
    top = int(np.argmax(together.data * apart))
    names = counts.categories[together.row[top]], counts.categories[together.col[top]]
    assert (names, together.data[top]) == (("22386", "85099B"), 825)


def test_belgian_pairs(tmp_path):
    """Brijs et al. (1999); pairs as four other tools count them."""
    _, counted, counts = flow("belgian-retail", tmp_path)
    assert (counted["lines"], counted["accepted"]) == (908_576, 908_576)
    assert (counted["baskets"], counted["categories"]) == (88_162, 16_470)
    assert (counts.n_pairs, counts.n_occurrences) == (3_586_797, 7_164_335)
    single = dict(zip(counts.categories.tolist(), counts.together.diagonal(), strict=True))
    assert (single["39"], single["48"]) == (50_675, 42_135)
    codes = sorted(np.searchsorted(counts.categories, ["39", "48"]))
    assert counts.together[codes[0], codes[1]] == 29_142
