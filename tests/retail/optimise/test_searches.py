"""Does every method keep its effort and the law, and does none beat the proved optimum?"""

from typing import Any

import numpy as np
import pytest
from searched_store import open_little

from layoutlab.errors import InputError
from layoutlab.retail.optimise import exchange_searches, population_searches
from layoutlab.retail.optimise.judging import Effort, Judge, Limits, SpentError, limited_key
from layoutlab.retail.optimise.legality import legality_of, neighbours
from layoutlab.retail.optimise.searches import METHODS, Found, search
from layoutlab.retail.optimise.setting import SIGNS, Setting, measured

HEURISTICS = [name for name in METHODS if name != "exact"]


@pytest.fixture(scope="module")
def small() -> Setting:
    return open_little({"moves": {"at_most": 2}, "space_change": 1.0})


@pytest.fixture(scope="module")
def optimum(small: Setting) -> Found:
    return search(small, "exact", evaluations=500, rng=np.random.default_rng(1))


@pytest.mark.parametrize("method", HEURISTICS)
def test_no_method_beats_the_optimum_or_its_effort(
    small: Setting, optimum: Found, method: str
) -> None:
    found = search(small, method, evaluations=40, rng=np.random.default_rng(2))
    again = search(small, method, evaluations=40, jobs=2, rng=np.random.default_rng(2))
    assert len(found.history) <= 40
    assert np.array_equal(found.history, again.history)
    assert found.values[0] <= optimum.values[0] + 1e-12
    assert found.values[0] >= found.today[0] - 1e-12
    assert found.values[1] <= found.today[1] + 1e-9
    assert legality_of(small).keeps(found.layout.assignment)
    assert not found.interrupted


def test_tabu_finds_the_optimum(small: Setting, optimum: Found) -> None:
    assert optimum.gain > 0
    found = search(small, "tabu", evaluations=150, rng=np.random.default_rng(1))
    assert found.values[0] == pytest.approx(optimum.values[0])


@pytest.mark.parametrize("moves", [1, 2])
def test_with_few_moves_tabu_misses_nothing(moves: int) -> None:
    few = open_little({"moves": {"at_most": moves}, "space_change": 1.0})
    every = search(few, "exact", evaluations=500, rng=np.random.default_rng(1))
    enough = len(every.history) if moves == 1 else len(every.history) // 2
    found = search(few, "tabu", evaluations=enough, rng=np.random.default_rng(1))
    assert len(found.history) == enough
    assert found.values[0] == every.values[0]


def test_what_was_learned_changes_nothing_before_a_round_in_vain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    setting = open_little({"moves": {"at_most": 4}, "space_change": 1.0})
    every = search(setting, "exact", evaluations=3000, rng=np.random.default_rng(1))
    walks = search(setting, "tabu", evaluations=390, rng=np.random.default_rng(1))
    monkeypatch.setattr(exchange_searches, "LESSONS", 60)
    learned, again = (
        search(setting, "tabu", evaluations=390, jobs=jobs, rng=np.random.default_rng(1))
        for jobs in (1, 2)
    )
    parted = int((walks.history != learned.history).any(axis=1).argmax())
    assert 60 < parted < 390
    assert np.array_equal(learned.history, again.history)
    assert learned.values[0] == pytest.approx(every.values[0])
    assert all(legality_of(setting).keeps(one) for one in learned.assignments)


@pytest.mark.parametrize("lessons", [10, 10**6])
def test_tabu_stops_when_it_finds_nothing_new(
    monkeypatch: pytest.MonkeyPatch, small: Setting, optimum: Found, lessons: int
) -> None:
    monkeypatch.setattr(exchange_searches, "LESSONS", lessons)
    found = search(small, "tabu", evaluations=10**5, rng=np.random.default_rng(1))
    assert found.values[0] == pytest.approx(optimum.values[0])
    assert len(found.history) <= len(optimum.history)


def test_single_changes_are_tried_in_the_screen_s_order() -> None:
    few = open_little({"moves": {"at_most": 1}, "space_change": 1.0})
    singles = neighbours(legality_of(few), few.slots.today)

    def screen(assignments: np.ndarray) -> np.ndarray:
        """Promise most of the last single change, less of the one before, and so on."""
        number = {one.tobytes(): at for at, one in enumerate(singles)}
        return np.array([[10.0 + number.get(one.tobytes(), -1), 1.0] for one in assignments])

    found = search(few, "tabu", evaluations=5, screen=screen, rng=np.random.default_rng(1))
    assert np.array_equal(found.assignments[1:], singles[: -len(found.assignments) : -1])


def test_the_front_is_dominated_by_nobody(optimum: Found) -> None:
    costs = optimum.history * SIGNS
    for number in optimum.front:
        better = (costs <= costs[number]).all(axis=1) & (costs < costs[number]).any(axis=1)
        assert not better.any()
    assert np.all(np.diff(optimum.history[optimum.front, 0]) >= 0)


def test_a_budget_of_zero_leaves_today() -> None:
    setting = open_little({"moves": {"at_most": 0}})
    for method in ("tabu", "greedy", "exact"):
        found = search(setting, method, evaluations=5, rng=np.random.default_rng(1))
        assert found.gain == 0
        assert np.array_equal(found.layout.assignment, setting.slots.today)


def test_an_interrupt_keeps_the_best_so_far(small: Setting) -> None:
    def stop(judge: Judge) -> None:
        if len(judge.values) == 30:
            raise KeyboardInterrupt

    found = search(small, "random", evaluations=100, callback=stop, rng=np.random.default_rng(1))
    assert found.interrupted
    assert len(found.history) == 30
    assert found.values[0] == found.history[found.best_at[-1], 0]


def test_an_interrupt_before_anything_leaves_today(small: Setting) -> None:
    def stop(judge: Judge) -> None:
        raise KeyboardInterrupt

    found = search(small, "tabu", evaluations=100, callback=stop, rng=np.random.default_rng(1))
    assert found.interrupted
    assert np.array_equal(found.layout.assignment, small.slots.today)


def test_a_search_goes_on_from_an_earlier_one(small: Setting, optimum: Found) -> None:
    found = search(small, "random", evaluations=2, earlier=optimum, rng=np.random.default_rng(1))
    assert found.values[0] == optimum.values[0]


def test_seconds_end_a_search(small: Setting) -> None:
    found = search(small, "annealing", seconds=0.3, rng=np.random.default_rng(1))
    assert len(found.history) >= 1


def test_a_screen_can_be_passed_in(small: Setting) -> None:
    asked: list[int] = []

    def screen(assignments: np.ndarray) -> np.ndarray:
        asked.append(len(assignments))
        return np.zeros((len(assignments), 2))

    search(small, "greedy", evaluations=20, screen=screen, rng=np.random.default_rng(1))
    assert asked


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"method": "luck", "evaluations": 3}, r"method: expected one of today, .*, got 'luck'"),
        ({}, "evaluations or seconds: expected one of the two, got neither"),
        ({"evaluations": 0}, "evaluations: expected at least 1, got 0"),
        ({"seconds": 0}, "seconds: expected a time above 0, got 0"),
        ({"evaluations": 2, "jobs": 0}, "jobs: expected at least 1, got 0"),
    ],
)
def test_bad_input_is_named(small: Setting, given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        search(small, rng=np.random.default_rng(1), **given)


def test_limits_come_before_margin() -> None:
    today = np.array([1.0, 100.0, 0.9, 0.1, 0.0])
    better = np.array([1.2, 100.0, 0.9, 0.1, 5.0])
    farther = np.array([2.0, 101.0, 0.9, 0.1, 5.0])
    keys = [limited_key(values, today, Limits()) for values in (better, farther, today)]
    assert keys == [(0.0, 1.2), (-0.01, 0.0), (0.0, 1.0)]
    assert limited_key(farther, today, Limits(metres=1.0)) == (0.0, 2.0)
    assert limited_key(np.array([2, 90, 0.8, 0, 0]), today, Limits())[0] == pytest.approx(-0.1)


def test_a_layout_is_simulated_once(small: Setting) -> None:
    judge = Judge(small, Effort(evaluations=2))
    today = small.slots.today
    values = judge.judged([today, today])
    assert np.array_equal(values[0], measured(small, small.today))
    assert len(judge.values) == 1
    swapped = np.array([today[[1, 0, *range(2, 7)]], today[[2, 1, 0, *range(3, 7)]]])
    with pytest.raises(SpentError):
        judge.judged(swapped)
    assert len(judge.values) == 2


@pytest.mark.parametrize("crossover", population_searches.CROSSOVERS)
def test_masks_take_what_their_names_say(crossover: str) -> None:
    rng = np.random.default_rng(1)
    masks = [population_searches.mask_of(crossover, 12, rng=rng) for _ in range(50)]
    switches = [int(np.abs(np.diff(mask.astype(int))).sum()) for mask in masks]
    assert max(switches) <= {"one_point": 1, "two_point": 2, "uniform": 11}[crossover]
    assert 0.2 < np.mean(masks) < 0.8
