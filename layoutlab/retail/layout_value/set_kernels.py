"""What do slots with their departments add up to, by table look-up? Compiled."""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled


@compiled
def pooled(layouts: Any, table: Any, planned: Any, tempting: Any, out: Any) -> None:
    """Fill `out` (n, 2 w): sums of table rows by both weights of the slots.

    Parameters
    ----------
    layouts : ndarray of int, shape (n, s)
    table : ndarray of float32, shape (s, d, w)
    planned, tempting : ndarray of float, shape (n, s)
    out : ndarray of float32, shape (n, 2 w)
    """
    width = table.shape[2]
    for number in range(len(layouts)):
        row = out[number]
        row[:] = 0.0
        for slot in range(layouts.shape[1]):
            code = table[slot, layouts[number, slot]]
            first = np.float32(planned[number, slot])
            second = np.float32(tempting[number, slot])
            for at in range(width):
                row[at] += first * code[at]
                row[width + at] += second * code[at]
