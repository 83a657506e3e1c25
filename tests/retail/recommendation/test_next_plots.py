"""Figures of next-basket rankings say what they show."""

import matplotlib as mpl
import pandas as pd

from layoutlab.retail.recommendation import next_plots

mpl.use("Agg")


def test_every_figure_has_title_labels_and_caption():
    table = pd.DataFrame(
        {"recall": [0.5, 0.2], "low": [0.4, 0.1], "high": [0.6, 0.3], "chosen": [True, False]},
        index=["set_model", "popularity"],
    )
    parts = pd.DataFrame({"repeat": [0.9, 0.2], "explore": [0.1, 0.1]}, index=table.index)
    for ax in (
        next_plots.draw_methods(table, ceiling=0.7, caption="What."),
        next_plots.draw_losses({"train": [2.0, 1.0], "validation": [1.5, 1.2]}, caption="What."),
        next_plots.draw_parts(parts, caption="What."),
    ):
        assert ax.get_title()
        assert ax.get_xlabel()
        assert ax.get_ylabel()
        assert ax.get_figure().get_supxlabel() == "What."


def test_the_chosen_method_stands_out():
    table = pd.DataFrame(
        {"recall": [0.5, 0.2], "low": [0.4, 0.1], "high": [0.6, 0.3], "chosen": [True, False]},
        index=["a_b", "c"],
    )
    ax = next_plots.draw_methods(table)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a b", "c"]
    assert ax.lines[0].get_color() != ax.lines[2].get_color()
