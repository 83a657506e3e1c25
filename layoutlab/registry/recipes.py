"""How does a publisher's file become the file we read? Functions from contents to content.

Each takes the publisher's files as bytes, in the order of `DataFile.sources`, and returns the
unpacked content of the file we read. They only reshape: no value is changed.
"""

import csv
import io
from collections.abc import Iterable, Sequence


def as_it_is(contents: Sequence[bytes]) -> bytes:
    """Return the publisher's one file."""
    (content,) = contents
    return content


def without_mark(contents: Sequence[bytes]) -> bytes:
    """Return the publisher's one file without its byte-order mark."""
    (content,) = contents
    return content.removeprefix(b"\xef\xbb\xbf")


def basket_lines(contents: Sequence[bytes]) -> bytes:
    """Turn a matrix (one basket a line, tab-separated counts) into basket, item, quantity lines."""
    (matrix,) = contents
    lines = [["basket", "item", "quantity"]]
    for basket, counts in enumerate(matrix.decode().splitlines()):
        items = enumerate(counts.split("\t"))
        lines += [[str(basket), str(item), count] for item, count in items if count != "0"]
    return _csv(lines)


def item_hierarchy(contents: Sequence[bytes]) -> bytes:
    """Join item labels with their groups' and departments' labels.

    The first two digits of an item's code are its group's code, the first its department's.
    Contents are the labels of items, groups and departments: code, English, German, by tabs.
    """
    items, groups, departments = ([line.split("\t") for line in _lines(part)] for part in contents)
    level2 = {row[0]: row[1] for row in groups}
    level1 = {row[0]: row[1] for row in departments}
    lines = [["item", "code", "label", "level2", "level1"]]
    for item, (code, label, *_) in enumerate(items):
        lines.append([str(item), code, label, level2[code[:2]], level1[code[:1]]])
    return _csv(lines)


def joined_days(contents: Sequence[bytes]) -> bytes:
    """Join daily invoice files under one header; customer numbers lose their trailing ``.0``."""
    joined: list[list[str]] = []
    for content in contents:
        header, *lines = csv.reader(io.StringIO(content.decode(), newline=""))
        joined += lines if joined else [header, *lines]
    customer = joined[0].index("CustomerID")
    for line in joined:
        line[customer] = line[customer].removesuffix(".0")
    return _csv(joined)


def assignment_matrices(contents: Sequence[bytes]) -> bytes:
    """Lay out a quadratic assignment file anew: n, then two matrices, each after an empty line.

    A second number in the first line, which some copies give, is left out.
    """
    (content,) = contents
    words = content.decode().split()
    n = int(words[0])
    if len(words) not in (1 + 2 * n * n, 2 + 2 * n * n):
        raise ValueError(f"expected {1 + 2 * n * n} numbers, got {len(words)}")
    first, second = _rows(words[-2 * n * n : -n * n], n), _rows(words[-n * n :], n)
    return "\n".join([str(n), "", *first, "", *second, "", ""]).encode()


def row_departments(contents: Sequence[bytes]) -> bytes:
    """Lay out a single-row file anew: n, lengths, flows; a lone upper triangle is mirrored."""
    (content,) = contents
    words = content.decode().replace(",", " ").split()
    n = int(words[0])
    if len(words) != 1 + n + n * n:
        raise ValueError(f"expected {1 + n + n * n} numbers, got {len(words)}")
    flows = [words[1 + n + i * n : 1 + n + (i + 1) * n] for i in range(n)]
    upper = all(flows[i][j] == "0" for i in range(n) for j in range(i))
    if upper:
        flows = [[flows[min(i, j)][max(i, j)] for j in range(n)] for i in range(n)]
    lines = [str(n), " ".join(words[1 : 1 + n]), *map(" ".join, flows)]
    return "\n".join([*lines, ""]).encode()


def _rows(words: Sequence[str], n: int) -> list[str]:
    return [" ".join(words[start : start + n]) for start in range(0, n * n, n)]


def _lines(content: bytes) -> list[str]:
    return content.decode().splitlines()


def _csv(lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


RECIPES = {
    recipe.__name__: recipe
    for recipe in (
        as_it_is,
        without_mark,
        basket_lines,
        item_hierarchy,
        joined_days,
        assignment_matrices,
        row_departments,
    )
}
