"""Public data: registry, mirror, downloads over real HTTP on loopback, refusals."""

import gzip
import hashlib
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from layoutlab import datasets
from layoutlab.errors import InputError
from layoutlab.registry import readers, recipes
from layoutlab.registry.entries import DATASETS, DataFile, Dataset

NUMBERS = b"number,name\n1,one\n2,two\n"
LICENCE = "for non-commercial use"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def project_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project to stand in, with no mirror set."""
    (tmp_path / "project/notebooks").mkdir(parents=True)
    (tmp_path / "project/dvc.yaml").touch()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.delenv(datasets.MIRROR, raising=False)
    return tmp_path / "project"


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder served over HTTP on loopback, and its address."""
    site = tmp_path / "site"
    site.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(site))

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def register(monkeypatch: pytest.MonkeyPatch, *sources: str, accept: bool = False) -> None:
    """Add a small data set named ``numbers`` to the registry."""
    packed = gzip.compress(NUMBERS, mtime=7)
    file = DataFile("numbers.csv.gz", sha256(packed), sha256(NUMBERS), sources)
    dataset = Dataset(
        "numbers",
        "Two numbers",
        "example.org",
        LICENCE,
        "N. N.",
        (file,),
        {"all": file.name},
        accept,
    )
    monkeypatch.setitem(DATASETS, "numbers", dataset)


@pytest.fixture
def mirror(tmp_path: Path, project_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror holding ``numbers``, whose publisher is away."""
    folder = tmp_path / "mirror"
    (folder / "numbers").mkdir(parents=True)
    (folder / "numbers/numbers.csv.gz").write_bytes(gzip.compress(NUMBERS, mtime=7))
    monkeypatch.setenv(datasets.MIRROR, str(folder))
    register(monkeypatch, "http://127.0.0.1:9/numbers.csv")
    return folder


def test_importing_costs_no_pandas_and_no_pooch() -> None:
    heavy = "{'pandas', 'pooch', 'numpy', 'requests'}"
    code = f"import sys, layoutlab.datasets; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"


def test_listing_names_every_data_set_with_its_licence_and_hashes(project_folder: Path) -> None:
    entries = {entry["name"]: entry for entry in datasets.listing()}
    assert set(entries) >= {"groceries", "online-retail", "online-shoppers", "belgian-retail"}
    for entry in entries.values():
        assert entry["licence"]
        assert entry["citation"]
        assert all(len(file["sha256"]) == 64 for file in entry["files"])
    assert not entries["omnichannel-grocery"]["accepted"]
    assert entries["groceries"]["accepted"]


def test_every_address_names_a_commit_and_every_table_has_a_reader() -> None:
    for dataset in DATASETS.values():
        names = {file.name for file in dataset.files}
        assert all(way in readers.READERS or way in names for way in dataset.tables.values())
        for file in dataset.files:
            assert file.recipe in recipes.RECIPES
            for source in file.sources:
                assert len(source.removeprefix("https://").split("/")[3]) == 40
    assert len(DATASETS["online-retail"].files[0].sources) == 305


def test_the_mirror_is_read_in_place(mirror: Path, project_folder: Path) -> None:
    assert datasets.fetch("numbers") == {"numbers.csv.gz": mirror / "numbers/numbers.csv.gz"}
    assert datasets.read("numbers", "all")["name"].tolist() == ["one", "two"]
    assert not (project_folder / "data").exists()


def test_another_compressor_does_not_matter(mirror: Path) -> None:
    (mirror / "numbers/numbers.csv.gz").write_bytes(gzip.compress(NUMBERS, 1, mtime=0))
    assert datasets.check("numbers")[0]["status"] == "ok"


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"number,name\n1,won\n", mtime=0),
        b"no gzip at all",
        gzip.compress(NUMBERS, mtime=0)[:-9],
    ],
    ids=["other content", "no gzip", "cut off"],
)
def test_a_corrupt_file_is_refused_with_both_hashes(mirror: Path, content: bytes) -> None:
    path = mirror / "numbers/numbers.csv.gz"
    path.write_bytes(content)
    with pytest.raises(InputError) as refusal:
        datasets.read("numbers", "all")
    expected = datasets.check("numbers")[0]["expected"]
    assert str(refusal.value) == (
        f"{path} is not the registered file: expected sha256 {expected}, "
        f"found {sha256(content)}; copy it again"
    )
    assert datasets.check("numbers")[0]["status"] == "wrong"


def test_a_file_missing_in_the_mirror_is_named(mirror: Path) -> None:
    path = mirror / "numbers/numbers.csv.gz"
    path.unlink()
    with pytest.raises(InputError) as refusal:
        datasets.fetch("numbers")
    assert str(refusal.value) == (
        f"expected numbers/numbers.csv.gz in the mirror {mirror}, but {path} is not there: "
        "complete the mirror, or unset LAYOUTLAB_DATA_MIRROR to download it"
    )
    assert datasets.check("numbers")[0]["status"] == "missing"


def test_a_mirror_that_is_no_folder_is_named(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(datasets.MIRROR, str(mirror / "nowhere"))
    with pytest.raises(InputError, match="expected LAYOUTLAB_DATA_MIRROR to name a folder"):
        datasets.fetch("numbers")


def test_unknown_names_are_answered_with_the_nearest(project_folder: Path) -> None:
    with pytest.raises(InputError, match="got 'grocerys'; did you mean 'groceries'"):
        datasets.fetch("grocerys")
    with pytest.raises(InputError, match=r"expected a table of groceries \(items, receipts\), got"):
        datasets.read("groceries", "baskets")


def test_a_restricted_licence_is_accepted_once(
    mirror: Path, project_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, "http://127.0.0.1:9/numbers.csv", accept=True)
    with pytest.raises(InputError) as refusal:
        datasets.read("numbers", "all")
    assert str(refusal.value) == (
        f"the licence of numbers has to be accepted first: {LICENCE}; read example.org, "
        "then run `layoutlab data get numbers --accept-licence`"
    )
    datasets.fetch("numbers", accept_licence=True)
    assert len(datasets.read("numbers", "all")) == 2
    assert (project_folder / "data/raw/downloads/numbers/ACCEPTED").read_text() == LICENCE + "\n"


def test_a_download_is_checked_kept_and_not_repeated(
    project_folder: Path, publisher: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, address = publisher
    (site / "numbers.csv").write_bytes(NUMBERS)
    register(monkeypatch, f"{address}/numbers.csv")
    (path,) = datasets.fetch("numbers").values()
    assert path == project_folder / "data/raw/downloads/numbers/numbers.csv.gz"
    assert [found.name for found in path.parent.iterdir()] == [path.name]
    (site / "numbers.csv").unlink()
    assert len(datasets.read("numbers", "all")) == 2


def test_a_changed_publisher_is_refused_and_nothing_is_kept(
    project_folder: Path, publisher: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, address = publisher
    (site / "numbers.csv").write_bytes(b"changed")
    register(monkeypatch, f"{address}/numbers.csv")
    with pytest.raises(InputError) as refusal:
        datasets.fetch("numbers")
    message = f"expected content with sha256 {sha256(NUMBERS)}, found {sha256(b'changed')}"
    assert message in str(refusal.value)
    assert "LAYOUTLAB_DATA_MIRROR" in str(refusal.value)
    assert not list(project_folder.glob("data/raw/downloads/numbers/**/*.*"))
    (site / "numbers.csv").write_bytes(NUMBERS)
    assert len(datasets.fetch("numbers")) == 1


def test_no_network_and_a_page_gone_each_say_so_in_one_line(
    project_folder: Path, publisher: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, "http://127.0.0.1:9/numbers.csv")
    with pytest.raises(
        InputError, match=r"no connection to download .*LAYOUTLAB_DATA_MIRROR=DIR"
    ) as no:
        datasets.fetch("numbers")
    assert "\n" not in str(no.value)
    register(monkeypatch, f"{publisher[1]}/gone.csv")
    with pytest.raises(InputError, match=r"cannot download .*404.*LAYOUTLAB_DATA_MIRROR=DIR"):
        datasets.fetch("numbers")


def test_what_was_downloaded_before_an_interruption_is_used(
    project_folder: Path, publisher: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, address = publisher
    (site / "first.csv").write_bytes(b"CustomerID,n\n17.0,1\n")
    file = DataFile(
        "days.csv",
        sha256(b"CustomerID,n\n17,1\n,2\n"),
        sha256(b"CustomerID,n\n17,1\n,2\n"),
        (f"{address}/first.csv", f"{address}/second.csv"),
        "joined_days",
    )
    dataset = Dataset("days", "", "", "", "", (file,), {"days": "days.csv"})
    monkeypatch.setitem(DATASETS, "days", dataset)
    with pytest.raises(InputError, match=r"second\.csv"):
        datasets.fetch("days")
    (site / "first.csv").unlink()
    (site / "second.csv").write_bytes(b"CustomerID,n\n,2\n")
    assert datasets.read("days", "days")["n"].tolist() == [1, 2]


def test_recipes_only_reshape() -> None:
    assert recipes.without_mark([b"\xef\xbb\xbfa,b\n"]) == b"a,b\n"
    lines = recipes.basket_lines([b"0\t2\t0\n1\t0\t1\n"])
    assert lines == b"basket,item,quantity\n0,1,2\n1,0,1\n1,2,1\n"
    labels = [
        b"011\tham\tS\n120\ttea, green\tT\n",
        b"01\tmeat\tF\n12\tdrinks\tG\n",
        b"0\tA\tA\n1\tB\tB\n",
    ]
    assert recipes.item_hierarchy(labels) == (
        b'item,code,label,level2,level1\n0,011,ham,meat,A\n1,120,"tea, green",drinks,B\n'
    )
    with pytest.raises(ValueError, match="too many values"):
        recipes.as_it_is([b"one", b"two"])


def test_instances_are_laid_out_anew() -> None:
    assert recipes.assignment_matrices([b"2 9\n0  1\n1 0\n 0 3 3 0"]) == (
        b"2\n\n0 1\n1 0\n\n0 3\n3 0\n\n"
    )
    assert recipes.row_departments([b"2\n4,5\n0,7\n0,0"]) == b"2\n4 5\n0 7\n7 0\n"
    assert recipes.row_departments([b"2\n4 5\n0 7 7 0\n"]) == b"2\n4 5\n0 7\n7 0\n"
    with pytest.raises(ValueError, match="expected 9 numbers, got 3"):
        recipes.assignment_matrices([b"2 0 1"])
    with pytest.raises(ValueError, match="expected 7 numbers, got 6"):
        recipes.row_departments([b"2\n1 1\n0 1 1"])


def test_the_layout_sets_have_an_instance_a_line_and_no_file_twice() -> None:
    counts = {"qaplib": (139, "dat/"), "srflp": (149, "dat/"), "uaflp": (19, "instances/")}
    for name, (instances, folder) in counts.items():
        names = [file.name for file in DATASETS[name].files]
        assert len(set(names)) == len(names)
        assert sum(file.startswith(folder) for file in names) == instances
        assert "best_known.csv" in names


def test_next_basket_sets_are_one_file_each_and_no_table() -> None:
    for name, file in (("nbr-tafeng", "TaFeng.json.gz"), ("nbr-dunnhumby-carbo", "DC.json.gz")):
        assert [entry.name for entry in DATASETS[name].files] == [file]
        assert DATASETS[name].tables == {}
        assert "research use" in DATASETS[name].licence


def test_files_that_no_publisher_has_are_read_from_a_mirror_only(
    mirror: Path, project_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = DataFile("best_known.csv", sha256(NUMBERS), sha256(NUMBERS))
    monkeypatch.setitem(DATASETS, "numbers", Dataset("numbers", "", "", "", "", (file,), {}))
    monkeypatch.setitem(DATASETS["numbers"].tables, "best_known", file.name)
    (mirror / "numbers/best_known.csv").write_bytes(NUMBERS)
    assert datasets.read("numbers", "best_known")["number"].tolist() == [1, 2]
    monkeypatch.delenv(datasets.MIRROR)
    assert datasets.check("numbers") == []
    with pytest.raises(InputError) as refusal:
        datasets.fetch("numbers")
    assert str(refusal.value) == (
        "numbers was put together from several publications and lies in no public place as we "
        "read it: set LAYOUTLAB_DATA_MIRROR to a folder that holds numbers"
    )


def packed(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_groceries_become_receipts_without_times_or_prices(tmp_path: Path) -> None:
    lines = packed(tmp_path / "b.gz", "basket,item,quantity\n0,1,3\n1,0,1\n")
    items = packed(
        tmp_path / "i.gz", "item,code,label,level2,level1\n0,011,ham,x,y\n1,120,tea,x,y\n"
    )
    frame = readers.groceries_receipts({"baskets.csv.gz": lines, "items.csv.gz": items})
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == readers.RECEIPTS
    assert frame[["transaction_id", "sku", "category", "quantity"]].to_numpy().tolist() == [
        ["0", "120", "tea", 3],
        ["1", "011", "ham", 1],
    ]
    assert frame[["time", "unit_price", "customer_id"]].isna().all(axis=None)
    assert frame.attrs["currency"] == "XXX"


def test_online_retail_keeps_cancellations_and_bad_lines(tmp_path: Path) -> None:
    text = (
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        '536365,85123a,"A ""B"", C",6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n'
        "C536379,D,Discount,-1,2010-12-01 09:41:00,0.0,,United Kingdom\n"
    )
    frame = readers.online_retail_receipts(
        {"online_retail.csv.gz": packed(tmp_path / "o.gz", text)}
    )
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == readers.RECEIPTS
    assert frame["transaction_id"].tolist() == ["536365", "C536379"]
    assert frame["sku"].tolist() == ["85123a", "D"]
    assert frame["category"].tolist() == ["85123A", "D"]
    assert frame["quantity"].tolist() == [6, -1]
    assert frame["time"][0] == pd.Timestamp("2010-12-01 08:26", tz="UTC")
    assert frame["customer_id"].isna().tolist() == [False, True]
    assert set(frame["store_id"]) == {"uk-gift"}
    assert frame.attrs["currency"] == "GBP"


def test_belgian_lines_are_receipts(tmp_path: Path) -> None:
    files = {"retail.dat.gz": packed(tmp_path / "r.gz", "0 1 2 \n39 48 \n")}
    frame = readers.belgian_receipts(files)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == readers.RECEIPTS
    assert frame["transaction_id"].tolist() == ["0", "0", "0", "1", "1"]
    assert frame["sku"].tolist() == frame["category"].tolist() == ["0", "1", "2", "39", "48"]
    assert set(frame["quantity"]) == {1}


def test_no_registered_file_that_lies_here_is_wrong() -> None:
    where = os.environ.get(datasets.MIRROR, "downloads")
    wrong = [verdict["path"] for verdict in datasets.check() if verdict["status"] == "wrong"]
    assert wrong == [], where
