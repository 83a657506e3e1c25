"""How late do lines come, and what does waiting for them cost? Measured over arrivals."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from layoutlab.retail.preparation import lines
from layoutlab.retail.streaming.ledger import Checkpoint
from layoutlab.retail.streaming.windows import Windows, judged

S = 1_000_000


def times_us(raw: pa.Table) -> np.ndarray:
    """Return the readable times of lines as they came, int64 microseconds since 1970."""
    time = lines.times(raw["time"])[1].drop_null()
    return np.asarray(time.cast(pa.int64()).to_numpy())


def behind_s(raw: pa.Table) -> np.ndarray:
    """Return by how much each line's time lies behind the newest before it, in seconds, at least 0.

    Lines whose time cannot be read are left out.
    """
    time = times_us(raw)
    return np.asarray((np.maximum.accumulate(time) - time) / S)


def waiting(raw: pa.Table, windows: Windows) -> np.ndarray:
    """Return how many lines wait in open windows once each line has come, int of shape (n,).

    Lines whose time cannot be read are left out; bad lines that a stream would reject are not.
    """
    time = times_us(raw)
    late, _ = judged(time, windows)
    watermark = windows.watermark(np.maximum.accumulate(time))
    closes = np.searchsorted(watermark, windows.ends(time[~late]))
    closed = np.bincount(closes, minlength=len(time) + 1)[: len(time)]
    return np.asarray(np.cumsum(~late) - np.cumsum(closed))


def too_late_shares(
    raw: pa.Table, lengths_s: Sequence[int], latenesses_s: Sequence[int]
) -> pd.DataFrame:
    """Return the share of lines that come too late, for windows of several lengths.

    Returns
    -------
    DataFrame of float, shape (len(latenesses_s), len(lengths_s))
        Rows named by allowed lateness, columns by length of window, both in seconds.
    """
    time = times_us(raw)
    shares = [
        [float(judged(time, Windows(length, lateness))[0].mean()) for length in lengths_s]
        for lateness in latenesses_s
    ]
    return pd.DataFrame(shares, index=list(latenesses_s), columns=list(lengths_s))


def progress(checkpoints: Iterable[Checkpoint], windows: Windows) -> pd.DataFrame:
    """Return how a stream came on: a row per checkpoint.

    Returns
    -------
    DataFrame
        Lines so far (``lines``) and what became of them, ``newest`` time and ``watermark`` (UTC;
        missing before the first valid line), and lines ``open``.
    """
    rows = []
    for each in checkpoints:
        newest = pd.NaT if each.newest is None else pd.Timestamp(each.newest, unit="us", tz="UTC")
        watermark = newest - pd.Timedelta(seconds=windows.lateness_s)
        rows.append({"newest": newest, "watermark": watermark, **each.counts})
    return pd.DataFrame(rows)
