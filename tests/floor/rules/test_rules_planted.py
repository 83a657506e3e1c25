"""Is every planted violation found, and nothing else? Every rule of every pack, on both sides."""

import numpy as np
import planted_stores
import pytest

from layoutlab.floor.rules import checking, packs
from layoutlab.floor.rules.rule import limit

CENTIMETRE = 0.01
SEEDS = range(3)
OPTIONAL = (
    "practice/practice-decompression", "practice/practice-see-over",
    "bavaria/bayvkv-exit-width-small",
)  # fmt: skip
RULES = packs.load([*packs.PACKS, *OPTIONAL])
FACTS = {
    "area_m2": 2500, "entrance_depth_m": planted_stores.DEPTH_M,
    "exit_depth_m": planted_stores.DEPTH_M,
}  # fmt: skip
COUNTED = [rule for rule in RULES if rule.unit == "count"]
LONG = [rule for rule in RULES if rule.unit != "count"]


def checked(plan, rule):
    """Return the verdict, the readings' worst value and the violations of one rule."""
    findings = checking.check(plan, [rule])
    return findings.verdicts[0], findings.violations


def shifted(rule, required, obeys):
    sign = 1 if (rule.comparison == "at least") == obeys else -1
    return required + sign * CENTIMETRE


@pytest.mark.parametrize("obeys", [True, False], ids=["kept", "missed"])
@pytest.mark.parametrize("rule", LONG, ids=[rule.id for rule in LONG])
def test_a_centimetre_decides(rule, obeys):
    build = getattr(planted_stores, rule.quantity)
    for seed in SEEDS:
        required = limit(rule, FACTS)
        value = shifted(rule, required, obeys)
        plan = build(rule, value, np.random.default_rng(seed))
        verdict, violations = checked(plan, rule)
        assert verdict.worst == pytest.approx(value, abs=2e-3), seed
        assert verdict.verdict == ("obeyed" if obeys else "violated"), seed
        assert bool(violations) is not obeys
        assert all(each.required == pytest.approx(required) for each in violations)


@pytest.mark.parametrize("obeys", [True, False], ids=["kept", "missed"])
@pytest.mark.parametrize("rule", COUNTED, ids=[rule.id for rule in COUNTED])
def test_one_more_or_less_decides(rule, obeys):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        if rule.quantity == "exits":
            required, plan = 2, planted_stores.exits(rule, 2 if obeys else 1, rng)
        elif rule.quantity == "groups":
            required, plan = 1, planted_stores.groups(rule, 1 if obeys else 2, rng)
        else:
            count, area = planted_stores.tills_of(rule, rng)
            required = int(limit(rule, {"checkouts": count, "area_m2": area}))
            tills = planted_stores.checkouts(count, required - (not obeys), area)
            plan = planted_stores.turned(tills, rng)
        verdict, violations = checked(plan, rule)
        assert verdict.verdict == ("obeyed" if obeys else "violated"), seed
        assert (verdict.required, len(violations)) == (required, not obeys)


INCH = 0.0254
ROUTE, TURN = (next(r for r in RULES if r.id == id_) for id_ in ("ada-route-width", "ada-u-turn"))


@pytest.mark.parametrize(
    ("wide", "thick", "apart", "obeys"),
    [
        (32 * INCH + CENTIMETRE, 0.3, 3.0, True),
        (32 * INCH - CENTIMETRE, 0.3, 3.0, False),
        (0.85, 24 * INCH - CENTIMETRE, 3.0, True),
        (0.85, 24 * INCH + CENTIMETRE, 3.0, False),
        (0.85, 0.3, 48 * INCH + CENTIMETRE, True),
        (0.85, 0.3, 48 * INCH - CENTIMETRE, False),
    ],
)
def test_a_pinch_may_be_so_narrow_so_long_and_so_near_to_another(wide, thick, apart, obeys):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        things = planted_stores.gap(wide, rng, thick=thick, count=2, apart=apart)
        _, violations = checked(planted_stores.turned(things, rng), ROUTE)
        assert bool(violations) is not obeys, seed
        assert all(each.measured == pytest.approx(wide, abs=1e-3) for each in violations)


@pytest.mark.parametrize(
    ("turn", "side", "thick", "obeys"),
    [
        (1.3, 42 * INCH + CENTIMETRE, 0.9, True),
        (1.3, 42 * INCH - CENTIMETRE, 0.9, False),
        (60 * INCH + CENTIMETRE, 1.0, 0.9, True),
        (60 * INCH - CENTIMETRE, 1.0, 0.9, False),
        (1.0, 1.2, 48 * INCH + CENTIMETRE, True),
        (1.0, 1.2, 48 * INCH - CENTIMETRE, False),
    ],
)
def test_a_turn_needs_room_at_its_end_or_its_sides_round_narrow_rows(turn, side, thick, obeys):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        plan = planted_stores.u_turn(TURN, turn, rng, side=side, thick=thick)
        assert bool(checked(plan, TURN)[1]) is not obeys, seed


def test_at_least_two_hundred_stores_are_planted():
    assert 2 * len(SEEDS) * (len(RULES) + 6) >= 200
