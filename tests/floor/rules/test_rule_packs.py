"""Are rule packs read as they were written, and refused with clear words?"""

import pytest

from layoutlab.errors import InputError
from layoutlab.floor.rules import packs
from layoutlab.floor.rules.rule import Rule, applies, limit, obeys

OWN = """\
pack: mine
jurisdiction: our stores
rules:
  - id: mine-aisle
    title: our aisles
    quantity: aisle_width
    comparison: at least
    value: 180
    unit: cm
    scope: everywhere
    source: our handbook, page 3
    status: user's own
"""


def test_every_pack_loads_and_every_rule_says_where_it_comes_from():
    rules = packs.load(packs.PACKS)
    assert len(rules) == 38
    assert {rule.pack for rule in rules} == set(packs.PACKS)
    assert all(rule.source and rule.scope and rule.jurisdiction for rule in rules)
    assert {rule.status for rule in rules} == {"in force", "expired", "practice"}


def test_units_of_the_source_are_kept_and_compared_in_metres():
    rule = packs.load(["ada/ada-route-width"])[0]
    assert (rule.value, rule.unit) == (36, "in")
    assert limit(rule, {}) == pytest.approx(0.9144)
    assert rule.part("pinch", 0.0) == pytest.approx(0.8128)
    assert obeys(rule, 0.914, limit(rule, {}))
    assert not obeys(rule, 0.9138, limit(rule, {}))


def test_a_rule_that_its_pack_leaves_off_is_found_by_its_name():
    assert "practice-decompression" not in [rule.id for rule in packs.load(["practice"])]
    assert packs.load(["practice/practice-decompression"])[0].value == 5


def test_a_pack_of_ones_own(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(OWN)
    (rule,) = packs.load([path])
    assert (rule.pack, rule.jurisdiction, rule.status) == ("mine", "our stores", "user's own")
    assert limit(rule, {}) == pytest.approx(1.8)


@pytest.mark.parametrize(("checkouts", "required"), [(16, 4), (20, 4), (21, 5), (25, 5), (26, 6)])
def test_a_fifth_of_the_checkouts_above_fifteen_is_rounded_up(checkouts, required):
    rule = packs.load(["ada/ada-checkouts-16"])[0]
    assert limit(rule, {"checkouts": checkouts}) == required


def test_conditions_hold_fail_or_cannot_be_told():
    said, dry = packs.load(["ibc/ibc-travel-sprinklered", "ibc/ibc-travel"])
    assert applies(said, {"sprinklered": None}) == "sprinklered"
    assert applies(dry, {"sprinklered": None}) is True
    assert applies(said, {"sprinklered": True}) is True
    assert applies(dry, {"sprinklered": True}) is False


def given(**changes):
    lines = [line for line in OWN.splitlines() if line.split(":")[0].strip(" -") not in changes]
    return "\n".join([*lines, *(f"    {k}: {v}" for k, v in changes.items() if v is not None)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules: 3", "x.yaml: expected a mapping with a list `rules`"),
        ("rules: []", "x.yaml: expected at least one rule, got none"),
        ("rules: [3]", "x.yaml, rule 1: expected a mapping, got 3"),
        (given(source=None), "x.yaml, rule 1 (mine-aisle): expected source, which are not there"),
        (given(unit="km"), "unit: expected one of m, cm, mm, in, ft, count, got 'km'"),
        (given(value="wide"), "value: expected a number from 0, got 'wide'"),
        (given(value="-1"), "value: expected a number from 0, got -1"),
        (given(quantity="beauty"), "quantity: expected one of route_width,"),
        (given(quantity="exits"), "unit: expected count, got 'cm'"),
        (given(unit="count"), "unit: expected a length (m, cm, mm, in or ft), got 'count'"),
        (given(quantity="zone_width"), "in_zone: expected a type of zone, got None"),
        (given(colour="red"), "expected fields of a rule, got colour"),
        (given(parts="{pinch: 3}"), "parts: expected some of nothing, got 'pinch'"),
        (given(when="{moon: {above: 1}}"), "when: expected some of area_m2, checkouts, exits"),
        (given(when="{exits: {near: 1}}"), "when.exits: expected some of at_least, above"),
        (given(per="{fact: exits}"), "per: expected fact, above and each, got {'fact': 'exits'}"),
        (given(to="shelf"), "to: expected a list, got 'shelf'"),
        (given(status="sacred"), "status: expected one of in force, expired, practice, user's own"),
        ("a: [", "x.yaml: expected YAML, got while parsing"),
    ],
)  # fmt: skip
def test_what_is_no_pack_is_refused_in_words(text, message):
    with pytest.raises(InputError) as caught:
        packs.read(text, "x.yaml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["adaa"], "practice, ergonomics or a YAML file, got 'adaa'"),
        (["ada/ada-x"], "rules: expected a rule of ada, got 'ada-x'"),
        (["ada", "ada"], "more than once"),
        ([], "rules: expected some of ada"),
        (["nowhere.yaml"], "rules: expected a YAML file to read, got nowhere.yaml"),
    ],
)  # fmt: skip
def test_names_of_packs_are_checked(names, message):
    with pytest.raises(InputError) as caught:
        packs.load(names)
    assert message in str(caught.value)


def test_a_count_is_compared_exactly():
    rule = Rule("a", "a", "exits", "at least", 2, "count", "", "", "", "practice")
    assert obeys(rule, 2, 2)
    assert not obeys(rule, 1, 2)
