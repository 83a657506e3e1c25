"""What do a visit's numbers say together? Totals, means per page and shares, as Keras operations.

The same code serves arrays and the inputs of a Keras model, so that a saved model computes them
itself and takes the features as they are.
"""

from collections.abc import Callable, Mapping
from typing import Any

from keras import ops

PAGES = ("administrative", "informational", "product_related")
SECONDS = tuple(f"{kind}_duration_s" for kind in PAGES)
LEAST_RATE = 1e-6


def _total(features: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    first, second, third = (features[name] for name in names)
    return first + second + third


def _per(amount: Any, count: Any) -> Any:
    return amount / ops.maximum(count, 1.0)


RATIOS: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any]], Any]]] = {
    "pages": (PAGES, lambda f: _total(f, PAGES)),
    "seconds": (SECONDS, lambda f: _total(f, SECONDS)),
    "seconds_per_page": (
        PAGES + SECONDS,
        lambda f: _per(_total(f, SECONDS), _total(f, PAGES)),
    ),
    "seconds_per_product": (
        ("product_related", "product_related_duration_s"),
        lambda f: _per(f["product_related_duration_s"], f["product_related"]),
    ),
    "seconds_per_administrative": (
        ("administrative", "administrative_duration_s"),
        lambda f: _per(f["administrative_duration_s"], f["administrative"]),
    ),
    "product_share": (PAGES, lambda f: _per(f["product_related"], _total(f, PAGES))),
    "exits": ((*PAGES, "exit_rates"), lambda f: f["exit_rates"] * _total(f, PAGES)),
    "bounces": ((*PAGES, "bounce_rates"), lambda f: f["bounce_rates"] * _total(f, PAGES)),
    "exits_after_a_page": (
        ("exit_rates", "bounce_rates"),
        lambda f: f["exit_rates"] - f["bounce_rates"],
    ),
    "bounce_share": (
        ("exit_rates", "bounce_rates"),
        lambda f: f["bounce_rates"] / ops.maximum(f["exit_rates"], LEAST_RATE),
    ),
}


def ratios(features: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of `RATIOS` whose features are given.

    Parameters
    ----------
    features : mapping of str to tensor or ndarray of float32, shape (n, 1)
        Pages in counts, durations in s, rates from 0 to 1.

    Returns
    -------
    dict of str to tensor, shape (n, 1)
        Pages, s, s per page, shares; what has no page counts as one page.
    """
    return {
        name: found(features)
        for name, (needed, found) in RATIOS.items()
        if set(needed) <= set(features)
    }
