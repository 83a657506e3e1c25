"""Is a mapping checked word by word, and are values read as it says?"""

import pyarrow as pa
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.preparation import mapping, translation

COLUMNS = {"transaction_id": "Bon", "time": "Zeit", "sku": "Artikel", "quantity": "Menge"}
QUOTES = 'put in quotes what YAML takes for something else, as "no"'
ENTRIES = {"columns": COLUMNS, "constants": {"store_id": "nord"}}


def of(**changed):
    return mapping.from_entries(ENTRIES | changed)


def read(rows, **changed):
    """Return lines of the contract as lists by field, from rows of (time, quantity, price)."""
    table = pa.table(
        {
            "Bon": ["1"] * len(rows),
            "Artikel": [" x "] * len(rows),
            "Zeit": [row[0] for row in rows],
            "Menge": [row[1] for row in rows],
            "Preis": [row[2] for row in rows],
        }
    )
    columns = COLUMNS | {"unit_price": "Preis"}
    return translation.to_contract(table, of(**{"columns": columns} | changed)).to_pydict()


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            {"colums": {}},
            f"expected entries {', '.join(mapping.NAMES)}, got 'colums'; did you mean 'columns'?",
        ),
        ({"columns": []}, "columns: expected dict, got []"),
        (
            {"columns": COLUMNS | {"transaction_id": False}},
            f"transaction_id: expected text, got False; {QUOTES}",
        ),
        ({"decimal_comma": "yes"}, "decimal_comma: expected bool, got 'yes'"),
        ({"delimiter": ";;"}, "delimiter: expected one character, got ';;'"),
        ({"currency": "euro"}, "currency: expected an ISO 4217 code, got 'euro'"),
        ({"encoding": "utf-9"}, "encoding: expected one Python knows, got 'utf-9'"),
        ({"time_zone": "Berlin"}, "time_zone: expected a name as Europe/Berlin, got 'Berlin'"),
        ({"time_zone": "../x"}, "time_zone: expected a name as Europe/Berlin, got '../x'"),
        ({"constants": {}}, "store_id: expected under columns or constants, got neither"),
        (
            {"constants": {"store_id": 1, "sku": 2}},
            "sku: expected a column or a constant, got both",
        ),
        (
            {"columns": COLUMNS | {"sku": ["a", "b"]}},
            "sku: expected one column, got a, b",
        ),
        (
            {"columns": {"sku": "a", "quantity": "b"}},
            "transaction_id: expected under columns, or customer_id and time to make visits of",
        ),
        (
            {"returns": {"column": 1}},
            "returns: expected a column and a list of values, got {'column': 1}",
        ),
    ],
)  # fmt: skip
def test_every_entry_is_checked(entries, message):
    with pytest.raises(InputError) as caught:
        of(**entries)
    assert str(caught.value) == message


def test_an_unknown_field_is_answered_with_the_nearest():
    with pytest.raises(InputError, match="got 'quantty'; did you mean 'quantity'"):
        of(columns=COLUMNS | {"quantty": "x"})


def test_files_that_are_no_mapping(tmp_path):
    path = tmp_path / "map.yaml"
    with pytest.raises(InputError) as caught:
        mapping.load(path)
    assert str(caught.value) == f"expected a mapping file, but there is no file {path}"
    for text, message in (
        ("a: [", "expected a mapping as YAML"),
        ("just words", "expected entries as name: value, got 'just words'"),
        ("delimiter: tab", "delimiter: expected one character, got 'tab'"),
    ):
        path.write_text(text if "delimiter" not in text else f"{text}\n{YAML}")
        with pytest.raises(InputError) as caught:
            mapping.load(path)
        assert str(caught.value).startswith(f"{path}: {message}")


YAML = """\
columns: {transaction_id: Bon, sku: Artikel, quantity: Menge, time: [Tag, Uhr]}
constants: {store_id: 7}
"""


def test_a_file_of_two_lines_will_do(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text(YAML)
    found = mapping.load(path)
    assert found.constants == {"store_id": "7"}
    assert found.wanted == ["Bon", "Artikel", "Menge", "Tag", "Uhr"]


def test_missing_columns_are_named_with_the_nearest():
    with pytest.raises(InputError) as caught:
        mapping.check_columns("r.csv", ["Bon", "Zeit", "Artikel", "Mengen"], of())
    assert str(caught.value) == (
        "expected the mapped columns in r.csv, but it lacks Menge "
        "(it has Bon, Zeit, Artikel, Mengen); did you mean 'Mengen' by 'Menge'?"
    )


def test_a_column_there_twice_is_refused():
    with pytest.raises(InputError) as caught:
        mapping.check_columns("r.csv", ["Bon", "Zeit", "Artikel", "Menge", "Bon"], of())
    assert str(caught.value) == "expected each mapped column once in r.csv, got two of Bon"


def test_fields_constants_and_what_is_not_there():
    found = read([("2026-03-02", "1", "2.5")])
    assert found == {
        "store_id": ["nord"],
        "transaction_id": ["1"],
        "time": ["2026-03-02T00:00:00.000000Z"],
        "customer_id": [None],
        "sku": ["x"],
        "category": ["x"],
        "quantity": ["1"],
        "unit_price": ["2.5"],
    }


@pytest.mark.parametrize(
    ("came", "how", "utc"),
    [
        ("02.03.2026 09:30", {"time_format": "%d.%m.%Y %H:%M"}, "2026-03-02T09:30:00.000000Z"),
        ("2026-03-02 09:30", {"time_zone": "Europe/Berlin"}, "2026-03-02T08:30:00.000000Z"),
        ("2026-07-02 09:30", {"time_zone": "Europe/Berlin"}, "2026-07-02T07:30:00.000000Z"),
        ("2026-03-02T09:30+05:30", {"time_zone": "Europe/Berlin"}, "2026-03-02T04:00:00.000000Z"),
        ("2026-03-02T09:30:00Z", {"time_zone": "Europe/Berlin"}, "2026-03-02T09:30:00.000000Z"),
        ("02/03/26 09 +0100", {"time_format": "%d/%m/%y %H %z"}, "2026-03-02T08:00:00.000000Z"),
        ("2026-10-25 02:30", {"time_zone": "Europe/Berlin"}, "2026-10-25T00:30:00.000000Z"),
        ("2026-03-29 02:30", {"time_zone": "Europe/Berlin"}, "2026-03-29 02:30"),
        ("02.03.2026", {}, "02.03.2026"),
        ("soon", {"time_format": "%d.%m.%Y"}, "soon"),
        (None, {}, None),
        (" ", {}, None),
    ],
)  # fmt: skip
def test_times_become_utc_or_stay_as_they_came(came, how, utc):
    found = read([(came, "1", "1"), ("2026-03-02T00:00:00+00:00", "1", "1")], **how)
    assert found["time"][0] == utc


def test_typed_times_are_local_unless_they_say_otherwise():
    for zone, hour in ((None, 8), ("UTC", 9)):
        table = pa.table(
            {
                "Bon": [1],
                "Artikel": [2.0],
                "Menge": [1.0],
                "Zeit": pa.array([1_772_442_000_000_000], pa.timestamp("us", zone)),
            }
        )
        found = translation.to_contract(table, of(time_zone="Europe/Berlin")).to_pylist()[0]
        assert found["time"] == f"2026-03-02T{hour:02}:00:00.000000Z"
        assert (found["transaction_id"], found["sku"], found["quantity"]) == ("1", "2", "1")


def test_long_numbers_beside_nulls_keep_their_digits():
    table = pa.table({"Bon": [1], "Artikel": [4012345678901.0], "Menge": [1], "Zeit": ["x"]})
    assert translation.to_contract(table, of())["sku"].to_pylist() == ["4012345678901"]


@pytest.mark.parametrize(
    ("came", "number"),
    [("1,5", "1.5"), ("1.234,50", "1234.50"), ("1.234.567", "1234567"), ("2.50", "2.50"),
     ("-3,2", "-3.2"), ("free", "free"), (None, None)],
)  # fmt: skip
def test_decimal_commas(came, number):
    found = read([("2026-03-02", came, came)], decimal_comma=True)
    assert found["unit_price"] == found["quantity"] == [number]
    assert read([("2026-03-02", "1", came)])["unit_price"] == [came]


def test_a_marked_line_is_a_return():
    table = pa.table(
        {
            "Bon": ["1"] * 5,
            "Zeit": ["2026-03-02"] * 5,
            "Artikel": ["x"] * 5,
            "Menge": ["2", "-2", "+2", "2", None],
            "Art": ["R", " R", "R", None, "R"],
        }
    )
    found = translation.to_contract(table, of(returns={"column": "Art", "values": ["R"]}))
    assert found["quantity"].to_pylist() == ["-2", "-2", "-2", "2", None]
