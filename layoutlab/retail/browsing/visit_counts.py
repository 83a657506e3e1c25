"""How common is what is seen of a visit? How many training visits share its circumstances.

Visitors come in kinds that no single feature names: a system with a browser, a region and a source
of traffic. A number heaps too: a rate or a duration shared to the last digit with many visits is
another thing than one like it that is met once. Both are counted on training visits, without a look
at who bought, and a visit never counts itself.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from layoutlab.retail.browsing.visit_columns import FEATURES

Seen = Mapping[tuple[str, ...], pd.Series]

CIRCUMSTANCES = (
    ("month",),
    ("region",),
    ("browser",),
    ("operating_system",),
    ("traffic_type",),
    ("month", "weekend"),
    ("month", "region"),
    ("month", "visitor_type"),
    ("month", "traffic_type"),
    ("region", "traffic_type"),
    ("traffic_type", "visitor_type"),
    ("operating_system", "browser"),
    ("operating_system", "browser", "region"),
    ("region", "traffic_type", "visitor_type"),
    ("operating_system", "browser", "region", "traffic_type", "visitor_type"),
    ("month", "operating_system", "browser", "region", "traffic_type", "visitor_type"),
)
HEAPS = (
    ("exit_rates",),
    ("bounce_rates",),
    ("page_values",),
    ("exit_rates", "bounce_rates"),
    ("product_related_duration_s",),
    ("administrative_duration_s",),
)


def learn(train: pd.DataFrame, names: Sequence[str] = FEATURES) -> Seen:
    """Count training visits by each of `CIRCUMSTANCES` and `HEAPS` whose features are all named.

    Parameters
    ----------
    train : pandas.DataFrame
        The contract of visits; what was bought is not looked at.
    names : sequence of str
        Features to use.

    Returns
    -------
    mapping of tuple of str to pandas.Series
        Visits by the features' values.
    """
    return {
        group: train.groupby(list(group)).size()
        for group in (*CIRCUMSTANCES, *HEAPS)
        if set(group) <= set(names)
    }


def counts(seen: Seen, visits: pd.DataFrame, *, learnt: bool = False) -> np.ndarray:
    """Return how many other training visits share each group of values with a visit.

    Parameters
    ----------
    seen : mapping
        From `learn`.
    visits : pandas.DataFrame
    learnt : bool
        True when these are the visits learnt from: each is then taken out of its own count.

    Returns
    -------
    ndarray of float, shape (n, groups)
        In the order of `seen`; 0 for what was never seen.
    """
    found = np.empty((len(visits), len(seen)))
    for place, (group, known) in enumerate(seen.items()):
        asked = visits[list(group)]
        values = pd.Index(asked[group[0]]) if len(group) == 1 else pd.MultiIndex.from_frame(asked)
        found[:, place] = known.reindex(values).fillna(0).to_numpy()
    return found - learnt
