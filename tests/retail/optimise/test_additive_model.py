"""Are amounts learned as they are, and is the layout foreseen the best of all legal ones?"""

import numpy as np
import pytest
from searched_store import open_little

from layoutlab.retail.optimise import additive_model
from layoutlab.retail.optimise.additive_model import Additive
from layoutlab.retail.optimise.exact import legal_assignments
from layoutlab.retail.optimise.judging import Effort, Judge, Limits
from layoutlab.retail.optimise.legality import legality_of
from layoutlab.retail.optimise.setting import Setting


@pytest.fixture(scope="module")
def few() -> Setting:
    return open_little({"moves": {"at_most": 4}, "space_change": 1.0})


@pytest.fixture(scope="module")
def legal(few: Setting) -> np.ndarray:
    return np.array(list(legal_assignments(legality_of(few))))


@pytest.fixture
def true(few: Setting, rng: np.random.Generator) -> np.ndarray:
    """Return amounts made up: nothing for what stands where it stood."""
    slots = few.slots
    amounts = rng.normal(0, 0.05, (len(slots.today), len(slots.departments), 3))
    amounts[np.arange(len(slots.today)), slots.today] = 0
    return amounts


def told(setting: Setting, layouts: np.ndarray, true: np.ndarray, noise: np.ndarray) -> Judge:
    """Return a judge who remembers layouts with the values that amounts and noise give them."""
    judge = Judge(setting, Effort(evaluations=10**6))
    at = np.arange(len(setting.slots.today))
    for one, blur in zip(layouts, noise, strict=True):
        margin, metres, lost = true[at, one].sum(axis=0) + blur
        values = judge.today * [1 + margin, 1 + metres, 1, 1, 1]
        values[2] -= lost
        judge._remember(one, values)
    return judge


def test_amounts_are_learned(few: Setting, legal: np.ndarray, true: np.ndarray,
                             rng: np.random.Generator) -> None:  # fmt: skip
    judge = told(few, legal, true, np.zeros((len(legal), 3)))
    model = additive_model.learned(judge)
    at = np.arange(legal.shape[1])
    mean = model.amounts(0.0, rng=rng)
    assert mean[at, legal].sum(axis=1) == pytest.approx(true[at, legal].sum(axis=1), abs=1e-3)
    assert model.screen(legal) == pytest.approx(1 + mean[at, legal].sum(axis=1)[:, :2])
    assert model.screen(few.slots.today[None]).tolist() == [[1.0, 1.0]]
    assert model.spread.max() < 1e-3


def test_what_one_layout_tells_is_shared_and_shrunk(few: Setting, rng: np.random.Generator) -> None:
    today = few.slots.today
    swapped = today.copy()
    swapped[[0, 1]] = today[[1, 0]]
    judge = Judge(few, Effort(evaluations=9))
    judge._remember(swapped, judge.today * [1.21, 1, 1, 1, 1])
    amounts = additive_model.learned(judge).amounts(0.0, rng=rng)
    # the least of (0.21 - a - b)² + 0.1 (a² + b²) is at a = b = 0.1
    assert amounts[0, today[1], 0] == pytest.approx(0.1)
    assert amounts[1, today[0], 0] == pytest.approx(0.1)
    assert np.count_nonzero(amounts) == 2


def test_doubt_is_less_where_more_was_tried(
    few: Setting, legal: np.ndarray, true: np.ndarray, rng: np.random.Generator
) -> None:
    singles = legal[(legal != few.slots.today).sum(axis=1) <= 2][:30]
    noise = rng.normal(0, 0.01, (len(singles), 3))
    model = additive_model.learned(told(few, singles, true, noise))
    drawn = np.array([model.amounts(1.0, rng=rng) for _ in range(400)])
    spread = drawn.std(axis=0).reshape(-1, 3) / model.spread
    unknown = np.setdiff1d(np.arange(len(spread)), model.met)
    stays = np.arange(len(few.slots.today)) * model.n_departments + few.slots.today
    assert not spread[stays].any()
    unknown = np.setdiff1d(unknown, stays)
    assert spread[unknown] == pytest.approx(1 / np.sqrt(additive_model.PRIOR), rel=0.2)
    precision = model.root @ model.root.T
    expected = np.sqrt(np.diag(np.linalg.inv(precision)))
    assert spread[model.met] == pytest.approx(np.repeat(expected[:, None], 3, axis=1), rel=0.2)


@pytest.mark.parametrize("room", [0.0, 0.03, 1.0])
def test_the_layout_foreseen_is_the_best_legal_one(
    few: Setting, legal: np.ndarray, true: np.ndarray, room: float
) -> None:
    at = np.arange(legal.shape[1])
    margin, metres, lost = true[at, legal].sum(axis=1).T
    kept = (metres <= room) & (lost <= room)
    found = additive_model.best_layout(few.problem, true, np.array([room, room]))
    assert found is not None
    assert legality_of(few).keeps(found)
    assert true[at, found, 0].sum() == pytest.approx(margin[kept].max(), abs=1e-4)


def test_no_layout_is_foreseen_where_none_keeps_the_limits(few: Setting, true: np.ndarray) -> None:
    assert additive_model.best_layout(few.problem, true, np.array([-9.0, 0.0])) is None


def test_room_is_what_the_limits_leave(few: Setting) -> None:
    judge = Judge(few, Effort(evaluations=1), limits=Limits(metres=0.5, found_rate=0.1))
    assert additive_model.room_of(judge) == pytest.approx([0.5 / judge.today[1], 0.1])
    boundless = Judge(few, Effort(evaluations=1), limits=Limits(metres=np.inf, found_rate=np.inf))
    assert additive_model.room_of(boundless).tolist() == [100.0, 100.0]


def test_the_same_seed_draws_the_same(few: Setting, legal: np.ndarray, true: np.ndarray) -> None:
    model: Additive = additive_model.learned(told(few, legal[:20], true, np.zeros((20, 3))))
    one, same = (model.amounts(1.0, rng=np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one, same)
