"""Stock files: both forms give the same counts, and each slip is named."""

import pytest

from layoutlab.errors import InputError
from layoutlab.retail.recommendation.stock import read_stock


def written(folder, name, text):
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_both_forms_give_the_same_counts(tmp_path):
    table = written(tmp_path, "s.csv", "\ufeffitem,count\n3, 0\nmilk,2.5\n\n")
    mapping = written(tmp_path, "s.json", '{"3": 0, "milk": 2.5}')
    assert read_stock(table) == read_stock(mapping) == {"3": 0.0, "milk": 2.5}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("s.csv", "", "expected the columns item,count, got nothing"),
        ("s.csv", "sku,n\n1,2\n", "expected the columns item,count, got sku,n"),
        ("s.csv", "item,count\n1\n", r"expected item and count in each row, got \['1'\]"),
        ("s.csv", "item,count\n1,-2\n", "expected a count of at least 0 for item 1, got '-2'"),
        ("s.csv", "item,count\n1,nan\n", "expected a count of at least 0 for item 1, got 'nan'"),
        ("s.csv", "item,count\n1,2\n1,3\n", "item 1 is named twice"),
        ("s.csv", b"item,count\n\xff,1\n", "expected UTF-8 text, got other bytes"),
        ("s.json", '{"1": 2', "expected JSON, got something else"),
        ("s.json", "[1, 2]", "expected a JSON object of item to count"),
        ("s.json", '{"1": true}', "expected a count of at least 0 for item 1, got True"),
        ("s.json", '{"1": 1, "1": 2}', "item 1 is named twice"),
    ],
)
def test_slips_are_named(tmp_path, name, text, message):
    with pytest.raises(InputError, match=message):
        read_stock(written(tmp_path, name, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no\.csv: expected a readable file: No such file"):
        read_stock(tmp_path / "no.csv")
