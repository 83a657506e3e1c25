"""What if a department had more space, or stood elsewhere? The same shoppers in changed layouts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import assortment as assortments
from layoutlab.retail.shoppers import simulation
from layoutlab.retail.shoppers.drawn_trips import Shoppers
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.prepared_floor import Floor

Carried = Mapping[str, Sequence[str]]


def sales(
    floor: Floor, carried: Carried, shoppers: Shoppers, effects: Effects, order: str
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return purchases and shelf metres by category, and unplanned spending, of a layout."""
    stands = assortments.of_fixtures(floor, carried)
    outcome = simulation.simulate(floor, stands, shoppers, effects, order=order)
    sold = outcome.tally.planned + outcome.tally.expected
    space = np.zeros(len(sold))
    for name, metres in zip(stands.departments, assortments.space_m(stands), strict=True):
        if name in shoppers.demand.categories:
            space[shoppers.demand.categories.index(name)] = metres
    spend = float(outcome.tally.expected @ shoppers.demand.price)
    return sold, space, spend


def space_elasticities(
    floor: Floor,
    carried: Carried,
    shoppers: Shoppers,
    effects: Effects,
    order: str,
    *,
    changes: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Give fixtures to other departments, and see what that does to both departments' sales.

    Parameters
    ----------
    floor, shoppers, effects, order
        As for `simulation.simulate`.
    carried : mapping of str to sequence of str
        Departments by fixture.
    changes : int
        Fixtures drawn, at least 1: each from a department with two or more, to any other.
    rng : numpy.random.Generator

    Returns
    -------
    gained, lost : ndarray of float, shape (changes, 2)
        Changes of the logarithms of space and of sales.

    Raises
    ------
    InputError
        When no department has two fixtures.
    """
    code = {name: i for i, name in enumerate(shoppers.demand.categories)}
    single = {f: names[0] for f, names in carried.items() if len(names) == 1 and names[0] in code}
    holders = list(single.values())
    spare = sorted(fixture for fixture, name in single.items() if holders.count(name) > 1)
    if not spare or changes < 1:
        raise InputError("expected changes >= 1 and a department on two fixtures, got neither")
    before, space, _ = sales(floor, carried, shoppers, effects, order)
    gained, lost = np.empty((changes, 2)), np.empty((changes, 2))
    names = sorted(set(holders))
    for change in range(changes):
        fixture = spare[int(rng.integers(len(spare)))]
        loser = single[fixture]
        gainer = names[int(rng.integers(len(names)))]
        while gainer == loser:
            gainer = names[int(rng.integers(len(names)))]
        after, new, _ = sales(floor, {**carried, fixture: (gainer,)}, shoppers, effects, order)
        for name, into in ((gainer, gained), (loser, lost)):
            i = code[name]
            into[change] = np.log(new[i] / space[i]), np.log(after[i] / before[i])
    return gained, lost


def relocation(
    floor: Floor,
    carried: Carried,
    shoppers: Shoppers,
    effects: Effects,
    order: str,
    *,
    count: int = 3,
) -> tuple[np.ndarray, np.ndarray]:
    """Let the most wanted departments, `count` of them, change places with the farthest ones.

    How far a department is is the shortest way from an entrance past it to a checkout. As in the
    source, what counts is what walking elsewhere does to the rest of the store.

    Returns
    -------
    before, after : ndarray of float, shape (t,)
        Unplanned spending of each trip on departments that stay where they are.

    Raises
    ------
    InputError
        When the fixtures carry fewer than twice as many categories of the receipts.

    References
    ----------
    S. K. Hui, J. J. Inman, Y. Huang and J. Suher (2013), The effect of in-store travel distance on
    unplanned spending, *Journal of Marketing* 77, 1-16: three destination categories relocated;
    spending follows from the walk.
    """
    categories = shoppers.demand.categories
    wanted = np.bincount(shoppers.item, minlength=len(categories))
    held = {name for names in carried.values() for name in names if name in categories}
    ranked = sorted(held, key=lambda name: (-wanted[categories.index(name)], name))
    if len(ranked) < 2 * count:
        raise InputError(f"expected {2 * count} departments to move, got {len(ranked)}")
    away = _away_m(floor, carried)
    top = ranked[:count]
    far = sorted(ranked[count:], key=lambda name: (-away[name], name))[:count]
    swapped = dict(zip(top + far, far + top, strict=True))
    moved = {
        fixture: tuple(swapped.get(name, name) for name in names)
        for fixture, names in carried.items()
    }
    stays = np.array([name not in swapped for name in categories])
    price = np.where(stays, shoppers.demand.price, 0.0)
    counted = replace(shoppers, demand=replace(shoppers.demand, price=price))
    before, after = (
        simulation.simulate(
            floor, assortments.of_fixtures(floor, layout), counted, effects, order=order
        ).column("unplanned_spend")
        for layout in (carried, moved)
    )
    return before, after


def _away_m(floor: Floor, carried: Carried) -> dict[str, float]:
    """Return the shortest way in, past each department and to a checkout, metres."""
    n = len(floor.cells)
    metres = floor.legs.metres.reshape(n, n)
    places = np.arange(floor.n_places)
    way = metres[np.ix_(places, floor.entrances)].min(axis=1)
    way = way + metres[np.ix_(floor.checkouts, places)].min(axis=0)
    by_fixture = [way[floor.fixture == i].min() for i in range(len(floor.fixtures))]
    away: dict[str, float] = {}
    for fixture, metres_away in zip(floor.fixtures, by_fixture, strict=True):
        for name in carried.get(fixture, ()):
            away[name] = min(away.get(name, np.inf), float(metres_away))
    return away
