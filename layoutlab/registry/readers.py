"""How is each data set read as receipts? Every line kept, bad ones too, in the contract's columns.

Receipts have the columns store_id, transaction_id, time, customer_id, sku, category, quantity and
unit_price; `frame.attrs["currency"]` is an ISO 4217 code, ``XXX`` where no money is recorded.
What a source does not record is null in every line.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

NO_CURRENCY = "XXX"
RECEIPTS = {
    "store_id": "str",
    "transaction_id": "str",
    "time": "datetime64[us, UTC]",
    "customer_id": "str",
    "sku": "str",
    "category": "str",
    "quantity": "int64",
    "unit_price": "float64",
}


def groceries_receipts(files: Mapping[str, Path]) -> "pd.DataFrame":
    """Return the Groceries lines (43,367): sku is the item's code, category its label.

    The label is the finest of the source's three levels: the 169 categories of the literature.
    """
    import pandas as pd

    lines = pd.read_csv(files["baskets.csv.gz"])
    items = groceries_items(files)
    bought = items.iloc[lines["item"].to_numpy()]
    return _receipts(
        len(lines),
        NO_CURRENCY,
        store_id="grocery",
        transaction_id=lines["basket"].astype("str").to_numpy(),
        sku=bought["code"].to_numpy(),
        category=bought["label"].to_numpy(),
        quantity=lines["quantity"].to_numpy(),
    )


def groceries_items(files: Mapping[str, Path]) -> "pd.DataFrame":
    """Return the 169 categories: item, code (text, leading zeros kept), label, level2, level1."""
    import pandas as pd

    return pd.read_csv(files["items.csv.gz"], dtype={"code": "str"})


def online_retail_receipts(files: Mapping[str, Path]) -> "pd.DataFrame":
    """Return the Online Retail lines (541,909), cancellations and bad lines included.

    The source has no categories: the stock code in upper case stands for one, since the same thing
    is listed in both cases. Its local times are British; they are read as UTC, whose difference of
    an hour in summer moves no invoice to another day.
    """
    import pandas as pd

    columns = [
        "InvoiceNo",
        "StockCode",
        "Quantity",
        "InvoiceDate",
        "UnitPrice",
        "CustomerID",
    ]
    text = {
        "InvoiceNo": "str",
        "StockCode": "str",
        "InvoiceDate": "str",
        "CustomerID": "str",
    }
    lines = pd.read_csv(files["online_retail.csv.gz"], usecols=columns, dtype=text)
    return _receipts(
        len(lines),
        "GBP",
        store_id="uk-gift",
        transaction_id=lines["InvoiceNo"],
        time=pd.to_datetime(lines["InvoiceDate"], format="%Y-%m-%d %H:%M:%S", utc=True),
        customer_id=lines["CustomerID"],
        sku=lines["StockCode"],
        category=lines["StockCode"].str.upper(),
        quantity=lines["Quantity"],
        unit_price=lines["UnitPrice"],
    )


def belgian_receipts(files: Mapping[str, Path]) -> "pd.DataFrame":
    """Return the Belgian lines (908,576): one line of the file is one receipt, counted from 0."""
    import gzip

    import numpy as np

    text = gzip.decompress(files["retail.dat.gz"].read_bytes()).decode()
    sku = np.array(text.split())
    sizes = [len(receipt.split()) for receipt in text.splitlines()]
    number = np.repeat(np.arange(len(sizes)), sizes)
    return _receipts(
        len(sku),
        NO_CURRENCY,
        store_id="belgian-supermarket",
        transaction_id=number.astype("U"),
        sku=sku,
        category=sku,
        quantity=1,
    )


def _receipts(n_lines: int, currency: str, **columns: Any) -> "pd.DataFrame":
    """Return a frame in the contract's columns and types; columns not given are null."""
    import pandas as pd

    index = pd.RangeIndex(n_lines)
    given = {
        name: pd.Series(columns.get(name), index=index, dtype=RECEIPTS[name]) for name in RECEIPTS
    }
    frame = pd.DataFrame(given)
    frame.attrs["currency"] = currency
    return frame


READERS = {
    reader.__name__: reader
    for reader in (groceries_receipts, groceries_items, online_retail_receipts, belgian_receipts)
}
