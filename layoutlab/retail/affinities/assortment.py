"""Which categories form a family? Clusters, an order and a network of what sells together.

Two categories are the nearer the higher their lift; families come from complete linkage [1]_, so
that even the two least bound of a family have a lift above the level at which it was cut, and
their order on a line puts what sells together side by side [2]_. Lifts should be shrunk ones: raw
lifts of rare pairs are 0 or huge and would decide everything.

References
----------
.. [1] Everitt, Landau, Leese and Stahl (2011). Cluster Analysis, fifth edition, section 4.2.
.. [2] Bar-Joseph, Gifford and Jaakkola (2001). Fast optimal leaf ordering for hierarchical
   clustering. Bioinformatics 17, S22-S29.
.. [3] Kamada and Kawai (1989). An algorithm for drawing general undirected graphs. Information
   Processing Letters 31, 7-15.
"""

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.cluster import hierarchy
from scipy.spatial import distance

from layoutlab.errors import InputError

if TYPE_CHECKING:
    import networkx as nx

DECIMALS = 6
LETTERS = 16
LETTER_WIDTH, LINE_HEIGHT = 0.0072, 0.0195
PUSHES = 300


@dataclass(frozen=True)
class Families:
    """Categories in an order that puts what sells together side by side.

    Attributes
    ----------
    lift : DataFrame of float, shape (n, n)
        Lifts in that order, named by category; NaN on the diagonal.
    family : ndarray of int, shape (n,)
        Family of each, numbered from 1 along the order.
    linkage : ndarray, shape (n - 1, 4)
        The tree, as `scipy.cluster.hierarchy.linkage` returns it; its leaves stand in the order.
    """

    lift: pd.DataFrame
    family: np.ndarray
    linkage: np.ndarray

    def members(self) -> dict[int, list[str]]:
        """Return the categories of each family in their order."""
        names = self.lift.columns
        return {
            int(number): names[self.family == number].tolist() for number in np.unique(self.family)
        }


def families(categories: np.ndarray, lift: np.ndarray, *, n_families: int = 12) -> Families:
    """Cluster categories by their lifts.

    Parameters
    ----------
    categories : ndarray of str, shape (n,)
        At least 2.
    lift : ndarray of float, shape (n, n)
        Symmetric, above 0 off the diagonal, as `shrinkage.shrink` gives it.
    n_families : int
        At most so many, at least 1.

    Raises
    ------
    InputError
        When there are fewer than 2 categories, a lift is not above 0 or `n_families` less than 1.
    """
    off = ~np.eye(len(categories), dtype=bool)
    if len(categories) < 2:
        raise InputError(f"expected at least 2 categories to cluster, got {len(categories)}")
    if not (lift[off] > 0).all():
        raise InputError("expected lifts above 0 to cluster by, got some that are not: shrink them")
    if n_families < 1:
        raise InputError(f"expected n_families of at least 1, got {n_families}")
    apart = np.zeros_like(lift)
    apart[off] = np.round(np.log2(lift[off].max()) - np.log2(lift[off]), DECIMALS)
    near = distance.squareform((apart + apart.T) / 2, checks=False)
    tree = hierarchy.linkage(near, method="complete", optimal_ordering=True)
    order = hierarchy.leaves_list(tree)
    found = hierarchy.fcluster(tree, n_families, criterion="maxclust")[order]
    family = np.cumsum(np.diff(found, prepend=found[0]) != 0) + 1
    ordered = lift[np.ix_(order, order)].copy()
    np.fill_diagonal(ordered, np.nan)
    names = categories[order]
    return Families(pd.DataFrame(ordered, index=names, columns=names), family, tree)


def most_bought(support: np.ndarray, n: int) -> np.ndarray:
    """Return the numbers of the `n` categories in most baskets, in ascending order.

    `support` is a matrix whose diagonal tells how popular each is; of equals the earlier is kept.
    """
    return np.sort(np.argsort(-support.diagonal(), kind="stable")[:n])


def network(pairs: pd.DataFrame) -> pd.DataFrame:
    """Place categories in the plane so that linked ones are near each other [3]_.

    Parameters
    ----------
    pairs : DataFrame
        first, second, lift: the links; each pair once.

    Returns
    -------
    DataFrame
        x, y, each from 0 to 1, and links, by category in alphabetical order. Parts of the network
        without a link between them stand beside each other, the largest first. Labels (`label`)
        above the points hardly cover each other in a figure of 9.5 by 7.5 inches.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(sorted({*pairs["first"], *pairs["second"]}))
    graph.add_edges_from(zip(pairs["first"], pairs["second"], strict=True))
    names = sorted(graph)
    points = _spread(_unit(_placed(graph, names)), names)
    frame = pd.DataFrame(np.round(points, DECIMALS), columns=["x", "y"], index=names)
    return frame.assign(links=[graph.degree(name) for name in names]).rename_axis("name")


def _placed(graph: "nx.Graph", names: list[str]) -> np.ndarray:
    """Lay out each connected part by itself and stack the parts in columns."""
    import networkx as nx

    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    sides = [len(part) ** 0.7 for part in parts]
    tallest = max([*sides[:1], np.sqrt(np.square(sides).sum()) * 0.85])
    placed = {}
    left = bottom = width = 0.0
    for part, side in zip(parts, sides, strict=True):
        if bottom > 0 and bottom + side > tallest + 0.1:
            left, bottom, width = left + width, 0.0, 0.0
        inside = nx.Graph()  # a subgraph would have the order of a set
        inside.add_nodes_from(sorted(part))
        inside.add_edges_from(sorted(tuple(sorted(link)) for link in graph.subgraph(part).edges))
        for name, point in nx.kamada_kawai_layout(inside).items():
            placed[name] = (np.asarray(point) + 1) / 2 * side * 0.86 + [left, bottom]
        bottom, width = bottom + side, max(width, side)
    return np.array([placed[name] for name in names]).reshape(-1, 2)


def _unit(points: np.ndarray) -> np.ndarray:
    """Stretch points to reach from 0 to 1 both ways."""
    if not len(points):
        return points
    span = np.ptp(points, axis=0)
    unit = (points - points.min(axis=0)) / np.where(span > 0, span, 1)
    return np.asarray(np.round(unit, DECIMALS))


def label(name: str) -> str:
    """Return a name broken into lines short enough to stand above a point."""
    return textwrap.fill(name, LETTERS, break_long_words=False)


def _spread(points: np.ndarray, names: list[str]) -> np.ndarray:
    """Push points apart, a little at a time, until no label covers another one or its point."""
    lines = [label(name).split("\n") for name in names]
    width = (np.array([max(map(len, of_name)) for of_name in lines]) + 2) * LETTER_WIDTH
    height = (np.array([len(of_name) for of_name in lines]) + 1) * LINE_HEIGHT
    size = np.stack([width, height], axis=1)
    points = points.copy()
    for _ in range(PUSHES):
        centre = points + np.stack([np.zeros(len(size)), size[:, 1] / 2], axis=1)
        apart = centre[:, None] - centre[None, :]
        room = (size[:, None] + size[None, :]) / 2 - np.abs(apart)
        touching = (room > 0).all(axis=2) & ~np.eye(len(size), dtype=bool)
        if not touching.any():
            break
        sideways = room[..., 0] < room[..., 1]
        order = np.arange(len(size))
        tie = np.where(order[:, None] < order[None, :], -1, 1)[..., None]
        push = np.where(apart != 0, np.sign(apart), tie) * room * 0.3
        push *= np.stack([sideways, ~sideways], axis=2) & touching[..., None]
        points += push.sum(axis=1)
        points = points.clip(0, 1)
    return points
