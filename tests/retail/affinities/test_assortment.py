"""Are families, their order and the network what the lifts say?"""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.affinities import assortment

NAMES = np.array(list("abcdef"))


def two_blocks():
    """Lifts of 3 within {a, c, e} and {b, d, f}, of ½ between them."""
    block = np.arange(6) % 2
    return np.where(block[:, None] == block, 3.0, 0.5)


def test_families_are_the_planted_ones_and_stand_side_by_side():
    found = assortment.families(NAMES, two_blocks(), n_families=2)
    assert sorted(map(sorted, found.members().values())) == [["a", "c", "e"], ["b", "d", "f"]]
    assert found.family.tolist() == [1, 1, 1, 2, 2, 2]
    assert found.lift.index.tolist() == found.lift.columns.tolist()
    assert np.isnan(found.lift.to_numpy().diagonal()).all()
    named = pd.DataFrame(two_blocks(), NAMES, NAMES)
    order = found.lift.columns
    off = ~np.eye(6, dtype=bool)
    assert np.array_equal(found.lift.to_numpy()[off], named.loc[order, order].to_numpy()[off])


def test_within_a_family_no_pair_is_bound_less_than_the_cut():
    rng = np.random.default_rng(2)
    lift = np.exp(rng.normal(size=(20, 20)))
    lift = np.sqrt(lift * lift.T)
    names = np.array([f"{i:02}" for i in range(20)])
    found = assortment.families(names, lift, n_families=5)
    sizes = [len(members) for members in found.members().values()]
    assert sum(sizes) == 20
    assert len(sizes) <= 5
    cut = found.linkage[-len(sizes), 2]
    weakest = [found.lift.loc[m, m].min().min() for m in found.members().values() if len(m) > 1]
    highest = lift[~np.eye(20, dtype=bool)].max()
    assert min(weakest) >= highest / 2**cut * (1 - 1e-5)


def test_the_order_does_not_depend_on_the_order_given():
    rng = np.random.default_rng(3)
    lift = np.exp(rng.normal(size=(12, 12)))
    lift = np.sqrt(lift * lift.T)
    names = np.array([f"{i:02}" for i in range(12)])
    shuffled = rng.permutation(12)
    one = assortment.families(names, lift).lift.columns.tolist()
    two = assortment.families(names[shuffled], lift[np.ix_(shuffled, shuffled)]).lift.columns
    assert two.tolist() in (one, one[::-1])


@pytest.mark.parametrize(
    ("names", "lift", "n", "message"),
    [
        (NAMES[:1], np.ones((1, 1)), 2, "expected at least 2 categories to cluster, got 1"),
        (
            NAMES[:2],
            np.eye(2),
            2,
            "expected lifts above 0 to cluster by, got some that are not: shrink them",
        ),
        (NAMES[:2], np.ones((2, 2)), 0, "expected n_families of at least 1, got 0"),
    ],
)
def test_what_cannot_be_clustered(names, lift, n, message):
    with pytest.raises(InputError) as caught:
        assortment.families(names, lift, n_families=n)
    assert str(caught.value) == message


def test_the_most_bought_categories():
    support = np.diag([0.1, 0.3, 0.3, 0.2])
    assert assortment.most_bought(support, 2).tolist() == [1, 2]
    assert assortment.most_bought(support, 9).tolist() == [0, 1, 2, 3]


def test_linked_categories_stand_nearer_and_labels_apart():
    pairs = pd.DataFrame({"first": list("abcx"), "second": list("bcdy"), "lift": 2.0})
    places = assortment.network(pairs)
    assert places.index.tolist() == list("abcdxy")
    assert places["links"].tolist() == [1, 2, 2, 1, 1, 1]
    assert places[["x", "y"]].to_numpy().min() >= 0
    assert places[["x", "y"]].to_numpy().max() <= 1

    def apart(one, two):
        return np.hypot(*(places.loc[one, ["x", "y"]] - places.loc[two, ["x", "y"]]))

    assert apart("a", "b") < apart("a", "c") < apart("a", "d")
    assert places.equals(assortment.network(pairs.iloc[::-1]))


def test_crowded_labels_are_pushed_apart():
    points = np.full((4, 2), 0.5) + np.arange(4)[:, None] * 1e-3
    spread = assortment._spread(points, ["fruit/vegetable juice"] * 4)
    size = np.array([16 * assortment.LETTER_WIDTH, 3 * assortment.LINE_HEIGHT])
    boxes = np.stack([spread, spread + size])
    for i in range(4):
        for j in range(i):
            overlap = np.minimum(boxes[1, i], boxes[1, j]) - np.maximum(boxes[0, i], boxes[0, j])
            assert overlap.min() < 0.01


def test_no_pairs_no_network():
    none = pd.DataFrame({"first": [], "second": [], "lift": []})
    assert len(assortment.network(none)) == 0


def test_every_process_draws_the_same_network():
    """Names hash differently in every process; places may not."""
    code = (
        "import pandas as pd; from layoutlab.retail.affinities import assortment; "
        "pairs = pd.DataFrame({'first': list('abcdxpq'), 'second': list('bcdaycr'), 'lift': 2.0}); "
        "print(assortment.network(pairs).to_csv())"
    )
    drawn = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 2, 3)
    }
    assert len(drawn) == 1
    assert drawn.pop().startswith("name,x,y,links")
