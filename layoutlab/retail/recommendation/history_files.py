"""Which files hold histories? Two forms of JSON, read with every slip named.

One JSON file (or ``.json.gz``) with ``train``, ``validate`` and ``test``, each a mapping of
customer to baskets in the order of time (Yu et al. 2020, KDD, section 5.1); or the form of Li et
al. (2023, ACM TOIS 41:4): a history file, a file with each customer's next basket, and a keyset
file that names who is in which part. In both the last basket is what is to be foretold.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from layoutlab.errors import InputError
from layoutlab.retail.recommendation.histories import PARTS, Study, study

KEYSET_PARTS = {"train": "train", "val": "validate", "test": "test"}
BORDER = [-1]
SUFFIXES = (".json", ".gz")
TENTHS = {"train": 7, "validate": 8, "test": 10}


def read(path: str | Path) -> Study:
    """Read a file with ``train``, ``validate`` and ``test``.

    Raises
    ------
    InputError
        When the file is missing, cut, no JSON, lacks a part, has other keys, a customer in two
        parts, no basket in a part, or an item that is no whole number of at least 0 and no text.
    """
    content = _mapping(path)
    _same_keys(path, content, set(PARTS))
    parts = {part: _customers(f"{path}: {part}", content[part]) for part in PARTS}
    return study(parts, name=str(path))


def read_split(history: str | Path, future: str | Path, keyset: str | Path | None = None) -> Study:
    """Read histories, next baskets and who is in which part.

    Parameters
    ----------
    history, future : str or Path
        Mappings of customer to baskets, wrapped in ``[-1]`` at both ends or not; the future has
        one basket per customer. Customers in one file alone are left out and counted.
    keyset : str or Path, optional
        ``train``, ``val`` and ``test``: lists of customers; other keys are not read. Without it
        customers are split by the SHA-256 of their id: 7, 1 and 2 tenths.

    Raises
    ------
    InputError
        As `read`, and for a keyset that names a customer twice or one without history and future.
    """
    past = {
        user: _unwrapped(baskets)
        for user, baskets in _customers(history, _mapping(history)).items()
    }
    later = {
        user: _unwrapped(baskets) for user, baskets in _customers(future, _mapping(future)).items()
    }
    for user, baskets in later.items():
        if len(baskets) != 1:
            raise InputError(
                f"{future}: expected one basket for customer {user}, got {len(baskets)}"
            )
    both = [user for user in past if user in later]
    part_of = _hash_split(both) if keyset is None else _keyset(keyset, set(both))
    parts = {
        part: {user: past[user] + later[user] for user in both if part_of.get(user) == part}
        for part in PARTS
    }
    alone = len(past.keys() ^ later.keys())
    return study(parts, name=str(history), left_out={"customers_in_one_file": alone})


def from_options(
    data: str | None,
    history: str | None = None,
    future: str | None = None,
    keyset: str | None = None,
) -> tuple[Study, str]:
    """Return the study that was asked for, and its name.

    Parameters
    ----------
    data : str, optional
        A registered data set whose only file has the form of `read`, or such a file.
    history, future, keyset : str, optional
        Those of `read_split`, instead of `data`.

    Raises
    ------
    InputError
        When both or neither are given, or as the readers.
    """
    if (data is None) == (history is None) or (history is None) != (future is None):
        raise InputError("expected either DATA or both --history and --future")
    if data is None and history is not None and future is not None:
        return read_split(history, future, keyset), Path(history).name
    data = str(data)
    if keyset is not None:
        raise InputError("expected --keyset with --history and --future only")
    if Path(data).is_file() or Path(data).suffix in SUFFIXES:
        return read(data), Path(data).name
    from layoutlab.datasets import fetch

    files = [path for name, path in fetch(data).items() if ".json" in name]
    if len(files) != 1:
        raise InputError(f"expected a data set of customers' histories, got {data!r}")
    return read(files[0]), data


def _mapping(path: str | Path) -> dict[str, Any]:
    """Read one JSON object, packed or not."""
    try:
        raw = Path(path).read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
        content = json.loads(text, object_pairs_hook=_each_once)
    except OSError as error:
        raise InputError(f"{path}: expected a readable file: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise InputError(f"{path}: expected a whole gzip file, got one cut or damaged") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: expected UTF-8 text, got other bytes ({error.reason})"
        ) from error
    except ValueError as error:
        raise InputError(f"{path}: expected JSON, got something else ({error})") from error
    except RecursionError as error:
        raise InputError(f"{path}: expected customers and baskets, got deeper nesting") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected a JSON object, got {type(content).__name__}")
    return content


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice, of which JSON readers keep the last."""
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice!r} stands there twice")
    return mapping


def _same_keys(path: str | Path, content: dict[str, Any], wanted: set[str]) -> None:
    if content.keys() != wanted:
        shown = ", ".join(sorted(content)[:5]) or "none"
        raise InputError(f"{path}: expected the keys train, validate and test, got {shown}")


def _customers(name: str | Path, content: Any) -> dict[str, list[Any]]:
    """Return a mapping of customer to baskets, of which only the lists are checked."""
    if not isinstance(content, dict):
        raise InputError(f"{name}: expected customers and their baskets, got {content!r:.60}")
    for user, baskets in content.items():
        if not isinstance(baskets, list) or not all(isinstance(b, list) for b in baskets):
            raise InputError(f"{name}: expected a list of baskets for customer {user}, each a list")
    return content


def _unwrapped(baskets: list[Any]) -> list[Any]:
    baskets = baskets[1:] if baskets[:1] == [BORDER] else baskets
    return baskets[:-1] if baskets[-1:] == [BORDER] else baskets


def _hash_split(users: Iterable[str]) -> dict[str, str]:
    """Return each customer's part by the hash of its id."""
    tenth = {user: int(hashlib.sha256(user.encode()).hexdigest(), 16) % 10 for user in users}
    return {
        user: next(part for part, end in TENTHS.items() if place < end)
        for user, place in tenth.items()
    }


def _keyset(path: str | Path, known: set[str]) -> dict[str, str]:
    """Return each named customer's part."""
    content = _mapping(path)
    part_of: dict[str, str] = {}
    for key, part in KEYSET_PARTS.items():
        if not isinstance(content.get(key), list):
            raise InputError(f"{path}: expected a list of customers under {key!r}")
        for user in map(str, content[key]):
            if user in part_of:
                raise InputError(f"{path}: customer {user} is named twice")
            if user not in known:
                raise InputError(f"{path}: customer {user} has no history and future")
            part_of[user] = part
    return part_of
