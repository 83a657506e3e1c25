"""Which store do the examples use? A supermarket of 800 m² whose departments are given categories.

Groceries known by name stand where a planner would put them: fresh goods on tables by the entrance,
bakery, meat and dairy along the walls, frozen ones in freezers, small things at the checkouts.
Categories not known by name are taken as dry goods.
"""

from collections.abc import Sequence

import numpy as np

from layoutlab.floor.generation.departments import Department
from layoutlab.floor.generation.stores import generate
from layoutlab.floor.plans.plan import Plan

AREA_M2, ASPECT = 960.0, 40.0 / 24.0
"""40 m by 24 m: 100 by 60 cells of 0.4 m. The back room takes 120 m² of it."""
PIECE_M = 3.2
DRAW = 1
OTHER: tuple[float, tuple[str, ...], str] = (1.5, (), "other")
GROCERIES: dict[str, tuple[float, tuple[str, ...], str]] = {
    # in the order of a walk: share, needs, family
    "bananas": (1.0, ("fresh",), "produce"),
    "apples": (1.0, ("fresh",), "produce"),
    "oranges": (0.8, ("fresh",), "produce"),
    "tomatoes": (1.0, ("fresh",), "produce"),
    "carrots": (0.8, ("fresh",), "produce"),
    "onions": (0.8, ("fresh",), "produce"),
    "potatoes": (0.8, ("fresh",), "produce"),
    "salad": (1.0, ("cold",), "produce"),
    "bread": (2.0, ("wall", "power"), "bakery"),
    "fish": (1.0, ("cold", "water"), "meat and fish"),
    "chicken": (1.5, ("cold", "water"), "meat and fish"),
    "ham": (1.0, ("cold",), "meat and fish"),
    "sausages": (1.0, ("cold",), "meat and fish"),
    "cheese": (2.5, ("cold",), "dairy"),
    "yoghurt": (2.0, ("cold",), "dairy"),
    "butter": (1.0, ("cold",), "dairy"),
    "milk": (2.5, ("cold",), "dairy"),
    "eggs": (1.0, ("wall",), "dairy"),
    "juice": (1.5, (), "drinks"),
    "water": (2.0, (), "drinks"),
    "beer": (2.0, (), "drinks"),
    "wine": (2.5, (), "drinks"),
    "crisps": (1.5, (), "cupboard"),
    "chocolate": (2.0, (), "cupboard"),
    "biscuits": (2.0, (), "bakery"),
    "cereals": (1.5, (), "bakery"),
    "honey": (1.0, (), "cupboard"),
    "coffee": (1.5, (), "drinks"),
    "tea": (1.0, (), "drinks"),
    "sugar": (1.0, (), "cupboard"),
    "flour": (1.0, (), "cupboard"),
    "pasta": (1.5, (), "cupboard"),
    "rice": (1.0, (), "cupboard"),
    "pet-food": (1.5, (), "household"),
    "detergent": (1.5, (), "household"),
    "toilet-paper": (1.5, (), "household"),
    "nappies": (1.0, (), "household"),
    "frozen-pizza": (2.5, ("frozen",), "frozen"),
    "candles": (1.0, ("checkout",), "household"),
    "batteries": (1.0, ("checkout",), "household"),
}


def groceries(names: Sequence[str] = tuple(GROCERIES)) -> list[Department]:
    """Return departments of these names in the order of a walk; unknown ones are dry goods."""
    known = {name: number for number, name in enumerate(GROCERIES)}
    ordered = sorted(names, key=lambda name: (known.get(name, len(known)), name))
    return [Department(name, *GROCERIES.get(name, OTHER)) for name in ordered]


def builtin_store(departments: Sequence[str] = tuple(GROCERIES)) -> Plan:
    """Return the built-in supermarket: 40 m by 24 m, the same for the same departments.

    Parameters
    ----------
    departments : sequence of str
        Names, as the categories of receipts; their order plays no part. Up to about 80.

    Returns
    -------
    Plan
        A grid store. Each name is carried by at least one fixture, and no other name is.

    Raises
    ------
    InputError
        When there is no department, one is named twice, or there are more than fixtures.
    """
    rng = np.random.default_rng(DRAW)
    plan = generate(
        "grid", AREA_M2, groceries(departments), rng=rng, piece_m=PIECE_M, aspect=ASPECT
    )
    return Plan("Built-in supermarket", plan.things, plan.extra)
