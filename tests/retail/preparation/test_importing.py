"""Do somebody's files become receipts, every line accounted for, and is a bad file named?"""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.preparation import baskets, importing, quality, receipts

MAP = """\
columns:
  transaction_id: Bon
  line_number: Pos
  time: [Tag, Uhr]
  customer_id: Karte
  sku: Artikel
  quantity: Menge
  unit_price: Preis
constants: {store_id: nord}
time_format: "%d.%m.%Y %H:%M"
time_zone: Europe/Berlin
currency: EUR
decimal_comma: true
encoding: cp1252
delimiter: ";"
"""
HEAD = "Bon;Pos;Tag;Uhr;Karte;Artikel;Menge;Preis;Name\n"
MONDAY = HEAD + (
    "1;1;02.03.2026;09:30;k1;Brot;1;2,40;Brot\n"
    "1;2;02.03.2026;09:30;k1;Käse;2;1.002,90;Käse\n"
    "2;1;02.03.2026;09:40;;Brot;1;2,40;\"zwei\nZeilen\"\n"
    "2;2;bald;09:40;;Brot;1;2,40;Brot\n"
)  # fmt: skip
TUESDAY = HEAD + "3;1;03.03.2026;10:00;k1;Brot;1;2,40;Brot\nnur;drei;Felder\n3;2;03.03"


@pytest.fixture
def days(tmp_path):
    """A folder of two days, one of them packed, and its mapping."""
    folder = tmp_path / "days"
    (folder / "2026").mkdir(parents=True)
    (folder / "2026/0302.csv.gz").write_bytes(gzip.compress(MONDAY.encode("cp1252")))
    (folder / "2026/0303.csv").write_bytes(TUESDAY.encode("cp1252"))
    (folder / "notes.txt").write_text("not receipts")
    (tmp_path / "map.yaml").write_text(MAP)
    return folder, tmp_path / "map.yaml", tmp_path / "out"


def test_a_folder_of_days_becomes_receipts(days):
    summary = importing.from_file(*days)
    assert (summary["files"], summary["lines"], summary["malformed"]) == (2, 5, 2)
    assert summary["without_line_end"] == ["0303.csv"]
    assert summary["rejects"]["time_unreadable"] == summary["rejected"] == 1
    out = days[2]
    found = pq.read_table(out / "receipts.parquet")
    assert found["time"].to_pylist()[0] == "2026-03-02T08:30:00.000000Z"
    assert found["time"].to_pylist()[3] == "bald 09:40"
    assert found["sku"].to_pylist() == ["Brot", "Käse", "Brot", "Brot", "Brot"]
    assert found["unit_price"].to_pylist()[1] == "1002.90"
    assert receipts.inspect(out / "receipts.parquet") == receipts.Source(
        str(out / "receipts.parquet"), 5, True, True, "EUR", True, True
    )
    rows = pq.read_table(out / "malformed.parquet").to_pylist()
    assert [(row["file"], row["text"]) for row in rows] == [
        ("0303.csv", "nur;drei;Felder"),
        ("0303.csv", "3;2;03.03"),
    ]
    assert json.loads((out / "quality.json").read_text()) == summary
    counted = baskets.prepare(out / "receipts.parquet", out / "b.parquet", out / "j.parquet")
    assert (counted["baskets"], counted["accepted"]) == (3, 4)


def test_the_same_files_give_the_same_bytes(days):
    importing.from_file(*days)
    first = {path.name: path.read_bytes() for path in days[2].iterdir()}
    importing.from_file(*days)
    assert {path.name: path.read_bytes() for path in days[2].iterdir()} == first
    assert set(first) == {"receipts.parquet", "malformed.parquet", "quality.json", "quality.html"}


def refused(days, source=None):
    with pytest.raises(InputError) as caught:
        importing.from_file(source or days[0], *days[1:])
    return str(caught.value)


def test_other_encodings_are_named(days):
    folder, map_path, _ = days
    map_path.write_text(MAP.replace("cp1252", "utf-8"))
    assert refused(days) == (
        f"{folder / '2026/0302.csv.gz'} is damaged, cut short or of another kind: In CSV column "
        "#5: Row #3: CSV conversion error to string: invalid UTF8 data; name the encoding in the "
        "mapping"
    )
    map_path.write_text(MAP.replace("cp1252", "ascii"))
    assert refused(days) == (
        f"expected {folder / '2026/0302.csv.gz'} as ascii, but byte 0xe4 is none of it; "
        "name its encoding in the mapping"
    )
    assert not (days[2] / "receipts.parquet").exists()


def test_a_packed_file_cut_in_the_middle_is_named(days):
    path = days[0] / "2026/0302.csv.gz"
    path.write_bytes(path.read_bytes()[:-30])
    assert refused(days).startswith(f"{path} is damaged, cut short or of another kind: ")
    assert not (days[2] / "receipts.parquet").exists()


def test_files_without_receipts_are_named(days, tmp_path):
    folder = days[0]
    assert refused(days, tmp_path / "none") == (
        f"expected receipts, but there is no file or folder {tmp_path / 'none'}"
    )
    assert refused(days, folder / "notes.txt") == (
        "expected receipts as .csv, .csv.gz, .parquet, got notes.txt"
    )
    (tmp_path / "empty").mkdir()
    assert refused(days, tmp_path / "empty") == (
        f"expected files .csv, .csv.gz, .parquet in {tmp_path / 'empty'}, but it has none"
    )
    path = tmp_path / "empty/a.csv"
    path.touch()
    assert refused(days, path) == f"expected lines of receipts in {path}, but it is empty"
    path.write_text(HEAD)
    assert refused(days, path) == (
        f"expected lines of receipts in {path}, but found none (0 malformed rows)"
    )
    path.write_text("Bon;Position\n1;2\n")
    assert refused(days, path).startswith(
        f"expected the mapped columns in {path}, but it lacks Pos, Tag, Uhr, Karte, Artikel, "
        "Menge, Preis (it has Bon, Position)"
    )
    path = path.rename(path.with_suffix(".parquet"))
    assert refused(days, path).startswith(f"{path} is damaged, cut short or of another kind: ")


def test_nothing_but_rejects_is_an_error_with_its_report(days):
    days[1].write_text(MAP.replace("%d.%m", "%m/%d"))
    message = refused(days)
    assert message.startswith(
        f"expected at least one valid line in {days[0]}, but all 5 would be rejected "
        "(5 time_unreadable); see "
    )
    assert "5 lines: 0 accepted" in (days[2] / "quality.html").read_text()


def test_parquet_of_any_types_says_the_same(days, tmp_path):
    table = pa.table(
        {
            "Bon": [1, 1, 2],
            "Pos": [1, 2, 1],
            "Tag": ["02.03.2026"] * 3,
            "Uhr": ["09:30"] * 3,
            "Karte": [None, None, 7.0],
            "Artikel": pa.array(["a", "b", "a"]).dictionary_encode(),
            "Menge": [1, 2, -1],
            "Preis": [1.5, 2.0, 1.5],
        }
    )
    pq.write_table(table, tmp_path / "r.parquet")
    summary = importing.from_file(tmp_path / "r.parquet", *days[1:])
    assert (summary["accepted"], summary["rejects"]["quantity_not_positive"]) == (2, 1)
    assert summary["without_line_end"] == []
    assert quality.measure(days[2] / "receipts.parquet")["quantity"]["most"] == 2.0
