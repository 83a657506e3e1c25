"""What will a customer buy next, and how sure are we that the answer is any good?

Fits the baselines and the Keras model on training customers, chooses between them on validation
customers, and measures all of them on test customers, whose last basket nothing else has seen.
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
from layoutlab.retail.recommendation.histories import Histories, Study, split_last
from layoutlab.retail.recommendation.reranking import fit_reranker, rerank
from layoutlab.retail.recommendation.set_model import Recipe, fit_network, quick_scores, ranked

K = max(ranking.CUTS)
FALLBACKS = ("popularity", "personal_count", "tifu_knn")
TREES = "boosted_trees"
MODEL = "set_model"


@dataclass(frozen=True)
class Fitted:
    """A model, what it has to remember, and how it was chosen.

    `chosen` is the method that answers: `MODEL`, or the best of `FALLBACKS` where that was ahead
    on validation; `validation` holds each method's mean of recall, NDCG and hits at 10 there;
    `trees` is none in a stored model; `history` is `fit_network`'s.
    """

    items: np.ndarray
    memory: Memory
    model: keras.Model
    trees: Any
    habits: counting.Habits
    train: Histories
    chosen: str
    validation: dict[str, float]
    history: dict[str, list[float]]

    @cached_property
    def place_of(self) -> dict[str, int]:
        """The place of every item id in the catalogue."""
        return {item: place for place, item in enumerate(self.items.tolist())}

    @cached_property
    def score(self) -> Callable[[np.ndarray], np.ndarray]:
        """The network as `quick_scores` gives it."""
        return quick_scores(self.model)


def fit(study: Study, recipe: Recipe | None = None, *, rng: np.random.Generator) -> Fitted:
    """Fit every method on training customers and choose one on validation customers.

    Parameters
    ----------
    study : Study
        Its test part is not looked at.
    recipe : Recipe, optional
    rng : numpy.random.Generator
    """
    width = len(study.items)
    asked, truth = split_last(study.validate, width)
    memory = remember(study.train, width)
    candidates = describe_training(study.train, width)
    seen = describe(memory, asked, truth)
    model, history = fit_network(candidates, seen, recipe, rng=rng)
    fitted = Fitted(
        study.items,
        memory,
        model,
        fit_reranker(candidates, rng=rng),
        counting.tune(study.train, study.validate, width)[0],
        study.train,
        MODEL,
        {},
        history,
    )
    answers = rankings(fitted, asked, seen)
    validation = {name: counting.quality(answer, truth) for name, answer in answers.items()}
    best = max(FALLBACKS, key=lambda name: validation[name])
    chosen = best if validation[best] > validation[MODEL] else MODEL
    return replace(fitted, chosen=chosen, validation=validation)


def rankings(
    fitted: Fitted, asked: Histories, candidates: Candidates | None = None
) -> dict[str, np.ndarray]:
    """Return each method's 20 best items for each customer, (n, 20), -1 where there are no more."""
    width = len(fitted.items)
    popular = fitted.memory.popular
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
        ``chosen``, ``baselines`` (the same of every other method), ``validation`` and counts of
        customers and items.
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
