"""Does `store simulate` tell missions, and read plans of other formats?"""

import json

import pyarrow.parquet as pq
import pytest
from simulated_store import lines_of_six, plan_of, run

from layoutlab.floor.formats import writing
from layoutlab.floor.plans import geojson
from layoutlab.retail.preparation import receipts


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return a folder with a plan in two formats, and receipts of its six departments."""
    folder = tmp_path_factory.mktemp("store")
    lines = lines_of_six()
    receipts.write(folder / "receipts.parquet", lines)
    plan = plan_of(sorted(set(lines["category"].to_pylist())))
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
