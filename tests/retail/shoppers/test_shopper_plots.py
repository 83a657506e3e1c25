"""Do the figures show what they are given, with units and a caption?"""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from layoutlab.retail.shoppers import (
    prepared_floor,
    shopper_plots,
    simulation,
    store_run,
    validation,
)


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def outcome(floor, goods, shoppers, sizes):
    return simulation.simulate(floor, goods, shoppers, sizes)


def test_steps_are_drawn_in_metres(floor, outcome):
    steps = prepared_floor.steps(floor, outcome.tally.legs)
    ax = shopper_plots.draw_steps(floor, steps, len(outcome.shoppers), caption="All trips.")
    assert ax.get_xlabel() == "x, m"
    assert ax.get_figure().get_supxlabel() == "All trips."
    drawn = ax.images[-1].get_array()
    assert drawn.sum() == pytest.approx(steps.sum() * 1000 / len(outcome.shoppers))


def test_departments_are_discs(goods, outcome):
    ax = shopper_plots.draw_departments(store_run.departments(goods, outcome), caption="Discs.")
    assert len(ax.collections[0].get_offsets()) == 6
    assert ax.get_ylabel() == "exposure, m of walking per trip"


def test_the_card_has_a_row_for_each_regularity_but_inputs():
    targets = validation.targets().rename(columns={"low": "least", "high": "most"})
    rows = [
        {"regularity": name, "shoppers": who, "value": 0.4, "low": 0.3, "high": 0.5}
        for name in targets.index
        for who in ("behaved", "random")
    ]
    card = pd.DataFrame(rows).join(targets, on="regularity")
    ax = shopper_plots.draw_card(card, caption="A card.")
    judged = int((targets["role"] != "input").sum())
    assert len(ax.patches) == judged
    offsets = ax.collections[0].get_offsets()
    assert len(offsets) == judged
    assert np.abs(offsets[:, 0] - 0.5).max() <= 2.5
