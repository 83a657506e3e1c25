"""Which of two layouts does a customer prefer? A Keras model that lives with missing columns.

Every column comes with a mark that says whether it is known. In training, columns are blanked at
random, one by one and in whole groups, so that a store without them gets what the rest can tell.
"""

from collections.abc import Callable, Mapping

import keras
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from layoutlab.errors import InputError
from layoutlab.retail.browsing import scores
from layoutlab.retail.browsing.behaviour import Split
from layoutlab.retail.clientele.customer_table import (
    FEATURES,
    GROUPS,
    ID,
    NUMBERS,
    TARGET,
    TEXT,
    without,
)

UNKNOWN = "not known"
BLANK_COLUMN, BLANK_GROUP = 0.1, 0.1


def layouts(table: pd.DataFrame) -> tuple[str, str]:
    """Return the two layouts in alphabetical order; probabilities are of the second.

    Raises
    ------
    InputError
        When the table does not name two.
    """
    named = sorted(table[TARGET].dropna().unique())
    if len(named) != 2:
        raise InputError(f"expected {TARGET} to name two layouts, got {len(named)}")
    return named[0], named[1]


def prefers(table: pd.DataFrame) -> np.ndarray:
    """Return whether each customer prefers the second of `layouts`, bool, shape (n,).

    Raises
    ------
    InputError
        When a preference is not known, or not two layouts are named.
    """
    second = layouts(table)[1]
    if table[TARGET].isna().any():
        raise InputError(f"expected {TARGET} in every row, got {int(table[TARGET].isna().sum())} "
                         "without")  # fmt: skip
    return np.asarray(table[TARGET].to_numpy() == second)


def split(table: pd.DataFrame, *, rng: np.random.Generator) -> Split:
    """Split customers 60, 20 and 20 % at random; all rows of a customer go to one part.

    Raises
    ------
    InputError
        When there are fewer than five customers.
    """
    codes, known = pd.factorize(table[ID], sort=True)
    if len(known) < 5:
        raise InputError(f"expected at least 5 customers, got {len(known)}")
    place = rng.permutation(len(known))[codes] / len(known)
    part = (place >= 0.6).astype("int64") + (place >= 0.8)
    return Split(*(np.flatnonzero(part == number) for number in range(3)))


def fit_baseline(train: pd.DataFrame) -> Pipeline:
    """Fit a logistic regression: medians for unknown numbers, a mark for each, one-hot text."""
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        FunctionTransformer(np.log1p),
        StandardScaler(),
    )
    text = make_pipeline(
        SimpleImputer(strategy="constant", fill_value=UNKNOWN, missing_values=None),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    )
    columns = make_column_transformer((numbers, list(NUMBERS)), (text, list(TEXT)))
    model = make_pipeline(columns, LogisticRegression(max_iter=1000))
    return model.fit(train[list(FEATURES)], prefers(train))


def inputs(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the Keras model's inputs: numbers (n, 10) with NaN where not known, and text (n, 1).

    Text not known is `UNKNOWN`.
    """
    text = table[TEXT[0]].fillna(UNKNOWN).to_numpy(dtype="str")
    return {
        "numbers": table[list(NUMBERS)].to_numpy("float32"),
        TEXT[0]: text.astype("object")[:, None],
    }


def fit_network(
    train: pd.DataFrame,
    *,
    width: int = 48,
    epochs: int = 20,
    batch: int = 128,
    learning_rate: float = 0.005,
    blanks: bool = True,
    rng: np.random.Generator,
) -> tuple[keras.Model, list[float]]:
    """Train the network; with `blanks`, on rows that lack more than they do.

    Parameters
    ----------
    train : pandas.DataFrame
        The contract of customers, preferences known.
    width, epochs, batch : int
    learning_rate : float
        Falls to zero along a half cosine.
    blanks : bool
        Whether columns are blanked at random, `BLANK_COLUMN` of the values and `BLANK_GROUP` of a
        row's groups, anew in every epoch.
    rng : numpy.random.Generator

    Returns
    -------
    model : keras.Model
        From `inputs` to the probability of preferring the second layout, shape (n, 1).
    losses : list of float
        Mean log loss after each epoch, nats.
    """
    target = prefers(train).astype("float32")[:, None]
    coder, head = _network(train, width, rng)
    steps = epochs * -(-len(train) // batch)
    head.compile(
        keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(learning_rate, steps), weight_decay=0.01
        ),
        loss=keras.losses.BinaryCrossentropy(),
        jit_compile=False,
    )
    losses: list[float] = []
    for _ in range(epochs):
        order = rng.permutation(len(train))
        seen = blanked(train, rng=rng) if blanks else train
        coded = keras.ops.convert_to_numpy(coder(_tensors(inputs(seen))))
        past = head.fit(coded[order], target[order], batch_size=batch, shuffle=False, verbose=0)
        losses += past.history["loss"]
    told = keras.Model(head.input, head.output, name="head")(coder.output)
    return keras.Model(coder.input, told, name="layout_preference"), losses


def _network(
    train: pd.DataFrame, width: int, rng: np.random.Generator
) -> tuple[keras.Model, keras.Model]:
    """Return a fixed coder of values and marks, and the head that learns from its codes."""
    keras.utils.clear_session(free_memory=False)  # names count from one again: the same bytes
    numbers = keras.Input((len(NUMBERS),), name="numbers")
    text = keras.Input((1,), name=TEXT[0], dtype="string")
    logs = np.log1p(train[list(NUMBERS)].to_numpy("float64"))
    known = ~np.isnan(logs)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, logs, 0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (logs - mean) ** 2, 0).sum(axis=0) / count)
    scale = 1 / np.where(spread > 0, spread, 1.0)
    unknown = keras.ops.isnan(numbers)
    filled = keras.ops.log1p(keras.ops.where(unknown, 0.0, numbers))
    scaled = keras.layers.Rescaling(scale.tolist(), (-mean * scale).tolist())(filled)
    values = keras.ops.where(unknown, 0.0, scaled)
    words = sorted(set(train[TEXT[0]].dropna()) | {UNKNOWN})
    named = keras.layers.StringLookup(vocabulary=words, output_mode="one_hot")(text)
    marks = keras.ops.cast(unknown, "float32")
    coded = keras.layers.Concatenate()([values, marks, named])
    coder = keras.Model({"numbers": numbers, TEXT[0]: text}, coded, name="coder")
    seeds = [int(seed) for seed in rng.integers(2**31, size=3)]
    given = keras.Input((int(coded.shape[-1]),), name="coded")
    hidden = given
    for seed in seeds[:2]:
        start = keras.initializers.GlorotUniform(seed=seed)
        hidden = keras.layers.Dense(width, "relu", kernel_initializer=start)(hidden)
    last = keras.initializers.GlorotUniform(seed=seeds[2])
    told = keras.layers.Dense(1, "sigmoid", kernel_initializer=last)(hidden)
    return coder, keras.Model(given, told, name="learner")


def _tensors(given: Mapping[str, np.ndarray]) -> dict[str, object]:
    return {
        name: keras.ops.convert_to_tensor(value, dtype="string" if name in TEXT else "float32")
        for name, value in given.items()
    }


def predict(model: keras.Model, table: pd.DataFrame) -> np.ndarray:
    """Return the probability that each customer prefers the second layout, float64, shape (n,)."""
    told = keras.ops.convert_to_numpy(model(_tensors(inputs(table))))
    return np.asarray(told[:, 0], dtype="float64")


def blanked(table: pd.DataFrame, *, rng: np.random.Generator) -> pd.DataFrame:
    """Return the table with values blanked at random, one by one and group by group."""
    gone = rng.random((len(table), len(FEATURES))) < BLANK_COLUMN
    for names in GROUPS.values():
        places = [FEATURES.index(name) for name in names]
        gone[:, places] |= (rng.random(len(table)) < BLANK_GROUP)[:, None]
    blank = table.copy()
    for place, name in enumerate(FEATURES):
        blank[name] = table[name].where(~gone[:, place], None if name in TEXT else np.nan)
    return blank


def worth(
    test: pd.DataFrame,
    answer: Callable[[pd.DataFrame], np.ndarray],
    missing: Mapping[str, tuple[str, ...]],
    *,
    rng: np.random.Generator,
    n_resamples: int = 500,
) -> pd.DataFrame:
    """Return what a model loses when columns are missing from the customers it is asked about.

    Parameters
    ----------
    test : pandas.DataFrame
        Customers the model has not seen, preferences known.
    answer : callable
        From customers to probabilities.
    missing : mapping of str to tuple of str
        Columns that are missing together, by name.
    rng : numpy.random.Generator
    n_resamples : int
        Resamples of rows for the 95 % percentile intervals.

    Returns
    -------
    pandas.DataFrame
        By name: ``auc``, ``log_loss``, and ``lost`` (log loss above that with all columns, nats)
        with ``lost_low`` and ``lost_high``; the first row, ``nothing``, is the whole table.
    """
    truth = prefers(test)
    whole = answer(test)
    before = _loss(truth, whole)
    rows = {"nothing": (float(scores.auc(truth, whole)), float(before.mean()), 0.0, 0.0, 0.0)}
    drawn = rng.integers(len(test), size=(n_resamples, len(test)))
    for name, columns in missing.items():
        given = answer(without(test, *columns))
        lost = _loss(truth, given) - before
        low, high = np.quantile(lost[drawn].mean(axis=1), [0.025, 0.975])
        rows[name] = (
            float(scores.auc(truth, given)),
            float(_loss(truth, given).mean()),
            float(lost.mean()),
            float(low),
            float(high),
        )
    names = ["auc", "log_loss", "lost", "lost_low", "lost_high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("missing")


def _loss(truth: np.ndarray, probability: np.ndarray) -> np.ndarray:
    return np.asarray(scores.log_loss(truth[:, None], probability[:, None]))
