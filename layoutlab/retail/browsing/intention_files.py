"""How is a model of purchase intention kept? The Keras model, and its card beside it."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail import model_card
from layoutlab.retail.browsing.visit_columns import FEATURES

PURPOSE = (
    "Foretells the probability that a visit of the shop ends in a purchase, once the visit is over."
)
LIMITS = (
    "The features describe the whole visit: no answer during a visit.",
    "page_values comes from the shop's own earlier sales and nearly leaks the answer.",
    "Where the share of buyers changes, the calibration must follow; the drift alarms tell.",
    "Codes of systems, browsers, regions and traffic are one shop's; an unseen one is a rare one.",
    "One shop, one year: figures of another shop must be measured there.",
)


def save(
    path: str | Path,
    model: keras.Model,
    *,
    data: Any,
    split: Any,
    figures: Mapping[str, Any],
    **sections: Any,
) -> dict[str, Any]:
    """Write a model and its card.

    Parameters
    ----------
    path : str or Path
        Of the model, ``.keras``; the card lies beside it (`model_card.card_path`).
    model : keras.Model
        From `intention.fit_network` or `intention.calibrated`.
    data, split, figures, **sections
        As `model_card.write` takes them.

    Returns
    -------
    dict of str to object
        The card.
    """
    canonical.write_keras(path, model)
    return model_card.write(
        path,
        name="purchase intention",
        purpose=PURPOSE,
        data=data,
        split=split,
        figures=figures,
        limits=LIMITS,
        features=list(model.input),
        **sections,
    )


def load(path: str | Path) -> tuple[keras.Model, dict[str, Any]]:
    """Read a model that `save` wrote, and its card.

    Raises
    ------
    InputError
        When a file is missing or damaged, the card is another model's, or the model is none of
        purchase intention: its inputs no features, or its answer not one number per visit.
    """
    path = Path(path)
    card = model_card.read(path)
    try:
        model = keras.saving.load_model(path, compile=False)
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: expected a stored Keras model, got {error}") from error
    named = list(model.input) if isinstance(model.input, dict) else []
    if not named or not set(named) <= set(FEATURES) or tuple(model.output_shape) != (None, 1):
        raise InputError(
            f"{path}: expected a model from features of visits to one probability, got inputs "
            f"{', '.join(given.name for given in model.inputs)} and shape {model.output_shape}"
        )
    return model, card
