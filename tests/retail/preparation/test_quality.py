"""Does the report of quality say what is in the receipts, and the same bytes every time?"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from layoutlab.retail.preparation import baskets, quality, quality_page, quality_plots, receipts

LINE = {
    "store_id": "s",
    "transaction_id": "1",
    "time": "2026-03-02T08:00:00Z",
    "customer_id": "a",
    "sku": "x",
    "category": "milk",
    "quantity": 1,
    "unit_price": 2.5,
}


def written(folder, *rows, metadata=None):
    table = pa.Table.from_pylist([LINE | row for row in rows])
    pq.write_table(table.replace_schema_metadata(metadata), folder / "r.parquet")
    return folder / "r.parquet"


@pytest.fixture
def few(tmp_path):
    """A great sale with its cancellation, a repeated line, a bad one and a good one."""
    return written(
        tmp_path,
        {"sku": "z", "quantity": 80_995},
        {"sku": "z", "quantity": -80_995, "transaction_id": "C2", "time": "2026-03-02T08:12:00Z"},
        {"transaction_id": "3", "time": "2026-03-05T07:00:00Z", "customer_id": None},
        {"transaction_id": "3", "time": "2026-03-05T07:00:00Z", "customer_id": None},
        {"sku": None},
        metadata={"currency": "EUR"},
    )


def test_a_few_lines(few):
    found = quality.measure(few)
    assert (found["lines"], found["accepted"], found["rejected"]) == (5, 2, 3)
    assert {reason: n for reason, n in found["rejects"].items() if n} == {
        "missing_field": 1,
        "cancelled": 1,
        "duplicate": 1,
    }
    assert (found["transactions"], found["customers"], found["skus"]) == (2, 1, 2)
    assert found["without_customer"] == 1
    assert found["returns"] == {"lines": 1, "matched": 1, "unmatched": 0, "undone": 1}
    assert [(row["quantity"], row["undone"]) for row in found["extreme"]] == [
        (80_995, True),
        (1, False),
    ]
    assert found["coverage"] == {
        "first": "2026-03-02T08:00:00.000000Z",
        "last": "2026-03-05T07:00:00.000000Z",
        "days": 4,
        "days_without": 2,
        "longest_gap_h": 71.0,
        "lines_per_day": {"2026-03-02": 1, "2026-03-03": 0, "2026-03-04": 0, "2026-03-05": 1},
    }


def test_as_baskets_count_it(tmp_path):
    table, truth = receipts.load(
        "simulated", rng=np.random.default_rng(3), n_baskets=300, bad_lines=6
    )
    receipts.write(tmp_path / "r.parquet", table)
    found = quality.measure(tmp_path / "r.parquet")
    counted = baskets.prepare(
        tmp_path / "r.parquet", tmp_path / "b.parquet", tmp_path / "j.parquet"
    )
    assert found["accepted"] == counted["accepted"] == truth["n_lines"]
    assert found["rejects"] == {name: n["lines"] for name, n in counted["rejects"].items()}
    assert found["transactions"] == counted["baskets"]


def test_what_stands_out():
    values = pa.chunked_array([[1.0] * 97 + [9.0, 11.0, 0.05]])
    found = quality.spread(values)
    assert (found["lower_fence"], found["upper_fence"]) == (0.1, 10.0)
    assert (found["below"], found["above"], found["known"]) == (1, 1, 100)
    assert sum(found["counts"]) == 100
    assert len(found["bins"]) == len(found["counts"]) + 1
    assert quality.spread(pa.chunked_array([pa.nulls(3, pa.float64())])) == {"known": 0}


def test_wide_values_are_fenced_by_their_quartiles():
    found = quality.spread(pa.chunked_array([[1.0, 1.0, 10.0, 100.0, 100.0]]))
    assert (found["lower_fence"], found["upper_fence"]) == (1e-6, 1e8)


@pytest.mark.parametrize("bare", [False, True], ids=["whole", "without times and prices"])
def test_the_page_is_complete_in_itself_and_the_same_every_time(few, tmp_path, bare):
    if bare:
        few = written(tmp_path, {"time": None, "unit_price": None, "sku": "<b>&"})
    measured = quality.measure(few)
    page = quality_page.page(measured)
    assert page == quality_page.page(quality.measure(few))
    assert len(re.findall('<img alt="[^"]+" src="data:image/svg[+]xml;base64,', page)) == 5
    assert "http" not in re.sub('base64,[^"]*', "", page)
    assert ("No accepted line has a time" in page) == bare
    assert "<b>&" not in page
    assert ("&lt;b&gt;&amp;" in page) == bare


def test_figures_have_titles_and_labels(few):
    measured = quality.measure(few)
    for ax in (
        quality_plots.draw_counts({"lines": 0, "stores": 0}, caption="c"),
        quality_plots.draw_rejects(measured["rejects"], 0),
        quality_plots.draw_coverage(measured["coverage"]["lines_per_day"]),
        quality_plots.draw_coverage({}),
        quality_plots.draw_spread(measured["quantity"], "quantity", "pieces"),
        quality_plots.draw_spread({"known": 0}, "unit price", "EUR"),
    ):
        assert ax.get_title()
        assert ax.get_xlabel()
        assert ax.get_ylabel()
