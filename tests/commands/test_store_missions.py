"""Does `store simulate` tell missions, and read plans of other formats?"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from layoutlab.commands import add_group, store_simulate
from layoutlab.floor.formats import writing
from layoutlab.floor.plans import geojson
from layoutlab.retail.preparation import receipts

sys.path.append(str(Path(__file__).parents[1] / "retail" / "shoppers"))
from little_store import DEPARTMENTS, little_plan


def run(*words):
    parser = argparse.ArgumentParser()
    store_simulate.add(add_group(parser.add_subparsers(), "store", "the store"))
    options = parser.parse_args(["store", "simulate", *map(str, words)])
    return options.run(options)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return a folder with a plan in two formats, and receipts of its six departments."""
    folder = tmp_path_factory.mktemp("store")
    lines, _ = receipts.load(
        "simulated", rng=np.random.default_rng(1), n_baskets=900, n_categories=6, n_planted=1,
        bad_lines=0,
    )  # fmt: skip
    receipts.write(folder / "receipts.parquet", lines)
    renamed = dict(zip(DEPARTMENTS, sorted(set(lines["category"].to_pylist())), strict=True))
    plan = little_plan()
    things = (
        replace(thing, departments=tuple(renamed[name] for name in thing.departments))
        for thing in plan.things
    )
    plan = replace(plan, things=tuple(things))
    geojson.write(plan, folder / "plan.geojson")
    writing.write(plan, folder / "plan.svg")
    return folder


def test_missions_are_printed_and_written(files, tmp_path, capsys):
    said, code = run(
        files / "plan.geojson", "--receipts", files / "receipts.parquet", "-o", tmp_path
    )
    assert code == 0
    printed = capsys.readouterr().out
    trips = {name: found["trips"] for name, found in said["by_mission"].items()}
    assert sum(trips.values()) == said["trips"]
    for name, count in trips.items():
        (line,) = (line for line in printed.splitlines() if line.startswith(name))
        assert line.removeprefix(name).split()[0] == str(count)
    assert f"carried in: hands {said['equipment']['hands']:.1%}, basket" in printed
    kept = json.loads((tmp_path / "summary.json").read_text())
    assert kept["by_mission"] == said["by_mission"]
    assert kept["interrupted"] is False
    table = pq.read_table(tmp_path / "visits.parquet")
    for name, count in trips.items():
        assert table["mission"].to_pylist().count(name) == count


def test_a_drawing_is_a_plan_too(files):
    receipts_file = files / "receipts.parquet"
    drawn, code = run(files / "plan.svg", "--receipts", receipts_file)
    own, _ = run(files / "plan.geojson", "--receipts", receipts_file)
    assert code == 0
    assert drawn["not_sold"] == own["not_sold"] == ()
    assert drawn["trips"] == own["trips"]
    assert drawn["per_trip"]["found_rate"]["mean"] > 0.9
