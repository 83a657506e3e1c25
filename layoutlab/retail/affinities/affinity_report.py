"""What more is there to know of a store's affinities than lifts? Files for those who ask.

`affinity.from_receipts` writes the contract; here, from the baskets it wrote, come all measures
with shrunk lifts, the pairs that differ between groups, and association rules.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail.affinities import (
    affinity_groups,
    bootstrap,
    grouping,
    measures,
    rules,
    shrinkage,
)
from layoutlab.retail.affinities import incidence as incidences
from layoutlab.retail.affinities.affinity import Affinity
from layoutlab.retail.affinities.incidence import Incidence
from layoutlab.retail.preparation import receipts, sales


def shrunk_columns(incidence: Incidence, confidence: float = 0.95) -> pd.DataFrame:
    """Return shrunk, shrunk_low and shrunk_high of all pairs, in the order of `measures.table`."""
    found = shrinkage.shrink(
        incidences.together(incidence), incidence.n_baskets, confidence=confidence
    )
    pairs = np.triu_indices(len(incidence.categories), 1)
    return pd.DataFrame(
        {
            "shrunk": found.lift[pairs],
            "shrunk_low": found.low[pairs],
            "shrunk_high": found.high[pairs],
        }
    )


def pair_table(
    incidence: Incidence,
    estimated: Affinity,
    *,
    confidence: float = 0.95,
    replicates: int = 200,
    clusters: np.ndarray | None = None,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return every pair with its measures, shrunk lift and q-value, the surely strongest first.

    Parameters
    ----------
    incidence : Incidence
        With the categories of `estimated`.
    estimated : Affinity
        Of the same baskets.
    confidence, replicates, clusters, rng
        See `measures.estimate`.

    Returns
    -------
    DataFrame
        The columns of `measures.table`, ``baskets`` (with both), ``shrunk``, ``shrunk_low``,
        ``shrunk_high`` and ``q_value``; ordered by shrunk_low, the ranking that changes least with
        other baskets among those that compare with chance (`stability`).
    """
    drawn = measures.estimate(
        incidence, confidence=confidence, replicates=replicates, clusters=clusters, rng=rng
    )
    pairs = np.triu_indices(len(incidence.categories), 1)
    frame = measures.table(incidence.categories, drawn).assign(
        baskets=incidences.together(incidence)[pairs], q_value=estimated.q_value[pairs]
    )
    frame = frame.join(shrunk_columns(incidence, confidence))
    return frame.sort_values("shrunk_low", ascending=False, kind="stable", ignore_index=True)


def check_receipts(path: str | Path, *, measured: bool, by: Sequence[str]) -> None:
    """See whether receipts can have the files asked for, before any work.

    Parameters
    ----------
    path : str or Path
        See `layoutlab.retail.preparation.receipts.inspect`.
    measured : bool
        Whether all measures are asked for: too few categories have too few pairs.
    by : sequence of str
        Ways of grouping: no line may lack what every one of them needs.

    Raises
    ------
    InputError
        When they cannot. Lines rejected later may still leave too little.
    """
    source = receipts.inspect(path)
    for way in by:
        column = grouping.NEEDS[way]
        if column == "time" and not source.timed:
            raise InputError(f"expected receipts with times for --by {way}, got none in {path}")
        if column != "time" and not _values(path, column):
            raise InputError(f"expected receipts with {column} for --by {way}, got none in {path}")
    if measured:
        n = _values(path, "category")
        shrinkage.check_pairs(n * (n - 1) // 2)


def _values(path: str | Path, column: str) -> int:
    """Return how many different values a column of receipts has."""
    return int(pc.count_distinct(sales.read(path, [column])[column]).as_py())


def write_measures(
    folder: str | Path, incidence: Incidence, estimated: Affinity, *, seed: int = 1
) -> dict[str, Any]:
    """Write ``measures.parquet``, the table of all pairs; return what it holds.

    The bootstrap draws whole customers where the baskets name them.
    """
    clusters = bootstrap.customers(incidence.heads["customer_id"])
    frame = pair_table(incidence, estimated, clusters=clusters, rng=np.random.default_rng(seed))
    canonical.write_parquet(Path(folder) / "measures.parquet", frame)
    return {
        "pairs": len(frame),
        "surest": frame["first"].add(" + ").add(frame["second"])[:5].tolist(),
    }


def write_groups(
    folder: str | Path, incidence: Incidence, by: str, false_discovery_rate: float
) -> dict[str, Any]:
    """Write ``pairs-by-BY.parquet``, pairs compared between groups; return what differs."""
    groups = grouping.of_baskets(incidence.heads, by)
    frame = affinity_groups.compare(incidence, groups)
    canonical.write_parquet(Path(folder) / f"pairs-by-{by}.parquet", frame)
    differing = frame[frame["q_value"] <= false_discovery_rate]
    return {
        "baskets": groups.sizes,
        "tested_pairs": len(frame),
        "differing_pairs": len(differing),
        "first": differing["first"].add(" + ").add(differing["second"])[:5].tolist(),
    }


def write_rules(
    folder: str | Path, incidence: Incidence, min_support: float, min_confidence: float
) -> dict[str, Any]:
    """Write ``rules.parquet``; return how many rules there are and the one of highest lift."""
    frame = rules.mine(incidence, min_support=min_support, min_confidence=min_confidence)
    canonical.write_parquet(Path(folder) / "rules.parquet", frame)
    return {"rules": len(frame), "best": frame.head(1).to_dict("records")}
