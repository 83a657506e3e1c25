"""Do the figures of the known store draw what they are given?"""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from layoutlab.retail.synthetic import known_store_plots as plots
from layoutlab.retail.synthetic.basket_samples import Sample, summarise


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def summary(*, timed):
    rng = np.random.default_rng(0)
    bought = rng.random((80, 5)) < 0.5
    bought[:, 0] = True
    customer = rng.integers(0, 9, 80) if timed else np.full(80, -1)
    return summarise(Sample(bought, customer, np.arange(80) * int(timed)))


def test_sales_mark_promotions():
    sold = pd.DataFrame({"a": [3, 9, 4], "b": [5, 5, 6]})
    planned = pd.DataFrame({"category": ["a", "c"], "week": [1, 0]})
    ax = plots.draw_sales(sold, ["a"], planned, caption="Words.")
    assert ax.lines[0].get_ydata().tolist() == [3, 9, 4]
    assert (ax.lines[1].get_xdata().tolist(), ax.lines[1].get_ydata().tolist()) == ([1], [9])
    assert ax.figure.get_supxlabel() == "Words."


def test_lifts_lie_between_the_ends():
    ax = plots.draw_lifts(np.array([0.5, 2.0]), np.array([0.6, 1.8]))
    assert ax.lines[0].get_xdata().tolist() == [0.5, 2.0]
    assert ax.lines[1].get_ydata().tolist() == [0.6, 1.8]


def test_confusion_writes_every_number():
    ax = plots.draw_confusion(pd.DataFrame([[3, 1], [0, 4]], ["x", "y"], ["group 1", "group 2"]))
    assert [text.get_text() for text in ax.texts] == ["3", "1", "0", "4"]


def test_promotions_are_relative_to_the_truth():
    found = pd.DataFrame(
        {
            "category": ["a", "b"],
            "in_season": [True, False],
            "rate_ratio": [2.0, 1.5],
            "ratio": [2.2, 1.5],
            "low": [2.0, 1.2],
            "high": [2.4, 1.8],
            "before_after": [3.0, np.nan],
            "against_store": [2.5, np.nan],
        }
    )
    ax = plots.draw_promotions(found)
    assert ax.lines[0].get_xdata() == pytest.approx([1.0, 1.1])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b (× 1.50)", "a * (× 2.00)"]


@pytest.mark.parametrize("timed", [True, False])
def test_fit_says_when_there_are_no_times(timed):
    given = summary(timed=timed)
    axes = plots.draw_fit(given, given, given)
    said = [text.get_text() for text in axes[3].texts]
    assert said == ([] if timed else ["no times or customers"])


def test_distances_are_parts_of_those_before():
    given = {"before": {"size": 2.0}, "after": {"size": 0.5}, "floor": {"size": 0.2}}
    ax = plots.draw_distances(given)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([1, 0.25, 0.1])
