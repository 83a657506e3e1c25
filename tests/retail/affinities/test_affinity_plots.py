"""Do the figures of affinities show what they are given, labelled?"""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from layoutlab.retail.affinities import affinity_plots, assortment


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def labels_of(ax):
    return ax.get_title(), ax.get_xlabel(), ax.get_ylabel(), ax.figure.get_supxlabel()


def test_lift_matrix_leaves_its_diagonal_blank():
    lift = pd.DataFrame([[9.0, 2.0], [2.0, 9.0]], index=["a", "b"], columns=["a", "b"])
    shown = affinity_plots.draw_lift_matrix(lift).images[0].get_array()
    assert shown[0, 1] == 1
    assert np.ma.getmaskarray(np.ma.masked_invalid(shown)).tolist() == [
        [True, False],
        [False, True],
    ]
    assert lift.to_numpy().diagonal().tolist() == [9, 9]


def test_pairs_show_truth_where_it_is_known():
    pairs = pd.DataFrame(
        {"first": ["a"], "second": ["b"], "lift": [2.0], "lift_low": [1.5], "lift_high": [3.0]}
    )
    ax = affinity_plots.draw_pairs(pairs, truth=pd.Series([2.2]))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a + b"]
    assert len(ax.get_legend().get_texts()) == 3
    assert len(affinity_plots.draw_pairs(pairs).get_legend().get_texts()) == 2


def test_shrunk_lifts_stand_beneath_the_raw_ones():
    pairs = pd.DataFrame(
        {"first": ["a"], "second": ["b"], "lift": [2.0], "lift_low": [1.5], "lift_high": [3.0]}
    )
    shrunk = pd.DataFrame({"shrunk": [1.8], "shrunk_low": [1.4], "shrunk_high": [2.4]})
    ax = affinity_plots.draw_pairs(pairs, shrunk=shrunk)
    said = {text.get_text() for text in ax.get_legend().get_texts()}
    assert said == {"estimate, interval", "shrunk", "independent"}
    assert [container[0].get_xdata().tolist() for container in ax.containers] == [[2.0], [1.8]]


def test_families_are_framed_and_every_category_named():
    names = np.array(list("abcdef"))
    lift = np.full((6, 6), 0.5)
    lift[:3, :3] = lift[3:, 3:] = 2.0
    families = assortment.families(names, lift, n_families=2)
    ax = affinity_plots.draw_families(families, caption="Two.")
    assert sorted(label.get_text() for label in ax.get_xticklabels()) == names.tolist()
    assert [patch.get_width() for patch in ax.patches] == [3, 3]
    assert [text.get_text() for text in ax.texts] == ["1", "2"]
    assert labels_of(ax) == (
        "Families of categories that sell together", "category", "category", "Two.",
    )  # fmt: skip


def test_the_figure_grows_with_the_categories():
    names = np.array([f"{i:03}" for i in range(100)])
    lift = 1 + np.random.default_rng(1).random((100, 100))
    families = assortment.families(names, (lift + lift.T) / 2)
    figure = affinity_plots.draw_families(families).figure
    assert figure.get_figwidth() / 100 > 0.13


def test_a_network_shows_every_category_and_pair():
    pairs = pd.DataFrame({"first": ["a", "a"], "second": ["b", "c"], "lift": [4.0, 2.0]})
    ax = affinity_plots.draw_network(assortment.network(pairs), pairs, caption="Two pairs.")
    assert sorted(text.get_text() for text in ax.texts) == ["a", "b", "c"]
    drawn = [line for line in ax.lines if len(line.get_xdata())]
    assert [line.get_linewidth() for line in drawn] == [3.5, 2.0]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["lift 1.4", "lift 4.0"]


def test_groups_stand_beside_each_other():
    compared = pd.DataFrame({"first": ["a"], "second": ["b"]})
    for name, lift in {"early": 2.0, "late": 0.5}.items():
        compared[f"lift {name}"] = lift
        compared[f"lift_low {name}"] = lift / 2
        compared[f"lift_high {name}"] = lift * 2
    ax = affinity_plots.draw_groups(compared, ("early", "late"))
    assert [container[0].get_xdata().tolist() for container in ax.containers] == [[2.0], [0.5]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["early", "late"]


def test_stability_is_a_bar_per_ranking_and_top():
    summary = pd.DataFrame({"top_20": [0.5, 0.25], "top_100": [0.4, 0.1]}, index=["lift", "a_low"])
    ax = affinity_plots.draw_stability(summary)
    assert [bar.get_width() for bar in ax.patches] == [0.5, 0.25, 0.4, 0.1]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["lift", "a, lower limit"]
