"""Do the figures of sales and affinities show what they are given, labelled?"""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from layoutlab.retail import plots


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def labels_of(ax):
    return ax.get_title(), ax.get_xlabel(), ax.get_ylabel(), ax.figure.get_supxlabel()


def test_bars_are_as_long_as_their_numbers():
    ax = plots.draw_top_categories(pd.Series({"milk": 5, "bread": 2}), caption="Two.")
    assert [bar.get_width() for bar in ax.patches] == [5, 2]
    assert labels_of(ax) == ("What the store sold", "lines of receipts", "category", "Two.")


def test_rejects_of_nothing_are_drawn_too():
    ax = plots.draw_rejects({"missing_field": 0, "cancelled": 0}, caption="None.")
    assert [text.get_text() for text in ax.texts] == ["0", "0"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["missing field", "cancelled"]


def test_an_empty_week_says_so():
    hours = pd.DataFrame(0, index=list("abcdefg"), columns=range(24))
    assert [text.get_text() for text in plots.draw_hours(hours).texts] == [
        "this source records no times"
    ]
    hours.iloc[2, 9] = 4
    assert len(plots.draw_hours(hours).texts) == 0


def test_large_baskets_share_the_last_bar():
    ax = plots.draw_basket_sizes(np.array([1, 1, 50, 51, 900]))
    heights = [bar.get_height() for bar in ax.patches]
    assert (len(heights), heights[0], heights[49], heights[50]) == (51, 2, 1, 2)
    assert "51 and more" in ax.get_xlabel()


def test_lift_matrix_leaves_its_diagonal_blank():
    lift = pd.DataFrame([[9.0, 2.0], [2.0, 9.0]], index=["a", "b"], columns=["a", "b"])
    shown = plots.draw_lift_matrix(lift).images[0].get_array()
    assert shown[0, 1] == 1
    assert np.ma.getmaskarray(np.ma.masked_invalid(shown)).tolist() == [
        [True, False],
        [False, True],
    ]
    assert lift.to_numpy().diagonal().tolist() == [9, 9]


def test_pairs_show_truth_where_it_is_known():
    pairs = pd.DataFrame(
        {"first": ["a"], "second": ["b"], "lift": [2.0], "lift_low": [1.5], "lift_high": [3.0]}
    )
    ax = plots.draw_pairs(pairs, truth=pd.Series([2.2]))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a + b"]
    assert len(ax.get_legend().get_texts()) == 3
    assert len(plots.draw_pairs(pairs).get_legend().get_texts()) == 2
