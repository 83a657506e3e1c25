"""Who runs the next piece of work? Warm processes: forked from one that has imported everything.

A server process with the pins of `layoutlab.pins` imports the heavy libraries once; every piece of
work gets a fresh fork of it, so nothing leaks from one piece into the next and a piece that dies
takes nobody along. Should this process be killed, its workers end themselves.
"""

import gc
import multiprocessing
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Self

from layoutlab import pins
from layoutlab.errors import InputError
from layoutlab.interrupts import Interrupts


@dataclass(frozen=True)
class Outcome:
    """How one piece of work ended: its value, or the error in words."""

    name: str
    value: Any = None
    error: str | None = None


class Workers:
    """At most `jobs` warm processes at once.

    Within its block an interrupt is heard where nothing is half-done: in `wait`, and at the end.

    Parameters
    ----------
    jobs : int
        How many pieces of work run side by side, at least 1.
    preload : callable
        Returns the modules to import once, in the server; asked when the first piece starts.
        Those that cannot be imported are left to the work.
    """

    def __init__(self, jobs: int, preload: Callable[[], Sequence[str]] = tuple) -> None:
        self.jobs = jobs
        self._running: dict[str, tuple[Any, Connection]] = {}
        self._interrupts = Interrupts()
        self._context = multiprocessing.get_context("forkserver")
        self._preload: Callable[[], Sequence[str]] | None = preload

    @property
    def free(self) -> int:
        """How many more pieces may start now."""
        return self.jobs - len(self._running)

    def start(
        self, name: str, work: Callable[..., Any], *given: Any, log: Path | None = None
    ) -> None:
        """Start ``work(*given)`` in a fresh fork; what it prints goes to the file `log`."""
        if self._preload is not None:
            self._context.set_forkserver_preload(["layoutlab.workers", *self._preload()])
            self._preload = None
        with _pinned():
            forkserver.ensure_running()
        here, there = self._context.Pipe()
        process = self._context.Process(
            target=_work, args=(there, pins.environment(), log, work, given), name=name
        )
        process.start()
        there.close()
        self._running[name] = (process, here)

    def wait(self) -> Outcome:
        """Wait until a piece ends and say how; its place is free again.

        Raises
        ------
        KeyboardInterrupt
            When the block was interrupted before or meanwhile.
        """
        connections = [connection for _, connection in self._running.values()]
        ready = wait([self._interrupts.ready, *connections])
        self._interrupts.raise_noted()
        name = next(n for n, (_, connection) in self._running.items() if connection in ready)
        process, connection = self._running[name]
        try:
            value, error = connection.recv()
        except EOFError:
            process.join()
            value, error = None, f"its process ended with code {process.exitcode}"
        del self._running[name]
        connection.close()
        process.join()
        return Outcome(name, value, error)

    def stop(self) -> None:
        """End what still runs, and the server: the next one imports modules as they are then."""
        for process, connection in self._running.values():
            process.kill()
            process.join()
            connection.close()
        self._running.clear()
        forkserver._forkserver._stop()  # type: ignore[attr-defined]  # there is no public way

    def __enter__(self) -> Self:
        """Give the workers; leaving the block ends what still runs."""
        self._interrupts.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        """End what still runs."""
        try:
            self.stop()
        finally:
            self._interrupts.__exit__(*raised)


def refuse_in_unguarded_script() -> None:
    """Stop a script that starts workers as it is imported: each worker imports it again.

    Raises
    ------
    InputError
        In a worker that is importing the script that started it.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise InputError(
            "expected the call that starts workers under `if __name__ == '__main__':`, "
            "since every worker imports the script that starts it"
        )


def run_all(
    work: Callable[..., Any],
    pieces: Iterable[tuple[str, tuple[Any, ...]]],
    workers: Workers,
    logs: Mapping[str, Path],
) -> Iterator[Outcome]:
    """Run ``work(*given)`` for each (name, given), as many at once as allowed.

    Yields
    ------
    Outcome
        As the pieces end, in any order.
    """
    waiting = list(pieces)[::-1]
    while waiting or workers.free < workers.jobs:
        while waiting and workers.free > 0:
            name, given = waiting.pop()
            workers.start(name, work, *given, log=logs.get(name))
        yield workers.wait()


@contextmanager
def _pinned() -> Iterator[None]:
    """Start the server with the pins set, without leaving them set in this process."""
    before = dict(os.environ)
    os.environ.update(pins.environment())
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _work(
    connection: Connection,
    environment: dict[str, str],
    log: Path | None,
    work: Callable[..., Any],
    given: tuple[Any, ...],
) -> None:
    """Do one piece of work in the fork and send (value, error)."""
    gc.freeze()  # what the server imported is nobody's garbage: collecting it again costs time
    threading.Thread(target=_end_with_parent, args=(connection,), daemon=True).start()
    os.environ.update(environment)
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb", buffering=0) as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
    outcome: tuple[Any, str | None]
    try:
        outcome = (work(*given), None)
    except Exception as error:  # noqa: BLE001 - whatever the work raised is told to who asked
        traceback.print_exc()
        outcome = (None, str(error) or type(error).__name__)
    except KeyboardInterrupt:
        outcome = (None, "interrupted")
    sys.stdout.flush()
    sys.stderr.flush()
    connection.send(outcome)


def _end_with_parent(connection: Connection) -> None:
    """End this process when the one that asked for the work is gone; it never sends anything."""
    wait([connection])
    os._exit(1)
