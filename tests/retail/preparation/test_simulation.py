"""Is the simulator's truth true?"""

import numpy as np
import pyarrow.compute as pc
import pytest

from layoutlab.retail.preparation import lines, simulation


def test_same_seed_same_receipts():
    first, truth = simulation.receipts(300, bad_lines=5, rng=np.random.default_rng(7))
    again, same = simulation.receipts(300, bad_lines=5, rng=np.random.default_rng(7))
    other, _ = simulation.receipts(300, bad_lines=5, rng=np.random.default_rng(8))
    assert first.equals(again)
    assert truth == same
    assert not first.equals(other)


def test_bad_lines_are_of_the_kinds_that_are_looked_for():
    assert set(simulation.KINDS) == set(lines.REASONS)


def test_truth_counts_what_is_in_the_table():
    table, truth = simulation.receipts(400, bad_lines=9, rng=np.random.default_rng(1))
    assert len(table) == truth["n_lines"] + 9 * len(simulation.KINDS)
    transactions = set(table["transaction_id"].to_pylist())
    assert sum(not name.startswith("C") for name in transactions) == truth["n_baskets"]
    assert truth["categories"] == sorted(set(table["category"].drop_null().to_pylist()))
    assert table.schema.metadata == {b"currency": b"EUR"}
    assert pc.max(table["time"]).as_py() < "2026-03-30"


def test_no_category_is_planted_twice_and_names_are_in_order():
    _, truth = simulation.receipts(50, 12, 6, 0, rng=np.random.default_rng(3))
    names = [name for pair in truth["pairs"] for name in (pair["first"], pair["second"])]
    assert len(set(names)) == 12
    assert all(pair["first"] < pair["second"] for pair in truth["pairs"])


def test_shares_and_lifts_are_the_stated_ones():
    """Two categories of three, planted: every share and lift within 4.5 standard errors."""
    n = 200_000
    table, truth = simulation.receipts(n, 3, 1, 0, rng=np.random.default_rng(5))
    number = np.unique(table["transaction_id"].to_numpy(), return_inverse=True)[1]
    bought = np.zeros((n, 3), bool)
    bought[number, np.searchsorted(truth["categories"], table["category"].to_numpy())] = True
    assert bought.any(axis=1).all()
    share = bought.mean(axis=0)
    true = {(p["first"], p["second"]): p["lift"] for p in truth["pairs"]}
    for i, j in ((0, 1), (0, 2), (1, 2)):
        names = truth["categories"][i], truth["categories"][j]
        together = (bought[:, i] & bought[:, j]).mean()
        error = 1 / np.sqrt(n * together)
        lift = together / (share[i] * share[j])
        assert np.log(lift / true.get(names, truth["independent_lift"])) == pytest.approx(
            0, abs=4.5 * error
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_baskets": 0}, "expected n_baskets of at least 1, got 0"),
        ({"n_categories": 41}, "expected n_categories from 1 to 40, got 41"),
        (
            {"n_categories": 5, "n_planted": 3},
            "expected n_planted from 0 to half of n_categories (2), got 3",
        ),
        (
            {"n_baskets": 5, "bad_lines": 6},
            "expected bad_lines from 0 to n_baskets (5), got 6",
        ),
    ],
)
def test_numbers_outside_their_range(arguments, message):
    with pytest.raises(ValueError) as caught:
        simulation.receipts(rng=np.random.default_rng(0), **arguments)
    assert str(caught.value) == message
