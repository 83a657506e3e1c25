"""Are distances, walks, groups and sight lines right? By hand, and with rules of one's own."""

import re
from pathlib import Path

import numpy as np
import planted_stores
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.floor.generation.builtin import builtin_store
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.floor.rules import checking, packs, sight
from layoutlab.floor.rules.rule import Rule

GUIDE = Path(__file__).parents[3] / "docs/guides/plan-rules.md"
CENTIMETRE = 0.01


def rule(quantity, value, unit="m", **more):
    given = {"comparison": "at most", "to": ("fixture",), "of_departments": ("spirits",)} | more
    return Rule("a", "a", quantity, given.pop("comparison"), value, unit, "", "", "", "practice",
                **given)  # fmt: skip


def checked(plan, one):
    findings = checking.check(plan, [one])
    return findings.verdicts[0], findings.violations


SIGHT = rule("out_of_sight", 0.6, measured_from=("checkout",))
WALK = rule("walk_from", 12.0, measured_from=("back room",))
AWAY = rule("distance_from", 11.0, measured_from=("exit",), of_needs=("cold",), of_departments=())


@pytest.mark.parametrize("obeys", [True, False], ids=["kept", "missed"])
@pytest.mark.parametrize("one", [SIGHT, WALK, AWAY], ids=["sight", "walk", "distance"])
def test_a_centimetre_decides(one, obeys):
    build = getattr(planted_stores, one.quantity)
    for seed in range(10):
        value = one.value - CENTIMETRE if obeys else one.value + CENTIMETRE
        verdict, violations = checked(build(one, value, np.random.default_rng(seed)), one)
        assert verdict.worst == pytest.approx(value, abs=2e-3), seed
        assert verdict.verdict == ("obeyed" if obeys else "violated"), seed
        assert [each.things[0] for each in violations] == ([] if obeys else ["meant"])


@pytest.mark.parametrize("height", [1.49, 1.51])
def test_what_is_lower_than_the_eye_hides_nothing(height):
    for seed in range(3):
        plan = planted_stores.out_of_sight(SIGHT, 2.0, np.random.default_rng(seed), height=height)
        assert checked(plan, SIGHT)[0].verdict == ("obeyed" if height < 1.5 else "violated")


@pytest.mark.parametrize(("apart", "count"), [(0.49, 1), (0.51, 2)])
def test_a_centimetre_parts_groups(apart, count):
    one = rule("groups", 1, "count", parts={"apart": 0.5})
    for seed in range(5):
        plan = planted_stores.groups(one, count, np.random.default_rng(seed), apart=apart)
        verdict, violations = checked(plan, one)
        assert verdict.worst == count
        assert [each.things for each in violations] == ([("third",)] if count == 2 else [])


@pytest.mark.parametrize(
    ("quantity", "id_", "limit"),
    [("out_of_sight", "our-spirits-in-sight", 0.5), ("walk_from", "our-cold-chain", 12.0)],
)
def test_the_guide_s_own_pack_finds_what_is_planted(tmp_path, quantity, id_, limit):
    one = next(each for each in guide_pack(tmp_path) if each.id == id_)
    for sign, verdict in ((-1, "obeyed"), (1, "violated")):
        value = limit + sign * CENTIMETRE
        plan = getattr(planted_stores, quantity)(one, value, np.random.default_rng(1))
        assert checked(plan, one)[0].verdict == verdict


def guide_pack(folder):
    """Return the rules that the guide shows as an example of one's own."""
    texts = re.findall(r"```yaml\n(pack: our-stores.*?)```", GUIDE.read_text("utf-8"), re.S)
    (folder / "ours.yaml").write_text(texts[0], "utf-8")
    return packs.load([folder / "ours.yaml"])


def test_the_guide_s_own_pack_runs_on_the_built_in_store(tmp_path):
    findings = checking.check(builtin_store(), guide_pack(tmp_path))
    verdicts = {each.rule: each.verdict for each in findings.verdicts}
    assert verdicts == {
        "our-door-in-sight": "obeyed",
        "our-spirits-in-sight": "does not apply",
        "our-cold-chain": "violated",
        "our-bakery-together": "violated",
    }


def store(*things):
    floor = Thing("floor", "outline", shapely.box(0, 0, 12, 8))
    door = Thing("in", "entrance", shapely.LineString([(0, 1), (0, 3)]))
    return Plan("store", (floor, door, *things))


def spirits(*bounds, **more):
    return Thing("gin", "fixture", shapely.box(*bounds), departments=("Spirits",), **more)


TILL = Thing("till", "checkout", shapely.box(5, 1, 6, 2), height_m=0.9)


def test_what_is_missing_is_said():
    bare = Thing("bare", "fixture", shapely.box(8, 2, 9, 5))
    untold = "nothing on the plan says its department"
    for one in (SIGHT, WALK, AWAY, rule("groups", 1, "count")):
        verdict, _ = checked(store(bare, TILL), one)
        assert verdict.verdict == "not checked"
    assert checked(store(bare), SIGHT)[0].not_checked == (untold,)
    gin = spirits(8, 2, 9, 5)
    assert checked(store(gin), SIGHT)[0].not_checked == ("the plan has no checkout",)
    assert checked(store(gin, TILL), WALK)[0].not_checked == ("the plan has no back room",)
    tea = Thing("tea", "fixture", shapely.box(8, 2, 9, 5), departments=("tea",))
    assert checked(store(tea, TILL), SIGHT)[0].verdict == "does not apply"


def test_a_height_that_is_not_told_is_asked_for_only_where_it_decides():
    gin = spirits(8, 6, 11, 7, height_m=1.0, faces=(shapely.LineString([(8, 6), (11, 6)]),))
    aside = Thing("aside", "fixture", shapely.box(1, 6, 2, 7))
    between = Thing("between", "fixture", shapely.box(7, 3, 8, 4))
    assert checked(store(gin, TILL, aside), SIGHT)[0].verdict == "obeyed"
    assert checked(store(gin, TILL, between), SIGHT)[0].not_checked == (
        "whether fixture gin (Spirits) is seen from a checkout: no height of what is between",
    )


def test_a_high_shelf_hides_its_own_back_and_a_low_one_does_not():
    back = (shapely.LineString([(8, 7), (11, 7)]),)
    for height, worst in ((2.0, 3.0), (1.0, 0.0)):
        plan = store(spirits(8, 6, 11, 7, height_m=height, faces=back), TILL)
        assert checked(plan, SIGHT)[0].worst == pytest.approx(worst, abs=1e-3)


def test_two_checkouts_see_what_one_of_them_does():
    face = (shapely.LineString([(2, 7), (10, 7)]),)
    gin = spirits(2, 7, 10, 7.5, height_m=2.0, faces=face)
    high = Thing("high", "fixture", shapely.box(5.5, 3, 6.5, 6), height_m=2.0)
    left, right = (
        Thing(f"till {x}", "checkout", shapely.box(x, 1, x + 1, 2), height_m=0.9) for x in (2, 9)
    )
    alone = checked(store(gin, high, left), SIGHT)[0].worst
    assert alone > 1
    assert checked(store(gin, high, left, right), SIGHT)[0].worst == 0


def test_a_door_in_a_wall_is_seen_and_past_a_corner_of_the_floor_it_is_not():
    hall = shapely.union_all([shapely.box(0, 0, 12, 4), shapely.box(8, 0, 12, 12)])
    wall = Thing("wall", "wall", shapely.box(7.8, 11.8, 12, 12))
    door = Thing("door", "entrance", shapely.box(9, 11.8, 11, 12))
    one = rule("out_of_sight", 0.0, measured_from=("checkout",), to=("entrance",),
               of_departments=())  # fmt: skip
    for x, verdict in ((9, "obeyed"), (1, "violated")):
        till = Thing("till", "checkout", shapely.box(x, 1, x + 1, 2))
        plan = Plan("L", (Thing("floor", "outline", hall), wall, door, till))
        found = checked(plan, one)[0]
        assert found.verdict == verdict
        assert found.worst == pytest.approx(0 if verdict == "obeyed" else 2, abs=1e-6)


def test_a_shelf_behind_a_wall_has_no_way_and_that_is_said():
    back = Thing("back", "zone", shapely.box(0, 4, 1, 8), type="back room")
    shut = Thing("shut", "wall", shapely.box(6, 0, 7, 8))
    plan = store(back, shut, spirits(8, 6, 11, 7))
    assert checked(plan, WALK)[0].not_checked == (
        "no way from a back room to fixture gin (Spirits)",
    )


def test_without_doors_the_depth_of_a_store_is_not_known():
    fruit = Thing("fruit", "fixture", shapely.box(8, 6, 9, 7), departments=("fruit",))
    plan = Plan("shut", (store().things[0], fruit))
    findings = checking.check(plan, packs.load(["practice"]))
    why = {each.rule: each.not_checked for each in findings.verdicts}
    assert why["practice-produce"] == ("the plan has no entrance",)
    assert why["practice-heavy"] == ("the plan has no exit and no entrance",)


def test_heights_of_operable_parts_have_to_be_numbers():
    machine = Thing("m", "fixture", shapely.box(8, 6, 9, 7), extra={"operable_m": "high"})
    (high,) = packs.load(["ada/ada-reach-high"])
    assert checked(store(machine), high)[0].not_checked == (
        "operable_m of fixture m is no height in metres: high",
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_hidden_stretches_agree_with_rays(seed):
    rng = np.random.default_rng(seed)
    blocks = []
    for _ in range(4):
        low = rng.uniform([0.5, 2], [9, 6])
        box = shapely.box(*low, *(low + rng.uniform(0.2, 2, 2)))
        blocks.append(shapely.affinity.rotate(box, rng.uniform(0, 90)))
    floor, eye = shapely.box(-5, -5, 20, 20), (float(rng.uniform(1, 9)), 0.5)
    line = shapely.LineString([(0, 9), (10, 9.5)])
    found = sight.hidden([line], [eye], [np.asarray(blocks, dtype=object)], floor)
    pieces = shapely.MultiLineString(found)
    ends = shapely.MultiPoint(shapely.get_coordinates(pieces))
    for share in np.linspace(0.001, 0.999, 400):
        place = line.interpolate(share, normalized=True)
        if not (found and ends.dwithin(place, 0.01)):
            ray = shapely.LineString([eye, place])
            blocked = any(ray.intersects(block) for block in blocks)
            assert blocked == bool(found and pieces.dwithin(place, 1e-6))
