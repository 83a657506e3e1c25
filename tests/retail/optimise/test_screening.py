"""Does the screen give today back, and does the core add up as counting anew does?"""

import numpy as np
import pytest

from layoutlab.retail.optimise import quadratic_core, screening
from layoutlab.retail.optimise.legality import legality_of
from layoutlab.retail.optimise.screening import Tables
from layoutlab.retail.optimise.setting import Setting, measured


@pytest.fixture(scope="module")
def tables(setting: Setting) -> Tables:
    return screening.tables_of(setting)


def test_today_s_margin_is_given_back(setting: Setting, tables: Tables) -> None:
    estimated = screening.screen_of(tables)(setting.slots.today[None])[0]
    assert estimated[0] == pytest.approx(measured(setting, setting.today)[0], rel=1e-5)


def test_walks_of_a_slot_of_one_place_are_the_floor_s(setting: Setting, tables: Tables) -> None:
    floor = setting.floor
    n = len(floor.cells)
    metres = floor.legs.metres.reshape(n, n).T
    door, till = floor.entrances[0], floor.checkouts[0]
    assert tables.metres[-2, -1] == pytest.approx(metres[door, till])
    own = [
        (metres[door, place], shelf)
        for place, slot, shelf in zip(setting.standing.place, setting.standing.department,
                                      setting.standing.shelf_m, strict=True)
        if slot == 1
    ]  # fmt: skip
    mean = sum(length * shelf for length, shelf in own) / sum(shelf for _, shelf in own)
    assert tables.metres[-2, 1] == pytest.approx(mean)


def test_what_is_seen_is_the_mean_over_places(setting: Setting, tables: Tables) -> None:
    stops = len(tables.metres)
    floor, standing = setting.floor, setting.standing
    n, legs = len(floor.cells), setting.floor.legs
    leg = floor.checkouts[0] * n + floor.entrances[0]
    seen = np.zeros(stops - 2)
    for at in range(legs.seen_start[leg], legs.seen_start[leg + 1]):
        for entry in np.flatnonzero(standing.place == legs.seen_place[at]):
            seen[standing.department[entry]] += standing.share[entry] * legs.seen_m[at]
    assert np.asarray(tables.seen_m)[(stops - 2) * stops + stops - 1] == pytest.approx(seen)


def test_chunks_do_not_matter(setting: Setting, tables: Tables) -> None:
    many = np.repeat(setting.slots.today[None], 300, axis=0)
    estimated = screening.screen_of(tables)(many)
    assert estimated.shape == (300, 2)
    assert np.ptp(estimated, axis=0) == pytest.approx([0, 0], abs=1e-5)
    assert screening.screen_of(tables)(many[:0]).shape == (0, 2)


def test_margin_and_metres_weigh_the_same_as_shares_of_today_s() -> None:
    values = np.array([[2.0, 10.0], [2.2, 10.5], [2.2, 9.9], [1.9, 9.0], [2.4, 12.1]])
    order = screening.ranked(lambda given: values, np.zeros(1), np.zeros((4, 1)))
    assert order.tolist() == [1, 0, 2, 3]  # +11 %, +5 % and +5 % in their order, -1 %
    none = screening.ranked(lambda given: 0 * values, np.zeros(1), np.zeros((4, 1)))
    assert none.tolist() == [0, 1, 2, 3]
    assert screening.ranked(lambda given: values, np.zeros(1), np.zeros((0, 1))).tolist() == []


def test_the_cautious_order_puts_first_what_walks_no_farther() -> None:
    values = np.array([[1.0, 10.0], [2.0, 11.0], [1.5, 9.0], [3.0, 12.0], [1.8, 10.0]])
    order = screening.cautious(lambda given: values, np.zeros(1), np.zeros((4, 1)))
    assert order.tolist() == [3, 1, 0, 2]
    assert screening.cautious(lambda given: values, np.zeros(1), np.zeros((0, 1))).tolist() == []


def test_exchanges_add_what_counting_anew_adds(setting: Setting, tables: Tables) -> None:
    core = quadratic_core.core_of(tables, setting.slots.today)
    walked, gained = quadratic_core.exchanges(core)
    metres = (core.flows * core.metres).sum()
    margin = (core.worth * core.seen).sum()
    for one, other in ((0, 1), (2, 5), (3, 6)):
        after = quadratic_core.exchanged(core, one, other)
        assert (after.flows * after.metres).sum() - metres == pytest.approx(walked[one, other])
        assert (after.worth * after.seen).sum() - margin == pytest.approx(gained[one, other])


def test_a_walk_meets_legal_assignments_only(
    setting: Setting, tables: Tables, rng: np.random.Generator
) -> None:
    legality = legality_of(setting)
    met = quadratic_core.walk(tables, legality, setting.slots.today, 0.7, steps=20, rng=rng)
    assert 0 < len(met) <= 20
    assert all(legality.keeps(one) for one in met)
