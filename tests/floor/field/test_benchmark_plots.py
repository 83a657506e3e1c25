"""Benchmark figures: what is drawn where, with titles, labels and captions."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Arc, Rectangle

from layoutlab.floor.field import plots as benchmark_plots
from layoutlab.floor.rows.problem import Problem as Row


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_gaps_stand_on_their_instance_s_line() -> None:
    gaps = pd.DataFrame(
        {
            "instance": ["a", "a", "b", "b"],
            "search": ["ours", "faq", "ours", "faq"],
            "gap": [0.0, 2.0, -0.01, 30.0],
        }
    )
    ax = benchmark_plots.plot_gaps(gaps, ("ours", "2opt", "faq"), title="Gaps")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["ours", "faq"]
    assert ax.get_xlim()[0] < -0.01
    assert ax.get_xlim()[1] > 30
    faq = ax.collections[2].get_facecolor()[0]
    assert to_hex(faq) == benchmark_plots.COLOURS[2].lower()
    ours = ax.collections[0].get_offsets()
    assert ours[:, 0].tolist() == [0.0, -0.01]
    assert np.round(ours[:, 1]).tolist() == [0, 1]
    assert ax.get_title() == "Gaps"
    assert "%" in ax.get_xlabel()
    assert "logarithmic" in ax.figure.get_supxlabel()


def test_a_row_is_drawn_to_scale_from_left_to_right() -> None:
    row = Row(np.array([1, 2, 3]), np.array([[0, 4, 1], [4, 0, 2], [1, 2, 0]]))
    ax = benchmark_plots.draw_row(row, [2, 0, 1], strongest=2, title="Row")
    boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert [(box.get_x(), box.get_width()) for box in boxes] == [(0, 3), (3, 1), (4, 2)]
    assert [text.get_text() for text in ax.texts] == ["3", "1", "2"]
    arcs = [patch for patch in ax.patches if isinstance(patch, Arc)]
    assert [(arc.center[0], arc.width) for arc in arcs] == [(4.25, 1.5), (3.25, 3.5)]
    assert ax.get_aspect() == 1
    tiny = benchmark_plots.draw_row(Row(np.array([1, 99, 99]), row.flows), [0, 1, 2])
    assert [text.get_text() for text in tiny.texts] == ["2", "3"]
    assert "2 strongest" in ax.figure.get_supxlabel().replace("\n", " ")


def test_areas_are_drawn_to_scale_with_their_flows() -> None:
    layout = np.array([[0, 0, 2, 3], [2, 0, 1, 3.0]])
    flows = np.array([[0, 1, 5.0]])
    ax = benchmark_plots.draw_areas(layout, (3, 3), flows=flows, title="Plan")
    boxes = [(box.get_x(), box.get_y(), box.get_width(), box.get_height()) for box in ax.patches]
    assert boxes == [(0, 0, 2, 3), (2, 0, 1, 3), (0, 0, 3, 3)]
    assert ax.lines[0].get_xydata().tolist() == [[1, 1.5], [2.5, 1.5]]
    assert ax.get_aspect() == 1
    assert benchmark_plots.draw_areas(layout, (3, 3)).get_title() == ""
