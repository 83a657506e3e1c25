"""What public data is there, and is it right? `data list`, `data get`, `data check`."""

import argparse
from typing import Any

from layoutlab.commands import FAILED, add_group, add_verb


def add(verbs: Any) -> None:
    """Add the verbs."""
    actions = add_group(verbs, "data", "public data: list, get, check")
    add_verb(actions, "list", "say what public data there is", _data_list)
    get = add_verb(actions, "get", "fetch a data set, from the mirror or its publisher", _data_get)
    get.add_argument("name")
    get.add_argument("--accept-licence", action="store_true", help="accept the data set's licence")
    check = add_verb(
        actions, "check", "compare the files here with their known hashes", _data_check
    )
    check.add_argument("name", nargs="?")


def _data_list(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import datasets, report

    entries = datasets.listing()
    if not options.json:
        report.show_datasets(entries)
    return {"datasets": entries}, 0


def _data_get(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import datasets

    files = datasets.fetch(options.name, accept_licence=options.accept_licence)
    found = {name: str(path) for name, path in files.items()}
    if not options.json:
        print("\n".join(found.values()))
    return found, 0


def _data_check(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import datasets, report

    found = datasets.check(options.name)
    if not options.json:
        report.show_datasets(found)
    return {"files": found}, FAILED if any(entry["status"] != "ok" for entry in found) else 0
