"""Which departments could a shop have whose receipts know articles only? Words of their names.

The word met in most lines becomes a department, its lines are set aside, and so on: every article
belongs to the first department whose word its name holds, in that order, and to `REST` when it
holds none. Departments are found in early lines alone; later articles are sorted by their words.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from layoutlab.errors import InputError

REST = "other things"
LOOKS = """
and antique art assorted baby big black blue boy brown cream deco design english feltcraft for
french from giant gift girl gold green grey home in ivory jumbo large lilac medium mini natural
new nouveau of orange pack paisley pastel piece pieces pink polkadot purple rd red regency retro
retrospot rose round set silver skull small spaceboy spot spots spotty sweet tall the vintage
white with wood wooden yellow zinc
"""
"""Words that say how a thing looks or is sold, not what it is: our list, made by reading names."""
NOT_GOODS = frozenset(LOOKS.split())
LEAST_LETTERS = 3


def words(name: str) -> list[str]:
    """Return the words of an article's name that may say what it is, plural s taken off, sorted.

    Each once; letters only, at least `LEAST_LETTERS`, none of `NOT_GOODS`.
    """
    plain = {word for word in re.findall(r"[a-z]+", name.lower()) if word not in NOT_GOODS}
    single = {word if word.endswith("ss") else word.removesuffix("s") for word in plain}
    return sorted(word for word in single - NOT_GOODS if len(word) >= LEAST_LETTERS)


def learn(names: Iterable[str], n: int) -> tuple[str, ...]:
    """Return the words that make `n` departments, `REST` counted as one.

    Parameters
    ----------
    names : iterable of str
        The article's name of every early line.
    n : int
        At least 2.

    Returns
    -------
    tuple of str
        In the order found; of words met equally often, the first in the alphabet. Fewer than
        ``n - 1`` when no line is left.

    Raises
    ------
    InputError
        For `n` below 2.
    """
    if n < 2:
        raise InputError(f"departments: expected at least 2, got {n}")
    lines = Counter(names)
    left = {name: words(name) for name in lines}
    chosen: list[str] = []
    while len(chosen) < n - 1:
        met: Counter[str] = Counter()
        for name, own in left.items():
            for word in own:
                met[word] += lines[name]
        if not met:
            break
        chosen.append(min(met, key=lambda word: (-met[word], word)))
        left = {name: own for name, own in left.items() if chosen[-1] not in own}
    return tuple(chosen)


def department(name: str, departments: Sequence[str]) -> str:
    """Return the department of an article's name, `REST` when no word of it makes one."""
    own = set(words(name))
    return next((word for word in departments if word in own), REST)


def by_article(names: Mapping[str, str], departments: Sequence[str]) -> dict[str, str]:
    """Return the department of each article from its name."""
    return {article: department(name, departments) for article, name in names.items()}
