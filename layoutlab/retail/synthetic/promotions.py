"""What did a promotion do to the sales of its category?

Its effect is a coefficient of a Poisson regression of weekly sales [1]_, beside two baselines: the
ratio to the weeks before, which takes traffic and season for the promotion's work, and that ratio
over the store's own, which takes the season for it.

References
----------
.. [1] McCullagh and Nelder (1989). Generalized Linear Models, second edition, section 6.2.
"""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import stats
from sklearn.linear_model import PoissonRegressor

from layoutlab.errors import InputError
from layoutlab.retail.synthetic.trading import DAYS_PER_WEEK, DAYS_PER_YEAR

WEEKS_BEFORE = 4
LEAST_WEEKS = 26
"""A yearly season cannot be told from less than half a year."""
ROUNDS = 300
WAYS = ("ratio", "before_after", "against_store")


def weekly_pieces(lines: pa.Table, first_day: str, n_weeks: int) -> pd.DataFrame:
    """Return the pieces sold in full weeks from `first_day` on.

    Parameters
    ----------
    lines : pyarrow.Table
        The receipts contract, valid lines only.
    first_day : str
        ISO 8601 date, UTC.
    n_weeks : int

    Returns
    -------
    DataFrame of int, shape (n_weeks, categories)
        Weeks from 0; categories sorted; 0 where none was sold.
    """
    frame = lines.select(["time", "category", "quantity"]).to_pandas()
    since = frame["time"] - pd.Timestamp(first_day, tz="UTC")
    frame["week"] = since.dt.days // DAYS_PER_WEEK
    sold: pd.DataFrame = frame.pivot_table(
        index="week", columns="category", values="quantity", aggfunc="sum", fill_value=0
    )
    return sold.reindex(range(n_weeks), fill_value=0).astype(int)


def effects(sold: pd.DataFrame, planned: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Estimate what each promotion did to its category's sales, as a rate ratio.

    The regression has a logarithmic link and an effect of each week (traffic), of each category,
    a yearly season of each category, and one of each promotion. The intervals take the dispersion
    from Pearson's statistic, as a basket's size moves all its counts.

    Parameters
    ----------
    sold : DataFrame of int
        As `weekly_pieces` returns it.
    planned : DataFrame
        ``category`` and ``week`` of every promotion, each pair once.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        `planned` with ``ratio``, ``low``, ``high`` (the regression), ``before_after`` (the week
        over the mean of up to `WEEKS_BEFORE` weeks before it in which the category was not
        promoted) and ``against_store`` (that ratio over the same of all other categories); NaN
        where no such week has sales.

    Raises
    ------
    InputError
        When there are fewer than `LEAST_WEEKS` weeks with sales, no promotion, or one without sales
        of its category in its week.
    """
    sold = sold.loc[sold.sum(axis=1) > 0, sold.sum(axis=0) > 0]
    week, category = _placed(sold, planned)
    design = _design(sold, week, category)
    count = sold.to_numpy(dtype=float).T.ravel()
    model = PoissonRegressor(alpha=0, solver="newton-cholesky", max_iter=ROUNDS, tol=1e-8)
    mean = model.fit(design, count).predict(design)
    spread = ((count - mean) ** 2 / mean).sum() / max(len(count) - design.shape[1] - 1, 1)
    full = np.hstack([np.ones((len(count), 1)), design])
    covariance = np.linalg.inv(full.T @ (mean[:, None] * full)) * max(spread, 1.0)
    effect = model.coef_[-len(planned) :]
    half = stats.norm.ppf((1 + confidence) / 2)
    half = half * np.sqrt(covariance.diagonal()[-len(planned) :])
    return planned.assign(
        ratio=np.exp(effect),
        low=np.exp(effect - half),
        high=np.exp(effect + half),
        **_before_after(sold.to_numpy(dtype=float), week, category),
    )


def errors(found: pd.DataFrame) -> pd.DataFrame:
    """Hold estimated effects against the true ones.

    Parameters
    ----------
    found : DataFrame
        As `effects` returns it, of promotions with ``rate_ratio`` and ``in_season``.

    Returns
    -------
    DataFrame
        Indexed by way (`WAYS`): ``bias`` (mean error of the logarithm of the ratio),
        ``bias_in_season`` (of those promoted while their season rises) and ``error`` (root mean
        square), over the promotions that every way has an estimate for.
    """
    found = found.dropna()
    in_season = found["in_season"].to_numpy(dtype=bool)
    log_error = np.log(found[list(WAYS)].to_numpy() / found[["rate_ratio"]].to_numpy())
    return pd.DataFrame(
        {
            "bias": log_error.mean(axis=0),
            "bias_in_season": log_error[in_season].mean(axis=0),
            "error": np.sqrt((log_error**2).mean(axis=0)),
        },
        index=list(WAYS),
    )


def coverage(found: pd.DataFrame) -> float:
    """Return the share of the regression's intervals that hold the true effect."""
    true = found["rate_ratio"]
    return float(((found["low"] <= true) & (true <= found["high"])).mean())


def _placed(sold: pd.DataFrame, planned: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of each promotion in `sold`."""
    if len(sold) < LEAST_WEEKS:
        raise InputError(f"sold: expected at least {LEAST_WEEKS} weeks with sales, got {len(sold)}")
    if not len(planned):
        raise InputError("planned: expected at least one promotion, got none")
    week = sold.index.get_indexer(pd.Index(planned["week"]))
    category = sold.columns.get_indexer(pd.Index(planned["category"]))
    missing = (week < 0) | (category < 0)
    missing[~missing] = sold.to_numpy()[week[~missing], category[~missing]] == 0
    if missing.any():
        row = planned.iloc[int(missing.argmax())]
        raise InputError(
            f"planned: expected promotions with sales in their week, got {row['category']} in week "
            f"{row['week']}"
        )
    return np.asarray(week), np.asarray(category)


def _design(sold: pd.DataFrame, week: np.ndarray, category: np.ndarray) -> np.ndarray:
    """Return the regression's columns, rows by category then week; promotions are the last ones.

    The first week has no effect, the first category none and no season: the others are measured
    against them.
    """
    n_weeks, n = sold.shape
    row_week, row_category = np.tile(np.arange(n_weeks), n), np.repeat(np.arange(n), n_weeks)
    middle = (sold.index.to_numpy(dtype=float)[row_week] + 0.5) * DAYS_PER_WEEK
    angle = 2 * np.pi * middle / DAYS_PER_YEAR
    own = np.eye(n)[row_category][:, 1:]
    waves = [own * wave[:, None] for wave in (np.cos(angle), np.sin(angle))]
    promoted = np.zeros((n_weeks * n, len(week)))
    promoted[category * n_weeks + week, np.arange(len(week))] = 1
    return np.hstack([own, np.eye(n_weeks)[row_week][:, 1:], *waves, promoted])


def _before_after(sold: np.ndarray, week: np.ndarray, category: np.ndarray) -> dict[str, Any]:
    promoted = np.zeros(sold.shape, bool)
    promoted[week, category] = True
    total = sold.sum(axis=1)
    ratios = np.full((2, len(week)), np.nan)
    for i, (now, what) in enumerate(zip(week, category, strict=True)):
        before = np.arange(max(now - WEEKS_BEFORE, 0), now)
        before = before[~promoted[before, what]]
        if sold[before, what].sum() > 0:
            own, rest = sold[:, what], total - sold[:, what]
            ratios[0, i] = own[now] / own[before].mean()
            ratios[1, i] = ratios[0, i] / (rest[now] / rest[before].mean())
    return {"before_after": ratios[0], "against_store": ratios[1]}
