"""Who ranks the layouts of unseen stores best? All scores side by side, on the same stores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layoutlab.retail.layout_value import forest, plain_scores, scores, set_value
from layoutlab.retail.layout_value.labelled import TARGETS, Labelled
from layoutlab.retail.layout_value.set_network import Scorer


@dataclass(frozen=True, eq=False)
class Compared:
    """What scores foresee of test stores, and how well they rank.

    Attributes
    ----------
    told : dict of str to list of ndarray (n, 3)
        By score, by store.
    spread : list of ndarray (n, 3)
        Of v2's members.
    rhos : dict of str to ndarray (stores, 3)
    """

    told: dict[str, list[np.ndarray]]
    spread: list[np.ndarray]
    rhos: dict[str, np.ndarray]


def compare(
    stores: Sequence[Labelled], grown: forest.Forest, line: plain_scores.Line, scorer: Scorer
) -> Compared:
    """Let v2, v1, the linear regression and the rules score the stores' changed layouts."""
    found = [set_value.of_labelled(scorer, store) for store in stores]
    told = {
        "v2 set model": [mean for mean, _ in found],
        "v1 forest": [forest.of_sums(grown, one.tables, one.sums)[1:] for one in stores],
        "linear regression": [plain_scores.of_line(line, one) for one in stores],
    }
    for rule in plain_scores.RULES:
        told[rule] = [plain_scores.of_rule(rule, one) for one in stores]
    rhos = {name: scores.rhos(stores, each) for name, each in told.items()}
    return Compared(told, [spread for _, spread in found], rhos)


def table(found: Compared, *, rng: np.random.Generator) -> pd.DataFrame:
    """Return the mean rank correlation by target and score with its 95 % interval over stores."""
    rows = []
    for name, values in found.rhos.items():
        mean, low, high = scores.mean_interval(values, rng=rng)
        rows += list(zip(TARGETS, [name] * len(TARGETS), mean, low, high, strict=True))
    return pd.DataFrame(rows, columns=["target", "score", "rho", "low", "high"])


def ahead(
    found: Compared, one: str, other: str, *, rng: np.random.Generator
) -> dict[str, tuple[float, float, float]]:
    """Return by target how far one score is ahead of another, paired by store, with interval."""
    mean, low, high = scores.mean_interval(found.rhos[one] - found.rhos[other], rng=rng)
    return {name: (float(mean[k]), float(low[k]), float(high[k])) for k, name in enumerate(TARGETS)}
