"""The reader takes what may be missing and tells what is wrong; the model lives with gaps."""

import gzip

import keras
import numpy as np
import pandas as pd
import pytest

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail.browsing import scores
from layoutlab.retail.clientele import (
    customer_plots,
    customer_table,
    layout_preference,
    layout_taste,
)
from layoutlab.retail.clientele.customer_table import COLUMNS, FEATURES, TARGET


@pytest.fixture(scope="module")
def people():
    return layout_taste.simulate(1500, rng=np.random.default_rng(2))


@pytest.fixture(scope="module")
def network(people):
    return layout_preference.fit_network(people[0][:1000], epochs=6, rng=np.random.default_rng(4))[
        0
    ]


def test_the_papers_own_form_is_accepted(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text(
        "customer_id,age,product_category,time_spent_in_store_minutes,amount_spent,"
        "layout_preference\n007,34,toys,12.5,20,grid\n8,, ,30,0,free-flow\n9,61,drinks,,5.5,\n"
    )
    table = customer_table.read(path)
    assert tuple(table.columns) == COLUMNS
    assert table["customer_id"].tolist() == ["007", "8", "9"]
    assert table["age"].isna().tolist() == [False, True, False]
    assert table["product_category"].tolist() == ["toys", None, "drinks"]
    assert table[TARGET].tolist() == ["grid", "free-flow", None]
    assert table["visits"].isna().all()
    table.to_parquet(tmp_path / "customers.parquet")
    pd.testing.assert_frame_equal(customer_table.read(tmp_path / "customers.parquet"), table)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"age": [3]}, r"customers: expected a column customer_id, got age"),
        ({"customer_id": []}, "expected at least one customer, got a table without rows"),
        ({"customer_id": ["a", None]}, r"expected a customer_id in every row, got none in row 1"),
        ({"customer_id": ["a"], "aeg": [3]}, r"got 'aeg' \(did you mean 'age'\?\)"),
        ({"customer_id": ["a"], "age": ["old"]}, "expected age from 0 to 120 or empty, got 'old'"),
        ({"customer_id": ["a"], "age": [121]}, "expected age from 0 to 120 or empty, got .*121"),
        (
            {"customer_id": ["a", "b"], "amount_spent": [1, -2]},
            r"expected amount_spent from 0 to 1000000000 or empty, got .*-2.* in row 1 \(1 such",
        ),
        ({"customer_id": ["a"], "visits": [np.inf]}, "expected visits from 0 to 1000000 or empty"),
        (
            {"customer_id": ["a"], "amount_spent": [1e39]},
            r"expected amount_spent from 0 to 1000000000 or empty, got .*1e\+39",
        ),
        (
            {"customer_id": ["a"] * 3, TARGET: ["x", "y", "z"]},
            "expected layout_preference to name two layouts, got 3: x, y, z",
        ),
    ],
)
def test_bad_tables_are_told(frame, message):
    with pytest.raises(InputError, match=message):
        customer_table.validated(pd.DataFrame(frame))


def test_bad_files_are_told(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        customer_table.read(tmp_path / "none.csv")
    (tmp_path / "a.xlsx").write_text("x")
    with pytest.raises(InputError, match=r"expected a .csv, .csv.gz or .parquet file, got a.xlsx"):
        customer_table.read(tmp_path / "a.xlsx")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(InputError, match=r"expected a readable customer table in .*empty.csv"):
        customer_table.read(tmp_path / "empty.csv")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"expected a readable customer table in .*cut.parquet"):
        customer_table.read(tmp_path / "cut.parquet")
    whole = gzip.compress(b"customer_id,age\n" + b"a,33\n" * 2000)
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"expected a readable customer table in .*cut.csv.gz"):
        customer_table.read(tmp_path / "cut.csv.gz")
    (tmp_path / "latin.csv").write_bytes("customer_id,product_category\na,Käse\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"expected a readable customer table in .*latin.csv"):
        customer_table.read(tmp_path / "latin.csv")
    (tmp_path / "semicolons.csv").write_text("customer_id;age\na;3\n")
    with pytest.raises(InputError, match="expected a column customer_id, got customer_id;age"):
        customer_table.read(tmp_path / "semicolons.csv")
    (tmp_path / "ragged.csv").write_text("customer_id,age\na,3\nb,4,5,6\n")
    with pytest.raises(InputError, match=r"expected a readable customer table in .*ragged.csv"):
        customer_table.read(tmp_path / "ragged.csv")


def test_without_blanks_columns(people):
    blank = customer_table.without(people[0], "age", "product_category")
    assert blank["age"].isna().all()
    assert blank["product_category"].isna().all()
    assert people[0]["age"].notna().any()
    with pytest.raises(InputError, match="got colour"):
        customer_table.without(people[0], "colour")


def test_simulated_preference_follows_its_probability(people):
    table, chance = people
    likes = layout_preference.prefers(table)
    assert layout_preference.layouts(table) == layout_taste.LAYOUTS
    assert likes.mean() == pytest.approx(chance.mean(), abs=0.04)
    assert likes[chance > 0.8].mean() > 0.75
    assert table["age"].isna().mean() == pytest.approx(layout_taste.MISSING["age"], abs=0.05)
    with pytest.raises(InputError, match="expected n_customers of at least 50, got 5"):
        layout_taste.simulate(5, rng=np.random.default_rng(0))


def test_split_keeps_a_customer_in_one_part():
    table = pd.DataFrame({"customer_id": [f"c{number % 40}" for number in range(100)]})
    parts = layout_preference.split(table, rng=np.random.default_rng(1))
    rows = [parts.train, parts.validation, parts.test]
    assert sorted(np.concatenate(rows)) == list(range(100))
    names = [set(table["customer_id"].iloc[part]) for part in rows]
    assert len(set.union(*names)) == sum(map(len, names)) == 40
    with pytest.raises(InputError, match="expected at least 5 customers, got 1"):
        layout_preference.split(table[:1], rng=np.random.default_rng(1))


def test_both_models_learn_and_live_with_missing_columns(people, network):
    table, _ = people
    baseline = layout_preference.fit_baseline(table[:1000])
    test = table[1000:]
    likes = layout_preference.prefers(test)
    everything_gone = customer_table.without(test, *FEATURES)
    for answer in (
        lambda part: baseline.predict_proba(part[list(FEATURES)])[:, 1],
        lambda part: layout_preference.predict(network, part),
    ):
        from_all = answer(test)
        assert np.abs(from_all[likes].mean() - from_all[~likes].mean()) > 0.1
        blind = answer(everything_gone)
        assert np.ptp(blind) < 1e-6
        assert 0.05 < blind[0] < 0.95
    unseen = test.assign(product_category="never seen")
    assert np.isfinite(layout_preference.predict(network, unseen)).all()


def test_worth_measures_what_is_lost(people, network):
    test = people[0][1000:]
    table = layout_preference.worth(
        test,
        lambda part: layout_preference.predict(network, part),
        {"age": ("age",), "all": FEATURES},
        rng=np.random.default_rng(1),
    )
    assert table.index.tolist() == ["nothing", "age", "all"]
    assert table.loc["nothing", "lost"] == 0
    assert table.loc["all", "lost_low"] > 0
    assert table.loc["all", "auc"] == pytest.approx(0.5, abs=0.02)
    ax = customer_plots.draw_worth(table, caption="seen")
    assert [text.get_text() for text in ax.get_yticklabels()] == ["nothing", "age", "all"]


def test_network_is_reproducible_and_reloads(people, tmp_path):
    table = people[0][:300]
    for name in ("one.keras", "two.keras"):
        model, _ = layout_preference.fit_network(table, epochs=1, rng=np.random.default_rng(3))
        canonical.write_keras(tmp_path / name, model)
    assert (tmp_path / "one.keras").read_bytes() == (tmp_path / "two.keras").read_bytes()
    again = keras.saving.load_model(tmp_path / "one.keras")
    np.testing.assert_array_equal(
        layout_preference.predict(again, table), layout_preference.predict(model, table)
    )


def test_a_preference_not_known_cannot_be_learned_from(people):
    table = people[0][:60].copy()
    table.loc[0, TARGET] = None
    with pytest.raises(InputError, match="expected layout_preference in every row, got 1 without"):
        layout_preference.prefers(table)
    with pytest.raises(InputError, match="expected layout_preference to name two layouts, got 0"):
        layout_preference.layouts(table.assign(**{TARGET: None}))


def test_the_papers_own_form_is_learned_from_end_to_end(people, tmp_path):
    own = people[0][list(customer_table.SEED_COLUMNS)]
    own.to_csv(tmp_path / "mine.csv", index=False)
    table = customer_table.read(tmp_path / "mine.csv")
    rows = layout_preference.split(table, rng=np.random.default_rng(1))
    learn, test = table.iloc[rows.train], table.iloc[rows.test]
    baseline = layout_preference.fit_baseline(learn)
    model, _ = layout_preference.fit_network(learn, epochs=6, rng=np.random.default_rng(1))
    likes = layout_preference.prefers(test)
    told = layout_preference.predict(model, test)
    assert scores.auc(likes, told) > 0.6
    assert scores.auc(likes, baseline.predict_proba(test[list(FEATURES)])[:, 1]) > 0.6
    cost = layout_preference.worth(
        test,
        lambda part: layout_preference.predict(model, part),
        {"browsing": customer_table.BROWSING, "this trip": customer_table.TRIP},
        rng=np.random.default_rng(1),
    )
    assert cost.loc["browsing", "lost"] == 0  # never recorded: nothing to lose
    assert cost.loc["this trip", "lost"] > 0


def test_customers_never_met_and_without_any_history_get_an_answer(network):
    strangers = customer_table.validated(pd.DataFrame({"customer_id": ["new", "newer"]}))
    told = layout_preference.predict(network, strangers)
    assert told[0] == told[1]
    assert 0.05 < told[0] < 0.95
    most = pd.DataFrame([{"customer_id": "much"} | customer_table.MOST])
    assert np.isfinite(layout_preference.predict(network, customer_table.validated(most))).all()
