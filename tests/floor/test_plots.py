import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor import plots
from layoutlab.floor.checkpoints import Snapshot
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
        "Generation 1: 1.500",
        "Generation 50: 1.500",
    ]
    assert [len(ax.lines) for ax in axes] == [1, 0]
    assert caption(axes[0]).startswith("Best floor of each generation and its fitness.")


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


def test_seeds_are_drawn_as_bands_around_their_median():
    best = np.array([[1.0, 2.0], [1.0, 4.0], [1.0, 3.0]])
    axes = plots.plot_seeds(best, np.full((3, 2), 0.5))
    assert [ax.lines[0].get_ydata().tolist() for ax in axes] == [[1.0, 3.0], [50.0, 50.0]]
    assert [len(ax.collections) for ax in axes] == [2, 2]
    assert caption(axes[0]).startswith("3 evolutions")


def test_an_animation_has_a_frame_for_each_snapshot(tmp_path):
    snapshots = [Snapshot(generation, BLOCKS, 1.5 + generation) for generation in (0, 1, 2)]
    history = pd.DataFrame({"generation": [0, 1, 2], "best": [1.5, 2.5, 3.5], "mean": [1, 1, 1]})
    moving = plots.animate_generations(snapshots, Floor(), history)
    for name in ("one.gif", "two.gif"):
        canonical.write_animation(tmp_path / name, moving, frames_per_s=5)
    assert Image.open(tmp_path / "one.gif").n_frames == 3
    assert (tmp_path / "one.gif").read_bytes() == (tmp_path / "two.gif").read_bytes()
    with pytest.raises(InputError, match=r"^expected an animation named \.gif, got one\.png$"):
        canonical.write_animation(tmp_path / "one.png", moving, frames_per_s=5)
