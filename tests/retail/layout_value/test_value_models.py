"""Tests of the two versions, their trust, their files and the checks of signs."""

import keras
import numpy as np
import pytest

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail.layout_value import (
    applicability,
    forest,
    model_files,
    plain_scores,
    scores,
    set_value,
    study,
)
from layoutlab.retail.layout_value.set_network import Scorer, given_of

QUICK = set_value.Recipe(members=2, width=6, code=3, head=5, epochs=1)


@pytest.fixture(scope="module")
def model(taught):
    return set_value.fit_set(taught, recipe=QUICK, rng=np.random.default_rng(5))[0]


@pytest.fixture(scope="module")
def grown(taught):
    return forest.fit_forest(taught, rng=np.random.default_rng(5), trees=5)


def test_the_quick_scorer_agrees_with_keras(model, some):
    told = model.predict(given_of([some]), verbose=0) * some.scale
    mean, spread = set_value.of_labelled(Scorer(model), some)
    assert mean == pytest.approx(told.mean(axis=1), abs=1e-4)
    assert spread == pytest.approx(told.std(axis=1), abs=1e-4)


def test_no_change_is_worth_nothing(model, some):
    mean, spread = set_value.score(Scorer(model), some.tables, some.tables.today[None])
    assert np.abs(mean).max() < 1e-6
    assert np.abs(spread).max() < 1e-6


def test_the_order_of_layouts_plays_no_part(model, some):
    scorer, layouts = Scorer(model), some.assignments[1:]
    forth, _ = set_value.score(scorer, some.tables, layouts)
    back, _ = set_value.score(scorer, some.tables, layouts[::-1])
    assert forth == pytest.approx(back[::-1], abs=1e-5)


def test_training_gives_the_same_bytes_twice(taught, model, tmp_path):
    again = set_value.fit_set(taught, recipe=QUICK, rng=np.random.default_rng(5))[0]
    for name, each in (("a", model), ("b", again)):
        canonical.write_keras(tmp_path / f"{name}.keras", each)
    assert (tmp_path / "a.keras").read_bytes() == (tmp_path / "b.keras").read_bytes()


def test_the_forest_in_arrays_is_scikit_learns(taught, grown):
    from sklearn.ensemble import RandomForestRegressor

    rows, targets = forest.rows_of(taught)
    scale = targets.std(axis=0)
    seed = int(np.random.default_rng(5).integers(2**31))
    theirs = RandomForestRegressor(
        5, min_samples_leaf=forest.LEAF, max_features=forest.SHARE, random_state=seed
    ).fit(rows, targets / scale)
    expected = theirs.predict(rows[:9]) * scale * taught[0].scale
    found = forest.score(grown, taught[0].tables, taught[0].assignments[1:])
    assert found == pytest.approx(expected)


def test_files_come_back(tmp_path, taught, model, grown, some):
    learned = [set_value.of_labelled(Scorer(model), one) for one in taught]
    trust = scores.learn_trust(taught, learned)
    known = applicability.learn(taught * 5)
    measures = np.arange(2), np.array([0.25, 0.5]), np.array([0.5, 0.75])
    figures = {"v2": {"unplanned_margin": 0.9}}
    model_files.write(tmp_path, model, grown, trust, known, figures=figures,
                      data={"stores": 2}, measures=measures)  # fmt: skip
    kept = model_files.read(tmp_path)
    mean, _ = set_value.of_labelled(kept.scorer, some)
    assert mean == pytest.approx(learned[0][0])
    assert kept.known.limit == known.limit
    assert np.load(tmp_path / "customers.npz")["values"].tolist() == [0.5, 0.75]
    assert np.load(tmp_path / "v1/customers.npz")["values"].tolist() == [0.25, 0.5]
    assert (tmp_path / "v1/forest.npz").read_bytes() == (tmp_path / "forest.npz").read_bytes()
    assert isinstance(keras.models.load_model(tmp_path / "model.keras"), keras.Model)
    (tmp_path / "forest.npz").unlink()
    with pytest.raises(InputError, match=r"^expected a forest, but there is no file .*forest.npz$"):
        model_files.read(tmp_path)


def test_a_perfect_score_ranks_perfectly(some):
    assert scores.rhos([some], [some.relative[1:]]) == pytest.approx(np.ones((1, 3)))
    assert scores.rhos([some], [np.zeros_like(some.relative[1:])]).tolist() == [[0, 0, 0]]


def test_intervals_hold_the_mean(rng):
    mean, low, high = scores.mean_interval(rng.random((12, 2)), rng=rng)
    assert (low < mean).all()
    assert (mean < high).all()
    with pytest.raises(InputError, match=r"^values: expected at least 2 stores, got 1$"):
        scores.mean_interval(np.ones((1, 2)), rng=rng)


def test_a_store_unlike_all_is_warned_of(some, taught):
    from dataclasses import replace

    known = applicability.learn(taught * 5)
    odd = replace(some.tables, store_features=some.tables.store_features + 50)
    assert applicability.farness(known, odd) > 1
    assert "this store is" in applicability.warning(known, odd, some.sums)
    with pytest.raises(InputError, match=r"^stores: expected at least 10, got 2$"):
        applicability.learn(taught)


def test_all_scores_are_compared_on_the_same_stores(taught, model, grown, rng):
    line = plain_scores.fit_line(taught)
    found = study.compare(taught, grown, line, Scorer(model))
    assert len(study.table(found, rng=rng)) == 3 * len(found.rhos)
    gain = study.ahead(found, "v1 forest", "v1 forest", rng=rng)
    assert gain["metres"] == (0.0, 0.0, 0.0)
