"""Which department stands on which place, on what fixture?

Departments with needs choose first: those of the checkouts the racks, fresh ones the tables, frozen
ones the last gondolas on the customer's way, those of the wall and cold ones the walls from the
entrance on. The rest fills what is left in its own order along the way, so that departments named
next to each other stand next to each other. Caps at the ends of runs show goods of a run beside.
"""

from collections.abc import Sequence

import numpy as np

from layoutlab.floor.generation.departments import Department, apportion
from layoutlab.floor.generation.places import Place
from layoutlab.floor.plans.plan import Thing

GROUPS: dict[str, tuple[str, bool]] = {
    "checkout": ("rack", False),
    "fresh": ("table", False),
    "frozen": ("island", True),
    "wall": ("wall", False),
    "cold": ("wall", False),
}
"""By need: the site that is filled first, and whether from its end."""
FILLED = {"checkout": "rack", "fresh": "table"}
"""Whose sites are all given to the departments with the need, however small their shares."""
TYPES: dict[str, tuple[float, float, int, tuple[str, ...]]] = {
    # type: depth, height, levels, needs
    "shelf": (0.55, 2.1, 6, ()),
    "refrigerated": (0.95, 2.05, 5, ("cold", "power")),
    "counter": (1.0, 1.3, 1, ("cold", "water", "power")),
    "freezer": (1.3, 0.9, 1, ("cold", "power")),
    "gondola": (1.3, 1.8, 5, ()),
    "table": (1.3, 0.9, 1, ()),
    "endcap": (0.6, 1.6, 4, ()),
    "rack": (0.5, 1.3, 4, ()),
}
NICHE_M, NARROW_M = 1.2, 0.65
"""Fixtures along walls shorter than the first are all as deep as the second: between deeper ones
no cart would come up to them."""
SITES_OF = {"rack": ("rack",), "table": ("table",), "wall": ("wall",), "island": ("island", "half")}
PREFIX = {"wall": "W", "island": "G", "half": "G", "table": "T", "endcap": "E", "rack": "R"}


def assign(places: Sequence[Place], departments: Sequence[Department]) -> list[Department]:
    """Return the department of each place; every department gets at least one.

    Parameters
    ----------
    places : sequence of Place
        In the order in which a customer meets them; at least as many as departments.
    departments : sequence of Department
    """
    main = [number for number, place in enumerate(places) if place.site != "endcap"]
    if len(main) < len(departments):
        main = list(range(len(places)))
    found = dict(zip(main, _assigned([places[one] for one in main], departments), strict=True))
    return [
        departments[
            found[number] if number in found else _beside(number, places, found, departments)
        ]
        for number in range(len(places))
    ]


def _beside(
    cap: int,
    places: Sequence[Place],
    found: dict[int, int],
    departments: Sequence[Department],
) -> int:
    """Return whose goods a cap shows: those of the next gondola that needs no cold, if any."""
    gondolas = [one for one in found if places[one].site in SITES_OF["island"]] or list(found)
    warm = [one for one in gondolas if not set(departments[found[one]].needs) & {"cold", "frozen"}]
    return found[min(warm or gondolas, key=lambda one: (abs(one - cap), -one))]


def _assigned(places: Sequence[Place], departments: Sequence[Department]) -> list[int]:
    """Return the number of the department of each place."""
    left = dict(enumerate(_quotas(places, departments).tolist()))
    open_ = list(range(len(places)))
    found: dict[int, int] = {}
    for need, (site, from_end) in GROUPS.items():
        members = [number for number, one in enumerate(departments) if _group(one) == need]
        free = [place for place in open_ if places[place].site in SITES_OF[site]]
        wanted = sum(left[number] for number in members)
        chosen = free[max(0, len(free) - wanted) :] if from_end else free[:wanted]
        _fill(chosen, members, left, found)
        open_ = [place for place in open_ if place not in found]
    _fill(open_, sorted(left), left, found)
    return [found[place] for place in range(len(places))]


def _quotas(places: Sequence[Place], departments: Sequence[Department]) -> np.ndarray:
    """Return how many fixtures each department gets; racks and tables go to whom they suit."""
    shares = np.array([one.share for one in departments])
    counts = apportion(len(places), shares.tolist())
    fixed = np.zeros(len(departments), dtype=bool)
    for need, site in FILLED.items():
        members = np.array([_group(one) == need for one in departments])
        room = sum(place.site == site for place in places)
        others = ~(fixed | members)
        rest = len(places) - room - counts[fixed].sum()
        if members.any() and counts[members].sum() < room and others.sum() <= rest:
            if not others.any():
                continue
            counts[members] = apportion(room, shares[members].tolist())
            counts[others] = apportion(int(rest), shares[others].tolist())
            fixed |= members
    return counts


def _group(department: Department) -> str:
    return next((need for need in GROUPS if need in department.needs), "")


def _fill(
    chosen: Sequence[int], members: Sequence[int], left: dict[int, int], found: dict[int, int]
) -> None:
    """Give out places in order, to members in order, as many as each still wants."""
    waiting = [member for member in members if left[member] > 0]
    if not chosen or not waiting:
        return
    if len(waiting) <= len(chosen):
        shares = [left[member] for member in waiting]
        counts = np.minimum(apportion(len(chosen), shares), shares)
    else:
        counts = np.zeros(len(waiting), dtype=int)
        counts[: len(chosen)] = 1
    queue = [member for member, count in zip(waiting, counts, strict=True) for _ in range(count)]
    for place, member in zip(chosen, queue, strict=False):
        found[place] = member
        left[member] -= 1


def fixture_type(site: str, needs: Sequence[str]) -> str:
    """Return the type of fixture that a department with these needs gets on a site."""
    if site == "rack":
        return "rack"
    if "frozen" in needs:
        return "freezer" if site in ("island", "half") else "refrigerated"
    if "cold" in needs:
        return "counter" if site == "wall" and "water" in needs else "refrigerated"
    if site == "table" or ("fresh" in needs and site in ("island", "half")):
        return "table"
    return {"wall": "shelf", "endcap": "endcap", "island": "gondola", "half": "gondola"}[site]


def fixtures(places: Sequence[Place], departments: Sequence[Department]) -> list[Thing]:
    """Return a fixture for each place, with the department of the same position."""
    counted: dict[str, int] = {}
    return [
        _fixture(place, department, counted)
        for place, department in zip(places, departments, strict=True)
    ]


def _fixture(place: Place, department: Department, counted: dict[str, int]) -> Thing:
    kind = fixture_type(place.site, department.needs)
    depth, height, levels, needs = TYPES[kind]
    if place.site == "wall" and place.length_m < NICHE_M:
        depth = NARROW_M
    at_wall = ("wall",) if place.site == "wall" else ()
    asked = [one for one in department.needs if one in ("water", "power")]
    placed = place.with_depth(depth)
    faces = placed.faces()
    prefix = PREFIX[place.site]
    counted[prefix] = counted.get(prefix, 0) + 1
    shelf_m = levels * sum(face.length for face in faces)
    return Thing(
        f"{prefix}{counted[prefix]:03d}", "fixture", placed.polygon(), type=kind,
        departments=(department.name,), shelf_m=round(shelf_m, 2), height_m=height, faces=faces,
        locked=kind == "counter", needs=tuple(dict.fromkeys((*at_wall, *needs, *asked))),
        extra={"family": department.family} if department.family else {},
    )  # fmt: skip
