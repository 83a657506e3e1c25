"""Where is a score kept, with what it needs to be trusted? A folder a version, without pickle.

``model.keras`` and ``forest.npz`` are the two versions; ``trust.npz`` holds the widths of intervals
and where the training stores lie. ``card.json`` and ``card.md`` say what was measured; the
``customers.npz`` of the registry of models holds, for every test store, the mean over the targets
of the rank correlation within it: the registry compares versions on the same stores. The folder
itself is what the registry takes as version 2; ``v1/`` holds the forest alone, with its own card
and measures, as version 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail import model_card
from layoutlab.retail.layout_value import forest
from layoutlab.retail.layout_value.applicability import Known
from layoutlab.retail.layout_value.forest import Forest
from layoutlab.retail.layout_value.scores import Trust

if TYPE_CHECKING:
    import keras

    from layoutlab.retail.layout_value.set_network import Scorer

MODEL, FOREST, TRUST, MEASURES = "model.keras", "forest.npz", "trust.npz", "customers.npz"
FIRST = "v1"
NAME, PURPOSE = (
    "layout-value",
    "Score layouts of a store, to screen them before a simulation decides.",
)
SPLIT = "by store: no store of the test part was learned or chosen from"
LIMITS = (
    "learned from simulated shoppers in made-up stores: no better than the simulator",
    "stores of 150 to 1,500 m² with 20 to 40 grocery departments",
    "fixtures stay where they are: only which department stands on which slot is scored",
    "found rates are ranked poorly: their labels are mostly noise",
)


@dataclass(frozen=True, eq=False)
class Kept:
    """What a folder of a score holds: `forest`, `scorer` (v2), `trust` (of v2), `known`."""

    forest: Forest
    scorer: "Scorer"
    trust: Trust
    known: Known


def write(
    folder: str | Path,
    model: "keras.Model",
    grown: Forest,
    trust: Trust,
    known: Known,
    *,
    figures: Mapping[str, Any],
    data: Mapping[str, Any],
    measures: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> dict[str, Any]:
    """Write both versions with what goes with them; return v2's card.

    Parameters
    ----------
    folder : str or Path
    model : keras.Model
        v2.
    grown : Forest
        v1.
    trust, known
        Of v2's intervals; of the training stores.
    figures : mapping
        Measured on the test stores.
    data : mapping
        What was learned from.
    measures : (ndarray of int or str, ndarray of float, ndarray of float), each (test stores,)
        What tells them from all other stores, and by store the measure on which versions are
        compared, of v1 and of v2.
    """
    folder = Path(folder)
    canonical.write_keras(folder / MODEL, model)
    forest.write(folder / FOREST, grown)
    forest.write(folder / FIRST / FOREST, grown)
    canonical.write_npz(folder / TRUST, **vars(trust), **vars(known))
    stores, first, second = measures
    _describe(folder / FIRST / FOREST, stores, first, figures, data)
    return _describe(folder / MODEL, stores, second, figures, data)


def _describe(
    model: Path,
    stores: np.ndarray,
    values: np.ndarray,
    figures: Mapping[str, Any],
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """Write the card and the measures of a version beside its model; return the card."""
    canonical.write_npz(model.with_name(MEASURES), users=stores, values=values)
    card = model_card.write(
        model,
        name=NAME,
        purpose=PURPOSE,
        data=data,
        split=SPLIT,
        figures=figures,
        limits=LIMITS,
        measured_on="stores",
        model_file=model.name,
    )
    page = model_card.card_path(model).with_suffix(".md")
    canonical.write_json(model.with_name("card.json"), card)
    canonical.write_bytes(model.with_name("card.md"), page.read_bytes())
    return card


def read(folder: str | Path) -> Kept:
    """Read what `write` wrote.

    Raises
    ------
    InputError
        When a file is missing, or the card belongs to another model.
    """
    import keras

    from layoutlab.retail.layout_value.set_network import Scorer

    folder = Path(folder)
    model_card.read(folder / MODEL)
    if not (folder / TRUST).is_file():
        raise InputError(f"expected a score of layouts in {folder}, but there is no {TRUST}")
    with np.load(folder / TRUST) as arrays:
        trust = Trust(arrays["base"], arrays["per_spread"])
        known = Known(
            arrays["centre"], arrays["inverse"], float(arrays["limit"]),
            arrays["sums_inverse"], float(arrays["sums_limit"]),
        )  # fmt: skip
    scorer = Scorer(keras.models.load_model(folder / MODEL, compile=False))
    return Kept(forest.read(folder / FOREST), scorer, trust, known)
