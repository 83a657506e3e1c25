"""Is a file that is no receipts file refused with one clear message, and any other read alike?"""

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.preparation import lines, receipts, sales

ROW = {
    "store_id": "s",
    "transaction_id": "1",
    "time": "2026-03-02T08:00:00Z",
    "customer_id": None,
    "sku": "x",
    "category": "milk",
    "quantity": 1,
    "unit_price": 2.5,
}


def table_of(*rows, metadata=None):
    """Return a table of rows, each ROW with some fields changed."""
    table = pa.Table.from_pylist([ROW | row for row in rows])
    return table.replace_schema_metadata(metadata)


def written(folder, table, name="receipts.parquet", **options):
    path = folder / name
    pq.write_table(table, path, **options)
    return path


def message_of(path):
    with pytest.raises(InputError) as caught:
        receipts.inspect(path)
    return str(caught.value).replace(str(path), "FILE")


def judged(path):
    """Return the valid lines and rejects of a file, read whole."""
    source = receipts.inspect(path)
    raw = pa.concat_tables(receipts.raw_lines(path))
    return lines.validate(raw.append_column("line", pa.array(np.arange(len(raw)))), source)


def test_missing_file(tmp_path):
    assert message_of(tmp_path / "no.parquet") == (
        "expected a receipts file, but there is no file FILE"
    )


def test_another_kind_of_file(tmp_path):
    path = tmp_path / "receipts.xlsx"
    path.write_text("x")
    assert message_of(path) == "expected receipts as .parquet, .csv or .csv.gz, got receipts.xlsx"


def test_no_parquet(tmp_path):
    path = tmp_path / "receipts.parquet"
    path.write_text("store_id,transaction_id\n")
    assert message_of(path).startswith(
        "expected a parquet file, but FILE cannot be read as one: it is truncated, damaged or of "
        "another kind ("
    )


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_truncated_parquet(tmp_path, kept):
    path = written(tmp_path, table_of(*({"sku": str(i)} for i in range(500))))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert "it is truncated, damaged or of another kind" in message_of(path)


def test_damaged_inside(tmp_path):
    path = written(tmp_path, table_of(*({"time": str(i)} for i in range(5_000))))
    content = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(0).column(2)
    begin = column.dictionary_page_offset + 40
    content[begin : begin + 2_000] = bytes(2_000)
    path.write_bytes(content)
    assert message_of(path).startswith("FILE is damaged and cannot be read: ")


@pytest.mark.parametrize("packed", [False, True])
def test_text_cut_in_the_middle_or_in_another_encoding(tmp_path, packed):
    path = tmp_path / ("receipts.csv.gz" if packed else "receipts.csv")
    table = table_of(*({"category": "Käse", "sku": str(i)} for i in range(500)))
    text = table.to_pandas().to_csv(index=False)
    cut = text.encode()[: text.encode().rindex(b"K\xc3\xa4se") - 2]
    for content in (text.encode("latin-1"), cut):
        path.write_bytes(gzip.compress(content) if packed else content)
        assert message_of(path).startswith("FILE is damaged and cannot be read: ")
    if packed:
        path.write_bytes(gzip.compress(text.encode())[:-200])
        assert message_of(path).startswith("FILE is damaged and cannot be read: ")


def test_empty_files(tmp_path):
    none = "expected lines of receipts in FILE, but it holds none"
    assert message_of(written(tmp_path, table_of({}).slice(0, 0))) == none
    path = tmp_path / "receipts.csv"
    path.write_text("")
    assert message_of(path) == none
    path.write_text(",".join(ROW) + "\n")
    assert message_of(path) == none


def test_missing_columns_name_the_nearest(tmp_path):
    table = table_of({}).rename_columns(
        ["store_id", "transaction", "time", "customer_id", "sku", "category", "n", "unit_price"]
    )
    assert message_of(written(tmp_path, table)) == (
        "expected the columns store_id, transaction_id, time, customer_id, sku, category, "
        "quantity, unit_price in FILE, but it lacks transaction_id, quantity (it has store_id, "
        "transaction, time, customer_id, sku, category, n, unit_price); did you mean transaction "
        "by transaction_id?"
    )


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("time", pa.array([1.5]), "as timestamp[us, tz=UTC] or text, but it is double"),
        ("quantity", pa.array([True]), "as int64 or text, but it is bool"),
        ("sku", pa.array([2.5]), "as string or text, but it is double"),
        ("unit_price", pa.array([b"1"]), "as double or text, but it is binary"),
    ],
)
def test_types_that_mean_something_else(tmp_path, column, values, message):
    table = table_of({})
    table = table.set_column(table.column_names.index(column), column, values)
    assert message_of(written(tmp_path, table)) == f"expected {column} in FILE {message}"


def test_mixed_currencies(tmp_path):
    mixed = "expected receipts in one currency, but FILE mixes EUR, GBP"
    both = table_of({"currency": "GBP"}, {"currency": "EUR"})
    assert message_of(written(tmp_path, both)) == mixed
    contradicting = table_of({"currency": "GBP"}, metadata={"currency": "EUR"})
    assert message_of(written(tmp_path, contradicting)) == mixed


def test_currency_from_metadata_column_or_nowhere(tmp_path):
    for table, currency in (
        (table_of({}, metadata={"currency": "GBP"}), "GBP"),
        (table_of({"currency": "SEK"}, {"currency": " SEK "}), "SEK"),
        (table_of({}), "XXX"),
    ):
        assert receipts.inspect(written(tmp_path, table)).currency == currency


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("store_id", None, "missing_field"),
        ("transaction_id", "  ", "missing_field"),
        ("sku", "", "missing_field"),
        ("category", None, "missing_field"),
        ("time", None, "missing_field"),
        ("time", "yesterday", "time_unreadable"),
        ("time", "2026-02-30T08:00:00Z", "time_unreadable"),
        ("quantity", "two", "quantity_unreadable"),
        ("quantity", None, "quantity_unreadable"),
        ("quantity", "1.5", "quantity_unreadable"),
        ("quantity", "inf", "quantity_unreadable"),
        ("quantity", "0", "quantity_not_positive"),
        ("quantity", "-1", "quantity_not_positive"),
        ("unit_price", "free", "price_unreadable"),
        ("unit_price", None, "price_unreadable"),
        ("unit_price", "nan", "price_unreadable"),
        ("unit_price", "0", "price_not_positive"),
        ("unit_price", "-0.01", "price_not_positive"),
    ],
)
def test_every_reason_alone(tmp_path, field, value, reason):
    text = {"quantity": "1", "unit_price": "2.5"}
    valid, rejects = judged(written(tmp_path, table_of(text, text | {field: value})))
    assert valid["line"].to_pylist() == [0]
    assert rejects["line"].to_pylist() == [1]
    assert rejects["reason"].to_pylist() == [reason]
    assert rejects[field].to_pylist() == [value]


def test_cancelled_is_named_apart(tmp_path):
    rows = [
        {"transaction_id": "C1", "quantity": -1},
        {"transaction_id": "1", "quantity": -1},
        {"transaction_id": "C1", "quantity": 1},
    ]
    valid, rejects = judged(written(tmp_path, table_of(*rows)))
    assert rejects["reason"].to_pylist() == ["cancelled", "quantity_not_positive"]
    assert valid["line"].to_pylist() == [2]


def test_first_reason_wins(tmp_path):
    row = {"sku": None, "time": "x", "quantity": -1, "unit_price": -1.0}
    _, rejects = judged(written(tmp_path, table_of({}, row)))
    assert rejects["reason"].to_pylist() == ["missing_field"]


def test_untimed_and_unpriced_sources_are_whole(tmp_path):
    path = written(
        tmp_path, table_of({"time": None, "unit_price": None}, {"time": " "}).slice(0, 1)
    )
    source = receipts.inspect(path)
    assert (source.timed, source.priced) == (False, False)
    valid, rejects = judged(path)
    assert valid.schema.names == [*ROW, "line"]
    assert (len(valid), len(rejects)) == (1, 0)
    assert valid["time"].null_count == valid["unit_price"].null_count == 1


def test_times_of_any_zone_and_form_are_utc(tmp_path):
    forms = ["2026-03-02 08:00:00", "2026-03-02T10:00:00+02:00", "2026-03-02T08:00:00.000Z"]
    valid, _ = judged(written(tmp_path, table_of(*({"time": form} for form in forms))))
    assert len(set(valid["time"].to_pylist())) == 1
    naive = pa.array(valid["time"].to_numpy().astype("datetime64[ns]"))
    typed = table_of({}, {}, {}).set_column(2, "time", naive)
    again, _ = judged(written(tmp_path, typed))
    assert again["time"].equals(valid["time"])


@pytest.mark.parametrize("name", ["receipts.csv", "receipts.csv.gz"])
def test_csv_says_the_same_as_parquet(tmp_path, name):
    rows = [{}, {"sku": " y "}, {"quantity": -2}, {"unit_price": None}]
    table = table_of(*rows)
    text = table.to_pandas().to_csv(index=False).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    valid, rejects = judged(path)
    as_parquet, others = judged(written(tmp_path, table))
    assert valid.equals(as_parquet)
    assert rejects["reason"].equals(others["reason"])
    assert valid["sku"].to_pylist() == ["x", "y"]


def test_dictionaries_large_text_and_whole_numbers_for_names_are_read(tmp_path):
    table = table_of({}, {"sku": "y"})
    table = table.set_column(4, "sku", table["sku"].dictionary_encode())
    table = table.set_column(5, "category", table["category"].cast(pa.large_string()))
    table = table.set_column(1, "transaction_id", pa.array([7, 7]))
    valid, rejects = judged(written(tmp_path, table))
    assert len(rejects) == 0
    assert valid["transaction_id"].to_pylist() == ["7", "7"]
    assert valid.schema == lines.VALID


def test_written_receipts_keep_their_currency(tmp_path):
    table, truth = receipts.load(
        "simulated", rng=np.random.default_rng(2), n_baskets=50, bad_lines=2
    )
    receipts.write(tmp_path / "r.parquet", table)
    source = receipts.inspect(tmp_path / "r.parquet")
    assert (source.currency, source.n_lines) == ("EUR", truth["n_lines"] + 16)


def test_an_unknown_data_set_is_named():
    with pytest.raises(InputError, match="did you mean 'groceries'"):
        receipts.load("grocery", rng=np.random.default_rng(2))


def test_sales_of_a_few_lines(tmp_path):
    path = written(
        tmp_path,
        table_of(
            {},
            {"sku": "y", "category": "bread", "time": "2026-03-03T09:59:00Z"},
            {"transaction_id": "C2", "quantity": -1, "customer_id": "7"},
            {"store_id": "t", "time": "?"},
        ),
    )
    assert sales.totals(path) == {
        "lines": 4,
        "transactions": 3,
        "cancelled_lines": 1,
        "cancelled_transactions": 1,
        "stores": 2,
        "customers": 1,
        "skus": 2,
        "categories": 2,
        "currency": "XXX",
    }
    assert sales.lines_by_category(path).to_dict() == {"milk": 3, "bread": 1}
    assert sorted(sales.lines_by_transaction(path)) == [1, 1, 2]
    hours = sales.lines_by_hour(path)
    assert hours.shape == (7, 24)
    assert (hours.loc["Mon", 8], hours.loc["Tue", 9], hours.to_numpy().sum()) == (2, 1, 3)


def test_sales_without_times_are_an_empty_week(tmp_path):
    path = written(tmp_path, table_of({"time": None}))
    assert sales.lines_by_hour(path).to_numpy().sum() == 0
