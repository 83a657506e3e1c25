"""How is the network built that reads a layout as a set, and how is it asked quickly?

Scoring needs no Keras: the codes of all slots with all departments are a table, made once a store.
"""

from collections.abc import Sequence
from typing import Protocol

import keras
import numpy as np

from layoutlab.retail.layout_value import set_kernels
from layoutlab.retail.layout_value.labelled import TARGETS, Labelled
from layoutlab.retail.layout_value.layout_sums import SUMS, Sums, scaled, target_scale
from layoutlab.retail.layout_value.store_tables import (
    DEPARTMENT_FEATURES,
    SLOT_FEATURES,
    STORE_FEATURES,
    StoreTables,
)

CELL = len(SLOT_FEATURES) + len(DEPARTMENT_FEATURES)
REACH = 4.0
"""Standardised features of stores are cut off here: no store learned from lies beyond."""
Given = dict[str, np.ndarray]


class Shape(Protocol):
    """What a recipe says of the network."""

    @property
    def members(self) -> int:
        """Networks side by side."""

    @property
    def width(self) -> int:
        """Units of the shared layer."""

    @property
    def code(self) -> int:
        """Numbers in a code."""

    @property
    def head(self) -> int:
        """Units of the head."""


def given_of(stores: Sequence[Labelled]) -> Given:
    """Return the changed layouts of stores as the model takes them, n rows in all.

    Returns
    -------
    dict of str to ndarray of float32
        ``cells`` (n, 2 s, CELL) and ``weights`` (n, 2 s, 2): a layout's slots, then the present
        layout's with their weights taken off, zeros after the last slot; ``sums`` (n, len(SUMS));
        ``store`` (n, len(STORE_FEATURES)).
    """
    longest = max(len(store.tables.today) for store in stores)
    parts = [_one_store(store, longest) for store in stores]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _one_store(store: Labelled, longest: int) -> Given:
    tables, n, s = store.tables, len(store.assignments) - 1, len(store.tables.today)
    cells = np.zeros((n, 2 * longest, CELL), np.float32)
    weights = np.zeros((n, 2 * longest, 2), np.float32)
    stood = [(slice(0, s), store.assignments[1:], 1), (slice(longest, longest + s),
             np.repeat(store.assignments[:1], n, axis=0), -1)]  # fmt: skip
    for where, layouts, sign in stood:
        cells[:, where, : len(SLOT_FEATURES)] = tables.slot_features
        cells[:, where, len(SLOT_FEATURES) :] = tables.department_features[layouts]
        rows = slice(1, None) if sign > 0 else slice(0, 1)
        weights[:, where, 0] = sign * store.sums.planned[rows]
        weights[:, where, 1] = sign * store.sums.tempting[rows]
    beside = np.broadcast_to(tables.store_features, (n, len(STORE_FEATURES)))
    return {
        "cells": cells,
        "weights": weights,
        "sums": scaled(tables, store.sums)[1:].astype(np.float32),
        "store": beside.astype(np.float32),
    }


def network(
    given: Given, target: np.ndarray, recipe: Shape, rng: np.random.Generator
) -> keras.Model:
    """Return the untrained model, which answers as a linear regression on the sums does.

    Numbers are scaled by what is given, targets (n, 3) by their own spread.
    """
    scale = np.maximum(target.std(axis=0), 1e-9)
    told = given["weights"][:, :, 0].astype(bool)
    cells = keras.Input((None, CELL), name="cells")
    weights = keras.Input((None, 2), name="weights")
    sums = keras.Input((len(SUMS),), name="sums")
    store = keras.Input((len(STORE_FEATURES),), name="store")
    scaled_cells = _scaled(given["cells"][told], "scaled_cells")(cells)
    spread = np.maximum(np.sqrt((given["sums"].astype(float) ** 2).mean(axis=0)), 1e-3)
    scaled_sums = keras.layers.Rescaling((1 / spread).tolist(), name="scaled_sums")(sums)
    scaled_store = _cut(_scaled(given["store"], "scaled_store")(store))
    start, *_ = np.linalg.lstsq(given["sums"] / spread, target / scale, rcond=None)
    votes = [
        _member(place, scaled_cells, weights, scaled_sums, scaled_store, recipe, rng)
        for place in range(recipe.members)
    ]
    stacked = keras.layers.Concatenate(axis=1, name="members")(
        [
            keras.layers.Reshape((1, len(TARGETS)), name=f"row_{at}")(vote)
            for at, vote in enumerate(votes)
        ]
    )
    found = keras.layers.Rescaling(scale.tolist(), name="units")(stacked)
    model = keras.Model([cells, weights, sums, store], found, name="layout_value")
    for place in range(recipe.members):
        model.get_layer(f"straight_{place}").set_weights([start])
        last = model.get_layer(f"last_{place}")
        last.set_weights([np.zeros_like(last.get_weights()[0])])
    return model


def _scaled(rows: np.ndarray, name: str) -> keras.layers.Layer:
    spread = rows.astype(np.float64)
    return keras.layers.Normalization(
        mean=spread.mean(axis=0), variance=spread.var(axis=0) + 1e-6, name=name
    )


def _cut(given: keras.KerasTensor) -> keras.KerasTensor:
    """Return values cut off at `REACH` on both sides."""
    above = keras.layers.Rescaling(1.0, REACH, name="above")(given)
    within = keras.layers.ReLU(max_value=2 * REACH, name="within")(above)
    return keras.layers.Rescaling(1.0, -REACH, name="cut")(within)


def _member(
    place: int,
    cells: keras.KerasTensor,
    weights: keras.KerasTensor,
    sums: keras.KerasTensor,
    store: keras.KerasTensor,
    recipe: Shape,
    rng: np.random.Generator,
) -> keras.KerasTensor:
    """Return one network's standardised targets, (n, 3)."""

    def dense(
        units: int, name: str, activation: str | None = None, *, bias: bool = True
    ) -> keras.layers.Layer:
        start = keras.initializers.GlorotUniform(seed=int(rng.integers(2**31)))
        return keras.layers.Dense(
            units, activation, use_bias=bias, kernel_initializer=start, name=f"{name}_{place}"
        )

    code = dense(recipe.code, "code")(dense(recipe.width, "cell", "relu")(cells))
    added = keras.layers.Dot(axes=1, name=f"added_{place}")([weights, code])
    added = keras.layers.Reshape((2 * recipe.code,), name=f"pooled_{place}")(added)
    changed = keras.layers.Concatenate(name=f"changed_{place}")([added, sums])
    same = keras.layers.Rescaling(0.0, name=f"same_{place}")(changed)
    hidden, last = dense(recipe.head, "hidden", "relu"), dense(len(TARGETS), "last", bias=False)
    told = [
        last(hidden(keras.layers.Concatenate(name=f"{name}_{place}")([change, store])))
        for name, change in (("with_change", changed), ("without", same))
    ]
    beyond = keras.layers.Subtract(name=f"beyond_{place}")(told)
    straight = dense(len(TARGETS), "straight", bias=False)(sums)
    return keras.layers.Add(name=f"vote_{place}")([straight, beyond])


class Scorer:
    """A model asked for one store after another, without Keras.

    Parameters
    ----------
    model : keras.Model
        As `network` builds it.
    """

    def __init__(self, model: keras.Model) -> None:
        self.members = sum(layer.name.startswith("vote_") for layer in model.layers)
        self.held = [
            {
                name: model.get_layer(f"{name}_{place}").get_weights()
                for name in ("cell", "code", "hidden", "last", "straight")
            }
            for place in range(self.members)
        ]
        self.cells, self.store = (_moments(model, f"scaled_{name}") for name in ("cells", "store"))
        self.sums = np.array(model.get_layer("scaled_sums").scale, np.float32)
        self.units = np.array(model.get_layer("units").scale, np.float32)

    def table(self, tables: StoreTables) -> np.ndarray:
        """Return the codes of all slots with all departments, float32 (s, d, members x code)."""
        cut = len(SLOT_FEATURES)
        mean, spread = self.cells
        slots = (tables.slot_features - mean[:cut]) / spread[:cut]
        departments = (tables.department_features - mean[cut:]) / spread[cut:]
        codes = []
        for held in self.held:
            kernel, bias = held["cell"]
            hidden = (slots @ kernel[:cut])[:, None] + (departments @ kernel[cut:])[None] + bias
            codes.append(np.maximum(hidden, 0) @ held["code"][0] + held["code"][1])
        return np.ascontiguousarray(np.concatenate(codes, axis=2), dtype=np.float32)

    def votes(self, tables: StoreTables, assignments: np.ndarray, sums: Sums) -> np.ndarray:
        """Return what each member says of layouts, (members, n, 3), in the targets' units.

        Parameters
        ----------
        tables : StoreTables
        assignments : ndarray of int64, shape (n + 1, s)
            The present layout first.
        sums : Sums
            Of the same layouts.
        """
        table = self.table(tables)
        width = table.shape[2]
        added = np.empty((len(assignments), 2 * width), np.float32)
        set_kernels.pooled(assignments, table, sums.planned, sums.tempting, added)
        change = added[1:] - added[0]
        told = (scaled(tables, sums)[1:] * self.sums).astype(np.float32)
        mean, spread = self.store
        store = np.clip((tables.store_features - mean) / spread, -REACH, REACH)
        code = width // self.members
        found = []
        for place, held in enumerate(self.held):
            mine = slice(place * code, (place + 1) * code)
            own = np.hstack([change[:, :width][:, mine], change[:, width:][:, mine], told])
            found.append(_one(held, own, store.astype(np.float32)))
        votes: np.ndarray = np.stack(found) * self.units * target_scale(tables)
        return votes


def _one(held: dict[str, list[np.ndarray]], own: np.ndarray, store: np.ndarray) -> np.ndarray:
    """Return one member's standardised targets as `_member` does."""
    kernel, bias = held["hidden"]
    n = own.shape[1]
    same = store @ kernel[n:] + bias
    hidden = np.maximum(own @ kernel[:n] + same, 0) - np.maximum(same, 0)
    told: np.ndarray = hidden @ held["last"][0] + own[:, n - len(SUMS) :] @ held["straight"][0]
    return told


def _moments(model: keras.Model, name: str) -> tuple[np.ndarray, np.ndarray]:
    layer = model.get_layer(name)
    mean, variance = (np.asarray(one, np.float32).ravel() for one in (layer.mean, layer.variance))
    return mean, np.sqrt(variance)
