"""What do returns do to Online Retail? Run by ``make test-public``, mirror set."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from layoutlab import datasets
from layoutlab.retail.preparation import baskets, importing, receipts

MAP = """\
columns:
  transaction_id: InvoiceNo
  time: InvoiceDate
  customer_id: CustomerID
  sku: StockCode
  quantity: Quantity
  unit_price: UnitPrice
constants: {store_id: uk-gift}
currency: GBP
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("returns")
    lines, _ = receipts.load("online-retail", rng=np.random.default_rng(0))
    receipts.write(folder / "receipts.parquet", lines)
    return folder


def test_the_sales_of_80995_and_74215_pieces_leave_with_their_cancellations(folder):
    files = [folder / f"{name}.parquet" for name in ("baskets", "rejects", "sales")]
    counted = baskets.prepare(
        folder / "receipts.parquet", *files[:2], sales_path=files[2], returns="match"
    )
    rejects = pq.read_table(files[1])
    large = rejects.filter(pc.is_in(rejects["quantity"], pa.array(["80995", "-80995"])))
    assert large["reason"].to_pylist() == ["sale_returned", "return_matched"]
    large = rejects.filter(pc.is_in(rejects["quantity"], pa.array(["74215", "-74215"])))
    assert large["reason"].to_pylist() == ["sale_returned", "return_matched"]
    found = {reason: number["lines"] for reason, number in counted["rejects"].items()}
    assert found["return_matched"] + found["return_unmatched"] == 9_251
    assert (found["return_matched"], found["sale_returned"]) == (7_443, 2_634)
    assert counted["accepted"] + counted["rejected"] == 541_909
    assert (counted["baskets"], counted["categories"]) == (19_813, 3_807)


def test_the_publisher_s_file_by_a_mapping_gives_the_same_counts(folder):
    (folder / "map.yaml").write_text(MAP)
    path = datasets.fetch("online-retail")["online_retail.csv.gz"]
    summary = importing.from_file(path, folder / "map.yaml", folder / "imported")
    assert (summary["lines"], summary["accepted"], summary["malformed"]) == (541_909, 524_876, 0)
    assert (summary["transactions"], summary["customers"]) == (19_960, 4_338)
    assert summary["rejects"]["cancelled"] == 9_288
    assert [row["undone"] for row in summary["extreme"][:2]] == [True, True]
