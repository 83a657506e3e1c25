"""Locks name their holder, are waited for, and die with it."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from toy_project import until

from layoutlab import locks

HOLD = """
import sys, time
from pathlib import Path
from layoutlab import locks
with locks.held(Path(sys.argv[1]), "the clone", print):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(lock: Path, seconds: float) -> "subprocess.Popen[str]":
    """Start a process that holds the lock, and wait until it does."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def end(child: "subprocess.Popen[str]") -> None:
    child.kill()
    child.communicate()


def test_a_free_lock_has_no_holder(tmp_path: Path) -> None:
    assert locks.holder(tmp_path / "no folder" / "lock") is None
    lock = tmp_path / "lock"
    with locks.held(lock, "it", print):
        pass
    assert locks.holder(lock) is None


def test_the_holder_is_named_by_process_and_command(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    child = hold(lock, 600)
    named = locks.holder(lock)
    end(child)
    assert named is not None
    assert named.startswith(f"process {child.pid} (")
    assert str(lock) in named


def test_a_second_one_says_once_who_is_waited_for_and_goes_on(tmp_path: Path) -> None:
    lock = tmp_path / "deep" / "lock"
    child = hold(lock, 600)
    said: list[str] = []
    entered = threading.Event()

    def second() -> None:
        with locks.held(lock, "the sweep in out", said.append):
            entered.set()

    waiting = threading.Thread(target=second)
    waiting.start()
    until(lambda: bool(said), "the second one says whom it waits for")
    time.sleep(3 * locks.EVERY_S)
    assert not entered.is_set()
    end(child)  # killed: the kernel frees what it held
    waiting.join(60)
    assert entered.is_set()
    (line,) = said
    assert line.startswith(f"waiting for process {child.pid} (")
    assert line.endswith("), which holds the sweep in out")


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    try:
        with locks.held(lock, "it", print):
            raise KeyError("x")
    except KeyError:
        assert locks.holder(lock) is None
    child = hold(lock, 600)
    os.kill(child.pid, signal.SIGTERM)
    child.communicate()
    assert locks.holder(lock) is None
