"""Single-row layout: costs by hand, deltas against costs, optima against enumeration, refusals."""

import itertools
import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.rows import solver as rows
from layoutlab.floor.rows.kernels import (
    balances,
    best_insertion,
    best_swap,
    descend,
    insert,
    swap,
)

THREE = rows.Problem(np.array([2, 4, 6]), np.array([[0, 1, 5], [1, 0, 2], [5, 2, 0]]))


def random_row(n: int, seed: int, *, equal: bool = False) -> rows.Problem:
    rng = np.random.default_rng(seed)
    flows = np.triu(rng.integers(0, 10, (n, n)), 1)
    lengths = np.ones(n) if equal else rng.integers(1, 16, n)
    return rows.Problem(lengths, flows + flows.T)


def enumerated(problem: rows.Problem) -> float:
    orders = itertools.permutations(range(len(problem.lengths)))
    return min(rows.cost(problem, order) for order in orders)


def write(folder: Path, text: str) -> Path:
    path = folder / "row.txt"
    path.write_text(text)
    return path


def test_the_cost_is_flow_times_distance_between_centres() -> None:
    # centres at 1, 4 and 9: 1 * 3 + 5 * 8 + 2 * 5
    assert rows.cost(THREE, [0, 1, 2]) == 53
    assert isinstance(rows.cost(THREE, [0, 1, 2]), int)
    # centres of 0, 2, 1 at 1, 5 and 10: 5 * 4 + 1 * 9 + 2 * 5
    assert rows.cost(THREE, [0, 2, 1]) == rows.cost(THREE, [1, 2, 0]) == 39
    half = rows.Problem(np.array([1, 2]), np.array([[0, 1], [1, 0]]))
    assert rows.cost(half, [0, 1]) == 1.5


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 9), st.integers(0, 2**32 - 1), st.data())
def test_each_delta_is_the_difference_of_two_costs(n: int, seed: int, data: st.DataObject) -> None:
    problem = random_row(n, seed)
    order = np.random.default_rng(seed).permutation(n)
    before, balance = rows.cost(problem, order), balances(order, problem.flows)
    start, end = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1))
    delta = insert(order, balance, start, end, problem.lengths, problem.flows)
    assert rows.cost(problem, order) == before + delta
    left, right = sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=2, max_size=2)))
    delta += swap(order, balance, left, right, problem.lengths, problem.flows)
    assert rows.cost(problem, order) == before + delta
    assert np.array_equal(balance, balances(order, problem.flows))


@pytest.mark.parametrize("seed", range(5))
def test_neighbourhoods_are_priced_as_one_by_one(seed: int) -> None:
    problem = random_row(7, seed)
    order = np.random.default_rng(seed).permutation(7)
    here, balance = rows.cost(problem, order), balances(order, problem.flows)
    inserted, swapped = [], []
    for i, j in itertools.permutations(range(7), 2):
        moved = np.insert(np.delete(order, i), j, order[i])
        inserted.append((rows.cost(problem, moved) - here, i))
        moved = order.copy()
        moved[[i, j]] = order[[j, i]]
        swapped.append(rows.cost(problem, moved) - here)
    for i in range(7):
        least, _ = best_insertion(order, balance, i, problem.lengths, problem.flows)
        assert least == min(0, *(delta for delta, start in inserted if start == i))
    room = np.empty((7, 7))
    least = best_swap(order, balance, problem.lengths, problem.flows, room)[0]
    assert least == min(0, *swapped)
    descend(order, balance, problem.lengths, problem.flows, room, 0.0)
    assert best_swap(order, balance, problem.lengths, problem.flows, room)[0] == 0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("equal", [False, True])
def test_proof_and_search_find_the_enumerated_optimum(seed: int, equal: bool) -> None:
    problem = random_row(7, seed, equal=equal)
    best, rng = enumerated(problem), np.random.default_rng(seed)
    proof = rows.solve(problem, iterations=1, rng=rng)
    search = rows.solve(problem, iterations=200, exact=0, rng=rng)
    assert proof.proved
    assert not search.proved
    for found in (proof, search):
        assert found.cost == rows.cost(problem, found.order) == best


@pytest.mark.parametrize("n", [2, 3, 12, 16])
def test_the_search_reaches_what_the_dynamic_programme_proves(n: int) -> None:
    problem, rng = random_row(n, n), np.random.default_rng(n)
    proof = rows.solve(problem, iterations=1, rng=rng)
    assert rows.solve(problem, iterations=1000, exact=0, rng=rng).cost == proof.cost


def test_flows_that_push_apart_and_broken_numbers_are_solved_too() -> None:
    lengths, flows = np.array([0.1, 0.7, 0.0, 1.3, 2.2]), np.zeros((5, 5))
    flows[0, 1] = flows[1, 0] = -3.3
    flows[2:, 2:] = 0.1 * (1 - np.eye(3))
    problem, rng = rows.Problem(lengths, flows), np.random.default_rng(1)
    best = enumerated(problem)
    for exact in (0, 22):
        assert rows.solve(problem, iterations=50, exact=exact, rng=rng).cost == pytest.approx(best)


def test_the_same_seed_gives_the_same_order_whatever_the_jobs() -> None:
    problem = random_row(25, 3)
    found = [
        rows.solve(problem, iterations=1300, jobs=jobs, rng=np.random.default_rng(5))
        for jobs in (1, 2, 4)
    ]
    assert len({(tuple(one.order), one.cost, one.evaluations) for one in found}) == 1


def test_a_target_ends_the_search_the_same_way_whatever_the_jobs() -> None:
    problem = random_row(25, 3)
    best = rows.solve(problem, iterations=900, rng=np.random.default_rng(5)).cost
    found = [
        rows.solve(problem, iterations=10**9, jobs=jobs, target=best, rng=np.random.default_rng(8))
        for jobs in (1, 3)
    ]
    assert found[0].cost <= best
    assert len({(tuple(one.order), one.evaluations) for one in found}) == 1


def test_seconds_end_the_search_and_progress_never_gets_worse() -> None:
    seen: list[Mapping[str, float]] = []
    problem = random_row(40, 9)
    found = rows.solve(
        problem,
        seconds=0.3,
        rng=np.random.default_rng(0),
        progress=seen.append,
    )
    costs = [so_far["cost"] for so_far in seen]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == found.cost
    assert seen[-1]["evaluations"] == found.evaluations
    for name in ("seconds", "evaluations", "iterations"):
        assert [so_far[name] for so_far in seen] == sorted(so_far[name] for so_far in seen)


def test_an_error_in_progress_stops_all_threads() -> None:
    def stop(so_far: Mapping[str, float]) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        rows.solve(
            random_row(30, 1),
            iterations=10**9,
            jobs=2,
            rng=np.random.default_rng(0),
            progress=stop,
        )
    assert not [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]


def test_a_file_is_read_in_its_usual_forms(tmp_path: Path) -> None:
    square = rows.load(write(tmp_path, "3\n2 4 6\n0 1 5\n1 0 2\n5 2 0\n"))
    commas = rows.load(write(tmp_path, "3\n2,4,6\n\n9, 1, 5\n0, 9, 2\n0, 0, 9\n"))
    for problem in (square, commas):
        assert np.array_equal(problem.lengths, THREE.lengths)
        assert np.array_equal(problem.flows, THREE.flows)


def test_the_answer_of_a_file_can_be_checked(tmp_path: Path) -> None:
    path = write(tmp_path, "3\n2 4 6\n0 1 5\n1 0 2\n5 2 0\n")
    answer = rows.rows_file(path, seconds=1, seed=1)
    assert answer["seconds"] < 1
    assert answer | {"seconds": 0} == {
        "instance": "row",
        "n": 3,
        "cost": 37,
        "order": answer["order"],
        "seconds": 0,
        "evaluations": 12,
        "proved": True,
        "seed": 1,
    }
    assert rows.cost(THREE, np.array(answer["order"]) - 1) == 37
    with pytest.raises(InputError, match="seed: expected at least 0, got -1"):
        rows.rows_file(path, seconds=1, seed=-1)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "row.txt: expected numbers, got ''"),
        ("3\n1 2 3\n0 1 2 x", "row.txt: expected numbers, got 'x'"),
        ("2\n1_0 1\n0 1\n1 0", "row.txt: expected numbers, got '1_0'"),
        ("1\n5\n0\n", "row.txt: expected at least 2 departments, got n = 1"),
        ("2.5\n5\n0\n", "row.txt: expected at least 2 departments, got n = 2.5"),
        (
            "2\n1 1\n0 1 1",
            "row.txt: expected 7 numbers (n = 2, 2 lengths, 2 x 2 flows), got 6",
        ),
        (
            "2\n1 1\n0 1 1 0 0",
            "row.txt: expected 7 numbers (n = 2, 2 lengths, 2 x 2 flows), got 8",
        ),
        ("2\n1 -1\n0 1\n1 0", "row.txt: lengths: expected at least 0, got -1 of 2"),
        (
            "2\n1 1\n0 nan\n1 0",
            "row.txt: lengths and flows: expected finite numbers, got NaN or infinity",
        ),
        (
            "2\n1 1\n0 1\n2 0",
            (
                "row.txt: flows: expected a symmetric matrix or one triangle, got 1 from 1 to 2 "
                "and 2 back"
            ),
        ),
    ],
)
def test_files_that_are_no_row_are_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError) as refusal:
        rows.load(write(tmp_path, text))
    assert str(refusal.value) == complaint


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere.txt: expected a text file of numbers, "):
        rows.load(tmp_path / "nowhere.txt")


@pytest.mark.parametrize("order", [[0, 1], [0, 1, 1], [1, 2, 3], [[0, 1, 2]], [0.0, 1.5, 2.0]])
def test_an_order_that_is_no_permutation_is_refused(order: list[int]) -> None:
    with pytest.raises(InputError, match=r"order: expected each of 0 to 2 once, got \["):
        rows.cost(THREE, order)


@pytest.mark.parametrize(
    ("lengths", "flows", "complaint"),
    [
        ([1], [[0]], "lengths: expected at least 2 in one row, got shape (1,)"),
        ([1, 1], [[0, 1]], "flows: expected shape (2, 2), got (1, 2)"),
        ([1, 1], [[1, 0], [0, 0]], "flows: expected zeros on the diagonal"),
    ],
)
def test_arrays_that_are_no_row_are_refused(
    lengths: list[int], flows: list[list[int]], complaint: str
) -> None:
    with pytest.raises(InputError) as refusal:
        rows.Problem(np.array(lengths), np.array(flows))
    assert str(refusal.value) == complaint


@pytest.mark.parametrize(
    ("limits", "complaint"),
    [
        ({}, "expected a limit, seconds or iterations, got neither"),
        ({"seconds": 0}, "seconds: expected a number above 0, got 0"),
        ({"seconds": float("nan")}, "seconds: expected a number above 0, got nan"),
        ({"iterations": 0}, "iterations: expected at least 1, got 0"),
        ({"iterations": 1, "jobs": 0}, "jobs: expected at least 1, got 0"),
        ({"iterations": 1, "exact": 25}, "exact: expected 0 to 24 departments, got 25"),
    ],
)
def test_limits_out_of_range_are_refused(limits: dict[str, float], complaint: str) -> None:
    with pytest.raises(InputError) as refusal:
        rows.solve(THREE, rng=np.random.default_rng(0), **limits)  # type: ignore[arg-type]
    assert str(refusal.value) == complaint
