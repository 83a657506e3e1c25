"""Which product family of the Omnichannel set is a category of receipts? A join by words.

The set knows 134 families of an American grocer (price, dwell time, impulse rate), the names of
49,688 products by family, and arrivals by hour; the receipts know names of categories alone. Nobody
says how the two belong together: the join is an assumption, and its table shows every pair with its
score.

References
----------
J. Bhowmick, J. Pazour (2024), "A connected in-store and online customer data set for omnichannel
retail logistics research", IISE Annual Conference.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from layoutlab import datasets
from layoutlab.retail.shoppers.attributes import Attributes

NAME = "omnichannel-grocery"
NEAREST = 30
"""Product names that vote for their families."""
CONTEXT = 0.5
"""Weight of the words of the category's group beside its own."""
LEAST_SCORE = 0.15
"""Below it no family is taken; chosen by looking at the pairs, as the words of `SAYS` were."""
MOST_USD = 100.0
"""Mean prices above it are of machines and bulk packs that stand under a family's name."""
LEAST_KNOWN = 0.5
EMPTY = frozenset(
    ("and", "article", "long", "life", "medium", "misc", "more", "other", "product", "specialty")
)
"""Words that tell nothing of what is sold."""
SAYS = {
    "beef": "meat counter beef",
    "canned beer": "beers",
    "canned fish": "canned seafood tuna",
    "cling film/bags": "food storage wrap",
    "dental care": "oral hygiene toothpaste",
    "female sanitary products": "feminine care pads",
    "fish": "seafood counter",
    "flower (seeds)": "",
    "frozen fish": "frozen seafood",
    "frozen potato products": "frozen appetizers fries",
    "frozen vegetables": "frozen produce vegetables",
    "fruit/vegetable juice": "juice nectars",
    "hamburger meat": "packaged meat ground beef",
    "liquor": "spirits liqueur",
    "liquor (appetizer)": "spirits liqueur",
    "margarine": "butter margarine",
    "misc. beverages": "soft drinks",
    "pip fruit": "fresh fruits apple pear",
    "pork": "meat counter pork",
    "salty snack": "chips pretzels",
}
"""Words of the set for categories whose own words it lacks, or means otherwise; none: no family."""
COLUMNS = {
    "price": ("sizes", "Avg price (USD)"),
    "dwell_s": ("demand", "Dwell time (seconds)"),
    "impulse": ("demand", "Impulse purchase rate"),
}


def words(text: str) -> list[str]:
    """Return the words of a name that tell something: lower case, three letters on, singular."""
    found = []
    for word in re.findall(r"[a-z]{3,}", text.lower()):
        if word.endswith("ies") and len(word) > 4:
            word = word[:-3] + "y"
        elif word.endswith("s") and not word.endswith("ss") and len(word) > 3:
            word = word[:-1]
        if word not in EMPTY:
            found.append(word)
    return found


def join(
    categories: Sequence[str],
    groups: Sequence[str],
    products: pd.DataFrame,
    families: pd.DataFrame,
    *,
    says: Mapping[str, str] = SAYS,
    least_score: float = LEAST_SCORE,
) -> pd.DataFrame:
    """Find the family whose name and products are nearest to each category's words.

    Names are vectors of words, weighted by how rare they are among product names (tf-idf). A family
    has two scores: the cosine of its own name and the category's words (with the words of the
    category's group, at the weight `CONTEXT`), and the sum of the cosines of those of its products
    that are among the `NEAREST` to the category's words, divided by `NEAREST`; a product has the
    words of its name and of its family's. The mean of the two decides; at ties the family that
    comes first.

    Parameters
    ----------
    categories, groups : sequence of str, length n
        Names of categories, and of the group of each.
    products : DataFrame
        product_name, aisle_id.
    families : DataFrame
        aisle_id, family.
    says : mapping of str to str
        Other words for a category.
    least_score : float
        From 0 to 1; below it a category has no family.

    Returns
    -------
    DataFrame
        A row per category, in the same order: category, family (empty where none is near enough),
        score (0 to 1), said (whether `says` gave the words).
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    asked = [says.get(name, name) for name in categories]
    names = families["family"].astype("str").tolist()
    place = {aisle: at for at, aisle in enumerate(families["aisle_id"])}
    owner = np.array([place[aisle] for aisle in products["aisle_id"]])
    titles = [
        f"{title} {names[at]}" for title, at in zip(products["product_name"], owner, strict=True)
    ]
    vectors = TfidfVectorizer(analyzer=words).fit(titles + names)
    own = vectors.transform(asked)
    wide = own + CONTEXT * vectors.transform(
        ["" if name in says else group for name, group in zip(categories, groups, strict=True)]
    )
    named = (wide @ vectors.transform(names).T).toarray() / _lengths(wide)[:, None]
    voted = _votes(own @ vectors.transform(titles).T, owner, len(names))
    score = np.round((named + voted) / 2, 9)
    best = score.argmax(axis=1)
    reached = score[np.arange(len(best)), best]
    return pd.DataFrame(
        {
            "category": list(categories),
            "family": [
                names[at] if value >= least_score else ""
                for at, value in zip(best, reached, strict=True)
            ],
            "score": reached,
            "said": [name in says for name in categories],
        }
    )


def _lengths(rows: Any) -> np.ndarray:
    """Return the Euclidean length of each row, 1 where it is 0."""
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return np.where(length > 0, length, 1.0)


def _votes(near: Any, owner: np.ndarray, n: int) -> np.ndarray:
    """Return for each row how much of its nearest products belongs to each of n families."""
    votes = np.zeros((near.shape[0], n))
    for row in range(near.shape[0]):
        cosines = np.round(near[[row]].toarray().ravel(), 9)
        nearest = np.argsort(-cosines, kind="stable")[:NEAREST]
        votes[row] = np.bincount(owner[nearest], cosines[nearest], n) / NEAREST
    return votes


def families() -> pd.DataFrame:
    """Return the families of the set: aisle_id, family, price (USD), dwell_s, impulse.

    Prices above `MOST_USD` are NaN. What the publisher calls *impulse purchase rate* is not said to
    be a share of purchases: only its ratios are used here.

    Raises
    ------
    InputError
        As `layoutlab.datasets.read`; the licence has to be accepted first.
    """
    names = datasets.read(NAME, "families")
    table = pd.DataFrame({"aisle_id": names["Aisle ID"], "family": names["Product family"]})
    for column, (source, published) in COLUMNS.items():
        read = datasets.read(NAME, source).set_index("Aisle ID")[published]
        text = read.astype("str").str.replace("[,%]", "", regex=True)
        table[column] = text.astype(float).reindex(table["aisle_id"]).to_numpy()
    table["impulse"] /= 100
    table.loc[table["price"] > MOST_USD, "price"] = np.nan
    return table


def pairs(categories: Sequence[str], groups: Sequence[str]) -> pd.DataFrame:
    """Return `join` of given categories with the set, and what the set knows of each.

    The columns price, dwell_s and impulse are added, NaN without a family.
    """
    known = families()
    table = join(categories, groups, datasets.read(NAME, "products"), known)
    return table.merge(known.drop(columns="aisle_id"), on="family", how="left")


def by_group(paired: pd.DataFrame, groups: Sequence[str], bought: Sequence[int]) -> Attributes:
    """Return attributes of groups of categories: means over purchases.

    A mean counts when at least `LEAST_KNOWN` of the group's purchases have a value. A group without
    a price gets the mean of the others, so that one scale of prices holds in the whole store; dwell
    times and impulse stay unknown.

    Parameters
    ----------
    paired : DataFrame
        As `pairs` returns it.
    groups : sequence of str
        The group of each row.
    bought : sequence of int
        Purchases of each row's category.
    """
    weight = np.asarray(bought, dtype=float)
    names, code = np.unique(np.asarray(groups, dtype="str"), return_inverse=True)
    means = {}
    for column in COLUMNS:
        values = paired[column].to_numpy(dtype=float)
        known = weight * np.isfinite(values)
        total = np.bincount(code, known, len(names))
        summed = np.bincount(code, known * np.nan_to_num(values), len(names))
        enough = (total > 0) & (total >= LEAST_KNOWN * np.bincount(code, weight, len(names)))
        rest = summed[enough].sum() / total[enough].sum() if column == "price" else np.nan
        means[column] = np.where(enough, summed / np.where(enough, total, 1.0), rest)
    return Attributes(
        tuple(names.tolist()), means["price"], means["dwell_s"], means["impulse"],
        relative=True, currency="USD",
    )  # fmt: skip


def arrivals() -> np.ndarray:
    """Return the mean arrivals in each hour of a day in the store: ndarray of float, (24,)."""
    table = datasets.read(NAME, "arrivals")
    hourly = table.groupby("From time")["Avg. in-store customer arrivals"].mean()
    found: np.ndarray = hourly.reindex(range(24)).fillna(0.0).to_numpy(dtype=float)
    return found
