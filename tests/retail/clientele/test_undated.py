"""Baskets in order without dates: visits and habits by hand, and what is refused."""

import json

import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.clientele import customer_plots, rfm, trips, undated


@pytest.fixture
def path(tmp_path):
    parts = {
        "train": {"9": [[1, 2], [2, 3, 2], [1]]},
        "validate": {"4": [[5]]},
        "test": {"7": [[1], [2]]},
    }
    (tmp_path / "histories.json").write_text(json.dumps(parts))
    return tmp_path / "histories.json"


def test_visits_and_habits_by_hand(path):
    bought, counts = undated.read(path)
    assert counts["kept"] == len(bought) == 8
    assert counts["left_out"]["repeated_items"] == 1
    assert bought["customer_id"].tolist() == ["4"] + ["7"] * 2 + ["9"] * 5
    seen = undated.visits(bought)
    assert seen["visit"].tolist() == [0, 0, 1, 0, 1, 2]
    assert seen["items"].tolist() == [1, 1, 1, 2, 2, 1]
    assert seen["repeated"].tolist() == [0, 0, 0, 0, 1, 1]
    table = undated.habit_table(seen)
    assert table.index.tolist() == ["4", "7", "9"]
    assert table["frequency"].tolist() == [1, 2, 3]
    assert table["items_per_visit"].tolist() == pytest.approx([1, 1, 5 / 3])
    assert table["repeat_share"].tolist() == pytest.approx([0, 0, 2 / 3])


def test_the_same_segments_and_counts_as_for_receipts_follow(path):
    bought, _ = undated.read(path)
    counts, customers, items = trips.category_counts(bought)
    assert customers == ["4", "7", "9"]
    assert items == ["1", "2", "3", "5"]
    assert counts.tolist() == [[0, 0, 0, 1], [1, 1, 0, 0], [2, 2, 1, 0]]
    table = undated.habit_table(undated.visits(bought))
    shape = rfm.profile(
        table, np.array([0, 0, 1]), undated.HABITS, worth="items_per_visit"
    )  # fmt: skip
    assert shape["share"].tolist() == pytest.approx([3 / 8, 5 / 8])
    ax = customer_plots.draw_baskets(table["frequency"].to_numpy(), np.array([1, 2, 2]))
    assert ax.lines[0].get_xdata().tolist() == [1, 2, 3]
    ax = customer_plots.draw_segments(table, np.array([0, 0, 1]), worth="items_per_visit")
    assert ax.get_ylabel() == "items per visit (log scale)"


def test_wrong_data_are_told(tmp_path):
    with pytest.raises(InputError, match=r"groceries"):
        undated.read("groceries-not-known")
    (tmp_path / "a.json").write_text("[")
    with pytest.raises(InputError, match=r"a\.json"):
        undated.read(tmp_path / "a.json")
    with pytest.raises(InputError, match="expected lines of customers, got none"):
        undated.visits(pd.DataFrame({"customer_id": [], "visit": [], "category": []}))
