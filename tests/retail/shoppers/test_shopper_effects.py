"""Does every effect have a value, a band, a unit, a status and a source?"""

from dataclasses import fields, replace

import pytest
import yaml

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import effects


def test_every_effect_is_recorded_within_its_band():
    known = effects.records()
    assert list(known["effect"]) == [each.name for each in fields(effects.Effects)]
    assert ((known["low"] <= known["value"]) & (known["value"] <= known["high"])).all()
    assert set(known["status"]) <= set(effects.STATUSES)
    assert (known["source"].str.len() > 10).all()


def test_values_are_those_of_the_file():
    loaded, known = effects.load(), effects.records().set_index("effect")["value"]
    assert loaded.unplanned_share == known["unplanned_share"]


def changed(tmp_path, name, **entry):
    entries = yaml.safe_load(effects.BUILT_IN.read_text())
    entries[name] = entries.get(name, {}) | entry
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(entries))
    return path


def test_own_values_can_be_read(tmp_path):
    path = changed(tmp_path, "patience_m", value=200.0)
    assert effects.load(path).patience_m == 200.0


@pytest.mark.parametrize(
    ("name", "entry", "message"),
    [
        ("patience_m", {"value": 5000.0}, r"patience_m: expected a value within \[150.0, 1000.0\]"),
        ("patience_m", {"value": "far"}, "patience_m: expected a number of at least 0, got far"),
        ("patience_m", {"value": 0}, "patience_m: expected a number above 0, got 0"),
        ("patience_m", {"band": [1]}, r"patience_m: expected a band of two numbers, got \[1\]"),
        ("patience_m", {"status": "guessed"}, "patience_m: expected status measured or assumed"),
        ("patience_m", {"more": 1}, "patience_m: expected value, band, unit, status, source"),
        ("luck", {"value": 1}, "mine.yaml: expected 34 effects by name; it has the unknown luck"),
    ],
)
def test_wrong_files_are_refused(tmp_path, name, entry, message):
    with pytest.raises(InputError, match=message):
        effects.load(changed(tmp_path, name, **entry))


def test_a_missing_effect_is_named(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("patience_m: {}\n")
    with pytest.raises(InputError, match="it lacks affinity_cap, affinity_strength"):
        effects.load(path)


@pytest.mark.parametrize("text", ["[1, 2]", "a: [1", ""])
def test_what_is_no_mapping_is_refused(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match="expected"):
        effects.load(path)


def test_no_file_is_said(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        effects.load(tmp_path / "none.yaml")


def test_changed_values_are_checked():
    with pytest.raises(InputError, match="habit_share: expected a share of at most 1, got 2"):
        replace(effects.load(), habit_share=2)
