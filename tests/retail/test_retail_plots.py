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
