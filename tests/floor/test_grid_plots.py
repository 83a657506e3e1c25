import matplotlib.pyplot as plt
import numpy as np
import pytest

from layoutlab.floor import grid_plots
from layoutlab.floor.grid import plan_of
from layoutlab.floor.store import pareto_plots
from layoutlab.floor.store.arrangement import generated_store, grid_of
from layoutlab.floor.store.rack_angles import angle_study
from layoutlab.floor.visibility import faces_of


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def grid():
    store = generated_store(rng=np.random.default_rng(0), rows=18, columns=31, bands=2, in_band=3)
    return grid_of(store, store.fixtures)


def boxes(ax, colour):
    wanted = plt.matplotlib.colors.to_rgba(colour)
    return [patch for patch in ax.patches if tuple(patch.get_facecolor()) == wanted]


def test_a_store_is_a_plan_in_metres(grid):
    ax = grid_plots.draw_store(grid, walks=[[(0, 0), (5, 0)]], moved=("1",), title="A store")
    assert ax.get_aspect() == 1.0
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("x, m", "y, m", "A store")
    assert len(boxes(ax, grid_plots.SHELF)) == 5
    (moved,) = boxes(ax, grid_plots.ORANGE)
    assert moved.get_width() * moved.get_height() == pytest.approx(
        (grid.owner == 1).sum() * grid.cell_m**2
    )
    assert {text.get_text() for text in ax.texts} == {"in", "out", "1 m"}
    assert ax.get_legend().get_texts()[0].get_text() == "trip 1"


def test_a_map_leaves_out_what_is_not_finite(grid):
    values = np.where(plan_of(grid) == 0, 2.0, np.inf)
    marked = np.zeros(values.shape, dtype=bool)
    marked[0, :3] = True
    ax = grid_plots.draw_map(grid, values, label="walk, m", title="Walks", marked=marked)
    (image,) = ax.images
    np.testing.assert_array_equal(np.ma.getmaskarray(image.get_array()), plan_of(grid) != 0)
    assert ax.figure.axes[1].get_ylabel() == "walk, m"
    assert sum(patch.get_hatch() is not None for patch in ax.patches) == 3


def test_exposure_draws_each_face_once(grid):
    faces = faces_of(plan_of(grid), grid.owner)
    seen = np.arange(len(faces.points), dtype=float)
    ax = grid_plots.draw_exposure(grid, faces, seen, walks=[[(0, 0), (3, 0)]])
    unseen, shown = ax.collections
    assert (len(unseen.get_segments()), len(shown.get_segments())) == (1, len(seen) - 1)
    lengths = [np.ptp(segment, axis=0).sum() for segment in shown.get_segments()]
    np.testing.assert_allclose(lengths, grid.cell_m)


def test_fronts_growth_and_angles_have_names():
    levels = {share: np.array([[1.0, 3.0], [2.0, 2.0]]) + share for share in (0.2, 0.5, 1.0)}
    ax = pareto_plots.plot_attained(
        {"nsga2": levels, "random": levels}, ("trip, m", "hidden"), today=(2, 4)
    )
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["NSGA-II", "random layouts", "today"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("trip, m", "hidden")
    ax = pareto_plots.plot_growth({"nsga3": np.array([[0.1, 0.3], [0.2, 0.2]])}, 10)
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [(10, 0.15), (20, 0.25)])
    ax = pareto_plots.plot_angles(angle_study((60, 90), (45,)))
    assert ax.get_legend().get_texts()[0].get_text() == "45°"
    assert "one direction" in ax.get_title()
