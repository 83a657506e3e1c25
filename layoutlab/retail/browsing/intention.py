"""Which network says who buys? One that takes a visit's features as they are, each a named input.

Inside, numbers are coded piecewise linearly between quantiles of the training visits (Gorishniy,
Rubachev and Babenko 2022, NeurIPS, section 3.2), and so are their totals and ratios; categories are
one-hot, and several small networks trained side by side vote (Lakshminarayanan, Pritzel and
Blundell 2017, NeurIPS). Calibration is built in as the last step, so that the saved model answers
with a calibrated probability.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.retail import training
from layoutlab.retail.browsing.behaviour import RARE
from layoutlab.retail.browsing.scores import require_both
from layoutlab.retail.browsing.visit_columns import FEATURES, NUMBERS, TARGET, VISITOR_TYPES
from layoutlab.retail.browsing.visit_ratios import ratios

TAIL = (0.97, 0.99, 0.997)
BLOCK = 8192


@dataclass(frozen=True)
class Recipe:
    """How the Keras model is built and trained; chosen on validation visits.

    Networks (`members`) of one hidden layer of `width` units, `bins` quantile bins per number,
    `dropout` share, `epochs` passes in batches of `batch` visits, AdamW with `weight_decay` and a
    `learning_rate` that falls to zero along a half cosine.
    """

    members: int = 8
    width: int = 64
    bins: int = 16
    dropout: float = 0.1
    epochs: int = 10
    batch: int = 256
    learning_rate: float = 0.01
    weight_decay: float = 1e-3

    def __post_init__(self) -> None:
        training.require_possible(self, "members", "width", "bins")


def inputs(visits: pd.DataFrame, names: Sequence[str] = FEATURES) -> dict[str, np.ndarray]:
    """Return the Keras model's inputs: per feature one array of shape (n, 1).

    Numbers are float32 in their own unit; categories int32, a visitor type its place in
    `VISITOR_TYPES`, a flag 0 or 1. A category never seen in training is no error here: the model
    takes it for a rare one.

    Raises
    ------
    InputError
        When a feature is missing, not a number, or a visitor type is not of `VISITOR_TYPES`.
    """
    missing = [name for name in names if name not in visits.columns]
    if missing:
        raise InputError(f"expected visits with the features asked, missing: {', '.join(missing)}")
    return {name: _column(visits[name])[:, None] for name in names}


def _column(feature: pd.Series) -> np.ndarray:
    """Return one feature in its input's type, shape (n,), or say what is wrong with it."""
    name = str(feature.name)
    if name == "visitor_type":
        feature = feature.map({kind: code for code, kind in enumerate(VISITOR_TYPES)})
    if not pd.api.types.is_numeric_dtype(feature) or feature.isna().any():
        kind = f"one of {', '.join(VISITOR_TYPES)}" if name == "visitor_type" else "a number"
        raise InputError(f"expected {name} of every visit to be {kind}; read visits by `validated`")
    return feature.to_numpy("float32" if name in NUMBERS else "int32")


def fit_network(
    train: pd.DataFrame,
    validation: pd.DataFrame | None = None,
    names: Sequence[str] = FEATURES,
    recipe: Recipe | None = None,
    *,
    rng: np.random.Generator,
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train the networks on visits; validation visits are scored after every epoch, not used.

    Parameters
    ----------
    train : pandas.DataFrame
        Visits with and without purchase.
    validation : pandas.DataFrame, optional
        Other visits.
    names : sequence of str
        Features to use.
    recipe : Recipe, optional
    rng : numpy.random.Generator
        First weights, dropout and the order of visits all come from it.

    Returns
    -------
    model : keras.Model
        From `inputs` to the uncalibrated probability, shape (n, 1).
    history : dict of str to list of float
        ``train`` and ``validation``: mean log loss of the single networks after each epoch, nats;
        the second empty without validation visits.
    """
    require_both(train[TARGET].to_numpy(), "the training visits")
    recipe = recipe or Recipe()
    keras.utils.clear_session(free_memory=False)  # names count from one again: the same bytes
    coder = _coder(train, names, recipe.bins)
    members = _members(int(coder.output.shape[-1]), recipe, rng)
    coded, target = _coded(coder, train, names, recipe.members)
    history = training.fit(
        keras.Model(members.input, members.output),
        np.arange(len(coded)),
        lambda rows: (coded[rows], target[rows]),
        recipe,
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        later=None if validation is None else _coded(coder, validation, names, recipe.members),
        block=BLOCK,
        rng=rng,
    )
    vote = keras.layers.GlobalAveragePooling1D(name="vote")(members(coder.output))
    raw = keras.layers.Activation("sigmoid", name="uncalibrated")(vote)
    model = keras.Model(coder.input, raw, name="intention_uncalibrated")
    return model, history


def _coded(
    coder: keras.Model, visits: pd.DataFrame, names: Sequence[str], members: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return coded visits (n, codes) and the target repeated for every member (n, members, 1)."""
    coded = _answers(coder, inputs(visits, names))
    target = visits[TARGET].to_numpy("float32")[:, None, None]
    return coded, np.repeat(target, members, axis=1)


def _coder(train: pd.DataFrame, names: Sequence[str], bins: int) -> keras.Model:
    """Return the fixed part: named features to one vector of values between 0 and 1."""
    given = {
        name: keras.Input((1,), name=name, dtype="float32" if name in NUMBERS else "int32")
        for name in names
    }
    seen = inputs(train, names)
    coded = []
    for name, feature in given.items():
        code = _piecewise_linear if name in NUMBERS else _one_hot
        coded.append(code(name, feature, seen[name][:, 0], bins))
    together = ratios({name: given[name] for name in names if name in NUMBERS})
    values = ratios({name: seen[name] for name in names if name in NUMBERS})
    for name, feature in together.items():
        ratio = keras.ops.convert_to_numpy(values[name])[:, 0]
        coded.append(_piecewise_linear(name, feature, ratio, bins))
    return keras.Model(given, keras.layers.Concatenate(name="coded")(coded), name="coder")


def _piecewise_linear(
    name: str, feature: keras.KerasTensor, seen: np.ndarray, bins: int
) -> keras.KerasTensor:
    """Code a number by how far it has come through each quantile bin, from 0 to 1.

    The least value (often a heap at zero) is the first edge; the quantiles are of what lies above.
    """
    above = seen[seen > seen.min()].astype("float64")
    shares = np.union1d(np.linspace(0, 1, bins + 1), TAIL)
    edges = np.unique(np.r_[float(seen.min()), np.quantile(above, shares) if len(above) else 1e9])
    weight = 1 / np.diff(edges)
    through = keras.layers.Dense(len(weight), trainable=False, name=f"{name}_bins")
    coded = through(feature)
    through.set_weights([weight[None, :], -edges[:-1] * weight])
    return keras.layers.ReLU(max_value=1.0, name=f"{name}_coded")(coded)


def _one_hot(name: str, feature: keras.KerasTensor, seen: np.ndarray, _: int) -> keras.KerasTensor:
    """Code a category one-hot; those rarer than `RARE` or never seen share the first place."""
    codes, counts = np.unique(seen, return_counts=True)
    common = codes[counts >= RARE].tolist() or codes[[counts.argmax()]].tolist()
    lookup = keras.layers.IntegerLookup(
        vocabulary=common, oov_token=-1, output_mode="one_hot", name=f"{name}_coded"
    )
    return lookup(feature)


def _members(width_in: int, recipe: Recipe, rng: np.random.Generator) -> keras.Model:
    """Return the networks side by side: coded visits to one logit each, shape (n, members, 1)."""

    def uniform(fan_in: int) -> keras.initializers.Initializer:
        bound = fan_in**-0.5
        return keras.initializers.RandomUniform(-bound, bound, seed=int(rng.integers(2**31)))

    coded = keras.Input((width_in,), name="coded_visit")
    hidden = keras.layers.Dense(
        recipe.members * recipe.width,
        activation="relu",
        kernel_initializer=uniform(width_in),
        name="hidden",
    )(coded)
    seed = int(rng.integers(2**31))
    hidden = keras.layers.Dropout(recipe.dropout, seed=seed, name="dropout")(hidden)
    hidden = keras.layers.Reshape((recipe.members, recipe.width), name="by_member")(hidden)
    logits = keras.layers.EinsumDense(
        "nmw,mwo->nmo",
        output_shape=(recipe.members, 1),
        bias_axes="mo",
        kernel_initializer=uniform(recipe.width),
        name="logits",
    )(hidden)
    return keras.Model(coded, logits, name="members")


def calibrated(model: keras.Model, slope: float, intercept: float) -> keras.Model:
    """Return the model with `platt`'s slope and intercept built in; the given one stays."""
    scale = keras.layers.Dense(1, trainable=False, name="calibration")
    logits = scale(model.get_layer("vote").output)
    scale.set_weights([np.array([[slope]]), np.array([intercept])])
    probability = keras.layers.Activation("sigmoid", name="probability")(logits)
    return keras.Model(model.input, probability, name="intention")


def predict(model: keras.Model, visits: pd.DataFrame) -> np.ndarray:
    """Return the model's probability of a purchase for each visit, float64, shape (n,)."""
    return _answers(model, inputs(visits, list(model.input)))[:, 0].astype("float64")


def _answers(model: keras.Model, given: dict[str, np.ndarray]) -> np.ndarray:
    """Return the model's output for blocks of rows, called directly: nothing needs tracing."""
    n = len(next(iter(given.values())))
    blocks = [
        model({name: column[start : start + BLOCK] for name, column in given.items()})
        for start in range(0, n, BLOCK)
    ]
    return np.concatenate([keras.ops.convert_to_numpy(block) for block in blocks])
