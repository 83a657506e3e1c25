"""How does a publisher's file become the file we read? Functions from contents to content.

Each takes the publisher's files as bytes, in the order of `DataFile.sources`, and returns the
unpacked content of the file we read. They only reshape: no value is changed.
"""

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from typing import Any


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


SHELF_KINDS = {
    "Entrance": "entrance",
    "Exit": "exit",
    "StandardShelf": "shelf",
    "SlantedShelf": "shelf",
    "CircularStand": "shelf",
    "Refridgerator": "refrigerated",
    "Checkout": "checkout",
}


def shelf_polygons(contents: Sequence[bytes]) -> bytes:
    """Draw rectangles (corner, width, depth, angle about the corner) as polygons in GeoJSON.

    Contents are the rectangles (JSON) and each one's zone (CSV). Corners keep four decimals.
    """
    shelves, zones = contents
    zone_of = {row["shelf_name"]: int(row["zone"]) for row in csv.DictReader(_lines(zones))}
    features = [_shelf(shelf, zone_of[shelf["shelfCode"]]) for shelf in json.loads(shelves)]
    collection = {
        "type": "FeatureCollection",
        "crs_note": "local metres, x right, y up; NOT lon/lat",
        "features": features,
    }
    return json.dumps(collection, separators=(",", ":")).encode()


def _shelf(shelf: dict[str, Any], zone: int) -> dict[str, Any]:
    width, depth, angle = shelf["fixtureWidth"], shelf["fixtureDepth"], shelf["fixtureAngle"]
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [(0, 0), (width, 0), (width, depth), (0, depth), (0, 0)]
    ring = [
        [round(shelf["x"] + x * cosine - y * sine, 4), round(shelf["y"] + x * sine + y * cosine, 4)]
        for x, y in corners
    ]
    said = {
        "id": shelf["shelfCode"],
        "kind": SHELF_KINDS[shelf["fixtureType"]],
        "source_type": shelf["fixtureType"],
        "angle_deg": angle,
        "width_m": width,
        "depth_m": depth,
        "zone": zone,
    }
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": said, "geometry": geometry}


MALL_FLOORS = tuple(
    (site, floor)
    for site, highest in (("site1", 4), ("site2", 8))
    for floor in ("B1", *(f"F{number}" for number in range(1, highest + 1)))
)


def floor_sizes(contents: Sequence[bytes]) -> bytes:
    """Join the widths and heights of the malls' floors, in the order of `MALL_FLOORS`."""
    lines = [["site", "floor", "width_m", "height_m"]]
    for (site, floor), content in zip(MALL_FLOORS, contents, strict=True):
        said = json.loads(content)["map_info"]
        lines.append([site, floor, str(said["width"]), str(said["height"])])
    return _csv(lines)


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
        shelf_polygons,
        floor_sizes,
    )
}
