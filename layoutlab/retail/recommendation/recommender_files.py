"""How is a recommender kept? A Keras model, the histories it remembers, and a model card."""

import hashlib
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail.recommendation.candidate_features import NAMES
from layoutlab.retail.recommendation.counting import Habits
from layoutlab.retail.recommendation.customer_memory import remember
from layoutlab.retail.recommendation.histories import Histories
from layoutlab.retail.recommendation.next_basket import FALLBACKS, MODEL, Fitted

MODEL_FILE, HISTORIES_FILE, CUSTOMERS_FILE, CARD_FILE, CARD_TEXT = (
    "model.keras", "histories.npz", "customers.npz", "card.json", "card.md"
)  # fmt: skip
ARRAYS = ("users", "first_basket", "first_line", "codes", "items")
LIMITS = (
    "Foretells the items of the next basket, not when it comes nor how many of each are bought.",
    "Knows the catalogue and the promotions of its training data; train it anew when they change.",
    "Items never seen in training are passed over; no history is answered with what sells best.",
    "Figures are of customers like those of the test part; other shops need their own.",
)


def save(folder: str | Path, fitted: Fitted, data: str, result: dict[str, Any]) -> None:
    """Write the model, what it remembers, how it did by customer, and its card into a folder.

    Parameters
    ----------
    folder : str or Path
    fitted : Fitted
    data : str
        What it was trained on, in words.
    result : dict
        From `next_basket.evaluate`; times are left out, so that equal training gives equal bytes.
    """
    folder = Path(folder)
    known = fitted.known
    canonical.write_keras(folder / MODEL_FILE, fitted.model)
    canonical.write_npz(
        folder / HISTORIES_FILE,
        users=known.users,
        first_basket=known.first_basket,
        first_line=known.first_line,
        codes=known.codes,
        items=fitted.items,
    )
    canonical.write_npz(
        folder / CUSTOMERS_FILE,
        users=np.array(list(result["by_customer"]), dtype=str),
        values=np.array(list(result["by_customer"].values())),
    )
    card = {
        "name": "next basket",
        "data": data,
        "split": "by customer; the last basket of each is what is foretold; "
        "chosen on validation customers, trained once more with them; "
        "test customers were not used before measuring",
        "customers": result["customers"],
        "chosen": fitted.chosen,
        "validation": fitted.validation,
        "figures": {name: value for name, value in result.items() if "_at_" in name},
        "intervals": result["intervals"],
        "baselines": result["baselines"],
        "limits": LIMITS,
        "features": NAMES,
        "habits": asdict(fitted.habits),
        "n_train": fitted.n_train,
        "catalogue_sha256": _catalogue(fitted.items),
    }
    canonical.write_json(folder / CARD_FILE, card)
    canonical.write_text(folder / CARD_TEXT, _card_text(card))


def load(folder: str | Path) -> Fitted:
    """Read a recommender that `save` wrote.

    Raises
    ------
    InputError
        When a file is missing or damaged, or the files do not belong together.
    """
    folder = Path(folder)
    card = _read_card(folder / CARD_FILE)
    try:
        with np.load(folder / HISTORIES_FILE, allow_pickle=False) as arrays:
            users, baskets, lines, codes, items = (arrays[name] for name in ARRAYS)
        model = keras.saving.load_model(folder / MODEL_FILE, compile=False)
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"{folder}: expected a stored recommender, got {error}") from error
    if card["catalogue_sha256"] != _catalogue(items) or model.input_shape[-1] != len(NAMES):
        raise InputError(
            f"{folder}: expected model, histories and card of one training with "
            f"{len(NAMES)} features, got files that do not belong together"
        )
    known = Histories(users, baskets, lines, codes)
    return Fitted(
        items,
        remember(known, len(items)),
        model,
        None,
        Habits(**card["habits"]),
        known,
        card["n_train"],
        card["chosen"],
        card["validation"],
        {"train": [], "validation": []},
    )


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: expected a model card: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path}: expected a model card in JSON ({error})") from error
    known = isinstance(card, dict) and card.get("chosen") in (*FALLBACKS, MODEL)
    if (
        not known
        or not {"catalogue_sha256", "habits", "n_train", "validation", "features"} <= card.keys()
    ):
        raise InputError(f"{path}: expected the card of a next-basket model, got another")
    if tuple(card["features"]) != NAMES:
        raise InputError(
            f"{path}: expected a model of the features known here, got one of others; train it anew"
        )
    return card


def _catalogue(items: np.ndarray) -> str:
    return hashlib.sha256("\n".join(items.tolist()).encode()).hexdigest()


def _card_text(card: dict[str, Any]) -> str:
    """Return the card as a page to read."""
    rows = [card["figures"], *card["baselines"].values()]
    names = [card["chosen"], *card["baselines"]]
    columns = ("recall_at_10", "ndcg_at_10", "ndcg_full_at_10", "phr_at_10")
    table = [
        f"| {name} | " + " | ".join(f"{row[column]:.4f}" for column in columns) + " |"
        for name, row in zip(names, rows, strict=True)
    ]
    counts = ", ".join(f"{number} to {part}" for part, number in card["customers"].items())
    limits = [f"- {limit}" for limit in card["limits"]]
    return "\n".join(
        [
            "# Model card: next basket", "",
            f"Data: {card['data']}. Customers: {counts}. Split: {card['split']}.", "",
            f"Answers by: {card['chosen']}, chosen on validation customers.", "",
            "| method | " + " | ".join(columns) + " |", "|---|---|---|---|---|", *table, "",
            "Limits:", "", *limits, "",
        ]
    )  # fmt: skip
