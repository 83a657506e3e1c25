"""How good are these receipts? Counts, rejects, coverage in time, returns, and what stands out."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layoutlab.retail.preparation import lines, receipts, returns
from layoutlab.retail.preparation.receipts import Source

FAR, FACTOR = 3.0, 10.0
N_EXTREME = 10
US_PER_H = 3_600_000_000
COUNTED = {
    "stores": ["store_id"],
    "transactions": ["store_id", "transaction_id"],
    "customers": ["customer_id"],
    "skus": ["sku"],
    "categories": ["category"],
}
SHOWN = ["line", "transaction_id", "time", "customer_id", "sku", "quantity", "unit_price"]


def measure(path: str | Path) -> dict[str, Any]:
    """Measure the quality of a receipts file, which is read whole.

    Parameters
    ----------
    path : str or Path
        A receipts file, see `layoutlab.retail.preparation.receipts.inspect`.

    Returns
    -------
    dict
        ``lines``, ``accepted``, ``rejected``; ``rejects``, lines by reason, duplicates included;
        ``currency``; of the accepted lines distinct ``stores``, ``transactions``, ``customers``,
        ``skus``, ``categories``, and ``without_customer`` (lines); ``coverage`` as `coverage`;
        ``quantity`` and ``unit_price`` as `spread`; ``extreme``, the accepted lines of largest
        quantity, and whether a later return undoes them; ``returns``: ``lines`` that are returns,
        how many are ``matched`` to a sale or ``unmatched``, and sales ``undone`` by them.

    Raises
    ------
    InputError
        As `receipts.inspect`.
    """
    source = receipts.inspect(path)
    accepted, rejects = _judged(source, with_returns=False)
    undone, back = _returns(source)
    reasons = rejects.to_pylist()
    return {
        "lines": source.n_lines,
        "accepted": len(accepted),
        "rejected": source.n_lines - len(accepted),
        "rejects": {reason: reasons.count(reason) for reason in lines.REASONS},
        "currency": source.currency,
        **{name: _distinct(accepted, columns) for name, columns in COUNTED.items()},
        "without_customer": accepted["customer_id"].null_count,
        "coverage": coverage(accepted["time"]),
        "quantity": spread(accepted["quantity"]),
        "unit_price": spread(accepted["unit_price"]),
        "extreme": _extreme(accepted, undone),
        "returns": back,
    }


def coverage(time: pa.ChunkedArray) -> dict[str, Any]:
    """Say which days have lines.

    Returns
    -------
    dict
        ``first`` and ``last`` time (ISO 8601, UTC, None without times), ``days`` from the first to
        the last, ``days_without`` lines among them, ``longest_gap_h`` between two lines in time,
        hours, and ``lines_per_day``: day to lines, days without any included.
    """
    known = np.sort(time.drop_null().to_numpy().astype("datetime64[us]"))
    if not len(known):
        return {"first": None, "last": None, "days": 0, "days_without": 0, "longest_gap_h": 0.0,
                "lines_per_day": {}}  # fmt: skip
    day = known.astype("datetime64[D]")
    days = np.arange(day[0], day[-1] + 1)
    per_day = np.bincount((day - day[0]).astype(int), minlength=len(days))
    gap_us = np.diff(known).astype(np.int64).max(initial=0)
    return {
        "first": f"{known[0]}Z",
        "last": f"{known[-1]}Z",
        "days": len(days),
        "days_without": int((per_day == 0).sum()),
        "longest_gap_h": round(gap_us / US_PER_H, 3),
        "lines_per_day": dict(zip(days.astype(str).tolist(), per_day.tolist(), strict=True)),
    }


def spread(values: pa.ChunkedArray) -> dict[str, Any]:
    """Say how positive values spread and how many stand out.

    A value stands out when it is beyond the quartile on its side by more than `FAR` interquartile
    ranges of the logarithms and by more than `FACTOR` times. Tukey's far-out fences (1977, section
    2D) on a logarithmic scale, as quantities and prices are skewed; the factor is ours, since most
    quantities are often 1 and their interquartile range nothing.

    Returns
    -------
    dict
        ``known`` values, ``least``, ``lower_quartile``, ``median``, ``upper_quartile``, ``most``;
        ``lower_fence``, ``upper_fence``, and the numbers ``below`` and ``above`` them; ``bins``
        (edges, a decade in 5 steps) and ``counts`` per bin. Without values only ``known``, 0.
    """
    known = np.asarray(values.drop_null().to_numpy(), dtype=float)
    if not len(known):
        return {"known": 0}
    lower, median, upper = np.quantile(known, [0.25, 0.5, 0.75])
    away = max((upper / lower) ** FAR, FACTOR)
    low, high = np.floor(5 * np.log10(known.min())), np.floor(5 * np.log10(known.max())) + 1
    bins = 10 ** (np.arange(low, high + 1) / 5)
    place = np.clip(np.searchsorted(bins, known, side="right") - 1, 0, len(bins) - 2)
    return {
        "known": len(known),
        "least": float(known.min()),
        "lower_quartile": float(lower),
        "median": float(median),
        "upper_quartile": float(upper),
        "most": float(known.max()),
        "lower_fence": float(lower / away),
        "upper_fence": float(upper * away),
        "below": int((known < lower / away).sum()),
        "above": int((known > upper * away).sum()),
        "bins": bins.tolist(),
        "counts": np.bincount(place, minlength=len(bins) - 1).tolist(),
    }


def _judged(source: Source, *, with_returns: bool) -> tuple[pa.Table, pa.ChunkedArray]:
    """Return the accepted lines, each once, and the reasons of all others."""
    kept, reasons = [lines.VALID.empty_table()], [pa.array([], pa.string())]
    n_lines = 0
    for raw in receipts.raw_lines(source.path, numbered=source.numbered):
        line = pa.array(np.arange(n_lines, n_lines + len(raw)))
        n_lines += len(raw)
        valid, rejects = lines.validate(
            raw.append_column("line", line), source, with_returns=with_returns
        )
        kept.append(valid)
        reasons += rejects["reason"].chunks
    valid = pa.concat_tables(kept[1:] or kept)
    repeated = lines.repeated(valid)
    reasons.append(pa.array(["duplicate"] * int(repeated.sum()), pa.string()))
    return valid.filter(pa.array(~repeated)), pa.chunked_array(reasons)


def _returns(source: Source) -> tuple[set[int], dict[str, int]]:
    """Return the numbers of the lines that returns undo, and what became of the returns."""
    _, rejects = returns.match(_judged(source, with_returns=True)[0])
    found = {
        name: rejects.filter(pc.equal(rejects["reason"], name))["line"].to_pylist()
        for name in returns.REASONS
    }
    matched, unmatched = len(found["return_matched"]), len(found["return_unmatched"])
    undone = set(found["sale_returned"])
    return undone, {
        "lines": matched + unmatched,
        "matched": matched,
        "unmatched": unmatched,
        "undone": len(undone),
    }


def _distinct(accepted: pa.Table, columns: list[str]) -> int:
    known = accepted.select(columns).drop_null()
    return len(known.group_by(columns, use_threads=False).aggregate([]))


def _extreme(accepted: pa.Table, undone: set[int]) -> list[dict[str, Any]]:
    """Return the lines of largest quantity, ties by their number."""
    order = [("quantity", "descending"), ("line", "ascending")]
    frame: pd.DataFrame = accepted.select(SHOWN).sort_by(order).slice(0, N_EXTREME).to_pandas()
    shown = frame.assign(time=frame["time"].dt.strftime("%Y-%m-%d %H:%M:%SZ"))
    shown = shown.assign(undone=frame["line"].isin(undone)).astype(object)
    rows = shown.where(shown.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
