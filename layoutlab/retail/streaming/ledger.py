"""How far has a stream come? Checkpoints that hold the position and name every file it wrote.

A checkpoint is one small file, made complete before it gets its name, and its name is its number.
Two workers that both believe a share of a stream to be theirs cannot both write the same number:
the second is told that it was overtaken, and nothing it wrote is named by a checkpoint. So every
line stands in the tables exactly once, whoever is killed, paused or started twice.
"""

import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from layoutlab import canonical
from layoutlab.errors import InputError

PATTERN = "checkpoint-*.json"
SETTINGS = "stream.json"
KEPT = 2


class Overtaken(Exception):  # noqa: N818 -- nothing is wrong, someone else went on
    """Another worker has written this checkpoint first."""


@dataclass(frozen=True)
class Checkpoint:
    """What is certain of a stream.

    Attributes
    ----------
    number : int
        Checkpoints before this one.
    position : int
        Lines (of a file) or the offset (in a Kafka partition) up to which all is taken in.
    newest : int or None
        The newest event time seen, microseconds since 1970; None before the first valid line.
    state : dict of str to str
        The files of what waits or is remembered, by its name.
    files : dict of str to tuple of str
        Names of the files written, by kind of table.
    counts : dict of str to int
        Lines so far, by what became of them.
    closed : bool
        Whether the stream has ended and every window is closed.
    """

    number: int = 0
    position: int = 0
    newest: int | None = None
    state: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    closed: bool = False

    def followed(
        self,
        *,
        written: Mapping[str, str],
        counts: Mapping[str, int],
        **changed: Any,
    ) -> "Checkpoint":
        """Return the next checkpoint: files and counts added, other attributes replaced."""
        files = dict(self.files)
        for kind, name in written.items():
            files[kind] = (*files.get(kind, ()), name)
        total = {name: self.counts.get(name, 0) + n for name, n in counts.items()}
        return replace(self, number=self.number + 1, files=files, counts=total, **changed)


class Ledger:
    """The checkpoints of one share of a stream, in a folder of its own.

    Attributes
    ----------
    folder : Path
    last : Checkpoint
        The one to go on from.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.writer = uuid.uuid4().hex[:8]
        self.last = read(self.folder)
        self._remove_abandoned()

    def path(self, kind: str, suffix: str) -> Path:
        """Return where the next checkpoint's file of a kind is to be written."""
        return self.folder / f"{kind}-{self.last.number + 1:08d}-{self.writer}{suffix}"

    def commit(self, following: Checkpoint) -> None:
        """Make `following` the last checkpoint; all files it names are on the disk.

        Raises
        ------
        Overtaken
            When there is one of that number or a higher one: what was done since `last` is void.
        """
        part = self.folder / f".{self.writer}.part.json"
        content = asdict(following)
        for name in _named(following) - _named(self.last):
            _sync(self.folder / name)
        part.write_text(canonical.to_json(content))
        _sync(part)
        try:
            os.link(part, self.folder / f"checkpoint-{following.number:08d}.json")
        except FileExistsError as error:
            raise Overtaken(self.folder) from error
        finally:
            part.unlink()
        if read(self.folder).number != following.number:
            raise Overtaken(self.folder)
        _sync(self.folder)
        for name in self.last.state.values():
            (self.folder / name).unlink(missing_ok=True)
        self.last = following
        for path in sorted(self.folder.glob(PATTERN))[:-KEPT]:
            path.unlink(missing_ok=True)

    def _remove_abandoned(self) -> None:
        """Remove files of a killed worker: no newer than the last checkpoint, and not in it."""
        named = _named(self.last)
        for path in self.folder.glob("*-*-*.*"):
            number = path.name.split("-")[1]
            if path.name not in named and int(number) <= self.last.number:
                path.unlink(missing_ok=True)


def read(folder: str | Path) -> Checkpoint:
    """Return the last checkpoint in a folder, a first one when there is none."""
    for path in sorted(Path(folder).glob(PATTERN), reverse=True):
        try:
            content = json.loads(path.read_text())
        except FileNotFoundError:  # its follower has come in between
            return read(folder)
        files = {kind: tuple(names) for kind, names in content.pop("files").items()}
        return Checkpoint(**content, files=files)
    return Checkpoint()


def settle(folder: str | Path, settings: Mapping[str, Any]) -> None:
    """Write what a stream is, or check that the folder's is the same.

    Raises
    ------
    InputError
        When the folder holds another stream, or the same one cut in other windows.
    """
    path = Path(folder) / SETTINGS
    wanted = json.loads(canonical.to_json(settings))
    if not path.exists():
        canonical.write_json(path, wanted)
        return
    found = json.loads(path.read_text())
    if found != wanted:
        names = sorted({*found, *wanted})
        other = next(name for name in names if found.get(name) != wanted.get(name))
        raise InputError(
            f"expected {folder} to be empty or to hold this stream, but its {other} is "
            f"{found.get(other)!r}, not {wanted.get(other)!r}: choose another folder"
        )


def _named(checkpoint: Checkpoint) -> set[str]:
    names = {name for kind in checkpoint.files.values() for name in kind}
    return names | set(checkpoint.state.values())


def _sync(path: Path) -> None:
    """Have a file, or a folder's names, on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
