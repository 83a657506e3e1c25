"""How long does one wait at the checkouts? A compiled kernel."""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled


@compiled
def queue(day: Any, ready_s: Any, service_s: Any, order: Any, n_checkouts: Any) -> Any:
    """Return how long each trip waits: first come first served, at the checkout that is free first.

    Parameters
    ----------
    day : ndarray of int64, shape (t,)
    ready_s, service_s : ndarray of float, shape (t,)
        Who needs no service does not queue.
    order : ndarray of int64, shape (t,)
        Trips by day and readiness.
    n_checkouts : int

    Returns
    -------
    ndarray of float, shape (t,), seconds
    """
    waiting = np.zeros(len(day))
    free_at = np.zeros(n_checkouts)
    today = -1
    for trip in order:
        if day[trip] != today:
            today = day[trip]
            free_at[:] = 0
        if service_s[trip] == 0:
            continue
        best = 0
        for checkout in range(1, n_checkouts):
            if free_at[checkout] < free_at[best]:
                best = checkout
        begins = max(ready_s[trip], free_at[best])
        waiting[trip] = begins - ready_s[trip]
        free_at[best] = begins + service_s[trip]
    return waiting
