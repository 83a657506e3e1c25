"""When does each simulated customer come back, for somebody who knows their rhythm?

The times between visits are gamma-distributed in busy time (see `customers.visits`), with a mean
that is the customer's own: how long ago the last visit was says all that its past can say. What no
receipt tells, the hour of the last visit, is taken as the middle of the day's trade. An empty
basket prints no receipt, so that a few visits are not seen by anyone.
"""

import numpy as np
from scipy import special

from layoutlab.errors import InputError
from layoutlab.retail.synthetic import trading

LEAST_HAZARD = 1e-4


def hazards(
    arrays: dict[str, np.ndarray],
    settings: dict[str, float],
    customers: np.ndarray,
    recency_days: np.ndarray,
    *,
    landmark: int,
    n_periods: int,
    period_days: int,
) -> np.ndarray:
    """Return each customer's true hazards: the mark that no forecast from receipts can pass.

    Parameters
    ----------
    arrays, settings
        Of `layoutlab.retail.synthetic.known_store.KnownStore`: its arrays, its truth's settings.
    customers : ndarray of str, shape (n,)
    recency_days : ndarray of float, shape (n,)
        Days from the last visit's day to the landmark, at least 1.
    landmark, n_periods, period_days : int
        Days since the store's first day; periods up to the horizon, and their length.

    Returns
    -------
    ndarray of float, shape (n, n_periods)
        Probability to come in a period of whoever has not come before it.

    Raises
    ------
    InputError
        For a customer whom the truth does not know.
    """
    place = {name: i for i, name in enumerate(arrays["customer_id"].tolist())}
    strangers = [name for name in customers.tolist() if name not in place]
    if strangers:
        raise InputError(f"expected customers of the truth, got {strangers[0]!r}")
    gap = arrays["customer_gap_days"][[place[name] for name in customers.tolist()]]
    shape = settings["gap_shape"]
    n_days = max(int(settings["n_days"]), landmark + n_periods * period_days)
    last = landmark - recency_days
    since = (trading.busy_time(last, n_days) + trading.busy_time(last + 1, n_days)) / 2
    ends = trading.busy_time(landmark + period_days * np.arange(n_periods + 1.0), n_days)
    waited = np.maximum(ends - since[:, None], 0) * (shape / gap)[:, None]
    still = np.maximum(special.gammaincc(shape, waited), np.finfo(float).tiny)
    return np.asarray(np.clip(1 - still[:, 1:] / still[:, :-1], LEAST_HAZARD, 1 - LEAST_HAZARD))
