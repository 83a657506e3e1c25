import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

mpl.use("Agg")

from layoutlab.floor.genome import Block, Floor
from layoutlab.floor.optimum import plots


def test_plans_stand_side_by_side():
    floor = Floor(4, 4, 1, (2,))
    plan = ("one", [Block(False, 1, 1, 2)], floor, [(0, 0), (1, 0)])
    axes = plots.draw_plans([plan, ("two", plan[1], floor, None)], caption="Two plans.")
    assert [ax.get_title() for ax in axes] == ["one", "two"]
    assert "Two plans." in axes[0].figure.get_supxlabel()


def test_gaps_have_a_line_for_each_search():
    gaps = pd.DataFrame({"a": [0.1, 0.2], "b": [0.0, 0.0]}, index=[5, 6])
    ax = plots.plot_gaps(gaps)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["a", "b", "one covered cell"]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.1, 0.2])


def test_success_counts_the_runs_that_reached():
    ax = plots.plot_success({"a": np.array([30.0, 10.0, np.inf])}, 100)
    assert ax.get_legend().get_texts()[0].get_text() == "a: 2 of 3"
    assert ax.lines[0].get_xdata().tolist() == [0, 10, 30, 100]
    assert ax.lines[0].get_ydata().tolist() == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])


def test_walk_worth_has_a_panel_for_each_table():
    table = pd.DataFrame({"at": [1, 2], "walk": ["kept", "shut"], "without": [-0.5, 0.5]})
    axes = plots.plot_walk_worth({"length": table, "blocks": table})
    assert [ax.get_xlabel() for ax in axes] == ["length", "blocks"]
    assert len(axes[0].collections) == 2
