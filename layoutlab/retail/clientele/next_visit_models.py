"""Which forecast of the next visit is best? Four to beat, and a small Keras model of the hazard.

Each answers with hazards, shape (customers, periods): the probability to come in a period of
whoever has not come before it.
"""

import keras
import numpy as np
import pandas as pd
from scipy import optimize, special
from sklearn.ensemble import HistGradientBoostingClassifier

from layoutlab.retail.clientele.next_visit import Waits, at_risk, came

LEAST_HAZARD = 1e-4
STARTS = (0.0, 0.0)


def same_for_all(train: Waits, given: Waits) -> np.ndarray:
    """Return for everybody the life-table hazard of the training waits (Cutler, Ederer 1958)."""
    risk = at_risk(train)
    hazard = (came(train) & risk).sum(axis=0) / np.maximum(risk.sum(axis=0), 1)
    return np.tile(np.clip(hazard, LEAST_HAZARD, 1 - LEAST_HAZARD), (len(given), 1))


def own_mean_gap(train: Waits, given: Waits) -> np.ndarray:
    """Return a constant hazard that fits the customer's own mean gap; others get everybody's."""
    gap = given.features["mean_gap_days"].to_numpy()
    rate = given.period_days / np.where(np.isnan(gap), 1.0, gap)
    own = np.tile((1 - np.exp(-rate))[:, None], given.n_periods)
    hazard = np.where(np.isnan(gap)[:, None], same_for_all(train, given), own)
    return np.asarray(np.clip(hazard, LEAST_HAZARD, 1 - LEAST_HAZARD))


def gamma_poisson(train: Waits, given: Waits) -> np.ndarray:
    """Return hazards of Poisson visits whose rates are gamma-distributed among customers.

    The prior is fitted by maximum likelihood to visits after the first of each customer, at the
    last training landmark; a customer's own visits then shrink it towards their rate.

    References
    ----------
    A. S. C. Ehrenberg (1959), The pattern of consumer purchases, Applied Statistics 8, 26-41.
    """
    last = train.landmark == train.landmark.max()
    repeats = train.features["visits"].to_numpy()[last] - 1
    weeks = train.features["tenure_days"].to_numpy()[last] / train.period_days
    shape, rate = np.exp(optimize.minimize(_unlikely, STARTS, (repeats, weeks)).x)
    after = shape + given.features["visits"].to_numpy() - 1
    since = rate + given.features["tenure_days"].to_numpy() / given.period_days
    step = np.arange(given.n_periods)
    before, behind = since[:, None] + step, since[:, None] + step + 1
    hazard = 1 - (before / behind) ** after[:, None]
    return np.asarray(np.clip(hazard, LEAST_HAZARD, 1 - LEAST_HAZARD))


def _unlikely(logs: np.ndarray, repeats: np.ndarray, time: np.ndarray) -> float:
    """Return the negative log-likelihood of counts under the mixture, per customer."""
    shape, rate = np.exp(np.clip(logs, -12, 12))
    log_likelihood = (
        special.gammaln(shape + repeats)
        - special.gammaln(shape)
        + shape * np.log(rate)
        + repeats * np.log(np.maximum(time, 1e-9))
        - (shape + repeats) * np.log(rate + time)
    )
    return float(-log_likelihood.mean())


def boosting(train: Waits, given: Waits, *, rng: np.random.Generator) -> np.ndarray:
    """Return hazards of gradient boosting on one row per customer and period at risk.

    References
    ----------
    J. D. Singer and J. B. Willett (1993), It's about time, Journal of Educational Statistics 18,
    155-195: discrete-time survival as binary regression.
    """
    risk = at_risk(train)
    row, period = np.nonzero(risk)
    features = train.features.to_numpy()
    model = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=100,
        max_leaf_nodes=8,
        min_samples_leaf=100,
        early_stopping=False,
        random_state=int(rng.integers(2**31)),
    ).fit(np.c_[features[row], period], came(train)[row, period])
    asked = given.features.to_numpy()
    hazards = [
        model.predict_proba(np.c_[asked, np.full(len(asked), number)])[:, 1]
        for number in range(given.n_periods)
    ]
    return np.asarray(np.clip(np.stack(hazards, axis=1), LEAST_HAZARD, 1 - LEAST_HAZARD))


def inputs(features: pd.DataFrame) -> np.ndarray:
    """Return the Keras model's input: logarithms, and a mark where a value is not known.

    Shape (n, 2 columns), float32: log(1 + value), 0 where unknown; then 1 where unknown.
    """
    values = features.to_numpy(dtype="float64")
    unknown = np.isnan(values)
    logs = np.log1p(np.where(unknown, 0.0, values))
    return np.concatenate([logs, unknown], axis=1).astype("float32")


def fit_hazard(
    train: Waits,
    *,
    width: int = 32,
    epochs: int = 10,
    batch: int = 1024,
    learning_rate: float = 0.01,
    rng: np.random.Generator,
) -> tuple[keras.Model, list[float]]:
    """Train a small network to tell the hazards; periods nobody watched do not count.

    Parameters
    ----------
    train : Waits
    width, epochs, batch : int
        Units of each of two hidden layers; passes; rows at once.
    learning_rate : float
        Falls to zero along a half cosine.
    rng : numpy.random.Generator

    Returns
    -------
    model : keras.Model
        From `inputs` to hazards, shape (n, periods).
    losses : list of float
        Mean log loss of a customer's periods after each epoch, nats.

    References
    ----------
    M. F. Gensheimer and B. Narasimhan (2019), A scalable discrete-time survival model for neural
    networks, PeerJ 7:e6257.
    """
    keras.utils.clear_session(free_memory=False)  # names count from one again: the same bytes
    given = inputs(train.features)
    seeds = [int(seed) for seed in rng.integers(2**31, size=3)]

    def layer(units: int, seed: int, activation: str | None) -> keras.layers.Dense:
        return keras.layers.Dense(
            units, activation, kernel_initializer=keras.initializers.GlorotUniform(seed=seed)
        )

    known = keras.Input((given.shape[1],), name="known")
    scaled = keras.layers.Normalization(name="scaled")
    scaled.adapt(given)
    hidden = layer(width, seeds[0], "relu")(scaled(known))
    hidden = layer(width, seeds[1], "relu")(hidden)
    logits = layer(train.n_periods, seeds[2], None)(hidden)
    trained = keras.Model(known, keras.layers.Reshape((train.n_periods, 1))(logits))
    steps = epochs * -(-len(train) // batch)
    trained.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(learning_rate, steps)),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,
    )
    target = came(train).astype("float32")[:, :, None]
    weight = at_risk(train).astype("float32")
    order = rng.permutation(len(train))
    past = trained.fit(
        given[order],
        target[order],
        sample_weight=weight[order],
        batch_size=batch,
        epochs=epochs,
        shuffle=False,
        verbose=0,
    )
    losses = [float(loss) for loss in past.history["loss"]]
    hazard = keras.layers.Activation("sigmoid", name="hazard")(logits)
    return keras.Model(known, hazard, name="next_visit"), losses


def predict(model: keras.Model, given: Waits) -> np.ndarray:
    """Return the model's hazards, float64, shape (n, periods)."""
    told = keras.ops.convert_to_numpy(model(inputs(given.features))).astype("float64")
    return np.asarray(np.clip(told, LEAST_HAZARD, 1 - LEAST_HAZARD))
