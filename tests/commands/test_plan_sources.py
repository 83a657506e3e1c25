"""Do the plan commands take every format, and leave nothing half-written?"""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from layoutlab.commands import plan_drawing, plan_formats, plan_rules
from layoutlab.errors import InputError
from layoutlab.floor.formats import writing
from layoutlab.floor.plans import geojson
from layoutlab.floor.plans.plan import Plan, Thing


def ran(*arguments: Any) -> tuple[Any, int]:
    parser = argparse.ArgumentParser()
    actions = parser.add_subparsers()
    for module in (plan_formats, plan_rules, plan_drawing):
        module.add(actions)
    options = parser.parse_args([*map(str, arguments)])
    result: tuple[Any, int] = options.run(options)
    return result


FLOOR = Thing("floor", "outline", shapely.box(0, 0, 12, 8))
DOOR = Thing("in", "entrance", shapely.LineString([(0, 1), (0, 3)]))
SHELF = Thing("shelf", "fixture", shapely.box(8, 2.5, 8.5, 5), height_m=1.1)
TILL = Thing("till", "checkout", shapely.box(2, 5, 3, 6), height_m=0.9, accessible=True)


def write(folder: Path, *things: Thing) -> Path:
    path = folder / "p.geojson"
    geojson.write(Plan("small", (FLOOR, *things)), path)
    return path


@pytest.mark.parametrize("suffix", ["dxf", "svg", "csv", "geojson"])
def test_a_plan_in_any_format_is_checked(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"p.{suffix}"
    writing.write(Plan("small", (FLOOR, DOOR, SHELF, TILL)), path)
    findings, code = ran("check", path, "--rules", "ada/ada-route-width", "--json")
    assert (findings["rules"][0]["verdict"], code) == ("obeyed", 0)
    assert ran("validate", path)[1] == 0


def test_a_drawing_without_units_is_checked_in_those_given(tmp_path: Path) -> None:
    (tmp_path / "g.txt").write_text("#####\nE...#\n#.*.#\n#####\n")
    with pytest.raises(InputError, match="a grid of characters has no size: say --cell"):
        ran("check", tmp_path / "g.txt")
    small, large = (
        ran("check", tmp_path / "g.txt", "--cell", cell, "--json")[0]["rules"][0]["worst"]
        for cell in ("1", "2")
    )
    assert large == pytest.approx(2 * small, abs=2e-3)


def test_what_a_plan_lacks_is_said_and_the_rest_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packs = "ada,ibc,bavaria,practice,ergonomics"
    findings, code = ran("check", write(tmp_path, SHELF), "--rules", packs)
    assert code == 0
    verdicts = {each["rule"]: each["verdict"] for each in findings["rules"]}
    assert verdicts["ergonomics-reach"] == "obeyed"
    assert verdicts["ada-route-width"] == "not checked"
    out = capsys.readouterr().out
    for line in (
        "note: error of the plan: the plan has no entrance",
        "note: the plan draws no entrance: what rules ask of it cannot be checked",
        "note: the plan draws no checkout: what rules ask of it cannot be checked",
        "not checked: ibc-travel: the plan has no exit and no entrance",
    ):
        assert line in out


def test_a_checkout_that_nobody_reaches_is_a_violation(tmp_path: Path) -> None:
    corners = [(1.5, 4.5), (4, 4.5), (4, 7), (1.5, 7), (1.5, 4.5)]
    wall = Thing("cage", "wall", shapely.LineString(corners))
    findings, code = ran("check", write(tmp_path, DOOR, SHELF, TILL, wall), "--json")
    assert code == 1
    assert findings["violations"][0]["words"] == "no route from an entrance to till"


CROSSED = shapely.Polygon([(5, 5), (7, 7), (7, 5), (5, 7)])


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (Thing("bow", "fixture", CROSSED), "fixture 'bow' crosses itself or has no area"),
        (Thing("two", "outline", shapely.box(20, 0, 30, 9)), "expected one outline, found 2"),
        (Thing("in", "exit", DOOR.shape), "more than one thing has the id 'in'"),
        (Thing("far", "fixture", shapely.box(8, 2, 9000, 3)), "are its units metres"),
    ],
)
def test_what_cannot_be_measured_is_refused_and_nothing_is_written(
    tmp_path: Path, thing: Thing, message: str
) -> None:
    path = write(tmp_path, DOOR, SHELF, thing)
    with pytest.raises(InputError, match=message):
        ran("check", path, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_drawing_that_is_refused_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("kind,x\nshelf,1\n")
    for arguments in (
        ["import", tmp_path / "x.csv", "-o", tmp_path / "o.geojson"],
        ["export", tmp_path / "x.csv", tmp_path / "o.dxf"],
        ["draw", tmp_path / "x.csv", "-o", tmp_path / "o.svg"],
        ["check", tmp_path / "x.csv", "-o", tmp_path / "o"],
    ):
        with pytest.raises(InputError, match="expected columns x, y, width, depth and angle"):
            ran(*arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


def test_the_built_in_store_goes_by_its_name_everywhere(tmp_path: Path) -> None:
    assert ran("validate", "built-in")[1] == 0
    ran("export", "built-in", tmp_path / "b.geojson")
    assert len(json.loads((tmp_path / "b.geojson").read_text())["features"]) > 90


def test_a_place_that_cannot_be_written_to_is_refused_before_any_work(tmp_path: Path) -> None:
    path = write(tmp_path, DOOR, SHELF)
    folder = tmp_path / "d.svg"
    folder.mkdir()
    for arguments, message in (
        (["check", path, "-o", path], "expected a folder, got a file"),
        (["draw", path, "-o", folder], "expected a file to write, got a folder"),
        (["export", path, folder], "expected a file to write, got a folder"),
        (["import", path, "-o", path / "x.geojson"], "got one inside the file"),
        (["generate", "--area", "200", "-o", tmp_path], "expected a file to write, got a folder"),
    ):
        with pytest.raises(InputError, match=message):
            ran(*arguments)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["d.svg", "p.geojson"]
