"""What does a stored model to be registered consist of? A folder with its card and its measures.

`model.keras`, or the file that the card names as ``model_file``; `card.json`, `card.md`; and
`customers.npz` with the agreed measure of every customer, or whatever the card's ``measured_on``
says, it was tested on.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from layoutlab.errors import InputError

MODEL_FILE, CARD_FILE, CARD_TEXT, CUSTOMERS_FILE = (
    "model.keras", "card.json", "card.md", "customers.npz"
)  # fmt: skip
CUSTOMERS = "customers"


def measured(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read `customers.npz`: ``users`` (n,) and ``values`` (n,), finite."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            users, values = arrays["users"], arrays["values"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise InputError(f"{path}: expected customers and their measures, got {error}") from error
    if users.ndim != 1 or users.shape != values.shape or not np.isfinite(values).all():
        raise InputError(f"{path}: expected one finite measure per customer")
    if not len(users) or len(np.unique(users)) != len(users):
        raise InputError(f"{path}: expected each customer once, and at least one")
    return users, values


def card_of(folder: Path) -> dict[str, Any]:
    """Read a folder's card; the model it speaks of has to be there."""
    path = folder / CARD_FILE
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: expected a model card in JSON, got {error}") from error
    if not isinstance(card, dict):
        raise InputError(f"{path}: expected a model card, got {type(card).__name__}")
    model = card.get("model_file", MODEL_FILE)
    if not (folder / model).is_file():
        raise InputError(f"{folder}: expected {model} beside the card, got none")
    return card


def measured_on(card: dict[str, Any]) -> str:
    """Return what a card's model was measured on, in words."""
    return str(card.get("measured_on", CUSTOMERS))


def default_name(folder: str | Path) -> str:
    """Return the name a stored model is registered under: its card's, hyphens for spaces.

    Raises
    ------
    InputError
        When there is no card, or it names no model.
    """
    name = card_of(Path(folder)).get("name")
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"{Path(folder) / CARD_FILE}: expected the model's name, got {name!r}")
    return "-".join(name.split())
