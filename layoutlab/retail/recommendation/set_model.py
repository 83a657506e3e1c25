"""Which network ranks a customer's candidates? One that sees each item and the customer's set.

Every candidate's features pass one shared layer. Attention over the items the customer had before
(over all candidates where there are none) makes the code of that set (Lee et al. 2019, ICML,
section 3.2), which joins each candidate. Then two heads score it, one for items bought before and
one for new ones, since the two follow different rules (Li et al. 2023, ACM TOIS 41:4). The loss
joins that of a softmax over the candidates, with the basket's items sharing the truth (Cao et al.
2007, ICML), to the logistic loss of each candidate alone, under which large baskets count for more.
Several networks are trained side by side in one model and their scores are averaged.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail import training
from layoutlab.retail.recommendation.candidate_features import NAMES, NEVER, Candidates

BLOCK = 256
BARRED = 50.0
LOGISTIC_SCALE = 10.0
DENSE = ("first", "attention", "set_item", "second", "set_code", "repeat", "explore")
MOST_CUSTOMERS = 20_000


@dataclass(frozen=True)
class Recipe:
    """How the Keras model is built and trained; one setting for all data, chosen on validation.

    Networks (`members`) of two hidden layers of `width` units and a set code of `code` units,
    `dropout` share, `epochs` passes in batches of `batch` customers, AdamW with `weight_decay`
    and a `learning_rate` that falls to zero along a half cosine; `logistic` is the share of the
    logistic loss.
    """

    members: int = 8
    width: int = 64
    code: int = 16
    dropout: float = 0.05
    epochs: int = 6
    batch: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    logistic: float = 0.3

    def __post_init__(self) -> None:
        training.require_possible(self, "members", "width", "code")
        if not 0 <= self.logistic <= 1:
            raise InputError(f"expected logistic from 0 to 1, got {self.logistic}")


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
        ``train`` and ``validation``: mean loss of the networks after each epoch; the
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
    history = training.fit(
        keras.Model(model.input, model.get_layer("members").output),
        taught,
        lambda rows: (train.features[rows], _shares(train.label[rows], recipe.members)),
        recipe,
        loss=_loss(recipe.logistic),
        later=None if validation is None else _taught(validation, recipe.members),
        block=BLOCK,
        rng=rng,
    )
    return model, history


def _loss(logistic: float) -> Callable[[keras.KerasTensor, keras.KerasTensor], keras.KerasTensor]:
    """Return the loss of shares and scores (n, members, c): listwise, and of each candidate."""

    def loss(shares: keras.KerasTensor, found: keras.KerasTensor) -> keras.KerasTensor:
        in_list = keras.ops.categorical_crossentropy(shares, found, from_logits=True)
        bought = keras.ops.cast(shares > 0, "float32")
        alone = keras.ops.binary_crossentropy(bought, found, from_logits=True)
        mean = keras.ops.mean(alone, axis=-1)
        return (1 - logistic) * in_list + logistic * LOGISTIC_SCALE * mean

    return loss


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
    """Return the model in plain NumPy, for one customer after another: (1, c, f) to (1, c).

    For so little to compute Keras spends most of its time on finding its way through the layers;
    the answers are those of `scores` up to rounding.
    """
    n_members = sum(layer.name.startswith("score_") for layer in model.layers)
    held = [
        {name: model.get_layer(f"{name}_{place}").get_weights() for name in DENSE}
        for place in range(n_members)
    ]
    scaled = model.get_layer("scaled")
    mean = np.asarray(scaled.mean, np.float32).reshape(-1)
    spread = np.sqrt(np.asarray(scaled.variance, np.float32)).reshape(-1)

    def score(features: np.ndarray) -> np.ndarray:
        given = features[0]
        new = given[:, NEVER] > 0.5
        shown = (given - mean) / spread
        votes = [_one_score(weights, shown, new) for weights in held]
        vote: np.ndarray = np.stack(votes).mean(axis=0)
        return vote[None]

    return score


def _one_score(
    weights: dict[str, list[np.ndarray]], shown: np.ndarray, new: np.ndarray
) -> np.ndarray:
    """Return one network's scores of one customer's scaled candidates, (c,), as `_member` does."""

    def dense(name: str, given: np.ndarray) -> np.ndarray:
        kernel, bias = weights[name]
        out: np.ndarray = given @ kernel + bias
        return out

    hidden = np.maximum(dense("first", shown), 0)
    heed = dense("attention", hidden)[:, 0] - BARRED * new
    heed = np.exp(heed - heed.max())
    code = (heed / heed.sum()) @ np.maximum(dense("set_item", hidden), 0)
    hidden = np.maximum(dense("second", hidden) + dense("set_code", code), 0)
    return np.where(new, dense("explore", hidden)[:, 0], dense("repeat", hidden)[:, 0])


def ranked(model: keras.Model, candidates: Candidates, k: int) -> np.ndarray:
    """Return each customer's k best candidates, best first, -1 where there are no more; (n, k).

    Ties go to the earlier candidate.
    """
    order = np.argsort(-scores(model, candidates.features), axis=1, kind="stable")[:, :k]
    best = np.take_along_axis(candidates.items, order, axis=1)
    return np.pad(best, ((0, 0), (0, k - best.shape[1])), constant_values=-1)
