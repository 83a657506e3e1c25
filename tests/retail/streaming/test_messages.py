"""Messages as lines: read at once or one by one, the same; poison is kept as it came."""

import json

import numpy as np
import pyarrow as pa
import pytest

from layoutlab.retail.preparation import lines, simulation
from layoutlab.retail.preparation.receipts import Source
from layoutlab.retail.streaming import messages

KEY = ("store_id", "transaction_id")
SOURCE = Source("kafka", 0, True, True, "EUR")
GOOD = {
    "store_id": "s", "transaction_id": "1", "time": "2026-03-02T08:00:00Z", "customer_id": None,
    "sku": "a", "category": "a", "quantity": 2, "unit_price": 0.5,
}  # fmt: skip


def encoded(**changed):
    return json.dumps(GOOD | changed).encode()


def test_what_is_written_is_read_again():
    rng = np.random.default_rng(3)
    table, _ = simulation.receipts(50, 8, 2, 2, rng=rng)
    keys, values = zip(*messages.written(table), strict=True)
    found, unreadable = messages.read(values, range(len(values)))
    assert len(unreadable) == 0
    assert len(set(keys)) == len({*zip(*(table[n].to_pylist() for n in KEY), strict=True)})
    expected = table.append_column("line", pa.array(range(len(table))))
    for one, other in zip(
        lines.validate(found, SOURCE), lines.validate(expected, SOURCE), strict=True
    ):
        assert one.column_names == other.column_names
        assert one["line"].equals(other["line"])
    assert lines.validate(found, SOURCE)[0].equals(lines.validate(expected, SOURCE)[0])


@pytest.mark.parametrize("number", ["7", 7])
def test_a_line_number_is_text_or_a_number(number):
    found, unreadable = messages.read([encoded(line_number=number), encoded()], [0, 1])
    assert len(unreadable) == 0
    assert [None if n is None else str(n) for n in found["line_number"].to_pylist()] == ["7", None]
    mixed, _ = messages.read([encoded(line_number=number), encoded(line_number=[1])], [0, 1])
    assert mixed["line_number"].to_pylist() == ["7", "[1]"]


def test_lines_of_a_customer_or_transaction_have_one_key():
    rows = [GOOD, GOOD | {"customer_id": "c"}, GOOD | {"customer_id": "c", "transaction_id": "2"}]
    table = pa.Table.from_pylist(rows)
    keys = [key for key, _ in messages.written(table, by="customer")]
    assert keys == [b"s\x1f1", b"s\x1fc", b"s\x1fc"]
    assert [key for key, _ in messages.written(table)] == [b"s\x1f1", b"s\x1f1", b"s\x1f2"]


POISON = [
    (b"", "the message is empty"),
    (None, "the message is empty"),
    (b"hello", "the message is no JSON: Expecting value: line 1 column 1 (char 0)"),
    (b"[1, 2]", "the message is JSON, but no object"),
    (b"{}{}", "the message is no JSON: Extra data: line 1 column 3 (char 2)"),
    (b'{"a": {"b": 1}', "the message is no JSON: Expecting ',' delimiter: line 1 column 15"),
    (b'{"sku": "\xff"}', "the message is no JSON: 'utf-8' codec can't decode byte 0xff in"),
]


@pytest.mark.parametrize(("content", "reason"), POISON)
def test_poison_stands_aside_with_its_reason_and_its_bytes(content, reason):
    found, unreadable = messages.read([encoded(), content, encoded()], [7, 8, 9])
    assert found["line"].to_pylist() == [7, 9]
    (row,) = unreadable.to_pylist()
    assert row["reason"].startswith(reason)
    assert (row["line"], row["content"]) == (8, content or b"")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"quantity": "2"}, None),
        ({"quantity": 2.0}, None),
        ({"unit_price": "0.5"}, None),
        ({"unit_price": 1}, None),
        ({"more": [1, {"x": 2}]}, None),
        ({"transaction_id": 17}, None),
        ({"quantity": 2.5}, "quantity_unreadable"),
        ({"quantity": True}, "quantity_unreadable"),
        ({"quantity": [2]}, "quantity_unreadable"),
        ({"quantity": 10**30}, "quantity_unreadable"),
        ({"quantity": -2}, "quantity_not_positive"),
        ({"quantity": None}, "quantity_unreadable"),
        ({"quantity": 0}, "quantity_not_positive"),
        ({"quantity": -80_995, "transaction_id": "C1"}, "cancelled"),
        ({"quantity": 80_995}, None),
        ({"category": ""}, "missing_field"),
        ({"store_id": None}, "missing_field"),
        ({"transaction_id": None}, "missing_field"),
        ({"sku": None}, "missing_field"),
        ({"category": None}, "missing_field"),
        ({"customer_id": 17}, None),
        ({"unit_price": None}, "price_unreadable"),
        ({"unit_price": float("inf")}, "price_unreadable"),
        ({"unit_price": -1}, "price_not_positive"),
        ({"unit_price": [1]}, "price_unreadable"),
        ({"time": 1_772_438_400}, "time_unreadable"),
        ({"time": "2026-03-02T09:00:00+01:00"}, None),
        ({"time": None}, "missing_field"),
        ({"time": "yesterday"}, "time_unreadable"),
        ({"unit_price": "free"}, "price_unreadable"),
    ],
)
def test_odd_values_are_judged_as_in_a_file(changed, reason):
    found, unreadable = messages.read([encoded(), encoded(**changed)], [0, 1])
    assert len(unreadable) == 0
    valid, rejects = lines.validate(found, SOURCE)
    assert valid["line"].to_pylist() == ([0, 1] if reason is None else [0])
    assert rejects["reason"].to_pylist() == ([] if reason is None else [reason])
