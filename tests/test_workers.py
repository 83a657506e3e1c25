"""Warm workers: fresh forks that know nothing of each other and end with who asked for them."""

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from toy_project import until

from layoutlab import pins
from layoutlab.workers import Outcome, Workers, run_all

SEEN: list[str] = []


def remember(name: str) -> tuple[list[str], int]:
    SEEN.append(name)
    return SEEN, os.getpid()


def fail(message: str) -> None:
    raise ValueError(message)


def say_and_fail() -> None:
    print("on standard output")
    print("on standard error", file=sys.stderr)
    os.system("echo from a subprocess")
    raise KeyError


def end(code: int) -> None:
    os._exit(code)


def settings() -> dict[str, str | None]:
    return {name: os.environ.get(name) for name in [*pins.PINS, pins.UNDER_ENGINE]}


def hash_of(text: str) -> int:
    return hash(text)


def overlap(folder: str, name: str) -> int:
    """Note that one is at work, and return how many are."""
    mark = Path(folder, name)
    mark.touch()
    time.sleep(0.3)
    at_work = len(list(Path(folder).iterdir()))
    mark.unlink()
    return at_work


def value_of(module: str) -> int:
    return int(importlib.import_module(module).VALUE)


def wait_for_ever(mark: str) -> None:
    Path(mark).write_text(str(os.getpid()))
    time.sleep(600)


def one(work: Any, *given: Any, log: Path | None = None) -> Outcome:
    with Workers(1) as workers:
        workers.start("it", work, *given, log=log)
        assert workers.free == 0
        outcome = workers.wait()
        assert workers.free == 1
    return outcome


def test_each_piece_gets_a_fresh_fork() -> None:
    first, second = one(remember, "a"), one(remember, "b")
    assert (first.name, first.error) == ("it", None)
    assert (first.value[0], second.value[0]) == (["a"], ["b"])
    assert len({first.value[1], second.value[1], os.getpid()}) == 3
    assert SEEN == []


def test_an_error_is_told_in_words() -> None:
    assert one(fail, "expected this, got that") == Outcome("it", None, "expected this, got that")
    assert one(fail, "").error == "ValueError"


@pytest.mark.parametrize(("code", "said"), [(0, "0"), (3, "3")])
def test_a_process_that_ends_itself_is_told(code: int, said: str) -> None:
    assert one(end, code) == Outcome("it", None, f"its process ended with code {said}")


def test_a_killed_process_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    with Workers(2) as workers:
        workers.start("killed", wait_for_ever, str(tmp_path / "pid"))
        until(lambda: (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text() != "", "runs")
        workers.start("other", remember, "c")
        assert workers.wait().name == "other"
        os.kill(int((tmp_path / "pid").read_text()), 9)
        assert workers.wait() == Outcome("killed", None, "its process ended with code -9")


def test_what_a_piece_prints_goes_to_its_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "it.log"
    assert one(say_and_fail, log=log).error == "KeyError"
    said = log.read_text()
    for line in ("on standard output", "on standard error", "from a subprocess", "KeyError"):
        assert f"{line}\n" in said


def test_the_pins_are_set_there_and_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv(pins.UNDER_ENGINE, raising=False)
    assert one(settings).value == {**pins.PINS, pins.UNDER_ENGINE: "1"}
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert pins.UNDER_ENGINE not in os.environ


def test_the_hash_seed_is_the_pinned_one() -> None:
    code = "print(hash('lift'))"
    pinned = subprocess.run(
        [sys.executable, "-c", code], env=pins.environment(), capture_output=True, text=True
    )
    assert one(hash_of, "lift").value == int(pinned.stdout)


def test_no_more_than_the_given_jobs_run_at_once(tmp_path: Path) -> None:
    pieces = [(f"p{i}", (str(tmp_path), f"p{i}")) for i in range(5)]
    with Workers(2) as workers:
        outcomes = list(run_all(overlap, pieces, workers, {}))
    assert sorted(outcome.name for outcome in outcomes) == [f"p{i}" for i in range(5)]
    assert {outcome.error for outcome in outcomes} == {None}
    assert max(outcome.value for outcome in outcomes) == 2


def test_running_nothing_starts_nothing() -> None:
    with Workers(2, lambda: pytest.fail("no server is needed")) as workers:
        assert list(run_all(overlap, [], workers, {})) == []


def test_leaving_ends_what_still_runs(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    with Workers(1) as workers:
        workers.start("it", wait_for_ever, str(mark))
        until(lambda: mark.is_file() and mark.read_text() != "", "it runs")
    assert not psutil.pid_exists(int(mark.read_text()))


OWNER = """
import sys
sys.path.insert(0, sys.argv[1])
from test_workers import wait_for_ever
from layoutlab.workers import Workers

if __name__ == "__main__":
    with Workers(2, lambda: ["csv", "no.such.module", "xml.dom"]) as workers:
        workers.start("a", wait_for_ever, sys.argv[2] + "/a")
        workers.start("b", wait_for_ever, sys.argv[2] + "/b")
        workers.wait()
"""


def test_workers_end_when_who_asked_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(OWNER)
    arguments = [str(Path(__file__).parent), str(tmp_path)]
    owner = subprocess.Popen([sys.executable, str(script), *arguments])
    marks = [tmp_path / "a", tmp_path / "b"]
    until(lambda: all(m.is_file() and m.read_text() for m in marks), "both run")
    started = psutil.Process(owner.pid).children(recursive=True)
    assert {int(mark.read_text()) for mark in marks} <= {process.pid for process in started}
    owner.kill()
    owner.wait()
    _, alive = psutil.wait_procs(started, timeout=30)
    assert alive == []


PRELOADED = """
import sys
from layoutlab.workers import Workers

def loaded():
    return sorted({"decimal", "colorsys", "imaplib"} & set(sys.modules))

if __name__ == "__main__":
    with Workers(1, lambda: ["colorsys", "no.such.module", "imaplib"]) as workers:
        workers.start("it", loaded)
        print(workers.wait().value, sorted({"colorsys", "imaplib"} & set(sys.modules)))
"""


def test_modules_are_imported_once_in_the_server_and_not_here(tmp_path: Path) -> None:
    script = tmp_path / "preloaded.py"
    script.write_text(PRELOADED)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.stdout == "['colorsys', 'imaplib'] []\n", done.stderr


def test_a_module_changed_between_two_uses_is_imported_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where the server looks for modules first
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    seen = []
    for value in (1, 2):
        (tmp_path / "changing.py").write_text(f"VALUE = {value}\n")
        with Workers(1, lambda: ["changing"]) as workers:
            workers.start("it", value_of, "changing")
            seen.append(workers.wait().value)
    assert seen == [1, 2]


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_is_heard_where_it_waits_and_ends_what_runs(tmp_path: Path) -> None:
    mark = tmp_path / "at-work"
    with Workers(1) as workers:
        workers.start("it", wait_for_ever, str(mark))
        until(mark.is_file, "it is at work")
        threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT]).start()
        with pytest.raises(KeyboardInterrupt):
            workers.wait()
        assert workers.free == 0
    until(lambda: not psutil.pid_exists(int(mark.read_text())), "it has ended")
