"""What do simple rules make of a layout? The baselines beside the learned scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layoutlab.retail.layout_value.forest import rows_of
from layoutlab.retail.layout_value.labelled import TARGETS, Labelled
from layoutlab.retail.layout_value.layout_sums import SUMS, scaled

RULES = ("popular goods near the door", "shortest way past the goods")


@dataclass(frozen=True, eq=False)
class Line:
    """A linear regression on the layouts' sums, without a constant: no change is worth nothing.

    Attributes
    ----------
    weights : ndarray of float, shape (len(SUMS), 3)
    """

    weights: np.ndarray


def fit_line(stores: Sequence[Labelled]) -> Line:
    """Fit by least squares on the changed layouts of stores."""
    rows, targets = rows_of(stores)
    weights, *_ = np.linalg.lstsq(rows[:, : len(SUMS)].astype(float), targets, rcond=None)
    return Line(weights)


def of_line(line: Line, store: Labelled) -> np.ndarray:
    """Return the targets that a line foresees for a store's changed layouts, (n, 3)."""
    told: np.ndarray = scaled(store.tables, store.sums)[1:] @ line.weights * store.scale
    return told


def of_rule(rule: str, store: Labelled) -> np.ndarray:
    """Return what a rule of `RULES` says, in no unit, signed for each target, (n, 3).

    Shorter is better: more unplanned margin, fewer metres, more found.
    """
    column = SUMS.index(dict(zip(RULES, ("enter", "round"), strict=True))[rule])
    way = store.sums.aggregates[1:, column]
    return np.column_stack([-way, way, -way])[:, : len(TARGETS)]
