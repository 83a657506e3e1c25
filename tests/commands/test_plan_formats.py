"""Do `plan import`, `plan export` and `plan validate` say what they found and end rightly?"""

import argparse
import json
from pathlib import Path
from typing import Any

import ezdxf
import pytest

from layoutlab.commands import BAD_INPUT, plan_formats
from layoutlab.errors import InputError

TABLE = """\
kind,id,x,y,width,depth,angle,supplier
outline,floor,0,0,10,8,0,
shelf,a,2,2,2,1,90,Miller
palm,p,5,5,1,1,0,
entrance,in,0,1,1,0,90,
till,t,8,1,1,1,0,
"""


def ran(*arguments: Any) -> tuple[Any, int]:
    """Run a verb as the command line does."""
    parser = argparse.ArgumentParser()
    plan_formats.add(parser.add_subparsers())
    options = parser.parse_args([*map(str, arguments)])
    result: tuple[Any, int] = options.run(options)
    return result


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text(TABLE)
    return tmp_path / "t.csv"


@pytest.fixture
def plan(table: Path, capsys: Any) -> Path:
    ran("import", table, "-o", table.with_name("p.geojson"), "--units", "m")
    capsys.readouterr()
    return table.with_name("p.geojson")


def test_import_reports_what_it_found_in_words_and_in_json(table: Path, capsys: Any) -> None:
    out = table.with_name("p.geojson")
    result, code = ran("import", table, "-o", out)
    assert code == 0
    unknown = "shape of unknown meaning (kind palm id p): left out; name its kind in a mapping file"
    assert capsys.readouterr().out.splitlines() == [
        f"{out}: rectangles, 1 checkout, 1 entrance, 1 fixture, 1 outline",
        "note: table without units: its numbers are taken as metres",
        f"note: {unknown}",
    ]
    assert json.loads(json.dumps(result)) == {
        "plan": str(out),
        "format": "rectangles",
        "name": "t.csv",
        "things": {"checkout": 1, "entrance": 1, "fixture": 1, "outline": 1},
        "notes": [
            {"what": "table without units", "done": "its numbers are taken as metres",
             "count": 1, "where": []},
            {"what": "shape of unknown meaning", "count": 1, "where": ["kind palm id p"],
             "done": "left out; name its kind in a mapping file"},
        ],
        "problems": [],
    }  # fmt: skip
    assert ran("import", table, "-o", out, "--json")[0] == result
    assert capsys.readouterr().out == ""


def test_a_mapping_file_gives_the_rest_a_meaning(table: Path) -> None:
    (table.parent / "m.yaml").write_text("kinds: {palm: {kind: fixture, type: plant}}\n")
    out = table.with_name("p.geojson")
    result, _ = ran("import", table, "-o", out, "--units", "m", "--map", table.parent / "m.yaml")
    assert (result["things"]["fixture"], result["notes"]) == (2, [])


@pytest.mark.parametrize("suffix", [".dxf", ".svg", ".csv", ".yaml", ".txt", ".geojson"])
def test_export_writes_what_import_reads(plan: Path, suffix: str, capsys: Any) -> None:
    result, code = ran("export", plan, plan.with_name(f"q{suffix}"))
    assert code == 0
    assert bool(result["lost"]) == (suffix in (".csv", ".yaml", ".txt"))
    again, code = ran("import", plan.with_name(f"q{suffix}"), "-o", plan.with_name("q.json"))
    assert code == 0
    assert again["things"]["outline"] == 1
    if suffix in (".dxf", ".svg", ".geojson"):
        ran("import", plan.with_name(f"q{suffix}"), "-o", plan.with_name("r.geojson"))
        assert plan.with_name("r.geojson").read_bytes() == plan.read_bytes()
    assert "lost" in capsys.readouterr().out or not result["lost"]


def test_validate_names_every_problem_and_ends_with_2(plan: Path, capsys: Any) -> None:
    assert ran("validate", plan) == (
        {"plan": str(plan), "things": 4, "errors": 0, "warnings": 0, "problems": [],
         "format": "plan", "notes": []}, 0,
    )  # fmt: skip
    assert f"{plan}: 4 things, 0 errors, 0 warnings" in capsys.readouterr().err
    broken = json.loads(plan.read_text())
    broken["features"] = [f for f in broken["features"] if f["properties"]["kind"] != "entrance"]
    square = [[9.5, 5], [10.5, 5], [10.5, 6], [9.5, 6], [9.5, 5]]
    broken["features"][1]["geometry"]["coordinates"] = [square]
    plan.write_text(json.dumps(broken))
    result, code = ran("validate", plan)
    assert code == BAD_INPUT
    assert [problem["what"] for problem in result["problems"]] == ["outside", "entrance"]
    assert capsys.readouterr().out.splitlines()[-1] == "error: the plan has no entrance"


def test_a_plan_in_degrees_has_an_error(plan: Path) -> None:
    text = json.loads(plan.read_text())
    for feature in text["features"]:
        feature["geometry"] = json.loads(
            json.dumps(feature["geometry"]),
            parse_float=lambda number: 11 + float(number) * 1e-5,
            parse_int=lambda number: 11 + int(number) * 1e-5,
        )
    plan.write_text(json.dumps(text))
    result, code = ran("validate", plan)
    assert (code, [p["what"] for p in result["problems"]]) == (BAD_INPUT, ["degrees"])


def test_what_cannot_be_used_is_refused_in_words(table: Path, plan: Path) -> None:
    folder, out = table.parent, table.with_name("x.geojson")
    ezdxf.new("R2010", units=6).saveas(folder / "empty.dxf")
    (folder / "cut.geojson").write_text(plan.read_text()[:200])
    (folder / "m.yaml").write_text("image: m.pgm\nresolution: 50\norigin: [0, 0, 0]\n")
    (folder / "m.pgm").write_bytes(b"P5\n2 2\n255\n\xfe\xfe\xfe\xfe")
    for arguments, message in [
        (["import", folder / "empty.dxf", "-o", out], "expected lines or contours in the model sp"),
        (["import", folder / "cut.geojson", "-o", out], "expected JSON, got something else"),
        (["import", folder / "m.yaml", "-o", out], "resolution: expected metres of a cell's side"),
        (["import", table, "-o", out, "--units", "ells"], "units: expected m, dm, cm, mm, in, ft"),
        (["import", table, "-o", out, "--anchor", "left"], "anchor: expected corner, box, centre"),
        (["import", table, "-o", out, "--tolerance", "-1"], "tolerance_m: expected 0 or more"),
        (["import", folder / "none.svg", "-o", out], "expected a file to read: No such file"),
        (["import", table, "-o", folder / "x.dxf"], "--out: expected a name ending in .geojson"),
        (["export", plan, folder / "x.dwg"], "expected a name ending in"),
        (["validate", plan, "--body", "0"], "body_radius_m: expected above 0 m, got 0"),
    ]:
        with pytest.raises(InputError) as caught:
            ran(*arguments)
        assert message in str(caught.value)
        assert not out.exists()
