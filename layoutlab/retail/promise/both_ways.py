"""Is there a layout with more unplanned margin and less walking at once?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layoutlab.retail.optimise.layouts import Layout
from layoutlab.retail.optimise.setting import Setting
from layoutlab.retail.promise import gains, judged
from layoutlab.retail.promise.gains import Gain


@dataclass(frozen=True, eq=False)
class BothWays:
    """A layout that was chosen to be better both ways, for shoppers it was not chosen on.

    Attributes
    ----------
    layout : Layout
    unplanned_margin, metres : Gain
        Intervals that hold both truths at once with the confidence asked for.
    """

    layout: Layout
    unplanned_margin: Gain
    metres: Gain

    @property
    def shown(self) -> bool:
        """Whether both intervals lie on the better side."""
        return self.unplanned_margin.low > 0 and self.metres.high < 0


def choose(today: np.ndarray, tried: np.ndarray) -> int | None:
    """Return the layout of a front that improves most in its lesser way, or None.

    Parameters
    ----------
    today : ndarray of float, shape (2,)
        Unplanned margin and metres per trip, of the present layout.
    tried : ndarray of float, shape (k, 2)
        Likewise of the layouts on a search's front.

    Returns
    -------
    int or None
        Number of the layout for which the smaller of two shares is largest: margin gained and
        walking saved, each as a share of the most that any of those better both ways gets. The
        first one at ties; None when no layout is better both ways.
    """
    better = np.column_stack([tried[:, 0] / today[0] - 1, 1 - tried[:, 1] / today[1]])
    both = (better > 0).all(axis=1)
    if not both.any():
        return None
    worse_way = (better / better[both].max(axis=0)).min(axis=1)
    return int(np.argmax(np.where(both, worse_way, -np.inf)))


def show(
    fresh: Sequence[Setting], layout: Layout, *, confidence: float = gains.CONFIDENCE
) -> BothWays:
    """Judge a layout both ways on shoppers that it was not chosen on.

    Parameters
    ----------
    fresh : sequence of Setting
        The store with independent draws of shoppers, each calibrated by itself, at least two: the
        intervals hold the chance of trips and of calibration.
    layout : Layout
    confidence : float
        That both intervals hold together; each has half the doubt (Bonferroni).
    """
    found = [judged.gained(there, layout) for there in fresh]
    each = 1 - (1 - confidence) / 2
    margin, metres = (
        gains.mean([one[name].value for one in found], confidence=each)
        for name in (judged.UNPLANNED, judged.WALK)
    )
    return BothWays(layout, margin, metres)
