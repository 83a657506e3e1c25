"""What does chance decide? Numbers that depend on a trip's key, on what is decided and its number.

The generator is counter-based: SplitMix64's finaliser (Steele, Lea and Flood, "Fast Splittable
Pseudorandom Number Generators", OOPSLA 2014, figure 17) of the key mixed with the two others.
"""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled

(
    ENTRANCE, PLACE, ORDER, HABIT, DIRECTION, DETOUR, WAYPOINT, GIVE_UP, STOCK, SUBSTITUTE, DWELL,
    UNPLANNED, CHECKOUT, EXIT, WANDER,
) = range(15)  # fmt: skip
PURPOSE, NUMBER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@compiled
def uniform(key: Any, purpose: Any, number: Any) -> Any:
    """Return a number in (0, 1).

    Parameters
    ----------
    key : uint64
        Of a trip.
    purpose : int
        One of this module's constants.
    number : int
        At least 0; which decision of this purpose.
    """
    mixed = key + np.uint64(purpose + 1) * PURPOSE + np.uint64(number + 1) * NUMBER
    mixed = (mixed ^ (mixed >> np.uint64(30))) * FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * SECOND
    mixed ^= mixed >> np.uint64(31)
    return (np.float64(mixed >> np.uint64(11)) + 0.5) * 2.0**-53


@compiled
def bell(key: Any, purpose: Any, number: Any) -> Any:
    """Return a number of mean 0 and variance 1: twice the sum of three uniform ones about 1/2."""
    return 2 * (
        uniform(key, purpose, 3 * number)
        + uniform(key, purpose, 3 * number + 1)
        + uniform(key, purpose, 3 * number + 2)
        - 1.5
    )
