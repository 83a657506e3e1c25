"""What should one know of a stored model before using it? Its card, kept beside the model's file.

A card says what the model is for, the data, how they were split, what was measured, and where the
model must not be trusted (Mitchell et al. 2019, Model Cards for Model Reporting, FAccT). It holds
the checksum of the model's file, so that a card and a model of two trainings are told apart.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from layoutlab import canonical
from layoutlab.errors import InputError

REQUIRED = ("name", "purpose", "data", "split", "figures", "limits")
CHECKSUM = "model_sha256"


def card_path(model: str | Path) -> Path:
    """Return where the card of a model's file lies: ``intention.card.json`` beside it."""
    return Path(model).with_suffix(".card.json")


def write(
    model: str | Path,
    *,
    name: str,
    purpose: str,
    data: Any,
    split: Any,
    figures: Mapping[str, Any],
    limits: Sequence[str],
    **sections: Any,
) -> dict[str, Any]:
    """Write the card of a stored model beside it, as JSON and as a page to read (``.card.md``).

    Parameters
    ----------
    model : str or Path
        The model's file, written before.
    name, purpose : str
        The model's name, and what it is for, in a sentence.
    data, split : str, sequence or mapping
        What it was trained on, and which part trained, chose and tested.
    figures : mapping
        Measures to numbers, or per method a mapping of measures to numbers: one row each.
    limits : sequence of str
        At least one: where the model must not be trusted.
    **sections : str, number, sequence or mapping
        Anything more, a section each, such as ``baselines``, ``drift`` or ``recipe``; on the page
        in the order given.

    Returns
    -------
    dict of str to object
        The card as JSON holds it, with the model's checksum as ``model_sha256``.

    Raises
    ------
    InputError
        When the model's file is missing, or name, purpose, data, split, figures or limits is empty.
    """
    given = (name, purpose, data, split, figures, limits)
    empty = [section for section, value in zip(REQUIRED, given, strict=True) if not value]
    if empty or isinstance(limits, str):
        raise InputError(
            "expected a name, a purpose, data, split, figures and a list of limits, "
            f"got nothing to say of {', '.join(empty) or 'limits one by one'}"
        )
    told = dict(zip(REQUIRED, given, strict=True)) | sections | {CHECKSUM: _checksum(Path(model))}
    card: dict[str, Any] = json.loads(canonical.to_json(told))
    path = card_path(model)
    canonical.write_json(path, card)
    canonical.write_text(path.with_suffix(".md"), as_text({key: card[key] for key in told}))
    return card


def read(model: str | Path) -> dict[str, Any]:
    """Read the card of a stored model and check that it is this model's.

    Raises
    ------
    InputError
        When the card or the model is missing, the card is none, or belongs to another file.
    """
    path = card_path(model)
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: expected a model card: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path}: expected a model card in JSON ({error})") from error
    missing = [
        name for name in (*REQUIRED, CHECKSUM) if not isinstance(card, dict) or not card.get(name)
    ]
    if missing:
        raise InputError(f"{path}: expected a model card, but missing: {', '.join(missing)}")
    if card[CHECKSUM] != _checksum(Path(model)):
        raise InputError(
            f"{path}: expected the card of {Path(model).name}, got that of another model"
        )
    return dict(card)


def as_text(card: Mapping[str, Any]) -> str:
    """Return a card as a page in Markdown: a heading and a text, list or table per section."""
    title = f"# Model card: {card['name']}"
    parts = [
        f"## {_words(section).capitalize()}\n\n{_section(content)}"
        for section, content in card.items()
        if section != "name"
    ]
    return "\n\n".join([title, *parts]) + "\n"


def _section(content: Any) -> str:
    if isinstance(content, Mapping):
        rows = list(content.values())
        columns = list(
            dict.fromkeys(key for row in rows if isinstance(row, Mapping) for key in row)
        )
        if rows and all(isinstance(row, Mapping) for row in rows):
            found = [[_words(name), *(_cell(row.get(key)) for key in columns)]
                     for name, row in content.items()]  # fmt: skip
            return _table(["", *map(_words, columns)], found)
        return _table(
            ["what", "value"], [[_words(key), _cell(row)] for key, row in content.items()]
        )
    if isinstance(content, Sequence) and not isinstance(content, str):
        return "\n".join(f"- {_cell(entry)}" for entry in content)
    return _cell(content)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    """Return a value in a line: numbers to four decimals, what is nested with its keys."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(key)} {_cell(entry)}" for key, entry in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_cell, value))
    return " ".join(str(value).replace("|", "\\|").split())


def _words(name: str) -> str:
    return str(name).replace("_", " ")


def _checksum(model: Path) -> str:
    try:
        return hashlib.sha256(model.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{model}: expected a stored model: {error.strerror}") from error
