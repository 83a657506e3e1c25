"""Interrupts: noted while something is half-done, raised where it is not, and never lost."""

import contextlib
import signal
import threading
import weakref
from multiprocessing.connection import wait

import pytest

from layoutlab.interrupts import Interrupts

pytestmark = pytest.mark.usefixtures("interruptible")


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def test_the_first_is_noted_and_the_second_raised_at_once() -> None:
    with contextlib.suppress(KeyboardInterrupt), Interrupts() as interrupts:
        assert wait([interrupts.ready], timeout=0) == []
        interrupts.raise_noted()
        interrupt()
        assert wait([interrupts.ready], timeout=0) == [interrupts.ready]
        with pytest.raises(KeyboardInterrupt):
            interrupt()


def test_one_that_was_raised_is_over() -> None:
    with Interrupts() as interrupts:
        interrupt()
        with pytest.raises(KeyboardInterrupt):
            interrupts.raise_noted()
        assert wait([interrupts.ready], timeout=0) == []
        interrupts.raise_noted()


def test_one_that_nobody_raised_is_raised_at_the_end() -> None:
    with pytest.raises(KeyboardInterrupt), Interrupts():
        interrupt()


def test_an_error_in_the_block_is_told_before_an_interrupt() -> None:
    def fill() -> None:
        with Interrupts():
            interrupt()
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fill()


def test_one_in_the_clean_up_of_a_library_is_not_lost() -> None:
    """There Python only prints what is raised, and goes on."""

    class Thing:
        pass

    thing = Thing()
    weakref.finalize(thing, interrupt)
    with pytest.raises(KeyboardInterrupt), Interrupts():
        del thing


def test_the_handler_from_before_is_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


def test_where_interrupts_are_ignored_they_stay_so() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interrupts() as interrupts:
        interrupt()
    assert not interrupts.noted


def test_another_thread_leaves_interrupts_to_the_main_one() -> None:
    def enter() -> None:
        with Interrupts():
            seen.append(signal.getsignal(signal.SIGINT))

    seen: list[object] = []
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]
