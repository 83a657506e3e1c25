import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from layoutlab.retail.promise import promise_plots as plots

mpl.use("agg")


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def test_promises_have_a_point_for_each_part_and_search():
    rows = [
        {"seed": seed, "moves": 4, "part": part, "gain": 0.05, "low": 0.04, "high": 0.06}
        for seed in range(3)
        for part in ("promised", "corrected", "later")
    ]
    ax = plots.draw_promises(pd.DataFrame(rows), caption="three")
    assert labels(ax)[-3:] == ["promised", "corrected", "later"]
    assert ax.get_title()
    assert "unplanned margin" in ax.get_ylabel()


def test_ratios_are_drawn_against_what_is_asked_even_without_bounds():
    columns = ["gain", "low", "high", "ratio", "ratio_low", "ratio_high"]
    rows = {
        "promised": [0.1, 0, 0.2, 1, 1, 1],
        "corrected": [0.09, 0, 0.2, 0.9, -np.inf, np.inf],
        "later": [0.08, 0, 0.2, 0.8, 0.7, 0.9],
    }
    summary = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    ax = plots.draw_ratios(summary, caption="two")
    assert [text.get_text() for text in ax.get_yticklabels()] == ["corrected", "later"]
    assert "asked for: 0.7" in labels(ax)


def test_a_tornado_marks_where_another_layout_is_better():
    table = pd.DataFrame(
        {
            "effect": ["patience_m", "order_noise"],
            "gain_low": [0.05, 0.07], "gain_high": [0.1, 0.08],
            "least_low": [0.04, 0.06], "least_high": [0.09, 0.07],
            "most_low": [0.06, 0.08], "most_high": [0.11, 0.09],
            "beaten_low": [True, False], "beaten_high": [False, False],
        }
    )  # fmt: skip
    ax = plots.draw_tornado(table, 0.07, caption="two")
    assert "another layout is better, low end" in labels(ax)
    assert "another layout is better, high end" not in labels(ax)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["patience m", "order noise"]


def test_a_front_is_drawn_with_and_without_a_choice():
    today, tried = np.array([1.0, 100.0]), np.array([[1.1, 99.0], [1.2, 101.0]])
    shown = ((0.09, 0.08, 0.1), (-0.01, -0.02, -0.005))
    assert "chosen, fresh shoppers" in labels(plots.draw_front(today, tried, 0, shown, caption=""))
    assert len(labels(plots.draw_front(today, tried, None, None, caption=""))) == 2


def test_stores_and_methods():
    table = pd.DataFrame(
        {
            "method": ["tabu", "tabu"], "form": ["grid", "free"], "area_m2": [300.0, 300.0],
            "promised": [0.1, 0.2], "corrected": [0.1, 0.15],
            "later": [0.08, 0.12], "later low": [0.07, 0.1], "later high": [0.09, 0.14],
        }
    )  # fmt: skip
    ax = plots.draw_stores(table, "later", "tabu", caption="two")
    assert [text.get_text() for text in ax.get_xticklabels()] == ["free\n300 m²", "grid\n300 m²"]
    compared = pd.DataFrame({"gain": [0.1], "low": [0.0], "high": [0.2], "rank": [1.0]}, ["tabu"])
    assert plots.draw_methods(compared, caption="").get_yticklabels()[0].get_text() == (
        "tabu (rank 1.0)"
    )
