"""`retail next-basket` and `retail recommend` as a user runs them, on a tiny simulated shop."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layoutlab import cli
from layoutlab.retail.recommendation.histories import PARTS, Histories
from layoutlab.retail.recommendation.history_files import read_split
from layoutlab.retail.recommendation.simulated_histories import simulated

MEASURES = [f"{name}_at_{k}" for k in (10, 20) for name in ("recall", "ndcg", "ndcg_full", "phr")]
BASELINES = {"popularity", "personal_count", "tifu_knn", "boosted_trees", "set_model"}


@pytest.fixture(scope="module", autouse=True)
def environment_as_it_was() -> Iterator[None]:
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def baskets(part: Histories, items: np.ndarray) -> dict[str, list[list[str]]]:
    """Return a part as lists, by customer."""
    line, first = part.first_line, part.first_basket
    sets = [items[part.codes[a:b]].tolist() for a, b in pairwise(line)]
    return {
        str(user): sets[first[at] : first[at + 1]] for at, user in enumerate(part.users.tolist())
    }


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same histories in both forms, and a recommender trained on them."""
    folder = tmp_path_factory.mktemp("shop")
    made, _ = simulated(80, 20, rng=np.random.default_rng(1))
    parts = {part: baskets(getattr(made, part), made.items) for part in PARTS}
    everyone = {user: sets for users in parts.values() for user, sets in users.items()}
    wrapped = {user: [[-1], *sets[:-1], [-1]] for user, sets in everyone.items()}
    future = {user: [[-1], sets[-1], [-1]] for user, sets in everyone.items()}
    keys = {"train": "train", "val": "validate", "test": "test"}
    keyset = {key: list(parts[part]) for key, part in keys.items()}
    contents = {"all": parts, "history": wrapped, "future": future, "keyset": keyset}
    for name, content in contents.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


@pytest.fixture(scope="module")
def result(shop: Path, well: Any) -> dict[str, Any]:
    return well("retail", "next-basket", shop / "all.json", "-o", shop / "kept", "--json")


@pytest.fixture(scope="module")
def well(shop: Path) -> Any:
    """Run a command well, in a process of its own, and return what --json printed."""

    def run(*arguments: Any) -> Any:
        command = [sys.executable, "-m", "layoutlab.cli", *map(str, arguments)]
        answer = subprocess.run(command, cwd=shop, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    return run


def refused(capsys: pytest.CaptureFixture[str], *arguments: Any) -> str:
    """Run a command that must end with bad input; return its one line."""
    assert cli.main([*map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    lines = [line for line in err.splitlines() if line.startswith("layoutlab: ")]
    assert len(lines) == 1
    return lines[0].removeprefix("layoutlab: ")


def test_the_result_has_every_measure_of_every_method(result: dict[str, Any]) -> None:
    assert set(MEASURES) <= result.keys()
    assert set(MEASURES) == result["intervals"].keys()
    assert result["baselines"].keys() | {result["chosen"]} == BASELINES
    for row in result["baselines"].values():
        assert set(MEASURES) | {"intervals", "parts"} == row.keys()
    low, high = result["intervals"]["recall_at_10"]
    assert 0 < low <= result["recall_at_10"] <= high <= 1
    assert {"repeat_recall_at_10", "explore_recall_at_10"} <= result["parts"].keys()
    assert result["customers"] == {"train": 56, "validate": 8, "test": 16}
    assert {"data", "seed", "seconds", "cpu_seconds", "items", "left_out"} <= result.keys()
    assert "by_customer" not in result


def test_the_other_form_gives_the_same_figures(
    result: dict[str, Any], shop: Path, well: Any
) -> None:
    files = {name: shop / f"{name}.json" for name in ("history", "future", "keyset")}
    given = [word for name, path in files.items() for word in (f"--{name}", path)]
    other = well("retail", "next-basket", *given, "--json")
    for name in MEASURES:
        assert other[name] == result[name]
    assert other["baselines"] == result["baselines"]


def test_without_a_keyset_the_split_is_by_hash(shop: Path) -> None:
    made = read_split(shop / "history.json", shop / "future.json")
    again = read_split(shop / "history.json", shop / "future.json")
    sizes = [len(getattr(made, part)) for part in PARTS]
    assert sum(sizes) == 80
    assert sizes[0] > sizes[2] > 0
    assert made.test.users.tolist() == again.test.users.tolist()


def test_recommend_heeds_exclusions_and_stock(
    result: dict[str, Any], shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def shown(*arguments: Any) -> list[str]:
        given = ["retail", "recommend", str(shop / "kept"), *map(str, arguments), "--json"]
        assert cli.main(given) == 0
        return [one["item"] for one in json.loads(capsys.readouterr().out)["recommendations"]]

    first = shown("--history", "3,7;7", "-k", 5)
    assert len(first) == 5
    (shop / "stock.csv").write_text(f"item,count\n{first[0]},0\n{first[1]},4\n")
    left = shown("--history", "3,7;7", "-k", 5, "--stock", shop / "stock.csv")
    assert left[:4] == first[1:]
    assert first[0] not in left
    (shop / "stock.json").write_text(json.dumps({first[0]: 0}))
    barred = ("--stock", shop / "stock.json", "--exclude", first[1])
    assert shown("--history", "3,7;7", "-k", 4, *barred)[:3] == first[2:]
    nobody = shown("-k", 3)
    assert shown("--history", "never;seen", "-k", 3) == nobody
    assert len(shown("--basket", "3", "-k", 2)) == 2


def test_recommend_says_why(
    result: dict[str, Any], shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = shop / "kept"
    assert cli.main(["retail", "recommend", str(kept), "--history", "3,7;7", "-k", "20"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "bought 2 times, last 1 baskets ago" in lines["7"]


def test_wrong_histories_are_refused(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verb = ("retail", "next-basket")
    assert refused(capsys, *verb) == "expected either DATA or both --history and --future"
    cut = shop / "cut.json"
    cut.write_text((shop / "all.json").read_text()[:500])
    assert refused(capsys, *verb, cut).startswith(f"{cut}: expected JSON, got something else (")
    packed = shop / "cut.json.gz"
    packed.write_bytes(b"\x1f\x8b\x08\x00")
    wanted = f"{packed}: expected a whole gzip file, got one cut or damaged"
    assert refused(capsys, *verb, packed) == wanted
    away = shop / "away.json"
    wanted = f"{away}: expected a readable file: No such file or directory"
    assert refused(capsys, *verb, away) == wanted
    nobody = shop / "nobody.json"
    nobody.write_text('{"train": {"a": []}, "validate": {"b": [[1]]}, "test": {"c": [[1]]}}')
    wanted = f"{nobody}: expected customers with baskets in train, got none"
    assert refused(capsys, *verb, nobody) == wanted
    keyset = ("--keyset", shop / "keyset.json")
    wanted = "expected --keyset with --history and --future only"
    assert refused(capsys, *verb, shop / "all.json", *keyset) == wanted


def test_wrong_recommenders_and_stock_are_refused(
    result: dict[str, Any], shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verb = ("retail", "recommend")
    wanted = f"{tmp_path / 'card.json'}: expected a model card: No such file or directory"
    assert refused(capsys, *verb, tmp_path) == wanted
    other = tmp_path / "other"
    shutil.copytree(shop / "kept", other)
    with np.load(other / "histories.npz", allow_pickle=False) as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    np.savez(other / "histories.npz", **(kept | {"items": kept["items"][::-1]}))
    assert refused(capsys, *verb, other).endswith("features, got files that do not belong together")
    path = shop / "kept" / "model.keras"
    (other / "model.keras").write_bytes(path.read_bytes()[:1000])
    wanted = f"{other}: expected a stored recommender, got "
    assert refused(capsys, *verb, other).startswith(wanted)
    stock = tmp_path / "stock.csv"
    stock.write_text("item,count\n3,-1\n")
    wanted = f"{stock}: expected a count of at least 0 for item 3, got '-1'"
    assert refused(capsys, *verb, shop / "kept", "--stock", stock) == wanted
    wanted = "expected k as a whole number of at least 1, got 0"
    assert refused(capsys, *verb, shop / "kept", "-k", 0) == wanted
