"""`plan draw` and `plan generate`, called as the group calls them."""

import argparse
import json

import pytest

from layoutlab.commands import plan_drawing
from layoutlab.errors import InputError
from layoutlab.floor.plans import geojson


def run(*words):
    parser = argparse.ArgumentParser()
    plan_drawing.add(parser.add_subparsers())
    options = parser.parse_args([*map(str, words)])
    told, code = options.run(options)
    assert code == 0
    json.dumps(told)
    return told


def refused(*words):
    with pytest.raises(InputError) as error:
        run(*words)
    return str(error.value)


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "store.geojson"
    run("generate", "--area", 200, "--seed", 3, "--departments", departments(tmp_path), "-o", path)
    return path


def departments(folder, text="name,share,needs,family\ntea,2,,drinks\nmilk,1,cold water,dairy\n"):
    path = folder / "departments.csv"
    path.write_text(text)
    return path


def test_a_generated_store_is_read_again_and_the_same_for_the_same_seed(tmp_path, store):
    again = tmp_path / "again.geojson"
    told = run("generate", "--area", 200, "--seed", 3, "--departments",
               tmp_path / "departments.csv", "-o", again)  # fmt: skip
    assert store.read_bytes() == again.read_bytes()
    plan = geojson.read(store)
    fixtures = plan.of("fixture")
    assert told["fixtures"] == len(fixtures)
    assert told["departments"] == 2
    assert told["shelf_m"] == pytest.approx(sum(thing.shelf_m for thing in fixtures), abs=0.01)
    assert {name for thing in fixtures for name in thing.departments} == {"tea", "milk"}
    assert {thing.extra["family"] for thing in fixtures} == {"drinks", "dairy"}


def test_groceries_are_the_default(tmp_path):
    told = run("generate", "--form", "racetrack", "--area", 900, "-o", tmp_path / "a.geojson")
    assert told["departments"] == 40


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_a_plan_is_drawn_in_the_same_bytes(tmp_path, store, suffix):
    first, second = tmp_path / f"1.{suffix}", tmp_path / f"2.{suffix}"
    assert run("draw", store, "-o", first)["drawing"] == str(first)
    run("draw", store, "-o", second)
    assert first.read_bytes() == second.read_bytes()


def test_a_plan_is_drawn_by_type_by_values_and_against_another(tmp_path, store):
    values = tmp_path / "values.csv"
    ids = [thing.id for thing in geojson.read(store).of("fixture")]
    values.write_text('id,"exposure, s"\n' + "".join(f"{name},{len(name)}\n" for name in ids))
    drawn = set()
    for number, words in enumerate(
        (["--color-by", "type"], ["--color-by", values], ["--against", store], ["--no-labels"],
         ["--title", "Ours"])
    ):  # fmt: skip
        path = tmp_path / f"{number}.svg"
        run("draw", store, "-o", path, *words)
        drawn.add(path.read_bytes())
    assert len(drawn) == 5


def test_the_built_in_store_is_drawn_by_its_name(tmp_path):
    assert run("draw", "built-in", "-o", tmp_path / "a.png")["plan"] == "Built-in supermarket"


def test_bad_input_is_named_before_any_file_is_written(tmp_path, store):
    out = tmp_path / "out.svg"
    bad = tmp_path / "bad.csv"
    assert refused("draw", store, "-o", "plan.gif") == (
        "expected a figure named .svg, .png or .pdf, got plan.gif"
    )
    assert "none.csv: expected a CSV file, got: " in refused(
        "draw", store, "-o", out, "--color-by", tmp_path / "none.csv"
    )
    bad.write_text("fixture,value\nG001,1\n")
    assert refused("draw", store, "-o", out, "--color-by", bad) == (
        f"{bad}: expected columns id and a value, got fixture, value"
    )
    bad.write_text("id,value\nG001,high\n")
    assert f"{bad}: expected numbers in value, got: " in refused(
        "draw", store, "-o", out, "--color-by", bad
    )
    bad.write_text("id,value\nX9,1\n")
    assert refused("draw", store, "-o", out, "--color-by", bad) == (
        "values: expected ids of fixtures, got X9"
    )
    assert not out.exists()
    made = ["generate", "-o", out]
    assert refused(*made, "--area", 20) == "area: expected 150 to 6,000 m², got 20"
    assert refused(*made, "--seed", "-1") == "seed: expected 0 or more, got -1"
    table = departments(tmp_path, "name,size\ntea,2\n")
    assert refused(*made, "--departments", table) == (
        f"{table}: expected columns name and of share, needs, family; got name, size"
    )
    departments(tmp_path, "name,share\ntea,much\n")
    assert refused(*made, "--departments", table) == (
        f"{table}: expected a number as share, got 'much'"
    )
    assert not out.exists()
