import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from layoutlab.floor import plots
from layoutlab.floor.evolution import Snapshot
from layoutlab.floor.genome import Block, Floor

BLOCKS = (Block(True, 1, 1, 3), Block(False, 0, 2, 3))


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def caption(ax):
    return ax.figure.get_supxlabel()


def test_a_floor_shows_blocks_doors_and_walk():
    floor = Floor(5, 6, 2, (3,))
    ax = plots.draw_floor(BLOCKS, floor, walk=[(0, 0), (1, 0)], title="A floor")
    boxes = [patch.get_bbox().bounds for patch in ax.patches]
    np.testing.assert_allclose(boxes[0], (1.06, 1.06, 0.88, 2.88))
    np.testing.assert_allclose(boxes[1], (0.06, 2.06, 2.88, 0.88))
    assert [text.get_text() for text in ax.texts] == ["in", "out"]
    assert ax.get_aspect() == 1
    assert ax.get_ylim() == (5, 0)
    assert (ax.get_title(), ax.get_xlabel()) == ("A floor", "x: 6 cells")
    assert len(ax.lines) == 1


def test_generations_stand_side_by_side():
    snapshots = [Snapshot(generation, BLOCKS, 1.5) for generation in (1, 50)]
    axes = plots.draw_generations(snapshots, Floor(), walks={1: [(0, 0), (0, 1)], 50: None})
    assert [ax.get_title() for ax in axes] == [
        "Generation 1: fitness 1.500",
        "Generation 50: fitness 1.500",
    ]
    assert [len(ax.lines) for ax in axes] == [1, 0]
    assert caption(axes[0]).startswith("Best floor of each generation.")


def test_the_history_is_drawn_with_its_baseline():
    history = pd.DataFrame(
        {"generation": [0, 1], "best": [2.0, 3.0], "mean": [1.0, 2.0], "worst": [0.0, 1.0]}
    )
    ax = plots.plot_history(history, random_best=np.array([2.0, 2.5]))
    drawn = {line.get_label(): line.get_ydata().tolist() for line in ax.lines}
    assert drawn["best of the generation"] == [2.0, 3.0]
    assert drawn["best of as many random floors"] == [2.0, 2.5]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("generation", "fitness f + a + r")
    assert caption(ax)


def test_schemes_carry_their_letters_best_on_top():
    summary = pd.DataFrame({"group": ["good", "bad"], "mean": [2.0, 1.0], "median": [2.0, 1.0]})
    for statistic in ("mean", "median"):
        summary[f"{statistic}_low"] = summary[statistic] - 0.1
        summary[f"{statistic}_high"] = summary[statistic] + 0.2
    ax = plots.plot_schemes(summary, {"good": "a", "bad": "b"}, level=0.01)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["good  [a]", "bad  [b]"]
    assert ax.yaxis_inverted()
    assert " ".join(caption(ax).split()).endswith("does not separate them at 1%.")


def test_the_heat_map_names_every_cell():
    table = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=["r", "t"], columns=["x", "y"])
    ax = plots.plot_heatmap(table)
    assert [text.get_text() for text in ax.texts] == ["1.000", "2.000", "3.000", "4.000"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["r", "t"]
