"""Does a check say what was violated, what was not checked and what does not apply?"""

import json

import matplotlib as mpl
import pytest
import shapely

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.floor.rules import checking, packs, rule_plots

mpl.use("Agg")


def store(**more):
    shelf = Thing("shelf", "fixture", shapely.box(8, 2, 8.5, 5), height_m=1.4)
    bare = Thing("bare", "fixture", shapely.box(8, 6, 8.5, 7))
    things = (
        Thing("floor", "outline", shapely.box(0, 0, 12, 8)),
        Thing("in", "entrance", shapely.LineString([(0, 1), (0, 3)])),
        Thing("low", "wall", shapely.box(4, 0, 5, 3)),
        Thing("high", "wall", shapely.box(4, 3.8, 5, 8)),
        Thing("till", "checkout", shapely.box(2, 5, 3, 6), **more),
        shelf,
        bare,
    )
    return Plan("small", things)


def verdicts(plan, *names):
    return {each.rule: each for each in checking.check(plan, packs.load(names)).verdicts}


def test_a_violation_says_what_where_how_much_and_why():
    findings = checking.check(store(accessible=True, height_m=0.9), packs.load(["ada"]))
    one = findings.violations[0]
    assert one.rule == "ada-route-width"
    assert one.measured == pytest.approx(0.8, abs=1e-4)
    assert one.required == pytest.approx(0.9144)
    assert one.place[1] == pytest.approx(3.4, abs=1e-3)
    assert one.things == ("shelf", "bare")
    assert one.words == "route to 2 things (shelf, bare, ...) is narrowest between low and high"
    assert "403.5.1" in one.source
    assert not findings.obeyed
    assert "the plan draws no exit: its entrances are taken as exits" in findings.notes


def test_what_is_not_told_is_not_passed():
    seen = verdicts(store(), "ada", "ergonomics", "ibc", "bavaria")
    assert seen["ada-checkouts-small"].verdict == "not checked"
    assert seen["ada-checkout-counter"].not_checked == (
        "the plan does not say whether checkout till is accessible",
    )
    assert seen["ergonomics-reach"].verdict == "violated"
    assert seen["ergonomics-reach"].not_checked == ("no height of fixtures (1 of 2: bare)",)
    assert seen["ibc-travel-sprinklered"].not_checked == ("the plan does not tell: sprinklered",)
    assert seen["ibc-pad-path"].verdict == "not checked"
    assert seen["bayvkv-main-aisle"].verdict == "does not apply"


def test_what_could_be_checked_is_told_apart_from_all_checked():
    things = [each for each in store().things if each.id != "shelf"]
    low = Thing("low shelf", "fixture", shapely.box(8, 2, 8.5, 5), height_m=1.1)
    plan = Plan("partly", (*things, low))
    assert verdicts(plan, "ergonomics")["ergonomics-reach"].verdict == "partly checked"


def test_a_plan_without_an_entrance_is_not_checked():
    plan = Plan("shut", tuple(each for each in store().things if each.kind != "entrance"))
    assert verdicts(plan, "ada")["ada-route-width"].not_checked == ("the plan has no entrance",)
    assert verdicts(plan, "ibc")["ibc-travel"].verdict == "not checked"


def test_a_floor_without_things_in_the_way_obeys():
    plan = Plan("empty", store().things[:2])
    findings = checking.check(plan, packs.load(packs.PACKS))
    assert findings.obeyed


def test_a_till_on_a_desk_needs_no_route():
    till = Thing("screen", "fixture", shapely.box(8.1, 2.5, 8.3, 2.8))
    findings = checking.check(Plan("desk", (*store().things, till)), packs.load(["ada"]))
    assert "screen" not in findings.violations[0].things
    assert "1 things stand on others and need no route of their own" in findings.notes


def test_findings_are_written_as_tables_and_json():
    findings = checking.check(store(), packs.load(["ada", "ergonomics"]))
    told = json.loads(canonical.to_json(findings.to_dict()))
    assert told["violations"][0]["measured"] == 0.8
    assert told["obeyed"] is False
    frame = findings.to_frame()
    assert list(frame["rule"]) == [each["rule"] for each in told["violations"]]
    assert {"x_m", "y_m", "measured", "required", "source"} <= set(frame.columns)
    empty = checking.check(Plan("empty", store().things[:2]), packs.load(["ada"])).to_frame()
    assert len(empty) == 0


def test_a_check_needs_rules_and_a_floor():
    with pytest.raises(InputError, match="rules: expected at least one rule, got none"):
        checking.check(store(), [])
    with pytest.raises(InputError, match="plan: expected an outline, got none"):
        checking.check(Plan("none", ()), packs.load(["ada"]))


def test_every_violation_is_drawn_with_its_number():
    findings = checking.check(store(), packs.load(["ada", "ergonomics"]))
    ax = rule_plots.plot_violations(store(), findings, caption="Where.")
    texts = [part.strip() for text in ax.texts for part in text.get_text().split(",")]
    numbers = sorted((text for text in texts if text.isdigit()), key=int)
    assert numbers == [str(n) for n in range(1, len(findings.violations) + 1)]
    assert ax.get_title(loc="left").startswith(f"small: {len(numbers)} violations of")
    mpl.pyplot.close(ax.figure)


def test_reach_is_drawn_with_its_limits():
    _, ax = mpl.pyplot.subplots()
    rule_plots.plot_reach(
        [0.8, 1.0], [3, 1], 3, ax, limits_m={"ADA": 0.914}, title="Reached", caption="All."
    )
    assert ax.get_xlabel() == "clear width asked for (m)"
    assert "ADA (0.914 m)" in [text.get_text() for text in ax.get_legend().get_texts()]
    mpl.pyplot.close(ax.figure)
