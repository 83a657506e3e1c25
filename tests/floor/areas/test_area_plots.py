import matplotlib.pyplot as plt
import numpy as np
import pytest
from area_instances import SEVEN
from matplotlib.patches import Rectangle

from layoutlab.floor.areas import bays
from layoutlab.floor.areas.kernels import facility_of
from layoutlab.floor.areas.plots import draw_layout
from layoutlab.floor.areas.problem import from_mapping


@pytest.fixture
def drawn():
    flows = [row for row in SEVEN["flows"] if 3 not in row[:2]]
    problem = from_mapping({**SEVEN, "flows": flows, "limit": [4, 4, 0, 4, 4, 4, 4]})
    code = np.array([range(7), [0, 0, 1, 0, 1, 0, 1]], dtype=np.int32)
    layout = bays.layout(code, facility_of(problem))
    ax = draw_layout(problem, layout, title="Seven", flows=4)
    yield layout, ax
    plt.close(ax.figure)


def test_every_department_is_drawn_where_it_stands(drawn):
    layout, ax = drawn
    patches = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    found = [[*p.get_xy(), p.get_width(), p.get_height()] for p in patches[:7]]
    assert found == pytest.approx(layout)
    assert len(patches) == 8
    assert patches[2].get_hatch() == "///"


def test_departments_with_flows_are_numbered_and_the_largest_flows_joined(drawn):
    layout, ax = drawn
    numbers = {text.get_text(): text.get_position() for text in ax.texts}
    assert sorted(numbers) == ["1", "2", "4", "5", "6", "7"]
    assert numbers["4"] == pytest.approx(tuple(layout[3, :2] + layout[3, 2:] / 2))
    assert len(ax.lines) == 4
    assert ax.get_aspect() == 1
    assert ax.get_title() == "Seven"
    assert ax.get_xlabel()
    assert ax.get_ylabel()
