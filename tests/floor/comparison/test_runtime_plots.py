import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from layoutlab.floor.comparison import runtime_plots as plots

GROUPS = ("r × x", "r × y", "t × x", "t × y")


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def caption(ax):
    return " ".join(ax.figure.get_supxlabel().split())


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def curves(column, low="low", high="high"):
    rows = [(group, at, at / 10, at / 12, at / 8) for group in GROUPS for at in (1, 2, 3)]
    return pd.DataFrame(rows, columns=["group", "evaluations", column, low, high])


def test_a_colour_is_a_selection_and_a_stroke_a_crossover():
    ax = plots.plot_ecdf(curves("share"))
    assert labels(ax) == list(GROUPS)
    colours = [line.get_color() for line in ax.lines]
    strokes = [line.get_linestyle() for line in ax.lines]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    assert strokes[0] == strokes[2] != strokes[1] == strokes[3]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("evaluations", "share of (run, target) pairs")
    assert caption(ax).startswith("Shaded: 95 % bootstrap band")


def test_a_running_time_ends_where_no_run_reached_the_target():
    table = curves("ert", "ert_low", "ert_high").rename(columns={"evaluations": "target"})
    table.loc[2, ["ert", "ert_high"]] = np.inf
    table.loc[1, "ert_high"] = np.inf
    ax = plots.plot_running_times(table)
    assert [len(line.get_xdata()) for line in ax.lines] == [2, 3, 3, 3]
    assert ax.get_yscale() == "log"


def test_bands_stand_in_a_row_for_each_selection():
    table = curves("median").assign(mean=0.0)
    axes = plots.plot_anytime(table)
    assert axes.shape == (2, 2)
    assert [ax.get_title() for ax in axes.ravel()] == list(GROUPS)
    assert axes[1, 0].get_xlabel() == "evaluations"
    assert axes[0, 0].lines[1].get_ydata().tolist() == [0.1, 0.2, 0.3]


def test_populations_have_a_panel_for_each_view():
    rows = [(view, "r × x", size, 1.0, 0.9, 1.1) for view in ("one", "two") for size in (100, 200)]
    table = pd.DataFrame(rows, columns=["view", "scheme", "population", "mean", "low", "high"])
    axes = plots.plot_populations(table)
    assert [ax.get_title() for ax in axes] == ["one", "two"]
    assert [label.get_text() for label in axes[0].get_xticklabels()] == ["100", "200"]
