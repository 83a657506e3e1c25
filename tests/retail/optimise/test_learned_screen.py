"""Does a learned score see the setting's own slots, and say when a store is strange to it?"""

from dataclasses import replace

import numpy as np
import pytest
from searched_store import open_little

from layoutlab.retail.layout_value.applicability import Known
from layoutlab.retail.layout_value.forest import Forest
from layoutlab.retail.layout_value.layout_sums import SUMS, Sums
from layoutlab.retail.layout_value.model_files import Kept
from layoutlab.retail.layout_value.scores import Trust
from layoutlab.retail.layout_value.store_tables import STORE_FEATURES, StoreTables
from layoutlab.retail.optimise import learned_screen, screen_study, screening
from layoutlab.retail.optimise.legality import legality_of, neighbours
from layoutlab.retail.optimise.searches import search
from layoutlab.retail.optimise.setting import Setting


class BySums:
    """A score without a network: the tempting seen, the tour, and nothing left out, in per cent."""

    def votes(self, tables: StoreTables, assignments: np.ndarray, sums: Sums) -> np.ndarray:
        told = [100 * sums.aggregates[1:, SUMS.index(name)] for name in ("tempted", "tour")]
        return np.column_stack([*told, np.zeros(len(assignments) - 1)])[None]


def kept(limit: float) -> Kept:
    """Return a score that knows stores around the origin, up to a limit."""
    f, k = len(STORE_FEATURES), len(SUMS)
    none = np.zeros(0)
    known = Known(np.zeros(f), np.eye(f), limit, np.eye(k), 1e9)
    forest = Forest(none, none, none, none, none, none)
    return Kept(forest, BySums(), Trust(np.zeros(3), np.zeros(3)), known)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def few() -> Setting:
    return open_little({"moves": {"at_most": 2}, "space_change": 1.0})


def test_slots_are_the_setting_s_own(few: Setting) -> None:
    tables = learned_screen.of_setting(kept(1e9), few).tables
    walks = screening.tables_of(few)
    assert np.array_equal(tables.today, few.slots.today)
    assert tables.shelf_m == pytest.approx(few.slots.shelf_m)
    assert tables.enter_m == pytest.approx(walks.metres[-2, :-2])
    assert tables.apart_m == pytest.approx(walks.metres[:-2, :-2])


def test_today_is_one_and_a_search_can_use_it(few: Setting) -> None:
    learned = learned_screen.of_setting(kept(1e9), few)
    assert learned.warning == ""
    near = neighbours(legality_of(few), few.slots.today)
    told = learned.screen(np.concatenate([few.slots.today[None], near]))
    assert told[0] == pytest.approx([1, 1, 1])
    assert np.ptp(told[:, 0]) > 0.01
    found = search(few, "tabu", evaluations=20, screen=learned.screen,
                   rng=np.random.default_rng(1))  # fmt: skip
    assert found.gain > 0


def test_a_strange_store_and_a_stock_are_said(few: Setting) -> None:
    short = learned_screen.of_setting(kept(0.1), replace(few, stock={"milk": 0.5})).warning
    assert "times as far from the training stores" in short
    assert short.endswith("; the learned screen does not know the stock")


def test_screens_are_compared_on_the_same_shoppers(few: Setting) -> None:
    screens = {"analytic": screen_study.analytic, "none": screen_study.by_chance}
    runs, ranks = screen_study.compare_screens(few, screens, ("tabu",), 8, range(6))
    again, _ = screen_study.compare_screens(few, screens, ("tabu",), 8, range(6))
    assert runs.equals(again)
    assert len(runs) == len(ranks) == 12
    assert ranks[["margin", "metres"]].abs().to_numpy().max() <= 1
    ahead = screen_study.against(runs, "analytic", rng=np.random.default_rng(1))
    assert ahead.loc[("tabu", "analytic"), "ahead"] == 0
    none = ahead.loc[("tabu", "none")]
    assert none["ahead_low"] <= none["ahead"] <= none["ahead_high"]
    assert none["verdict"] in ("tie", "worse", "better")
