"""Recommendations with reasons: what may be offered, why, and what happens without history."""

import json
from dataclasses import replace

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.recommendation import recommender_files
from layoutlab.retail.recommendation.next_basket import FALLBACKS, MODEL, TREES, evaluate, fit
from layoutlab.retail.recommendation.recommend import goes_with, recommend
from layoutlab.retail.recommendation.set_model import Recipe
from layoutlab.retail.recommendation.simulated_histories import simulated


@pytest.fixture(scope="module")
def made():
    return simulated(300, 30, rng=np.random.default_rng(1))


@pytest.fixture(scope="module")
def fitted(made):
    recipe = Recipe(members=1, width=16, code=4, epochs=4)
    return replace(fit(made[0], recipe, rng=np.random.default_rng(2)), chosen=MODEL)


@pytest.fixture(scope="module")
def result(made, fitted):
    return evaluate(made[0], fitted, rng=np.random.default_rng(3))


HISTORY = [["1", "2"], [2, 3], ["2"]]


def items(found):
    return [one.item for one in found]


def test_the_best_come_first_with_reasons(fitted):
    found = recommend(fitted, HISTORY, 5)
    assert len(set(items(found))) == 5
    worth = [one.score for one in found]
    assert worth == sorted(worth, reverse=True)
    own = {one.item: one.reasons for one in recommend(fitted, HISTORY, 30)}["2"]
    assert own[0] == {"kind": "bought", "times": 3, "baskets_ago": 1}
    assert all(one.reasons for one in found)


def test_reasons_name_the_planted_pairs(fitted, made):
    named = 0
    for first, second in made[1].pairs:
        reasons = {one.item: one.reasons for one in recommend(fitted, [[first]], 30)}[second]
        named += any(r["kind"] == "leads_to" and r["item"] == first for r in reasons)
    assert named >= 3


def test_barred_items_are_never_offered_even_when_all_are_asked_for(fitted):
    found = items(recommend(fitted, HISTORY, 99, exclude=[2], stock={"3": 0, 4: 5, "unknown": 0}))
    assert len(found) == 28
    assert not {"2", "3"} & set(found)
    assert recommend(fitted, HISTORY, 5, exclude=fitted.items.tolist()) == []


def test_unknown_items_and_no_history_are_answered_with_what_sells_best_now(fitted):
    best = [fitted.items[place] for place in np.argsort(-fitted.memory.late, kind="stable")[:5]]
    for history in ([], [[]], [["never-seen"], [12345]]):
        found = recommend(fitted, history, 5)
        assert items(found) == best
        assert found[0].reasons[0]["kind"] == "popular"
    assert items(recommend(fitted, [["x"], *HISTORY])) == items(recommend(fitted, HISTORY))


@pytest.mark.parametrize("chosen", FALLBACKS)
def test_every_fall_back_answers_too(fitted, chosen):
    found = recommend(replace(fitted, chosen=chosen), HISTORY, 3)
    assert len(found) == 3
    if chosen != "popularity":
        assert found[0].item == "2"


def test_what_goes_with_a_basket_is_what_shares_its_baskets(fitted):
    found = goes_with(fitted, ["2"], 3)
    together, popular = fitted.memory.together.toarray(), fitted.memory.popular
    place = fitted.place_of["2"]
    gain = together[place] - popular / (len(fitted.known.first_line) - 1)
    gain[place] = -1
    assert found[0].item == fitted.items[gain.argmax()]
    assert found[0].reasons[0]["item"] == "2"
    assert "2" not in items(goes_with(fitted, ["2"], 99))
    popular_first = fitted.items[popular.argmax()]
    assert items(goes_with(fitted, ["never-seen"], 1)) == [popular_first]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"k": 0}, "expected k as a whole number of at least 1, got 0"),
        ({"k": True}, "expected k as a whole number of at least 1, got True"),
        ({"stock": {"1": -1}}, "expected stock of at least 0 for item 1, got -1"),
        ({"stock": {"1": float("nan")}}, "expected stock of at least 0 for item 1, got nan"),
        ({"history": ["12"]}, "expected baskets as collections of items, got '12'"),
        ({"history": [3]}, "expected baskets as collections of items, got 3"),
    ],
)
def test_wrong_questions_are_refused(fitted, given, message):
    with pytest.raises(InputError, match=message):
        recommend(fitted, **({"history": HISTORY} | given))


def test_evaluation_names_every_method(result):
    assert {"recall_at_10", "ndcg_at_10", "ndcg_full_at_10", "phr_at_10", "recall_at_20"} <= set(
        result
    )
    assert set(result["baselines"]) == {*FALLBACKS, TREES}
    low, high = result["intervals"]["recall_at_10"]
    assert low < result["recall_at_10"] < high


def test_a_stored_recommender_answers_alike_and_writes_the_same_bytes(fitted, result, tmp_path):
    for folder in ("one", "two"):
        recommender_files.save(tmp_path / folder, fitted, "simulated", result)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    stored = recommender_files.load(tmp_path / "one")
    assert recommend(stored, HISTORY, 7) == recommend(fitted, HISTORY, 7)
    assert "| set_model | 0." in (tmp_path / "one" / "card.md").read_text()


def test_files_that_do_not_fit_are_refused(fitted, result, tmp_path):
    with pytest.raises(InputError, match=r"card\.json: expected a model card: No such file"):
        recommender_files.load(tmp_path)
    recommender_files.save(tmp_path, fitted, "simulated", result)
    path = tmp_path / "card.json"
    card = json.loads(path.read_text())
    for change, message in (
        ({"catalogue_sha256": "0"}, "got files that do not belong together"),
        ({"features": ["other"]}, "expected a model of the features known here"),
        ({"chosen": "magic"}, "expected the card of a next-basket model"),
    ):
        path.write_text(json.dumps(card | change))
        with pytest.raises(InputError, match=message):
            recommender_files.load(tmp_path)
    path.write_text(json.dumps(card))
    (tmp_path / "model.keras").write_bytes(b"cut")
    with pytest.raises(InputError, match="expected a stored recommender"):
        recommender_files.load(tmp_path)
