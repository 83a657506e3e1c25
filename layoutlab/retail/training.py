"""How are the studies' Keras models trained? Batches in drawn order, a rate that falls to zero.

The schedule is fixed in advance: AdamW (Loshchilov and Hutter 2019, ICLR) with a learning rate that
falls along a half cosine over all steps (Loshchilov and Hutter 2017, ICLR, equation 5). Validation
losses are watched and choose nothing.
"""

from collections.abc import Callable
from typing import Protocol

import keras
import numpy as np

from layoutlab.errors import InputError

Loss = Callable[[keras.KerasTensor, keras.KerasTensor], keras.KerasTensor]
Part = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


class Schedule(Protocol):
    """What a recipe says of its training; frozen dataclasses with these fields are one."""

    @property
    def epochs(self) -> int:
        """Passes over the rows, at least 1."""

    @property
    def batch(self) -> int:
        """Rows in a batch, at least 1."""

    @property
    def dropout(self) -> float:
        """Share of units left out, from 0 to below 1."""

    @property
    def learning_rate(self) -> float:
        """The first step's, above 0."""

    @property
    def weight_decay(self) -> float:
        """At least 0."""


def require_possible(recipe: Schedule, *counts: str) -> None:
    """Raise `InputError` unless a recipe can be followed.

    Parameters
    ----------
    recipe : Schedule
    *counts : str
        Further fields that must be at least 1, such as ``"members"``.
    """
    for name in (*counts, "epochs", "batch"):
        if getattr(recipe, name) < 1:
            raise InputError(f"expected {name} of at least 1, got {getattr(recipe, name)}")
    if not 0 <= recipe.dropout < 1:
        raise InputError(f"expected dropout from 0 to below 1, got {recipe.dropout}")
    if not recipe.learning_rate > 0 or not recipe.weight_decay >= 0:
        raise InputError(
            "expected learning_rate above 0 and weight_decay of at least 0, "
            f"got {recipe.learning_rate} and {recipe.weight_decay}"
        )


def fit(
    model: keras.Model,
    rows: np.ndarray,
    part: Part,
    recipe: Schedule,
    *,
    loss: keras.losses.Loss | Loss,
    later: tuple[np.ndarray, np.ndarray] | None = None,
    block: int = 8192,
    rng: np.random.Generator,
) -> dict[str, list[float]]:
    """Train a model on rows, drawn in a new order for every epoch.

    Parameters
    ----------
    model : keras.Model
        Trained in place.
    rows : ndarray of int, shape (n,)
        Numbers of the rows to learn from.
    part : callable
        From row numbers, in order, to what the model takes and the target.
    recipe : Schedule
    loss : keras.losses.Loss, or callable
        From target and answer to a loss per row.
    later : pair of ndarray, optional
        Validation input and target, scored after every epoch in blocks of `block`.
    block : int
    rng : numpy.random.Generator
        Draws the orders.

    Returns
    -------
    dict of str to list of float
        ``train`` and ``validation``: the loss after each epoch; the second empty without `later`.
        The training loss is measured during the epoch, with dropout.
    """
    steps = -(-len(rows) // recipe.batch) * recipe.epochs
    model.compile(
        keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps),
            weight_decay=recipe.weight_decay,
        ),
        loss=loss,
        jit_compile=False,
    )
    history: dict[str, list[float]] = {"train": [], "validation": []}
    for _ in range(recipe.epochs):
        given, target = part(rng.permutation(rows))
        past = model.fit(
            given,
            target,
            batch_size=recipe.batch,
            shuffle=False,
            validation_data=later,
            validation_batch_size=block,
            verbose=0,
        ).history
        history["train"] += past["loss"]
        history["validation"] += past.get("val_loss", [])
    return history
