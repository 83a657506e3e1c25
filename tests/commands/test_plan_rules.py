"""Does `plan check` say, write and end as promised?"""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from layoutlab.commands import plan_rules
from layoutlab.errors import InputError
from layoutlab.floor.plans import geojson
from layoutlab.floor.plans.plan import Plan, Thing


def ran(*arguments: Any) -> tuple[Any, int]:
    """Run the verb as the command line does."""
    parser = argparse.ArgumentParser()
    plan_rules.add(parser.add_subparsers())
    options = parser.parse_args(["check", *map(str, arguments)])
    result: tuple[Any, int] = options.run(options)
    return result


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    things = (
        Thing("floor", "outline", shapely.box(0, 0, 12, 8)),
        Thing("in", "entrance", shapely.LineString([(0, 1), (0, 3)])),
        Thing("shelf", "fixture", shapely.box(8, 2, 8.5, 5), height_m=1.4),
    )
    geojson.write(Plan("small", things), tmp_path / "plan.geojson")
    return tmp_path / "plan.geojson"


def test_a_plan_that_obeys_ends_with_0(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings, code = ran(plan, "--rules", "ada,ibc")
    assert (findings["obeyed"], code) == (True, 0)
    out = capsys.readouterr().out
    assert "ada-route-width           obeyed" in out
    assert "not checked: ibc-travel-sprinklered: the plan does not tell: sprinklered" in out


def test_a_violation_ends_with_1_and_is_drawn(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = plan.parent / "out"
    findings, code = ran(plan, "--rules", "ergonomics", "-o", out)
    assert (findings["obeyed"], code) == (False, 1)
    said, aside = capsys.readouterr()
    assert "fixture shelf: 1.400 m, at most 1.219 m required" in said
    assert aside == f"layoutlab: findings.json, violations.csv and violations.svg are in {out}\n"
    assert json.loads((out / "findings.json").read_text()) == json.loads(json.dumps(findings))
    assert (out / "violations.csv").read_text().startswith("rule,quantity,comparison,measured")
    drawn = (out / "violations.svg").read_bytes()
    ran(plan, "--rules", "ergonomics", "-o", out, "--json")
    assert (out / "violations.svg").read_bytes() == drawn


def test_json_prints_no_table(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(plan, "--json")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("rules", "message"),
    [("atlantis", "rules: expected one of ada"), ("", "rules: expected some of ada")],
)
def test_wrong_rules_are_refused(plan: Path, rules: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ran(plan, "--rules", rules)
