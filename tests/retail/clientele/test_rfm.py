"""Visits, RFM by hand, segments that are found again, and embeddings that follow the seed."""

import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.clientele import customer_embedding, customer_plots, rfm, trips
from layoutlab.retail.preparation import simulation
from layoutlab.retail.preparation.receipts import write


@pytest.fixture(scope="module")
def bought(tmp_path_factory):
    path = tmp_path_factory.mktemp("trips") / "receipts.parquet"
    lines, _ = simulation.receipts(600, 6, 1, 3, rng=np.random.default_rng(1))
    write(path, lines)
    return trips.read(path)


@pytest.fixture
def visits():
    return pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", "c"],
            "day": [0, 4, 6, 3, 9],
            "spend": [10.0, 20, 30, 7, 1],
            "categories": [1, 2, 3, 1, 1],
        }
    )


def test_read_counts_what_it_leaves_out(bought):
    lines, counts = bought
    left_out = sum(counts["rejected"].values()) + counts["without_customer"] + counts["repeated"]
    assert counts["lines"] == left_out + counts["kept"]
    assert counts["kept"] == len(lines)
    assert counts["rejected"]["missing_field"] == 3
    assert (lines["spend"] > 0).all()
    assert lines["customer_id"].notna().all()


def test_read_refuses_receipts_without_times_or_customers(tmp_path):
    lines, _ = simulation.receipts(20, 4, 0, 0, rng=np.random.default_rng(1))
    nobody = lines.to_pandas().assign(customer_id=None)
    nobody.to_csv(tmp_path / "nobody.csv", index=False)
    with pytest.raises(InputError, match=r"expected lines of known customers in .*nobody.csv"):
        trips.read(tmp_path / "nobody.csv")
    lines.to_pandas().assign(time=None).to_csv(tmp_path / "timeless.csv", index=False)
    with pytest.raises(InputError, match=r"expected receipts with times in .*timeless.csv"):
        trips.read(tmp_path / "timeless.csv")


def test_visits_join_the_receipts_of_a_day():
    lines = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b"],
            "time": pd.to_datetime(
                ["2026-03-02 08:00", "2026-03-02 19:00", "2026-03-04 00:00", "2026-03-03 23:59"],
                utc=True,
            ),
            "category": ["milk", "bread", "milk", "milk"],
            "quantity": [1, 2, 1, 5],
            "spend": [1.0, 4.0, 1.0, 5.0],
        }
    )
    found = trips.visits(lines)
    assert found.to_dict("list") == {
        "customer_id": ["a", "a", "b"],
        "day": [0, 2, 1],
        "spend": [5.0, 1.0, 5.0],
        "pieces": [3, 1, 5],
        "categories": [2, 1, 1],
    }


def test_category_counts_keep_what_most_customers_buy(bought):
    lines, _ = bought
    counts, customers, categories = trips.category_counts(lines)
    assert counts.sum() == len(lines)
    assert customers == sorted(lines["customer_id"].unique())
    few, _, kept = trips.category_counts(lines, most=2)
    met = lines.drop_duplicates(["customer_id", "category"])["category"].value_counts()
    assert set(kept) == set(met.index[:2])
    assert few.shape == (len(customers), 2)
    assert len(categories) == 6


def test_rfm_by_hand(visits):
    table = rfm.rfm_table(visits)
    assert table.index.tolist() == ["a", "b", "c"]
    assert table["recency_days"].tolist() == [4, 7, 1]
    assert table["frequency"].tolist() == [3, 1, 1]
    assert table["spend_per_visit"].tolist() == [20, 7, 1]
    assert table["tenure_days"].tolist() == [10, 7, 1]
    assert table["mean_gap_days"].tolist()[0] == 3
    assert table["mean_gap_days"].isna().tolist() == [False, True, True]
    assert table["r"].tolist() == [4, 2, 5]
    assert table["f"].tolist() == [5, 3, 3]  # ties share the mean rank
    assert table["m"].tolist() == [5, 4, 2]


def test_rfm_knows_nothing_of_the_day_itself(visits):
    assert rfm.rfm_table(visits, at=6).loc["a", "frequency"] == 2
    with pytest.raises(InputError, match="expected visits before day 0, got none"):
        rfm.rfm_table(visits, at=0)


def test_clusters_are_numbered_by_size_and_found_again():
    rng = np.random.default_rng(2)
    points = np.concatenate([rng.normal(place, 0.1, (n, 2)) for place, n in ((0, 20), (5, 60))])
    found = rfm.cluster(points, 2, rng=rng)
    assert found.labels_.tolist() == [1] * 20 + [0] * 60
    np.testing.assert_array_equal(found.predict(points), found.labels_)
    assert rfm.stability(points, 2, resamples=3, rng=rng).tolist() == [1, 1, 1]


def test_no_segments_are_not_stable():
    rng = np.random.default_rng(2)
    ball = rng.normal(size=(300, 10))
    assert rfm.stability(ball, 4, resamples=5, rng=rng).mean() < 0.4


def test_wrong_numbers_of_segments_are_told():
    points = np.array([[0.0], [0.0], [1.0]])
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="expected k from 2 to 2 different customers, got 3"):
        rfm.cluster(points, 3, rng=rng)
    with pytest.raises(InputError, match="expected at least 1 resample, got 0"):
        rfm.stability(points, 2, resamples=0, rng=rng)


def test_profile_shares_all_spending(visits):
    table = rfm.rfm_table(visits)
    shape = rfm.profile(table, np.array([0, 1, 1]))
    assert shape["customers"].tolist() == [1, 2]
    assert shape["share"].tolist() == pytest.approx([60 / 68, 8 / 68])
    assert shape["recency_days"].tolist() == [4, 4]


def test_standardised_columns_and_a_constant_one(visits):
    table = rfm.rfm_table(visits).assign(frequency=2)
    points = rfm.standardised(table)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(points.std(axis=0), [1, 0, 1], atol=1e-12)


def test_embedding_finds_planted_tastes_and_follows_the_seed():
    rng = np.random.default_rng(3)
    taste = np.repeat([0, 1], 60)
    rate = np.where(taste[:, None] == 0, [5, 5, 0.2, 0.2], [0.2, 0.2, 5, 5])
    counts = (rng.poisson(rate) + np.eye(4)[rng.integers(4, size=120)]).astype("float32")
    points = []
    for _ in range(2):
        model, losses = customer_embedding.fit_embedding(
            counts, dimensions=2, epochs=8, rng=np.random.default_rng(5)
        )
        points.append(customer_embedding.embedded(model, counts))
    np.testing.assert_array_equal(*points)
    assert len(losses) == 8
    assert losses[-1] < losses[0]
    labels = rfm.cluster(points[0], 2, rng=rng).labels_
    assert max((labels == taste).mean(), (labels != taste).mean()) > 0.95


def test_embedding_needs_a_line_for_everybody():
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="got none for 1, first row 1"):
        customer_embedding.fit_embedding(np.array([[1.0, 0], [0, 0]]), rng=rng)
    with pytest.raises(InputError, match="expected counts of at least 0"):
        customer_embedding.fit_embedding(np.array([[-1.0, 2]]), rng=rng)


def test_figures_show_what_they_are_given(visits):
    table = rfm.rfm_table(visits)
    ax = customer_plots.draw_segments(table, np.array([0, 1, 1]), caption="seen")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "segment 0: 1",
        "segment 1: 2",
    ]
    ax = customer_plots.draw_stability({"RFM": np.array([0.5, 0.7])})
    assert [text.get_text() for text in ax.get_yticklabels()] == ["RFM"]
    ax = customer_plots.draw_visits(np.array([1.0, 2, 2]), visits["spend"].to_numpy(), currency="€")
    assert sum(bar.get_height() for bar in ax.patches) == 3


def test_plain_description_by_hand():
    counts = np.array([[3.0, 1.0], [0.0, 0.0], [1.0, 3.0]])
    points = customer_embedding.share_points(counts, counts)
    # half a line per category is added in the store's shares, 4 of 8 each
    np.testing.assert_allclose(points**2, [[3.5 / 5, 1.5 / 5], [0.5, 0.5], [1.5 / 5, 3.5 / 5]])


def test_receipts_without_prices_still_give_segments(tmp_path):
    lines, _ = simulation.receipts(300, 4, 0, 0, rng=np.random.default_rng(1))
    frame = lines.to_pandas().assign(unit_price=np.nan)
    table = rfm.rfm_table(trips.visits(trips.read(_stored(frame, tmp_path / "a.parquet"))[0]))
    assert (table["spend_per_visit"] == 0).all()
    segment = rfm.cluster(rfm.standardised(table), 3, rng=np.random.default_rng(2)).labels_
    assert rfm.profile(table, segment)["share"].isna().all()
    ax = customer_plots.draw_visits(np.array([1.0]), np.array([]), currency="unknown")
    assert "no prices" in [text.get_text() for text in ax.figure.axes[1].texts]


def test_customers_who_came_once_or_all_on_one_day():
    visits = pd.DataFrame({"customer_id": list("abcd"), "day": 0, "spend": [1.0, 2, 9, 9e6]})
    table = rfm.rfm_table(visits)
    assert table["recency_days"].tolist() == [1] * 4
    assert table["mean_gap_days"].isna().all()
    points = rfm.standardised(table)
    assert np.isfinite(points).all()
    assert rfm.cluster(points, 2, rng=np.random.default_rng(1)).labels_.tolist() == [0, 0, 0, 1]
    ax = customer_plots.draw_visits(np.array([]), table["spend_per_visit"], currency="EUR")
    assert "nobody came twice" in [text.get_text() for text in ax.texts]


def test_returns_and_absurd_lines_never_become_visits(tmp_path):
    lines, _ = simulation.receipts(40, 4, 0, 0, rng=np.random.default_rng(1))
    frame = lines.to_pandas()
    clean, _ = trips.read(_stored(frame, tmp_path / "clean.parquet"))
    wrong = frame[frame["customer_id"].notna()].head(3).assign(transaction_id="odd", sku="odd")
    wrong["quantity"], wrong["unit_price"] = [-80_995, 0, 1], [2.0, 2.0, -11_062.06]
    bought, counts = trips.read(_stored(pd.concat([frame, wrong]), tmp_path / "odd.parquet"))
    assert counts["rejected"] == {"price_not_positive": 1, "quantity_not_positive": 2}
    pd.testing.assert_frame_equal(trips.visits(bought), trips.visits(clean))


def _stored(frame, path):
    frame.to_parquet(path, index=False)
    return path
