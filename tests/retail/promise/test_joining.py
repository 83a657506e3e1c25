import pytest
from corner_shop import DEPARTMENTS, plan

from layoutlab.errors import InputError
from layoutlab.retail.promise import joining


def test_fixtures_are_shared_out_along_a_walk():
    found = joining.furnished(plan(), ["tea", "milk", "soap"], [30, 20, 10])
    # from the entrance: the left column up, or the nearest next; 3, 2 and 1 of 6 fixtures
    carried = {thing.id: thing.departments for thing in found.of("fixture")}
    route = [f"shelf-{i}" for i in (0, 2, 4, 5, 3, 1)]
    assert [carried[name] for name in route] == [("tea",)] * 3 + [("milk",)] * 2 + [("soap",)]


def test_every_category_gets_a_fixture_however_rare():
    found = joining.furnished(plan(), list(DEPARTMENTS), [1000, 1, 1, 1, 1, 1])
    assert {thing.departments[0] for thing in found.of("fixture")} == set(DEPARTMENTS)


def test_more_categories_than_fixtures_are_refused():
    with pytest.raises(InputError, match="categories: expected at most 6, one for each fixture"):
        joining.furnished(plan(), [*DEPARTMENTS, "wine"], [1] * 7)


def test_a_file_of_receipts_has_the_built_in_store(tmp_path):
    import numpy as np

    from layoutlab.retail.synthetic import known_store, known_trips

    settings = known_trips.Settings(n_customers=80, n_days=60, n_categories=12)
    run = known_store.simulate(settings, rng=np.random.default_rng(1))
    known_store.write(run, tmp_path / "lines.parquet", tmp_path / "truth.json")
    found = joining.case(str(tmp_path / "lines.parquet"))
    carried = {name for thing in found.plan.of("fixture") for name in thing.departments}
    assert carried == set(found.receipts.categories)
    assert len(found.parts.judging) == 3
