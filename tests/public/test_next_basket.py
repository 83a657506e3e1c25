"""Next-basket benchmarks: the counts their publishers give, and the rows anyone must reproduce."""

import numpy as np
import pytest

from layoutlab.retail.recommendation import counting, ranking
from layoutlab.retail.recommendation.histories import split_last
from layoutlab.retail.recommendation.history_files import from_options

SETS = ("nbr-tafeng", "nbr-dunnhumby-carbo")
POPULARITY = {
    "nbr-tafeng": (0.1025, 0.0974, 0.3047),
    "nbr-dunnhumby-carbo": (0.1618, 0.0880, 0.2274),
}
PERSONAL = {
    "nbr-tafeng": (0.1484, 0.1359, 0.4393),
    "nbr-dunnhumby-carbo": (0.4576, 0.3380, 0.5557),
}
COUNTS = {
    "nbr-tafeng": (6888, 984, 1969, 4935, 73_355, 396_783),
    "nbr-dunnhumby-carbo": (6307, 900, 1803, 217, 42_905, 65_002),
}


@pytest.fixture(scope="module", params=SETS)
def one(request):
    study, name = from_options(request.param)
    return study, name


def figures(study, score):
    width = len(study.items)
    asked, came = split_last(study.test, width)
    popular = counting.popularity(study.train, width)
    found = ranking.report(
        counting.rank(score, asked, popular),
        came,
        counting.counted(asked, width),
        10,
        rng=np.random.default_rng(1),
    ).figures
    return tuple(found[f"{name}_at_10"] for name in ("recall", "ndcg", "phr"))


def test_counts_are_the_publishers(one):
    study, name = one
    parts = (study.train, study.validate, study.test)
    found = (
        *map(len, parts),
        len(study.items),
        sum(len(part.first_line) - 1 for part in parts),
        sum(len(part.codes) for part in parts),
    )
    assert found == COUNTS[name]


def test_popularity_equals_the_published_row(one):
    study, name = one
    found = figures(study, counting.most_popular(study.train, len(study.items)))
    assert found == pytest.approx(POPULARITY[name], abs=5e-5)


def test_personal_counting_with_ties_by_popularity_is_as_measured_before(one):
    study, name = one
    found = figures(study, counting.personal(len(study.items)))
    assert found == pytest.approx(PERSONAL[name], abs=1e-4)
