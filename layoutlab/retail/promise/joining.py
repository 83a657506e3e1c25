"""How are receipts put into a store that is not theirs? Rules of joining, as assumptions.

Nothing here is knowledge: which category stood on which fixture no public source tells.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from layoutlab import datasets
from layoutlab.errors import InputError
from layoutlab.floor.formats import reading
from layoutlab.floor.generation import builtin, stores
from layoutlab.floor.generation.departments import Department, apportion
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.retail.preparation import receipts
from layoutlab.retail.promise import omnichannel, splits, wordy_departments
from layoutlab.retail.promise.splits import Receipts
from layoutlab.retail.shoppers.attributes import Attributes

CONVENIENCE = "floorplans/convenience_store"
SHOP_FORM, SHOP_M2, SHOP_DRAW = "grid", 960.0, 1
"""The made-up store that carries the departments of Online Retail."""


@dataclass(frozen=True, eq=False)
class Case:
    """Receipts, the store they are put into, and by what right.

    Attributes
    ----------
    receipts : Receipts
    parts : Parts
        As `splits.quarters`.
    plan : Plan
    said : str
        What was assumed to join them.
    pairs : DataFrame, optional
        Categories and families of products, where attributes come from another source: as
        `omnichannel.pairs`, with the department of each and how often it was bought.
    """

    receipts: Receipts
    parts: splits.Parts
    plan: Plan
    said: str
    pairs: pd.DataFrame | None = None


def case(source: str, *, departments: int = 30) -> Case:
    """Return a case by its name.

    Parameters
    ----------
    source : str
        ``online-retail``: in a made-up store; ``groceries``: in the convenience store; or a file of
        receipts: in the built-in store.
    departments : int
        Made of the words of Online Retail's articles.

    Raises
    ------
    InputError
        As `splits.read` and `layoutlab.datasets.fetch`.
    """
    if source == "online-retail":
        return _online(departments)
    if source == "groceries":
        return _groceries()
    receipts_ = splits.read(source)
    said = "the built-in store was made for the categories of these receipts"
    return Case(
        receipts_, splits.quarters(receipts_), builtin.builtin_store(receipts_.categories), said
    )


def _online(n: int) -> Case:
    lines, _ = online_lines(n)
    formed = _formed(lines)
    parts = splits.quarters(formed)
    counts = _bought(formed, parts.baskets[splits.SEARCH])
    wanted = [
        Department(name, float(max(count, 1)))
        for name, count in zip(formed.categories, counts, strict=True)
    ]
    rng = np.random.default_rng(SHOP_DRAW)
    plan = stores.generate(SHOP_FORM, SHOP_M2, wanted, rng=rng)
    said = (
        f"a wholesaler of gifts on the internet has no shelves: its {len(wanted)} departments are "
        "words of the names of articles sold early, and stand in a made-up store, each with "
        "fixtures in proportion to the receipts that the search saw"
    )
    return Case(formed, parts, plan, said)


def _groceries() -> Case:
    lines, order = groceries_lines()
    pairs, known = groceries_attributes()
    formed = replace(_formed(lines), attributes=known)
    parts = splits.quarters(formed)
    counts = dict(
        zip(formed.categories, _bought(formed, parts.baskets[splits.SEARCH]), strict=True)
    )
    carried = [name for name in order if counts.get(name, 0) > 0]
    read = reading.read(datasets.fetch(CONVENIENCE)["fixtures.geojson"]).plan
    drawn = replace(read, name="Convenience store")
    plan = furnished(drawn, carried, [int(counts[name]) for name in carried])
    said = (
        f"{len(carried)} categories of a German supermarket are put on the fixtures of a made-up "
        "convenience store in the order of the source's tree, along a walk from the entrance to "
        "the nearest fixture not visited yet, fixtures in proportion to the receipts that the "
        f"search saw; cold fixtures carry what falls to them. {_said_of(pairs)}"
    )
    return Case(formed, parts, plan, said, pairs)


def _said_of(pairs: pd.DataFrame) -> str:
    found = pairs["family"] != ""
    share = pairs.loc[found, "bought"].sum() / pairs["bought"].sum()
    return (
        "Prices (USD, of packs sold on the internet), dwell times and impulse rates are those of "
        "families of products of an American set, arrivals by hour too: by their words "
        f"{found.sum()} of {len(pairs)} categories, {share:.1%} of purchases, find a family; the "
        "rest has the mean price and the usual dwell time and impulse. Impulse rates are taken "
        "relative to each other, with the usual share of unplanned purchases overall"
    )


def _formed(lines: pa.Table) -> Receipts:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.parquet"
        receipts.write(path, lines)
        return splits.read(path)


def _bought(formed: Receipts, chosen: np.ndarray) -> np.ndarray:
    """Return how many of the chosen receipts name each category."""
    owner = np.repeat(np.arange(len(formed)), np.diff(formed.start))
    within = np.isin(owner, chosen)
    counts: np.ndarray = np.bincount(formed.item[within], minlength=len(formed.categories))
    return counts


def furnished(plan: Plan, categories: Sequence[str], lines: Sequence[int]) -> Plan:
    """Give a plan's fixtures categories, by how often each is bought, in the order of a walk.

    The walk goes from the entrance to the nearest fixture not visited yet, and so on (straight
    lines). Fixtures are shared out by lines (Sainte-Laguë), each category getting one or more, next
    to each other on the walk.

    Parameters
    ----------
    plan : Plan
        With an entrance; what its fixtures carry is replaced.
    categories : sequence of str
        In the order in which they shall follow each other.
    lines : sequence of int
        Of the receipts, by category; above 0.

    Raises
    ------
    InputError
        When there are more categories than fixtures.
    """
    fixtures = list(plan.of("fixture"))
    if len(categories) > len(fixtures):
        raise InputError(
            f"categories: expected at most {len(fixtures)}, one for each fixture, "
            f"got {len(categories)}"
        )
    counts = apportion(len(fixtures), list(lines))
    names = np.repeat(np.array(categories, dtype=object), counts)
    route = _walk(plan, fixtures)
    return plan.with_things(
        *(
            replace(thing, departments=(str(name),))
            for thing, name in zip(route, names, strict=True)
        )
    )


def _walk(plan: Plan, fixtures: list[Thing]) -> list[Thing]:
    here = plan.of("entrance")[0].shape.centroid
    left, route = list(fixtures), []
    while left:
        away = shapely.distance(here, [thing.shape.centroid for thing in left])
        route.append(left.pop(int(np.argmin(np.round(away, 6)))))
        here = route[-1].shape.centroid
    return route


def groceries_lines() -> tuple[pa.Table, list[str]]:
    """Return the Groceries receipts by the 55 categories of the second level, and these in order.

    The order is that of the source's tree: by first level, then by second.
    """
    lines = datasets.read("groceries", "receipts")
    items = datasets.read("groceries", "items")
    level2 = dict(zip(items["label"], items["level2"], strict=True))
    order = items[["level1", "level2"]].drop_duplicates().sort_values(["level1", "level2"])
    return _contract(lines.assign(category=lines["category"].map(level2))), order["level2"].tolist()


def groceries_attributes() -> tuple[pd.DataFrame, Attributes]:
    """Return what the Omnichannel set tells of the Groceries categories, by word.

    Returns
    -------
    pairs : DataFrame
        As `omnichannel.pairs`, with department (the second level) and bought (lines of all
        receipts, which nobody can part by time).
    known : Attributes
        Of the departments.

    Raises
    ------
    InputError
        As `layoutlab.datasets.read`; the licence of the Omnichannel set has to be accepted first.
    """
    items = datasets.read("groceries", "items")
    counts = datasets.read("groceries", "receipts")["category"].value_counts()
    groups = items["level2"].tolist()
    bought = counts.reindex(items["label"]).fillna(0).astype("int64").to_numpy()
    pairs = omnichannel.pairs(items["label"].tolist(), groups)
    known = replace(
        omnichannel.by_group(pairs, groups, bought.tolist()), arrivals=omnichannel.arrivals()
    )
    return pairs.assign(department=groups, bought=bought), known


def online_lines(n: int) -> tuple[pa.Table, tuple[str, ...]]:
    """Return the Online Retail receipts by `n` departments made of the words of early lines.

    Early is before `splits.middle_day` of all lines. An article's name is the first one it has.
    """
    files = datasets.fetch("online-retail")
    lines = datasets.read("online-retail", "receipts")
    raw = pd.read_csv(
        files["online_retail.csv.gz"], usecols=["Description"], dtype={"Description": "str"}
    )
    named = lines[["category", "time"]].assign(name=raw["Description"].to_numpy())
    named = named.dropna(subset=["name", "time"])
    early = named["time"] < splits.middle_day(named["time"])
    chosen = wordy_departments.learn(named.loc[early, "name"], n)
    first = named.drop_duplicates("category").set_index("category")["name"]
    names = {str(article): str(name) for article, name in first.items()}
    found = wordy_departments.by_article(names, chosen)
    category = lines["category"].map(found).fillna(wordy_departments.REST)
    return _contract(lines.assign(category=category)), chosen


def _contract(lines: pd.DataFrame) -> pa.Table:
    utc = lines.assign(time=lines["time"].dt.tz_convert(None))
    table = pa.Table.from_pandas(utc, preserve_index=False)
    kept = table.select(receipts.SCHEMA.names).cast(receipts.SCHEMA)
    return kept.replace_schema_metadata({"currency": lines.attrs["currency"]})
