"""Does an interrupt of `store simulate` keep the days that are finished, and say so?"""

import json
import signal
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
from simulated_store import lines_of_six, plan_of

from layoutlab.floor.plans import geojson
from layoutlab.retail.preparation import baskets, receipts
from layoutlab.retail.shoppers import effects, simulation, store_run, visits

TALKATIVE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # also in a job of the background
from layoutlab import cli
from layoutlab.commands import store_simulate
store_simulate.EVERY_S = 0.0
sys.exit(cli.main(sys.argv[1:]))
"""
DAYS = 40


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return a folder with a plan and baskets of its departments without times: 2,092 a day."""
    folder = tmp_path_factory.mktemp("store")
    lines = lines_of_six()
    names = sorted(set(lines["category"].to_pylist()))
    lines = lines.set_column(
        lines.schema.get_field_index("time"), "time", [[None] * len(lines)]
    ).cast(lines.schema)
    receipts.write(folder / "receipts.parquet", lines)
    geojson.write(plan_of(names), folder / "plan.geojson")
    baskets.prepare(folder / "receipts.parquet", folder / "b.parquet", folder / "r.parquet")
    return folder


def interrupted_at(files, word, *options):
    """Run the command, interrupt it as soon as it tells of `word`, and return how it ended."""
    words = ("store", "simulate", files / "plan.geojson", "--receipts", files / "b.parquet")
    with subprocess.Popen(
        [sys.executable, "-c", TALKATIVE, *map(str, (*words, "--days", DAYS, "--json", *options))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as run:  # fmt: skip
        heard = []
        for line in run.stderr:
            heard.append(line)
            if line.rstrip().endswith(word):
                run.send_signal(signal.SIGINT)
                break
        out, rest = run.communicate(timeout=120)
    return run.returncode, json.loads(out), "".join(heard) + rest


def test_finished_days_are_kept(files, tmp_path):
    code, said, told = interrupted_at(files, "trips", "-o", tmp_path)
    assert code == 130
    assert "Traceback" not in told
    assert said["interrupted"] is True
    assert said["days_asked"] == DAYS
    assert 0 < said["days"] < DAYS
    assert f"interrupted; {said['days']} of {DAYS} days are finished and kept" in told
    assert json.loads((tmp_path / "summary.json").read_text()) == said
    table = pq.read_table(tmp_path / "visits.parquet")
    assert len(table) == said["trips"]
    days = (table["time"].to_numpy() - visits.FIRST_DAY) // np.timedelta64(1, "D")
    assert sorted(set(days.tolist())) == list(range(said["days"]))


def test_before_the_first_day_nothing_is_written(files, tmp_path):
    code, said, told = interrupted_at(files, "rounds of calibration", "-o", tmp_path / "out")
    assert code == 130
    assert "interrupted before a day was simulated; nothing is written" in told
    assert said == {"simulated": True, "interrupted": True, "days": 0, "trips": 0}
    assert not (tmp_path / "out").exists()


def asked(files):
    sizes = effects.load()
    plan = geojson.read(files / "plan.geojson")
    return plan, store_run.read_demand(files / "b.parquet", sizes), sizes


def interrupt_at_first_trips(what, done, everything):
    if what == "trips" and done == simulation.BLOCK:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("interruptible")
def test_kept_trips_are_those_of_the_whole_run(files):
    whole, *_, all_trips = store_run.run(*asked(files), n_days=6)
    said, *_, kept = store_run.run(
        *asked(files), n_days=6, keep=True, tell=interrupt_at_first_trips
    )
    assert whole["interrupted"] is False
    assert said["interrupted"] is True
    assert said["days"] == kept.shoppers.n_days == 2
    assert kept.trips.tobytes() == all_trips.trips[: len(kept.trips)].tobytes()
    assert kept.wait_s.tobytes() == all_trips.wait_s[: len(kept.trips)].tobytes()


@pytest.mark.usefixtures("interruptible")
def test_who_does_not_want_them_kept_is_interrupted(files):
    with pytest.raises(KeyboardInterrupt):
        store_run.run(*asked(files), n_days=6, tell=interrupt_at_first_trips)
