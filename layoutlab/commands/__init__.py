"""What do all verbs of the command line share? How they are added, end and speak."""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

STARTED = time.perf_counter()
INTERRUPTED = 130
FAILED, BAD_INPUT = 1, 2

Run = Callable[[argparse.Namespace], tuple[Any, int]]


def add_verb(verbs: Any, name: str, text: str, run: Run) -> argparse.ArgumentParser:
    """Add a verb; `run` takes its options and returns what --json prints and the exit code."""
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    verb.set_defaults(run=run)
    verb.add_argument("--json", action="store_true", help="one JSON object on standard output")
    return verb


def add_group(verbs: Any, name: str, text: str) -> Any:
    """Add a group of verbs and return where its verbs are added."""
    group = verbs.add_parser(name, help=text, description=text)
    group.set_defaults(help=group.print_help)
    return group.add_subparsers(title="commands", metavar="COMMAND")


def add_search(verb: argparse.ArgumentParser, text: str) -> None:
    """Add what every search takes: its time, its seed and its threads."""
    verb.add_argument("--seconds", type=float, help=text)
    verb.add_argument("--seed", type=int, default=1, help="of all random draws (%(default)s)")
    verb.add_argument("-j", "--jobs", type=int, default=1, help="threads (%(default)s)")


def say(line: str) -> None:
    """Tell the user a line; standard output is kept for results."""
    print("layoutlab:", line, file=sys.stderr)
