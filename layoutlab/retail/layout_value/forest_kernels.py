"""What do regression trees held in arrays say? Compiled."""

from typing import Any

from layoutlab.compiled import compiled


@compiled
def grown(
    rows: Any, roots: Any, feature: Any, threshold: Any, left: Any, right: Any, value: Any, out: Any
) -> None:
    """Add the trees' values to `out` (n, k); a leaf has a feature below 0.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, f)
    roots, feature, left, right : ndarray of int
        Node numbers count through all trees.
    threshold : ndarray of float, shape (nodes,)
    value : ndarray of float, shape (nodes, k)
    out : ndarray of float, shape (n, k)
    """
    for number in range(len(rows)):
        row, total = rows[number], out[number]
        for root in roots:
            node = root
            while feature[node] >= 0:
                node = left[node] if row[feature[node]] <= threshold[node] else right[node]
            for k in range(len(total)):
                total[k] += value[node, k]
