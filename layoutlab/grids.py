"""Which points does a sweep have, and where does each keep its result?

A point is addressed by its content: the notebook, the modules it imports, the library lock, its
input files and all its parameters. The same address is the same result.
"""

import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import yaml

from layoutlab import canonical, imports, pins
from layoutlab.engine import check_parameters, default_parameters
from layoutlab.errors import InputError

OUTPUTS = {"metrics", "figures", "model"}


@dataclass(frozen=True)
class Point:
    """One notebook run: its address, its parameters, and the folder its results go to."""

    key: str
    parameters: dict[str, Any]
    folder: Path

    @property
    def result(self) -> Path:
        """The file that, once there, says the point is done."""
        return self.folder / "result.json"


def points(
    root: Path,
    notebook: str | Path,
    fixed: Mapping[str, Any],
    grid: Mapping[str, Sequence[Any]],
    out: Path,
) -> list[Point]:
    """Return the points of a sweep in grid order, the last parameter fastest.

    Each point keeps its outputs in its own folder: the parameters named metrics, figures and
    model, and those whose default is an output of a pipeline's stage.

    Raises
    ------
    InputError
        For a notebook that is not there, a parameter it does not know, or a mistyped value.
    """
    known = defaults(root / notebook)
    twice = sorted(fixed.keys() & grid.keys())
    if twice:
        raise InputError(f"expected each parameter once, got {twice} both fixed and in the grid")
    check_parameters(known, fixed)
    for name, values in grid.items():
        if not values:
            raise InputError(f"expected values for {name!r} in the grid, got none")
        for value in values:
            check_parameters(known, {name: value})
    written = outputs_of(known, root)
    code = code_hash(root / notebook, root)
    hashes: dict[str, str] = {}
    found = []
    for values in itertools.product(*grid.values()):
        given = {**fixed, **dict(zip(grid, values, strict=True))}
        read = {k: v for k, v in {**known, **given}.items() if k not in written or k in given}
        files = {v: _hash(root / v, hashes) for v in read.values() if _is_file(v, root)}
        content = canonical.to_json([str(notebook), code, read, files])
        key = hashlib.sha256(content.encode()).hexdigest()[:20]
        folder = out / "points" / key
        own = {k: relative(folder / Path(known[k]).name, root) for k in written - given.keys()}
        found.append(Point(key, {**given, **own}, folder))
    return found


def defaults(notebook: Path) -> dict[str, Any]:
    """Return a notebook's parameters and their defaults."""
    if not notebook.is_file():
        raise InputError(f"expected a notebook at {notebook}, found no such file")
    try:
        return default_parameters(nbformat.read(notebook, as_version=4))
    except nbformat.reader.NotJSONError as error:
        raise InputError(f"expected a notebook at {notebook}, got no JSON") from error


def outputs_of(known: Mapping[str, Any], root: Path) -> set[str]:
    """Return the parameters that name a notebook's outputs."""
    outs: set[str] = set()
    for dvc_file in (root / "dvc.yaml", root / "public/dvc.yaml"):
        stages = yaml.safe_load(dvc_file.read_text())["stages"] if dvc_file.is_file() else {}
        for stage in stages.values():
            for out in [*stage.get("outs", []), *stage.get("metrics", [])]:
                outs.update([out] if isinstance(out, str) else out)
    return {k for k, v in known.items() if k in OUTPUTS or (isinstance(v, str) and v in outs)}


def code_hash(notebook: Path, root: Path) -> str:
    """Return the hash of all that a notebook's results depend on, but parameters and data."""
    digest = hashlib.sha256(canonical.to_json(pins.PINS).encode())
    for path in [*imports.dependencies(notebook, root), "requirements.lock"]:
        if (root / path).is_file():
            digest.update(path.encode() + (root / path).read_bytes())
    return digest.hexdigest()


def parse_fixed(texts: Sequence[str], known: Mapping[str, Any]) -> dict[str, Any]:
    """Read ``name=value`` texts; a value is read as its default's type."""
    return {name: _value(name, text, known) for name, text in _named(texts)}


def parse_grid(texts: Sequence[str], known: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Read ``name=a,b,c`` texts; integers also as ``name=0:31`` (31 left out) or ``0:31:2``."""
    grid: dict[str, list[Any]] = {}
    for name, text in _named(texts):
        if ":" in text and type(known.get(name)) is int:
            try:
                grid[name] = list(range(*(int(part) for part in text.split(":"))))
            except (TypeError, ValueError) as error:
                raise InputError(
                    f"{name!r}: expected FROM:TO or FROM:TO:STEP, got {text!r}"
                ) from error
        else:
            grid[name] = [_value(name, part, known) for part in text.split(",")]
    return grid


def _named(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"expected NAME=VALUE, got {text!r}")
        yield name, value


def _value(name: str, text: str, known: Mapping[str, Any]) -> Any:
    """Read one value; an unknown name's is kept as text, for `check_parameters` to refuse."""
    default = known.get(name)
    if default is None or isinstance(default, str):
        return text
    try:
        return float(text) if isinstance(default, float) else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        return text


def relative(path: Path, root: Path) -> str:
    """Return a path as seen from the root, where it lies below it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _is_file(value: Any, root: Path) -> bool:
    return isinstance(value, str) and value != "" and (root / value).is_file()


def _hash(path: Path, known: dict[str, str]) -> str:
    if str(path) not in known:
        with path.open("rb") as stream:
            known[str(path)] = hashlib.file_digest(stream, "sha256").hexdigest()
    return known[str(path)]
