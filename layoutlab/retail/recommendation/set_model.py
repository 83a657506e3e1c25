"""Which network ranks a customer's candidates? One that sees each item and the customer's set.

Every candidate's features pass one shared layer. Attention over the items the customer had before
(over all candidates where there are none) makes the code of that set (Lee et al. 2019, ICML,
section 3.2), which joins each candidate. Then two heads score it, one for items bought before and
one for new ones, since the two follow different rules (Li et al. 2023, ACM TOIS 41:4). The loss is
that of a softmax over the candidates with the basket's items sharing the truth (Cao et al. 2007,
ICML). Several networks are trained side by side in one model and their scores are averaged.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.recommendation.candidate_features import NAMES, NEVER, Candidates

BLOCK = 256
BARRED = 50.0
MOST_CUSTOMERS = 20_000


@dataclass(frozen=True)
class Recipe:
    """How the Keras model is built and trained; one setting for all data, chosen on validation.

    Networks (`members`) of two hidden layers of `width` units and a set code of `code` units,
    `dropout` share, `epochs` passes in batches of `batch` customers, AdamW with `weight_decay`
    and a `learning_rate` that falls to zero along a half cosine.
    """

    members: int = 4
    width: int = 64
    code: int = 16
    dropout: float = 0.05
    epochs: int = 6
    batch: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4

    def __post_init__(self) -> None:
        for name in ("members", "width", "code", "epochs", "batch"):
            if getattr(self, name) < 1:
                raise InputError(f"expected {name} of at least 1, got {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise InputError(f"expected dropout from 0 to below 1, got {self.dropout}")
        if self.learning_rate <= 0 or self.weight_decay < 0:
            raise InputError(
                "expected learning_rate above 0 and weight_decay of at least 0, "
                f"got {self.learning_rate} and {self.weight_decay}"
            )


def fit_network(
    train: Candidates,
    validation: Candidates | None = None,
    recipe: Recipe | None = None,
    *,
    rng: np.random.Generator,
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train the networks on candidates; validation customers are scored, not used.

    Customers none of whose candidates was bought teach nothing and are left out; beyond
    `MOST_CUSTOMERS` a random choice is made.

    Parameters
    ----------
    train : Candidates
        With labels.
    validation : Candidates, optional
        Other customers.
    recipe : Recipe, optional
    rng : numpy.random.Generator
        First weights, dropout and the order of customers all come from it.

    Returns
    -------
    model : keras.Model
        From features (n, c, f) to scores (n, c).
    history : dict of str to list of float
        ``train`` and ``validation``: mean loss of the networks after each epoch, nats; the
        second empty without validation.

    Raises
    ------
    InputError
        When no training customer bought a candidate.
    """
    recipe = recipe or Recipe()
    taught = np.flatnonzero(train.label.any(axis=1))
    if not len(taught):
        raise InputError("expected training customers whose next basket holds a candidate")
    taught = rng.permutation(taught)[:MOST_CUSTOMERS]
    model = network(train.features[taught], recipe, rng)
    trained = keras.Model(model.input, model.get_layer("members").output)
    steps = -(-len(taught) // recipe.batch) * recipe.epochs
    trained.compile(
        keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps),
            weight_decay=recipe.weight_decay,
        ),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    later = None if validation is None else _taught(validation, recipe.members)
    history: dict[str, list[float]] = {"train": [], "validation": []}
    for _ in range(recipe.epochs):
        order = rng.permutation(taught)
        past = trained.fit(
            train.features[order],
            _shares(train.label[order], recipe.members),
            batch_size=recipe.batch,
            shuffle=False,
            validation_data=later,
            validation_batch_size=BLOCK,
            verbose=0,
        ).history
        history["train"] += past["loss"]
        history["validation"] += past.get("val_loss", [])
    return model, history


def _taught(candidates: Candidates, members: int) -> tuple[np.ndarray, np.ndarray]:
    some = candidates.label.any(axis=1)
    return candidates.features[some], _shares(candidates.label[some], members)


def _shares(label: np.ndarray, members: int) -> np.ndarray:
    """Return each bought candidate's share of the truth, repeated for members: (n, members, c)."""
    shares = label / np.maximum(label.sum(axis=1, keepdims=True), 1)
    return np.repeat(shares.astype(np.float32)[:, None], members, axis=1)


def network(features: np.ndarray, recipe: Recipe, rng: np.random.Generator) -> keras.Model:
    """Return the untrained model; numbers are scaled by the mean and deviation of `features`."""
    spread = features.astype(np.float64)
    scale = keras.layers.Normalization(
        mean=spread.mean(axis=(0, 1)), variance=spread.var(axis=(0, 1)) + 1e-6, name="scaled"
    )
    given = keras.Input((None, len(NAMES)), name="features")
    new = _picked(given, "new", 1.0, 0.0)
    bought = _picked(given, "bought", -1.0, 1.0)
    barred = _picked(given, "barred", -BARRED, 0.0)
    scaled = scale(given)
    scores = [
        _member(place, scaled, new, bought, barred, recipe, rng) for place in range(recipe.members)
    ]
    members = keras.layers.Permute((2, 1), name="members")(
        keras.layers.Concatenate(name="side_by_side")(scores)
    )
    vote = keras.layers.GlobalAveragePooling1D(name="vote")(members)
    return keras.Model(given, vote, name="next_basket")


def _member(
    place: int,
    scaled: keras.KerasTensor,
    new: keras.KerasTensor,
    bought: keras.KerasTensor,
    barred: keras.KerasTensor,
    recipe: Recipe,
    rng: np.random.Generator,
) -> keras.KerasTensor:
    """Return one network's scores of the candidates, shape (n, c, 1)."""

    def dense(units: int, name: str, activation: str | None = None) -> keras.layers.Layer:
        start = keras.initializers.GlorotUniform(seed=int(rng.integers(2**31)))
        return keras.layers.Dense(
            units, activation=activation, kernel_initializer=start, name=f"{name}_{place}"
        )

    def dropout(name: str) -> keras.layers.Layer:
        seed = int(rng.integers(2**31))
        return keras.layers.Dropout(recipe.dropout, seed=seed, name=f"{name}_{place}")

    hidden = dropout("first_dropout")(dense(recipe.width, "first", "relu")(scaled))
    heed = keras.layers.Add(name=f"heed_{place}")([dense(1, "attention")(hidden), barred])
    heed = keras.layers.Softmax(axis=1, name=f"heeded_{place}")(heed)
    held = keras.layers.Dot(axes=1, name=f"set_{place}")(
        [heed, dense(recipe.code, "set_item", "relu")(hidden)]
    )
    joined = keras.layers.Add(name=f"joined_{place}")(
        [dense(recipe.width, "second")(hidden), dense(recipe.width, "set_code")(held)]
    )
    hidden = keras.layers.Activation("relu", name=f"joined_relu_{place}")(joined)
    hidden = dropout("second_dropout")(hidden)
    heads = [
        keras.layers.Multiply(name=f"{name}_only_{place}")([dense(1, name)(hidden), where])
        for name, where in (("repeat", bought), ("explore", new))
    ]
    return keras.layers.Add(name=f"score_{place}")(heads)


def _picked(given: keras.KerasTensor, name: str, slope: float, start: float) -> keras.KerasTensor:
    """Return `start` plus `slope` where the customer never had the item, shape (n, c, 1)."""
    layer = keras.layers.Dense(1, trainable=False, name=name)
    picked = layer(given)
    kernel = np.zeros((len(NAMES), 1))
    kernel[NEVER] = slope
    layer.set_weights([kernel, np.full(1, start)])
    return picked


def scores(model: keras.Model, features: np.ndarray) -> np.ndarray:
    """Return the score of every candidate, float32, shape (n, c), customers in blocks."""
    if features.ndim != 3 or features.shape[2] != len(NAMES):
        raise InputError(f"expected features of shape (n, c, {len(NAMES)}), got {features.shape}")
    blocks = [
        keras.ops.convert_to_numpy(model(features[start : start + BLOCK]))
        for start in range(0, len(features), BLOCK)
    ]
    return np.concatenate([np.empty((0, features.shape[1]), np.float32), *blocks])


def quick_scores(model: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """Return the model as a traced function, for one customer after another: (1, c, f) to (1, c).

    Called as it is, a model spends some fifty times longer on finding its way through its layers
    than on computing.
    """
    import tensorflow as tf

    shape = tf.TensorSpec((None, None, len(NAMES)), tf.float32)
    traced = tf.function(lambda given: model(given, training=False), input_signature=[shape])
    traced = traced.get_concrete_function()

    def score(features: np.ndarray) -> np.ndarray:
        found: np.ndarray = traced(tf.constant(features)).numpy()
        return found

    return score


def ranked(model: keras.Model, candidates: Candidates, k: int) -> np.ndarray:
    """Return each customer's k best candidates, best first, -1 where there are no more; (n, k).

    Ties go to the earlier candidate.
    """
    order = np.argsort(-scores(model, candidates.features), axis=1, kind="stable")[:, :k]
    best = np.take_along_axis(candidates.items, order, axis=1)
    return np.pad(best, ((0, 0), (0, k - best.shape[1])), constant_values=-1)
