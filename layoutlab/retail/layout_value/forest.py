"""What does a forest make of a layout's sums? Version 1: random regression trees, kept in arrays.

References
----------
Breiman (2001). Random Forests. Machine Learning 45.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail.layout_value import forest_kernels
from layoutlab.retail.layout_value.labelled import TARGETS, Labelled
from layoutlab.retail.layout_value.layout_sums import SUMS, Sums, described, sums_of, target_scale
from layoutlab.retail.layout_value.store_tables import STORE_FEATURES, StoreTables

TREES, LEAF, SHARE = 120, 3, 0.5


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees one after another, nodes numbered through; see `forest_kernels.grown`.

    Attributes
    ----------
    roots, feature, left, right : ndarray of int32
    threshold : ndarray of float
    value : ndarray of float, shape (nodes, len(TARGETS))
        In the store's scale of the targets.
    """

    roots: np.ndarray
    feature: np.ndarray
    left: np.ndarray
    right: np.ndarray
    threshold: np.ndarray
    value: np.ndarray


def fit_forest(
    stores: Sequence[Labelled], *, rng: np.random.Generator, trees: int = TREES
) -> Forest:
    """Grow a forest on the layouts of stores; every target counts alike.

    Parameters
    ----------
    stores : sequence of Labelled
        At least one; the present layouts are left out.
    rng : numpy.random.Generator
    trees : int
        At least 1.
    """
    from sklearn.ensemble import RandomForestRegressor

    rows, targets = rows_of(stores)
    scale = np.maximum(targets.std(axis=0), 1e-9)
    grown = RandomForestRegressor(
        trees,
        min_samples_leaf=LEAF,
        max_features=SHARE,
        random_state=int(rng.integers(2**31)),
        n_jobs=1,
    ).fit(rows, targets / scale)
    parts = [tree.tree_ for tree in grown.estimators_]
    roots = np.concatenate([[0], np.cumsum([part.node_count for part in parts])])

    def joined(name: str, *, moved: bool) -> np.ndarray:
        return np.concatenate(
            [getattr(part, name) + moved * root for part, root in zip(parts, roots, strict=False)]
        )

    value = np.concatenate([part.value[:, :, 0] for part in parts]) * scale
    return Forest(
        roots=roots[:-1].astype(np.int32),
        feature=joined("feature", moved=False).astype(np.int32),
        left=joined("children_left", moved=True).astype(np.int32),
        right=joined("children_right", moved=True).astype(np.int32),
        threshold=joined("threshold", moved=False),
        value=value.reshape(-1, len(TARGETS)),
    )


def rows_of(stores: Sequence[Labelled]) -> tuple[np.ndarray, np.ndarray]:
    """Return what v1 sees of all changed layouts, and the targets in each store's scale."""
    if not stores:
        raise InputError("stores: expected at least one, got none")
    rows = np.vstack([described(store.tables, store.sums)[1:] for store in stores])
    return rows.astype(np.float32), np.vstack(
        [store.relative[1:] / store.scale for store in stores]
    )


def score(forest: Forest, tables: StoreTables, assignments: np.ndarray) -> np.ndarray:
    """Return the targets that the forest foresees for layouts, (n, 3), in `labelled.UNITS`."""
    return of_sums(forest, tables, sums_of(tables, assignments))


def of_sums(forest: Forest, tables: StoreTables, sums: Sums) -> np.ndarray:
    """Return the targets of layouts whose sums are known."""
    rows = described(tables, sums).astype(np.float32)
    out = np.zeros((len(rows), len(TARGETS)))
    forest_kernels.grown(
        rows, forest.roots, forest.feature, forest.threshold, forest.left, forest.right,
        forest.value, out,
    )  # fmt: skip
    mean: np.ndarray = out / len(forest.roots)
    return np.asarray(mean * target_scale(tables))


def write(path: str | Path, forest: Forest) -> None:
    """Write a forest as arrays (npz); no pickle."""
    canonical.write_npz(path, seen=np.array([*SUMS, *STORE_FEATURES]), **vars(forest))


def read(path: str | Path) -> Forest:
    """Read what `write` wrote.

    Raises
    ------
    InputError
        For no such file, or a forest that was grown on other sums.
    """
    if not Path(path).is_file():
        raise InputError(f"expected a forest, but there is no file {path}")
    with np.load(path) as arrays:
        if "seen" not in arrays or arrays["seen"].tolist() != [*SUMS, *STORE_FEATURES]:
            raise InputError(f"{Path(path).name}: expected a forest of this version's sums")
        return Forest(**{name: arrays[name] for name in Forest.__dataclass_fields__})
