"""Do `retail import` and `retail baskets` hand on what they are given?"""

import argparse
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from layoutlab.commands import retail_receipts
from layoutlab.errors import InputError

MAP = """\
columns: {transaction_id: "no", time: at, customer_id: card, sku: article, quantity: n}
constants: {store_id: north}
time_zone: Europe/Berlin
"""
LINES = """\
no,at,card,article,n
1,2026-03-02 09:30,a,bread,2
C2,2026-03-02 10:30,a,bread,-2
3,2026-03-02 11:30,a,milk,1
"""


def ran(*arguments: Any) -> tuple[Any, int]:
    """Run a verb as the command line does."""
    parser = argparse.ArgumentParser()
    retail_receipts.add(parser.add_subparsers())
    options = parser.parse_args([*map(str, arguments)])
    result: tuple[Any, int] = options.run(options)
    return result


@pytest.fixture
def imported(tmp_path: Path) -> Path:
    (tmp_path / "map.yaml").write_text(MAP)
    (tmp_path / "till.csv").write_text(LINES)
    ran("import", tmp_path / "till.csv", "--map", tmp_path / "map.yaml", "-o", tmp_path / "mine")
    return tmp_path / "mine"


def test_import_says_what_it_found(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    again = ["import", imported.parent / "till.csv", "--map", imported.parent / "map.yaml"]
    summary, code = ran(*again, "-o", imported)
    assert code == 0
    out, err = capsys.readouterr()
    assert "rejects.cancelled: 1\n" in out
    assert err == f"layoutlab: receipts.parquet, quality.html and quality.json are in {imported}\n"
    assert summary == json.loads((imported / "quality.json").read_text())


@pytest.mark.parametrize(("returns", "n_baskets"), [("drop", 2), ("match", 1)])
def test_baskets_deal_with_returns_as_asked(imported: Path, returns: str, n_baskets: int) -> None:
    out = imported / "out"
    summary, code = ran(
        "baskets", imported / "receipts.parquet", "-o", out, "--returns", returns, "--json"
    )
    assert (summary["baskets"], code) == (n_baskets, 0)
    assert {path.name for path in out.iterdir()} == {
        "baskets.parquet",
        "rejects.parquet",
        "sales.parquet",
    }
    assert pq.read_metadata(out / "sales.parquet").num_rows == n_baskets


def test_visits_are_made_where_there_are_no_transactions(imported: Path) -> None:
    folder = imported.parent
    (folder / "map.yaml").write_text(MAP.replace('transaction_id: "no", ', ""))
    ran("import", folder / "till.csv", "--map", folder / "map.yaml", "-o", imported, "--json")
    table = [imported / "receipts.parquet", "-o", imported / "out"]
    summary, _ = ran("baskets", *table, "--gap-min", 180, "--json")
    assert (summary["baskets"], summary["accepted"]) == (1, 2)
    with pytest.raises(InputError, match="give the minutes between two visits"):
        ran("baskets", *table)


def test_dask_needs_its_cluster(imported: Path) -> None:
    table = [imported / "receipts.parquet", "-o", imported / "out"]
    with pytest.raises(InputError, match="expected HOST:PORT of a scheduler for the runner dask"):
        ran("baskets", *table, "--runner", "dask")
