"""What will a customer buy next, and how sure are we that the answer is any good?

Fits the baselines and the Keras model on training customers and chooses between them on validation
customers. Then the model and the trees are trained once more, on both, whose last baskets are all
known by then; and everything is measured on test customers, whose last basket nothing has seen.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import keras
import numpy as np

from layoutlab.retail.recommendation import counting, ranking
from layoutlab.retail.recommendation.candidate_features import (
    Candidates,
    describe,
    describe_training,
)
from layoutlab.retail.recommendation.customer_memory import Memory, remember
from layoutlab.retail.recommendation.histories import Histories, Study, joined, split_last, take
from layoutlab.retail.recommendation.reranking import fit_reranker, rerank
from layoutlab.retail.recommendation.set_model import Recipe, fit_network, quick_scores, ranked

K = max(ranking.CUTS)
TRIAL_MEMBERS = 2
FALLBACKS = ("popularity", "personal_count", "tifu_knn")
TREES = "boosted_trees"
MODEL = "set_model"


@dataclass(frozen=True)
class Fitted:
    """A model, what it has to remember, and how it was chosen.

    `known` are training customers, `n_train` of them, then validation customers: `memory`, `model`
    and `trees` rest on all of them, the counting methods on the first. `chosen` is the method
    that answers: `MODEL`, or the best of `FALLBACKS` where that was ahead on validation;
    `validation` holds each method's mean of recall, NDCG and hits at 10 there, of a model of at
    most `TRIAL_MEMBERS` networks trained on training customers alone, and `history` is
    `fit_network`'s of that model. `trees` is none in a stored model.
    """

    items: np.ndarray
    memory: Memory
    model: keras.Model
    trees: Any
    habits: counting.Habits
    known: Histories
    n_train: int
    chosen: str
    validation: dict[str, float]
    history: dict[str, list[float]]

    @cached_property
    def train(self) -> Histories:
        """The training customers alone."""
        return take(self.known, np.arange(self.n_train))

    @cached_property
    def popular(self) -> np.ndarray:
        """How many baskets of training customers hold each item."""
        return counting.popularity(self.train, len(self.items))

    @cached_property
    def place_of(self) -> dict[str, int]:
        """The place of every item id in the catalogue."""
        return {item: place for place, item in enumerate(self.items.tolist())}

    @cached_property
    def score(self) -> Callable[[np.ndarray], np.ndarray]:
        """The network as `quick_scores` gives it."""
        return quick_scores(self.model)


def fit(study: Study, recipe: Recipe | None = None, *, rng: np.random.Generator) -> Fitted:
    """Fit every method on training customers, choose one on validation customers, fit it on both.

    Parameters
    ----------
    study : Study
        Its test part is not looked at.
    recipe : Recipe, optional
    rng : numpy.random.Generator
    """
    recipe = recipe or Recipe()
    width = len(study.items)
    asked, truth = split_last(study.validate, width)
    habits = counting.tune(study.train, study.validate, width)[0]
    for_choice, for_trees, for_model = rng.spawn(3)
    memory, candidates = remember(study.train, width), describe_training(study.train, width)
    seen = describe(memory, asked, truth)
    few = replace(recipe, members=min(recipe.members, TRIAL_MEMBERS))
    model, history = fit_network(candidates, seen, few, rng=for_choice)
    trees = fit_reranker(candidates, rng=for_choice)
    n_train = len(study.train)
    trial = Fitted(
        study.items, memory, model, trees, habits, study.train, n_train, MODEL, {}, history
    )
    answers = rankings(trial, asked, seen)
    validation = {name: counting.quality(answer, truth) for name, answer in answers.items()}
    best = max(FALLBACKS, key=lambda name: validation[name])
    chosen = best if validation[best] > validation[MODEL] else MODEL
    trial = replace(trial, chosen=chosen, validation=validation)
    known = joined(study.train, study.validate)
    candidates = describe_training(known, width)
    return replace(
        trial,
        memory=remember(known, width),
        model=fit_network(candidates, None, recipe, rng=for_model)[0],
        trees=fit_reranker(candidates, rng=for_trees),
        known=known,
    )


def rankings(
    fitted: Fitted, asked: Histories, candidates: Candidates | None = None
) -> dict[str, np.ndarray]:
    """Return each method's 20 best items for each customer, (n, 20), -1 where there are no more."""
    width = len(fitted.items)
    popular = fitted.popular
    scorers = {
        "popularity": counting.most_popular(fitted.train, width),
        "personal_count": counting.personal(width),
        "tifu_knn": counting.tifu(fitted.train, width, fitted.habits),
    }
    if candidates is None:
        candidates = describe(fitted.memory, asked)
    return {
        **{name: counting.rank(score, asked, popular, K) for name, score in scorers.items()},
        TREES: rerank(fitted.trees, candidates, K),
        MODEL: ranked(fitted.model, candidates, K),
    }


def evaluate(study: Study, fitted: Fitted, *, rng: np.random.Generator) -> dict[str, Any]:
    """Measure every method on test customers.

    Returns
    -------
    dict
        Figures of the chosen method by name (``recall_at_10`` ...), ``intervals``, ``parts``,
        ``chosen``, ``baselines`` (the same of every other method), ``validation``, counts of
        customers and items, and ``by_customer``: of each test customer, by id, the mean of the
        chosen method's recall, NDCG and hits at 10.
    """
    width = len(study.items)
    asked, truth = split_last(study.test, width)
    bought = counting.counted(asked, width)
    answers = rankings(fitted, asked)
    seeds = rng.spawn(len(answers))
    reports = {
        name: ranking.report(answer, truth, bought, rng=seed)
        for (name, answer), seed in zip(answers.items(), seeds, strict=True)
    }
    chosen = reports[fitted.chosen]
    each = counting.qualities(answers[fitted.chosen], truth)
    return chosen.figures | {
        "intervals": _lists(chosen.intervals),
        "parts": chosen.parts,
        "chosen": fitted.chosen,
        "baselines": {
            name: one.figures | {"intervals": _lists(one.intervals), "parts": one.parts}
            for name, one in reports.items()
            if name != fitted.chosen
        },
        "validation": fitted.validation,
        "customers": {
            "train": len(study.train), "validate": len(study.validate), "test": len(study.test)
        },
        "items": width,
        "left_out": study.left_out,
        "by_customer": dict(zip(asked.users.tolist(), each.tolist(), strict=True)),
    }  # fmt: skip


def _lists(intervals: dict[str, tuple[float, float]]) -> dict[str, list[float]]:
    return {name: list(limits) for name, limits in intervals.items()}


def run(study: Study, recipe: Recipe | None = None, seed: int = 1) -> tuple[dict[str, Any], Fitted]:
    """Fit and evaluate with one seed; adds ``seed``, ``seconds`` and ``cpu_seconds``."""
    started, worked = time.perf_counter(), time.process_time()
    fitting, measuring = np.random.default_rng(seed).spawn(2)
    fitted = fit(study, recipe, rng=fitting)
    result = evaluate(study, fitted, rng=measuring)
    spent = {
        "seed": seed,
        "seconds": round(time.perf_counter() - started, 3),
        "cpu_seconds": round(time.process_time() - worked, 3),
    }
    return result | spent, fitted
