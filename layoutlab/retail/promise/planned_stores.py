"""What does a planner start from? A store, what its customers want, and what may not change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from layoutlab.floor.generation import builtin
from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.promise import joining, splits
from layoutlab.retail.shoppers import store_run
from layoutlab.retail.shoppers.demand import Demand
from layoutlab.retail.shoppers.effects import Effects

BUILT_IN = "built-in"
KEPT: Mapping[str, Mapping[str, Any]] = {
    BUILT_IN: {
        "kinds_stay": ["table", "counter", "rack", "shelf"],
        "locked": {"departments": ["fish"]},
        "apart": [["detergent", "tea"]],
        "near": [{"department": "bananas", "to": "entrance", "within_m": 20}],
    },
    "groceries": {
        "locked": {"departments": ["bread and backed goods"]},
        "apart": [["detergent/softener", "tea/cocoa drinks"], ["pet food/care", "fruit"]],
    },
}
"""Constraints of each store; others have none of their own."""
WORDS = {
    BUILT_IN: "Goods on tables, counters, racks and wall shelves stay on such (fruit is not hung "
    "on a gondola, and bread needs its wall), cold goods stay cold, detergents keep away from tea, "
    "bananas stay near the entrance, and fish stays where it is.",
    "groceries": "Bread stays where it is, detergents keep away from tea and pet food "
    "from fruit, and what stands on cold fixtures stays on cold ones.",
}
"""The same in words."""


@dataclass(frozen=True, eq=False)
class Start:
    """What is there before a search.

    Attributes
    ----------
    plan : Plan
    wants : Demand
        Of the receipts that a search may see.
    kept : mapping
        Entries of a planner's file of constraints, see `layoutlab.retail.optimise.constraints`.
    kept_said, said : str
        What may not change, and what was assumed to join store and receipts.
    pairs : DataFrame, optional
        As `joining.Case.pairs`.
    """

    plan: Plan
    wants: Demand
    kept: Mapping[str, Any]
    kept_said: str
    said: str
    pairs: pd.DataFrame | None = None

    @property
    def told(self) -> dict[str, Any]:
        """What to tell of the joining beside other metrics: nothing where nothing was joined."""
        if self.pairs is None:
            return {}
        found, bought = self.pairs["family"] != "", self.pairs["bought"]
        share = float(bought[found].sum() / bought.sum())
        return {
            "joined": {"categories": int(found.sum()), "of": len(found), "purchases": share},
        }


def start(source: str, receipts_file: str, effects: Effects) -> Start:
    """Return a store by its name.

    Parameters
    ----------
    source : str
        ``built-in`` or nothing: the built-in store with all receipts of `receipts_file`, whose
        categories it carries; else as `joining.case`, with the search's part of its receipts.
    receipts_file : str
    effects : Effects

    Raises
    ------
    InputError
        As `store_run.read_demand` and `joining.case`.
    """
    if source in ("", BUILT_IN):
        wants = store_run.read_demand(receipts_file, effects)
        said = "The built-in store was made for the categories of these receipts."
        plan = builtin.builtin_store(wants.categories)
        return Start(plan, wants, KEPT[BUILT_IN], WORDS[BUILT_IN], said)
    case = joining.case(source)
    wants = splits.demand_of(case.receipts, case.parts, splits.SEARCH, effects)
    said = f"Assumed: {case.said}. The search sees the receipts of one part: {case.parts.said}."
    words = WORDS.get(source, "Cold goods stay cold.")
    return Start(case.plan, wants, KEPT.get(source) or {}, words, said, case.pairs)


def most_bought(pairs: pd.DataFrame | None, n: int) -> pd.DataFrame:
    """Return the `n` most bought categories with their families, for a table; none without pairs.

    Ties are by name.
    """
    columns = ["category", "bought", "family", "score", "price", "dwell_s", "impulse"]
    if pairs is None:
        return pd.DataFrame(columns=columns)
    first = pairs.sort_values(["bought", "category"], ascending=[False, True])
    return first[columns].head(n).reset_index(drop=True)
