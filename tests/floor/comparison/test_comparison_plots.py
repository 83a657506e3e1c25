import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from layoutlab.floor.comparison import plots
from layoutlab.floor.comparison.pairs import friedman

GROUPS = ("r × x", "r × y", "t × x", "t × y")


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def caption(ax):
    return " ".join(ax.figure.get_supxlabel().split())


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def summary(groups=GROUPS):
    table = pd.DataFrame({"group": groups, "mean": np.arange(len(groups), 0, -1.0)})
    table["median"] = table["mean"]
    for statistic in ("mean", "median"):
        table[f"{statistic}_low"] = table[statistic] - 0.1
        table[f"{statistic}_high"] = table[statistic] + 0.2
    return table


def test_schemes_carry_their_letters_best_on_top():
    ax = plots.plot_schemes(summary(("good", "bad")), {"good": "a", "bad": "b"}, level=0.01)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["good  [a]", "bad  [b]"]
    assert ax.yaxis_inverted()
    assert caption(ax).endswith("does not separate them at 1%.")


def test_the_heat_map_names_every_cell():
    table = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=["r", "t"], columns=["x", "y"])
    ax = plots.plot_heatmap(table)
    assert [text.get_text() for text in ax.texts] == ["1.000", "2.000", "3.000", "4.000"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["r", "t"]


def test_the_critical_difference_diagram_names_every_scheme_with_its_rank():
    table = pd.DataFrame(np.arange(24.0).reshape(6, 4), columns=GROUPS)
    ax = plots.plot_critical_difference(friedman(table), title="Ranks")
    written = [text.get_text() for text in ax.texts]
    assert "t × y (1.00)" in written
    assert "(4.00) r × x" in written
    assert any(text.startswith("CD = ") for text in written)
    assert ax.get_title() == "Ranks"
    assert "Nemenyi's test at 5%" in caption(ax)


def test_an_interaction_has_a_line_for_each_selection():
    ax = plots.plot_interaction(summary())
    assert labels(ax) == ["r", "t"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["x", "y"]
    centres = [container.lines[0].get_ydata().tolist() for container in ax.containers]
    assert centres == [[4, 3], [2, 1]]


def test_probabilities_add_up_along_a_bar():
    table = pd.DataFrame(
        {"group": ["a"], "against": ["b"], "worse": [0.2], "equivalent": [0.77], "better": [0.03]}
    )
    ax = plots.plot_equivalence(table, 0.1)
    assert [patch.get_width() for patch in ax.patches] == pytest.approx([0.2, 0.77, 0.03])
    assert [text.get_text() for text in ax.texts] == ["0.20", "0.77"]
    assert labels(ax) == ["worse", "equivalent", "better"]
    assert "within ±0.1 count as equivalent" in caption(ax)
