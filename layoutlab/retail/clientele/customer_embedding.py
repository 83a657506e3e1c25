"""What are customers like, judged by what they buy? A small Keras autoencoder of their histories.

A customer is a few numbers from which the shares of the categories bought are told back. The loss
is the multinomial likelihood of all the lines, some of which the encoder does not see. It is given
how the square roots of the customer's shares, shrunk towards the store's, depart from the store's:
the Euclidean distance of roots is Hellinger's. These roots themselves, `share_points`, are the
plain description that the learned one stands beside.
"""

import keras
import numpy as np

from layoutlab.errors import InputError

PRIOR = 0.5
"""Lines per category, dealt out in the store's shares, that are added to a customer's own."""


def fit_embedding(
    counts: np.ndarray,
    *,
    dimensions: int = 8,
    width: int = 32,
    epochs: int = 30,
    batch: int = 64,
    hidden_share: float = 0.3,
    learning_rate: float = 0.01,
    rng: np.random.Generator,
) -> tuple[keras.Model, list[float]]:
    """Train the autoencoder and return its encoder.

    Parameters
    ----------
    counts : ndarray of float32, shape (customers, categories)
        Lines of each category, at least 0.
    dimensions, width, epochs, batch : int
    hidden_share : float
        Share of categories hidden from the encoder, from 0 to below 1.
    learning_rate : float
    rng : numpy.random.Generator

    Returns
    -------
    encoder : keras.Model
        From counts to points, shape (n, dimensions).
    losses : list of float
        Mean negative log-likelihood of a line after each epoch, nats.

    Raises
    ------
    InputError
        When counts are no non-negative matrix with a line for every customer.

    References
    ----------
    D. Liang, R. G. Krishnan, M. D. Hoffman and T. Jebara (2018), Variational autoencoders for
    collaborative filtering, WWW, sections 2.1 and 2.3 (their denoising autoencoder, Mult-DAE).
    """
    _require_counts(counts)
    keras.utils.clear_session(free_memory=False)  # names count from one again: the same bytes
    first, second, third, drop = (int(seed) for seed in rng.integers(2**31, size=4))

    def layer(units: int, seed: int, activation: str | None = None) -> keras.layers.Dense:
        start = keras.initializers.GlorotUniform(seed=seed)
        return keras.layers.Dense(units, activation, kernel_initializer=start)

    given = keras.Input((counts.shape[1],), name="counts")
    common = _common(counts)
    prior = keras.layers.Rescaling(1.0, (PRIOR * counts.shape[1] * common).tolist())(given)
    roots = keras.layers.UnitNormalization(name="roots_of_shares")(keras.ops.sqrt(prior))
    scale = float(np.sqrt(counts.shape[1]))
    apart = keras.layers.Rescaling(scale, (-scale * np.sqrt(common)).tolist())(roots)
    seen = keras.layers.Dropout(hidden_share, seed=drop, name="hidden_from_encoder")(apart)
    wide = layer(width, first, "tanh")(seen)
    point = layer(dimensions, second)(wide)
    told = layer(counts.shape[1], third, "softmax")(point)
    model = keras.Model(given, told)
    model.compile(
        keras.optimizers.Adam(learning_rate),
        loss=keras.losses.CategoricalCrossentropy(),
        jit_compile=False,
    )
    shares = counts / counts.sum(axis=1, keepdims=True)
    order = rng.permutation(len(counts))
    past = model.fit(
        counts[order], shares[order], batch_size=batch, epochs=epochs, shuffle=False, verbose=0
    )
    losses = [float(loss) for loss in past.history["loss"]]
    return keras.Model(given, point, name="customer_embedding"), losses


def embedded(encoder: keras.Model, counts: np.ndarray) -> np.ndarray:
    """Return the points of customers, float64, shape (n, dimensions)."""
    return np.asarray(keras.ops.convert_to_numpy(encoder(counts)), dtype="float64")


def share_points(train: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the roots of customers' shares, shrunk towards the store's, shape (n, categories).

    Parameters
    ----------
    train : ndarray of float, shape (customers, categories)
        Lines from which the store's shares are taken.
    counts : ndarray of float, shape (n, categories)
        Lines of those asked about; a customer without lines has the store's shares.
    """
    prior = PRIOR * train.shape[1] * _common(train)
    return np.asarray(np.sqrt((counts + prior) / (counts.sum(axis=1, keepdims=True) + prior.sum())))


def _common(counts: np.ndarray) -> np.ndarray:
    """Return the store's share of each category."""
    return np.asarray(counts.sum(axis=0, dtype="float64") / counts.sum(dtype="float64"))


def _require_counts(counts: np.ndarray) -> None:
    if counts.ndim != 2 or not np.isfinite(counts).all() or (counts < 0).any():
        raise InputError("expected counts of at least 0, one row per customer")
    empty = np.flatnonzero(counts.sum(axis=1) == 0)
    if len(empty):
        raise InputError(
            f"expected a line for every customer, got none for {len(empty)}, first row {empty[0]}"
        )
