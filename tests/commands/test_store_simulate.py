"""Does `store simulate` run on files, say what does not fit, and refuse what it cannot use?"""

from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from simulated_store import lines_of_six, plan_of, run

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor.plans import geojson
from layoutlab.retail.preparation import baskets, receipts

SIX = ("milk", "bread", "bananas", "eggs", "tomatoes", "yoghurt")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return a folder with a plan, the receipts of its six departments, and their baskets."""
    folder = tmp_path_factory.mktemp("store")
    receipts.write(folder / "receipts.parquet", lines_of_six(bad_lines=2))
    geojson.write(plan_of(SIX), folder / "plan.geojson")
    kept = [folder / f"{name}.parquet" for name in ("baskets", "rejects", "sales")]
    baskets.prepare(folder / "receipts.parquet", *kept[:2], sales_path=kept[2])
    return folder


def test_files_in_and_the_same_files_out(files, tmp_path, capsys):
    words = (files / "plan.geojson", "--receipts", files / "receipts.parquet", "--days", 6)
    said, code = run(*words, "-o", tmp_path / "one")
    assert code == 0
    assert said["simulated"] is True
    assert said["currency"] == "EUR"
    assert said["not_sold"] == said["not_bought"] == ()
    printed = capsys.readouterr().out
    assert f"{said['trips']} simulated trips on 6 days" in printed
    run(*words, "--jobs", 3, "-o", tmp_path / "two")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["departments.parquet", "steps.npz", "summary.json", "visits.parquet"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert len(pq.read_table(tmp_path / "one" / "visits.parquet")) == said["trips"]


def test_attributes_are_used_and_strange_ones_named(files, tmp_path, capsys):
    known = tmp_path / "known.csv"
    known.write_text("category,price,dwell_s\nmilk,4,10\nwax,1,1\n", encoding="utf-8")
    words = (files / "plan.geojson", "--receipts", files / "baskets.parquet", "--json")
    plain, _ = run(*words)
    told, _ = run(*words, "--attributes", known)
    assert "the receipts have no category wax of" in capsys.readouterr().err
    before, after = plain["per_trip"], told["per_trip"]
    assert after["time_s"]["mean"] < before["time_s"]["mean"]
    assert after["margin"]["mean"] > before["margin"]["mean"]
    assert told["trips"] == plain["trips"]


def test_json_holds_finite_numbers(files):
    said, _ = run(files / "plan.geojson", "--receipts", files / "baskets.parquet", "--json")
    assert '"found_rate"' in canonical.to_json(said)


def test_what_does_not_meet_is_listed(files, tmp_path, capsys):
    plan = geojson.read(files / "plan.geojson")
    first = plan.of("fixture")[0]
    changed = plan.with_things(replace(first, departments=("gold",)))
    geojson.write(changed, tmp_path / "plan.geojson")
    said, _ = run(tmp_path / "plan.geojson", "--receipts", files / "baskets.parquet")
    assert said["not_sold"] == first.departments
    assert said["not_bought"] == ("gold",)
    told = capsys.readouterr().err
    assert f"no fixture within reach carries: {first.departments[0]}" in told
    assert "1 departments on fixtures that no receipt names: gold" in told
    assert "of the receipts' items are not sold here" in told


def test_stock_lowers_what_is_found(files, tmp_path):
    (tmp_path / "stock.csv").write_text("department,available\nmilk,0.2\n")
    words = (files / "plan.geojson", "--receipts", files / "baskets.parquet")
    full, _ = run(*words)
    some, _ = run(*words, "--stock", tmp_path / "stock.csv")
    rates = [each["per_trip"]["found_rate"]["mean"] for each in (some, full)]
    assert rates[0] < rates[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "expected the columns department, available, got a, b"),
        ("department,available\nmilk,1\nmilk,1\n", "expected each department once, got milk again"),
        ("department,available\nmilk,much\n", "expected a number for milk, got none"),
        ("department,available\nmilk,7\n", "stock of milk: expected a share from 0 to 1, got 7"),
        (
            "department,available\ngold,1\n",
            "stock: expected categories of the receipts, got 'gold'",
        ),
    ],
)
def test_bad_stock_is_refused(files, tmp_path, text, message):
    (tmp_path / "stock.csv").write_text(text)
    words = (files / "plan.geojson", "--receipts", files / "baskets.parquet")
    with pytest.raises(InputError, match=message):
        run(*words, "--stock", tmp_path / "stock.csv")


def test_bad_input_is_refused(files, tmp_path):
    words = (files / "plan.geojson", "--receipts", files / "baskets.parquet")
    with pytest.raises(InputError, match="expected --days >= 1 and --seed >= 0, got 0 and 1"):
        run(*words, "--days", 0)
    with pytest.raises(InputError, match="there is no file"):
        run(*words, "--stock", tmp_path / "none.csv")
    with pytest.raises(InputError, match="none"):
        run(*words, "--effects", tmp_path / "none.yaml")
    with pytest.raises(InputError):
        run(files / "plan.geojson", "--receipts", tmp_path / "none.parquet")
