"""Do the table of all pairs and the files beyond the contract say what their parts say?"""

import json

import numpy as np
import pandas as pd
import pytest

from layoutlab import cli
from layoutlab.errors import InputError
from layoutlab.retail.affinities import affinity, affinity_report, incidence
from layoutlab.retail.preparation import receipts


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A simulated store's receipts, and the affinity contract made of them."""
    made = tmp_path_factory.mktemp("report")
    table, _ = receipts.load("simulated", rng=np.random.default_rng(5), n_baskets=3_000)
    receipts.write(made / "receipts.parquet", table)
    affinity.from_receipts(made / "receipts.parquet", made, min_baskets=100)
    return made


def test_one_row_per_pair_with_everything_known_of_it(folder):
    kept = incidence.frequent(incidence.read(folder / "baskets.parquet"), 100)
    estimated = affinity.load(folder / "affinity.npz")
    table = affinity_report.pair_table(kept, estimated, rng=np.random.default_rng(1))
    n = len(kept.categories)
    assert len(table) == n * (n - 1) // 2
    assert table["shrunk_low"].is_monotonic_decreasing
    assert (table["shrunk_low"] < table["shrunk"]).all()
    place = {name: number for number, name in enumerate(kept.categories)}
    first, second = (table[side].map(place).to_numpy() for side in ("first", "second"))
    assert table["lift"].to_numpy() == pytest.approx(estimated.lift[first, second])
    assert table["q_value"].tolist() == estimated.q_value[first, second].tolist()
    assert (table["baskets"] == (table["support"] * 3_000).round()).all()


def test_the_command_writes_what_it_is_asked_for(folder, capsys):
    words = ["retail", "affinity", str(folder / "receipts.parquet"), "-o", str(folder / "out")]
    asked = ["--measures", "--by", "hour", "--by", "segment", "--rules", "--min-support", "0.05"]
    assert cli.main([*words, *asked, "--min-baskets", "100", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    frames = {
        name: pd.read_parquet(folder / "out" / f"{name}.parquet")
        for name in ("measures", "pairs-by-hour", "pairs-by-segment", "rules")
    }
    assert said["measures"]["pairs"] == len(frames["measures"])
    assert said["by"]["hour"]["tested_pairs"] == len(frames["pairs-by-hour"])
    assert sum(said["by"]["segment"]["baskets"].values()) == said["baskets"]
    assert said["rules"]["rules"] == len(frames["rules"])
    before = (folder / "out" / "measures.parquet").read_bytes()
    assert cli.main([*words, "--measures", "--min-baskets", "100", "--json"]) == 0
    assert (folder / "out" / "measures.parquet").read_bytes() == before


def test_without_more_asked_only_the_contract_is_written(folder, capsys):
    words = ["retail", "affinity", str(folder / "receipts.parquet"), "-o", str(folder / "plain")]
    assert cli.main([*words, "--json"]) == 0
    assert {"measures", "by", "rules"}.isdisjoint(json.loads(capsys.readouterr().out))
    written = sorted(path.name for path in (folder / "plain").iterdir())
    assert written == ["affinity.npz", "baskets.parquet", "rejects.parquet"]


def test_wrong_shares_are_refused_before_work_starts(folder, capsys):
    words = ["retail", "affinity", str(folder / "receipts.parquet"), "-o", str(folder / "no")]
    assert cli.main([*words, "--rules", "--min-support", "0"]) == 2
    assert "expected min_support above 0 and at most 1, got 0.0" in capsys.readouterr().err
    assert not (folder / "no").exists()


def few(folder, categories, **changed):
    """Write receipts of some categories, with other columns changed."""
    rows = [
        {"store_id": "s", "transaction_id": str(n), "time": "2026-03-02T08:00:00Z", "sku": name,
         "customer_id": "c", "category": name, "quantity": 1, "unit_price": 1.0} | changed
        for n in range(40) for name in categories
    ]  # fmt: skip
    frame = pd.DataFrame(rows)[receipts.SCHEMA.names]
    frame.to_csv(folder / "r.csv", index=False)
    return ["retail", "affinity", str(folder / "r.csv"), "-o", str(folder / "out/deep")]


@pytest.mark.parametrize(
    ("asked", "changed", "message"),
    [
        (["--by", "hour"], {"time": None}, "expected receipts with times for --by hour, got none"),
        (["--by", "weekday"], {"time": None}, "expected receipts with times for --by weekday"),
        (["--by", "segment"], {"customer_id": None}, "expected receipts with customer_id for --by"),
        (["--by", "store"], {}, "expected at least two groups to compare, got s"),
        (["--by", "hour"], {}, "expected at least two groups to compare, got 08"),
        (["--measures"], {}, "expected at least 10 pairs to learn a prior from, got 6"),
        (["--measures", "--min-baskets", "41"], {}, "expected at least 10 pairs"),
    ],
)
def test_what_cannot_be_made_of_the_receipts_is_refused_and_nothing_written(
    tmp_path, capsys, asked, changed, message
):
    assert cli.main([*few(tmp_path, "abcd", **changed), *asked]) == 2
    assert message in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]


def test_too_few_pairs_found_at_the_end_leave_the_files_there_were(tmp_path, capsys):
    words = few(tmp_path, "abcdef")
    assert cli.main(words) == 0
    kept = {path.name: path.read_bytes() for path in (tmp_path / "out/deep").iterdir()}
    few(tmp_path, "abcdef", quantity=1, unit_price=2.0)
    lines = (tmp_path / "r.csv").read_text().replace(",e,1,", ",e,0,").replace(",f,1,", ",f,0,")
    (tmp_path / "r.csv").write_text(lines)  # two of six categories are rejected
    assert cli.main([*words, "--measures"]) == 2
    assert "expected at least 10 pairs to learn a prior from, got 6" in capsys.readouterr().err
    assert kept == {path.name: path.read_bytes() for path in (tmp_path / "out/deep").iterdir()}


def test_when_all_lines_are_rejected_the_rejects_are_there(tmp_path, capsys):
    words = few(tmp_path, "abcde", quantity=0)
    assert cli.main(words) == 2
    said = capsys.readouterr().err
    assert f"see {tmp_path / 'out/deep/rejects.parquet'}" in said
    assert [path.name for path in (tmp_path / "out/deep").iterdir()] == ["rejects.parquet"]


def test_groups_that_the_receipts_do_not_tell(folder):
    kept = incidence.read(folder / "baskets.parquet")
    blank = kept.heads.assign(customer_id=None)
    with pytest.raises(InputError, match="expected baskets with customer_id to group them by"):
        affinity_report.write_groups(
            folder, incidence.Incidence(kept.categories, kept.held, blank), "segment", 0.05
        )
