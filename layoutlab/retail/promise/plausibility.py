"""Is a gain believable beside what rearranging real stores has brought?"""

from dataclasses import dataclass

import numpy as np

from layoutlab.errors import InputError

FIELD = (0.04, 0.07)
"""What the field has seen: +5 to 6 % of a category's sales from rearranged shelves (Dreze, Hoch and
Purk 1994), +7.2 % of unplanned spending from three categories moved (Hui et al. 2013, simulated
from recorded paths)."""
BELIEVABLE = 0.10
"""A gain above this is flagged, whatever measure it is of."""


@dataclass(frozen=True)
class Verdict:
    """What to think of a gain.

    Attributes
    ----------
    flagged : bool
        Whether it is above `BELIEVABLE`.
    words : str
        To stand beside the figure.
    """

    flagged: bool
    words: str


def verdict(gain: float) -> Verdict:
    """Return what to think of a relative gain, 0.05 being 5 % more.

    Raises
    ------
    InputError
        When it is not a finite number.
    """
    if not np.isfinite(gain):
        raise InputError(f"gain: expected a finite number, got {gain}")
    if gain > BELIEVABLE:
        return Verdict(True, f"{gain:+.1%} is implausible: above {BELIEVABLE:+.0%}, where the "
                       f"field has seen {FIELD[0]:.0%} to {FIELD[1]:.0%}")  # fmt: skip
    if gain > FIELD[1]:
        return Verdict(False, f"{gain:+.1%} is more than the field has seen ({FIELD[0]:.0%} to "
                       f"{FIELD[1]:.0%}), and not beyond belief")  # fmt: skip
    if gain >= FIELD[0]:
        return Verdict(False, f"{gain:+.1%} is what the field has seen")
    if gain > 0:
        return Verdict(False, f"{gain:+.1%} is less than the field has seen ({FIELD[0]:.0%} to "
                       f"{FIELD[1]:.0%})")  # fmt: skip
    return Verdict(False, f"{gain:+.1%} is no gain")
