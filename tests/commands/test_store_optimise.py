"""Does `store optimise` run on files, keep what it found, and refuse what it cannot use?"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import verbs

from layoutlab.commands import INTERRUPTED, store_optimise
from layoutlab.errors import InputError
from layoutlab.floor.plans import geojson
from layoutlab.retail.optimise import judging
from layoutlab.retail.promise import sensitivity
from layoutlab.retail.shoppers import effects

sys.path.append(str(Path(__file__).parents[1] / "retail" / "optimise"))
from searched_store import DEPARTMENTS, little_plan


def run(*words):
    return verbs.run(store_optimise, "store", "optimise", *words)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return a folder with a plan, receipts of its departments, and constraints."""
    folder = tmp_path_factory.mktemp("store")
    geojson.write(little_plan(), folder / "plan.geojson")
    receipts(DEPARTMENTS).to_csv(folder / "receipts.csv", index=False)
    (folder / "constraints.yaml").write_text(
        "space_change: 1.0\nmoves:\n  at_most: 3\n"
        "  kinds: {department: {hours: 2, cost: 50}, gondola: {hours: 6, cost: 200}}\n"
    )
    return folder


def receipts(departments):
    """Return lines of 600 receipts."""
    rng = np.random.default_rng(1)
    rows = [
        ("s", f"r{number}", f"2026-03-{1 + number % 20:02d}T{9 + number % 9:02d}:00:00Z",
         None, name, name, 1, 2.5)
        for number in range(600)
        for name in rng.choice(departments, rng.integers(1, 4), replace=False)
    ]  # fmt: skip
    columns = [
        "store_id",
        "transaction_id",
        "time",
        "customer_id",
        "sku",
        "category",
        "quantity",
        "unit_price",
    ]
    return pd.DataFrame(rows, columns=columns)


def small(files, out, *more):
    return [files / "plan.geojson", "--receipts", files / "receipts.csv", "--constraints",
            files / "constraints.yaml", "--trips", "200", "--fixtures", "2", "-o", out,
            *more]  # fmt: skip


def test_files_become_a_plan_moves_and_a_report(files, tmp_path, capsys):
    said, code = run(*small(files, tmp_path, "--evaluations", "30"))
    assert code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "moves.csv", "moves.parquet", "plan.geojson", "report.html", "result.json",
    ]  # fmt: skip
    assert json.loads((tmp_path / "result.json").read_text())["moves"] == said["moves"] <= 3
    assert geojson.read(tmp_path / "plan.geojson").name == "little"
    shown = capsys.readouterr()
    assert "3 moves" in shown.out
    assert "cold goods stay on cold fixtures" in shown.err
    value, low, high = said["gain_if_all_tempt_alike"]
    assert low <= value <= high
    assert value != said["gain"][0]
    assert json.loads((tmp_path / "result.json").read_text()) == said
    assert f"if all goods tempted alike {value:+.1%}" in shown.out
    told = "equally tempting wherever they stand today, the same moves would change the unplanned"
    assert f"{told} margin by {value:+.1%} ({low:+.1%}" in (tmp_path / "report.html").read_text()


def test_what_tempts_is_not_asked_again_where_all_tempt_alike(files, tmp_path):
    sizes = (effects.BUILT_IN).read_text()
    alike = sizes.replace("temptation_pooling: {value: 0.0", "temptation_pooling: {value: 1.0")
    assert alike != sizes
    (tmp_path / "mine.yaml").write_text(alike)
    words = small(
        files, tmp_path / "out", "--evaluations", "6", "--effects", tmp_path / "mine.yaml"
    )
    said, code = run(*words)
    assert code == 0
    assert said["gain_if_all_tempt_alike"] is None


def test_an_interrupt_of_the_last_question_keeps_all_else(files, tmp_path, monkeypatch, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sensitivity, "ranked", stop)
    said, code = run(*small(files, tmp_path, "--evaluations", "30"))
    assert code == INTERRUPTED
    assert said["unfinished"] == ["the gain if all goods tempted alike"]
    assert json.loads((tmp_path / "result.json").read_text()) == said
    assert said["gain"][0] is not None
    assert "not finished: the gain if all goods tempted alike" in capsys.readouterr().err


def test_time_limits_a_search_too(files, tmp_path):
    said, code = run(*small(files, tmp_path, "--minutes", "0.02"))
    assert code == 0
    assert said["evaluations"] >= 1


def test_an_interrupt_half_way_keeps_the_best(files, tmp_path, monkeypatch, capsys):
    tried = judging.Judge._try

    def stop(self, part):
        tried(self, part)
        if len(self.values) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(judging.Judge, "_try", stop)
    said, code = run(*small(files, tmp_path, "--evaluations", "60"))
    assert code == INTERRUPTED
    assert said["interrupted"]
    assert (tmp_path / "report.html").exists()
    assert "interrupted; the best so far is kept" in capsys.readouterr().err


def hear_interrupts():
    """Let a process be interrupted, also where the tests run in the background and are not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_an_interrupt_while_moves_are_judged_writes_what_is_finished(files, tmp_path):
    words = [*small(files, tmp_path / "out", "--evaluations", "6", "--fixtures", "0"),
             "--trips", "8000", "--json"]  # fmt: skip
    program = Path(sys.executable).with_name("layoutlab")
    command = [program, "store", "optimise", *map(str, words)]
    end = time.monotonic() + 240
    with subprocess.Popen(command, text=True, preexec_fn=hear_interrupts, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as child:  # fmt: skip
        while not (tmp_path / "out" / "plan.geojson").exists() and time.monotonic() < end:
            assert child.poll() is None, child.stderr.read()
            time.sleep(0.02)
        os.kill(child.pid, signal.SIGINT)
        out, err = child.communicate(timeout=240)
    assert child.returncode == INTERRUPTED, err
    said = json.loads((tmp_path / "out" / "result.json").read_text())
    assert said["interrupted"] is True
    assert json.loads(out)["unfinished"] == said["unfinished"]
    assert said["unfinished"][-1] == "gains by number of moves"
    assert said["gain"] == said["curve"][-1]["gain"] or said["curve"][-1]["gain"] is None
    assert "interrupted; the best so far is kept; not finished: gains " in err
    moves = pd.read_csv(tmp_path / "out" / "moves.csv")
    assert len(moves) == said["moves"] > 0
    assert (moves["reason"] == "not judged: interrupted").equals(moves["gain"].isna())
    geojson.read(tmp_path / "out" / "plan.geojson")
    assert "not judged" in (tmp_path / "out" / "report.html").read_text()


def test_what_does_not_meet_is_said(files, tmp_path, capsys):
    receipts((*DEPARTMENTS[:5], "wine")).to_csv(tmp_path / "other.csv", index=False)
    said, _ = run(files / "plan.geojson", "--receipts", tmp_path / "other.csv", "--evaluations",
                  "8", "--trips", "200", "--fixtures", "0", "-o", tmp_path / "out")  # fmt: skip
    assert (said["not_sold"], said["not_bought"]) == (["wine"], ["eggs"])
    err = capsys.readouterr().err
    assert "1 categories of the receipts that no fixture within reach carries: wine" in err
    assert "no limit on moves is set; 10 are searched" in err


def test_receipts_of_another_trade_are_refused(files, tmp_path):
    receipts(("screws", "nails", "paint")).to_csv(tmp_path / "other.csv", index=False)
    with pytest.raises(InputError, match="expected fixtures that carry categories of the receipts"):
        run(files / "plan.geojson", "--receipts", tmp_path / "other.csv", "--evaluations", "8",
            "-o", tmp_path / "out")  # fmt: skip
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ("needs: {milk: [cold]}\nmoves: {at_most: 3}", "got needs: milk cold"),
        ("adjacent_within_m: 3\nadjacent: [[bread, beer]]\nmoves: {at_most: 0}",
         "got adjacent: bread and beer; moves: at most 0 moves"),
        ("locked: {departments: [wine]}", "expected a department of the plan, got 'wine'"),
        ("rules: [moon]", "rules: expected"),
    ],
)  # fmt: skip
def test_constraints_that_cannot_be_kept_are_named(files, tmp_path, constraints, message):
    (tmp_path / "constraints.yaml").write_text(constraints)
    with pytest.raises(InputError, match=message):
        run(files / "plan.geojson", "--receipts", files / "receipts.csv", "--constraints",
            tmp_path / "constraints.yaml", "--evaluations", "8",
            "-o", tmp_path / "out")  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "expected one of --minutes and --evaluations"),
        (["--minutes", "1", "--evaluations", "5"], "expected one of --minutes and --evaluations"),
        (["--minutes", "0"], "--minutes: expected a time above 0, got 0"),
        (["--evaluations", "9", "--seed", "-1"], "expected --seed >= 0 and --fixtures >= 0"),
        (["--evaluations", "9", "--trips", "10"], "trips: expected at least 100, got 10"),
        (["--evaluations", "9", "--method", "luck"], "method: expected one of today"),
    ],
)
def test_bad_options_are_named(files, tmp_path, words, message):
    with pytest.raises(InputError, match=message):
        run(*small(files, tmp_path / "out", *words))
    assert not (tmp_path / "out").exists()


def test_nothing_to_move_is_said(files, tmp_path):
    (tmp_path / "c.yaml").write_text("moves: {at_most: 0}")
    said, code = run(files / "plan.geojson", "--receipts", files / "receipts.csv", "--constraints",
                     tmp_path / "c.yaml", "--evaluations", "8", "-o", tmp_path / "o")  # fmt: skip
    assert (code, said["moves"]) == (0, 0)
    assert "Nothing may move" in (tmp_path / "o" / "report.html").read_text()
