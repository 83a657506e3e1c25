"""Are moves listed in an order that stays legal, with gains that add up and reasons counted?"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from searched_store import open_little

from layoutlab.errors import InputError
from layoutlab.floor.plans import geojson, validity
from layoutlab.retail.optimise import campaign as campaigns
from layoutlab.retail.optimise import move_list as lists
from layoutlab.retail.optimise import search_page, store_search
from layoutlab.retail.optimise.judging import Judge
from layoutlab.retail.optimise.legality import legality_of
from layoutlab.retail.optimise.store_search import Answer

ENTRIES = {
    "space_change": 1.0,
    "moves": {"at_most": 5, "kinds": {"department": {"hours": 2, "cost": 50}}},
}


def answered(**more: object) -> Answer:
    setting = open_little(ENTRIES)
    given = {"evaluations": 60, "fixture_simulations": 3} | more
    return store_search.run(setting, rng=np.random.default_rng(1), **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def answer() -> Answer:
    return answered()


def test_numbers_of_moves_end_with_the_budget() -> None:
    assert campaigns.numbers_of_moves(open_little(ENTRIES)) == (1, 3, 5)
    assert campaigns.numbers_of_moves(open_little({})) == (1, 3, 5, 10)
    assert campaigns.numbers_of_moves(open_little({"moves": {"at_most": 0}})) == (0,)


def test_more_moves_never_gain_less(answer: Answer) -> None:
    promised = answer.curve["promised"].to_numpy()
    assert (np.diff(promised) >= -1e-12).all()
    assert (answer.curve["used"] <= answer.curve["moves"]).all()
    assert promised[-1] > 0


def test_gains_of_steps_add_up_to_the_whole(answer: Answer) -> None:
    moves = answer.moves.moves
    whole = store_search.told(answer)["per_trip"]["unplanned_margin"][0]
    assert moves.drop_duplicates("step")["gain"].sum() == pytest.approx(whole)
    assert (moves["gain_low"] <= moves["gain"]).all()
    assert moves["hours"].sum() == 2 * (moves["kind"] == "department").sum()


def test_every_step_leaves_a_legal_store(answer: Answer) -> None:
    legality = legality_of(answer.judging)
    assert answer.moves.stuck == ()
    for layout in answer.moves.layouts:
        assert legality.keeps(layout.assignment)
    assert not [p for p in validity.problems(answer.plan) if p.level == validity.ERROR]


def test_a_reason_names_departments_with_what_is_seen_and_walked(answer: Answer) -> None:
    for row in answer.moves.moves.itertuples():
        assert "m per trip" in row.reason
        assert "unplanned" in row.reason
        if row.kind == "department":
            assert row.to in row.reason


def test_what_is_written_is_the_same_twice(answer: Answer, tmp_path: Path) -> None:
    for name, one in (("first", answer), ("second", answered())):
        store_search.write(tmp_path / name, one, search_page.page(one))
    files = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert files == ["moves.csv", "moves.parquet", "plan.geojson", "report.html", "result.json"]
    for name in files:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    plan = geojson.read(tmp_path / "first" / "plan.geojson")
    assert [t.departments for t in plan.of("fixture")] == [
        t.departments for t in answer.plan.of("fixture")
    ]
    assert len(pd.read_csv(tmp_path / "first" / "moves.csv")) == len(answer.moves.moves)
    said = json.loads((tmp_path / "first" / "result.json").read_text())
    assert said["moves"] <= 5
    page = (tmp_path / "first" / "report.html").read_text()
    assert page.count("<img") == 3
    assert "<th>crowding</th><th>cost of moves</th>" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_an_interrupt_is_told_and_its_best_written(tmp_path: Path) -> None:
    def stop(judge: Judge) -> None:
        if len(judge.values) == 8:
            raise KeyboardInterrupt

    kept = []
    one = answered(callback=stop, on_best=kept.append)
    said = store_search.told(one)
    assert said["interrupted"]
    assert len(kept) == 1
    assert "interrupted" in search_page.page(one)


def test_without_judging_shoppers_moves_have_no_gains(answer: Answer, tmp_path: Path) -> None:
    moves = lists.move_list(answer.campaign, None)
    assert moves.unjudged == len(moves.layouts) == len(answer.moves.layouts)
    assert moves.moves["gain"].isna().all()
    assert set(moves.moves["reason"]) == {"not judged: interrupted"}
    curve = lists.curve(answer.campaign, None)
    assert curve["promised"].equals(answer.curve["promised"])
    one = replace(answer, judging=None, moves=moves, curve=curve)
    said = store_search.told(one)
    steps = len(moves.layouts)
    assert said["unfinished"] == [f"gains of {steps} of {steps} steps", "gains by number of moves"]
    assert (said["interrupted"], said["gain"], said["trips_judged"]) == (True, [None] * 3, 0)
    store_search.write(tmp_path, one, search_page.page(one))
    assert "no others have judged that" in (tmp_path / "report.html").read_text()


def test_no_moves_make_an_empty_list(tmp_path: Path) -> None:
    setting = open_little({"moves": {"at_most": 0}})
    one = store_search.run(setting, evaluations=5, rng=np.random.default_rng(1))
    store_search.write(tmp_path, one, search_page.page(one))
    assert store_search.told(one)["moves"] == 0
    assert pd.read_parquet(tmp_path / "moves.parquet").empty
    assert "Nothing may move" in (tmp_path / "report.html").read_text()


def test_too_little_effort_is_refused() -> None:
    with pytest.raises(InputError, match="evaluations: expected at least 3, got 2"):
        answered(evaluations=2)
