"""A card is written beside its model, can be read by people, and is known to be this model's."""

import json

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail import model_card

TOLD = {
    "name": "who buys",
    "purpose": "Foretells a purchase.",
    "data": {"visits": 12, "source": "simulated"},
    "split": "by month",
    "figures": {"keras": {"auc": 0.9}, "baseline": {"auc": np.float64(0.85), "accuracy": 0.5}},
    "limits": ["Knows one shop.", "Not for others."],
}


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "who.keras"
    path.write_bytes(b"a model")
    return path


def test_the_card_lies_beside_its_model_and_is_read_back(model):
    written = model_card.write(model, **TOLD, recipe={"width": 64, "open": True})
    assert model_card.card_path(model) == model.parent / "who.card.json"
    assert model_card.read(model) == written
    assert written["figures"] == {"keras": {"auc": 0.9}, "baseline": {"auc": 0.85, "accuracy": 0.5}}
    assert written["recipe"] == {"width": 64, "open": True}


def test_the_page_by_hand(model):
    model_card.write(model, **TOLD, recipe={"bins_used": 16, "rates": [0.5, 1], "open": True})
    page = (model.parent / "who.card.md").read_text(encoding="utf-8")
    checksum = json.loads(model_card.card_path(model).read_text())["model_sha256"]
    assert page == (
        "# Model card: who buys\n\n"
        "## Purpose\n\nForetells a purchase.\n\n"
        "## Data\n\n| what | value |\n| --- | --- |\n| source | simulated |\n| visits | 12 |\n\n"
        "## Split\n\nby month\n\n"
        "## Figures\n\n|  | accuracy | auc |\n| --- | --- | --- |\n"
        "| baseline | 0.5000 | 0.8500 |\n| keras |  | 0.9000 |\n\n"
        "## Limits\n\n- Knows one shop.\n- Not for others.\n\n"
        "## Recipe\n\n| what | value |\n| --- | --- |\n"
        "| bins used | 16 |\n| open | yes |\n| rates | 0.5000, 1 |\n\n"
        f"## Model sha256\n\n{checksum}\n"
    )


def test_same_card_same_bytes(model):
    def both():
        model_card.write(model, **TOLD)
        return [path.read_bytes() for path in sorted(model.parent.glob("who.card.*"))]

    assert both() == both()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"limits": []}, "limits"),
        ({"name": "", "data": ""}, "name, data"),
        ({"limits": "none"}, "limits one by one"),
    ],
)
def test_a_card_must_say_everything(model, change, named):
    with pytest.raises(InputError) as caught:
        model_card.write(model, **(TOLD | change))
    assert str(caught.value) == (
        "expected a name, a purpose, data, split, figures and a list of limits, "
        f"got nothing to say of {named}"
    )


def test_no_card_without_a_model(tmp_path):
    with pytest.raises(InputError) as caught:
        model_card.write(tmp_path / "none.keras", **TOLD)
    assert str(caught.value) == (
        f"{tmp_path}/none.keras: expected a stored model: No such file or directory"
    )
    assert list(tmp_path.iterdir()) == []


def test_figures_must_be_finite(model):
    with pytest.raises(InputError, match="expected finite numbers for JSON"):
        model_card.write(model, **(TOLD | {"figures": {"auc": np.nan}}))


def test_a_card_of_another_model_is_refused(model):
    model_card.write(model, **TOLD)
    model.write_bytes(b"another model")
    with pytest.raises(InputError) as caught:
        model_card.read(model)
    assert str(caught.value) == (
        f"{model.parent}/who.card.json: expected the card of who.keras, got that of another model"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "expected a model card: No such file or directory"),
        ("{", "expected a model card in JSON (Expecting property name"),
        ("[]", "expected a model card, but missing: name, purpose, data, split, figures, limits, "),
        ('{"name": "x"}', "expected a model card, but missing: purpose, data, split, figures, "),
    ],
)
def test_what_is_no_card(model, text, message):
    if text is not None:
        model_card.card_path(model).write_text(text)
    with pytest.raises(InputError) as caught:
        model_card.read(model)
    assert str(caught.value).startswith(f"{model_card.card_path(model)}: {message}")
