"""Does the table of visits say what happened?"""

import numpy as np
import pyarrow.parquet as pq
import pytest

from layoutlab.retail.shoppers import simulation, visits


@pytest.fixture(scope="module")
def outcome(floor, goods, shoppers, sizes):
    return simulation.simulate(floor, goods, shoppers, sizes, stock={"bread": 0.5})


@pytest.fixture(scope="module")
def log(floor, goods, outcome, sizes):
    return visits.events(floor, goods, outcome, sizes, stock={"bread": 0.5})


def test_one_row_per_trip_in_the_contract(outcome, log):
    table = visits.table(outcome, log)
    assert table.schema.equals(visits.SCHEMA)
    assert len(table) == len(outcome.shoppers)
    for visit in table.slice(0, 200).to_pylist():
        assert len(visit["stopped"]) == len(visit["dwell_s"])
        assert len(visit["seen"]) == len(visit["seen_m"])
        assert set(visit["unplanned"]) <= set(visit["seen"])
        assert not set(visit["unplanned"]) & set(visit["wanted"])
        assert set(visit["planned"]) <= set(visit["wanted"])
        assert visit["unplanned_margin"] <= visit["margin"]


def test_sums_are_those_of_the_outcome(outcome, log):
    table = visits.table(outcome, log)
    lists = {name: table[name].combine_chunks() for name in ("unplanned", "planned", "dwell_s")}
    assert len(lists["unplanned"].values) == outcome.tally.unplanned.sum()
    assert len(lists["planned"].values) == outcome.tally.planned.sum()
    assert lists["dwell_s"].values.to_numpy().sum() == pytest.approx(
        outcome.column("dwell_s").sum()
    )
    assert np.bincount(log.event_category[log.event_kind == 4], minlength=6).tolist() == (
        outcome.tally.unplanned.tolist()
    )


def test_the_file_says_it_is_simulated(tmp_path, outcome, log):
    path = tmp_path / "visits.parquet"
    visits.write(path, visits.table(outcome, log), outcome)
    metadata = pq.read_schema(path).metadata
    assert metadata[b"simulated"] == b"true"
    assert metadata[b"currency"] == b"EUR"
    first = path.read_bytes()
    visits.write(path, visits.table(outcome, log), outcome)
    assert path.read_bytes() == first
