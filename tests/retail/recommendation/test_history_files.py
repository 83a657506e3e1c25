"""Files of histories: both forms, and every way they can be wrong."""

import gzip
import json

import pytest

from layoutlab.errors import InputError
from layoutlab.retail.recommendation.history_files import from_options, read, read_split

GOOD = {"train": {"1": [[5], [6]]}, "validate": {"2": [[5], [5]]}, "test": {"3": [[6], [5]]}}


def written(folder, name, content):
    path = folder / name
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return path


@pytest.mark.parametrize("name", ["h.json", "h.json.gz"])
def test_packed_and_plain_files_read_alike(tmp_path, name):
    made = read(written(tmp_path, name, GOOD))
    assert made.items.tolist() == ["5", "6"]
    assert made.test.users.tolist() == ["3"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"train": {', "expected JSON, got something else"),
        (b"\xff\xfe\x00", "expected UTF-8 text, got other bytes"),
        ([1], "expected a JSON object, got list"),
        ({"train": {}}, "expected the keys train, validate and test, got train"),
        (GOOD | {"more": 1}, "expected the keys train, validate and test, got more, test"),
        (GOOD | {"test": [1]}, r"test: expected customers and their baskets, got \[1\]"),
        (GOOD | {"test": {"3": [5]}}, "expected a list of baskets for customer 3, each a list"),
        (GOOD | {"test": {}}, "expected customers with baskets in test, got none"),
        (b'{"train": {"1": [[1]], "1": [[2]]}}', "'1' stands there twice"),
        (b"[" * 100_000, "deeper nesting"),
    ],
)
def test_malformed_files_are_named(tmp_path, content, message):
    path = written(tmp_path, "h.json", content)
    with pytest.raises(InputError, match=message) as error:
        read(path)
    assert str(error.value).startswith(str(path))


def test_missing_and_cut_files_are_named(tmp_path):
    with pytest.raises(InputError, match="expected a readable file: No such file"):
        read(tmp_path / "none.json")
    path = written(tmp_path, "h.json.gz", GOOD)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(InputError, match="expected a whole gzip file, got one cut or damaged"):
        read(path)


def split_files(folder, **more):
    users = [str(user) for user in range(40)]
    content = {
        "history": {user: [[-1], [1], [2], [-1]] for user in users},
        "future": {user: [[-1], [3], [-1]] for user in users},
        "keyset": {"item_num": 3, "train": list(range(30)), "val": [30, 31], "test": ["32"]},
    } | more
    return [written(folder, f"{name}.json", one) for name, one in content.items()]


def test_histories_and_futures_are_joined_by_the_keyset(tmp_path):
    made = read_split(*split_files(tmp_path))
    assert (len(made.train), len(made.validate), len(made.test)) == (30, 2, 1)
    assert made.items.tolist() == ["1", "2", "3"]
    assert made.test.first_basket.tolist() == [0, 3]


def test_without_keyset_the_hash_of_the_id_decides(tmp_path):
    history, future, _ = split_files(tmp_path)
    made = read_split(history, future)
    assert len(made.train) + len(made.validate) + len(made.test) == 40
    assert made.test.users.tolist() == read_split(history, future).test.users.tolist()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"keyset": {"train": [1]}}, "expected a list of customers under 'val'"),
        ({"keyset": {"train": [1], "val": [1], "test": [2]}}, "customer 1 is named twice"),
        ({"keyset": {"train": [99], "val": [1], "test": [2]}}, "customer 99 has no history"),
        ({"future": {"1": [[-1], [2], [3], [-1]]}}, "expected one basket for customer 1, got 2"),
        ({"history": {"1": [[-1], [2, -1], [-1]]}, "future": {"1": [[3]]},
          "keyset": {"train": [1], "val": [], "test": []}}, "got -1 for customer 1"),
    ],
)  # fmt: skip
def test_malformed_splits_are_named(tmp_path, more, message):
    with pytest.raises(InputError, match=message):
        read_split(*split_files(tmp_path, **more))


def test_customers_in_one_file_alone_are_counted(tmp_path):
    extra = {str(user): [[-1], [3], [-1]] for user in range(41)}
    made = read_split(*split_files(tmp_path, future=extra))
    assert made.left_out["customers_in_one_file"] == 1


def test_options_name_a_file_a_data_set_or_a_split(tmp_path):
    path = written(tmp_path, "h.json", GOOD)
    assert from_options(str(path))[1] == "h.json"
    history, future, keyset = map(str, split_files(tmp_path))
    assert from_options(None, history, future, keyset)[1] == "history.json"
    for given, message in (
        ((None,), "expected either DATA or both --history and --future"),
        ((str(path), history, future), "expected either DATA or both --history and --future"),
        ((None, history), "expected either DATA or both --history and --future"),
        ((str(path), None, None, keyset), "expected --keyset with --history and --future only"),
        (("nbr-tafen",), "did you mean 'nbr-tafeng'"),
        ((str(tmp_path / "none.json"),), "expected a readable file"),
    ):
        with pytest.raises(InputError, match=message):
            from_options(*given)
