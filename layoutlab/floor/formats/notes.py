"""What was not understood when a drawing was read or written, how often, where, what was done?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PLACES = 5


@dataclass(frozen=True)
class Note:
    """One kind of thing that was not taken as it stood.

    Attributes
    ----------
    what : str
        What was met.
    done : str
        What was done about it.
    count : int
        How often, at least 1.
    where : tuple of str
        The first places (layers, ids, lines), at most `PLACES`, each once.
    """

    what: str
    done: str
    count: int
    where: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in a line."""
        more = " ..." if len(self.where) == PLACES and self.count > PLACES else ""
        at = f" ({', '.join(self.where)}{more})" if self.where else ""
        times = f"{self.count} x " if self.count > 1 else ""
        return f"{times}{self.what}{at}: {self.done}"


class Notes:
    """What is gathered while a drawing is read; equal notes are counted."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[int, dict[str, None]]] = {}

    def add(self, what: str, done: str, where: str = "", count: int = 1) -> None:
        """Note that something was met `count` times, and what was done."""
        before, places = self._seen.get((what, done), (0, {}))
        if where and len(places) < PLACES:
            places[where] = None
        self._seen[what, done] = (before + count, places)

    def __iter__(self) -> Iterator[Note]:
        """Yield the notes in the order in which each was first met."""
        for (what, done), (count, places) in self._seen.items():
            yield Note(what, done, count, tuple(places))

    def plain(self) -> list[dict[str, Any]]:
        """Return what JSON keeps of the notes."""
        return [
            {"what": note.what, "done": note.done, "count": note.count, "where": list(note.where)}
            for note in self
        ]
