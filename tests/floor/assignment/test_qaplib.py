# ruff: noqa: E501  (messages are written whole)
import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.assignment import qaplib, quadratic

FLOWS = np.array([[0, 5, 2], [1, 0, 3], [2, 7, 0]])
DISTANCES = np.array([[0, 1, 4], [1, 0, 2], [6, 2, 0]])
NUMBERS = [3, *FLOWS.ravel().tolist(), *DISTANCES.ravel().tolist()]


def written(folder, text, name="toy.dat"):
    path = folder / name
    path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
    return path


@pytest.mark.parametrize("between", [" ", "\n", "\r\n\r\n\t", " , ", ",\n"])
def test_any_layout_of_the_numbers_is_read(tmp_path, between):
    problem = qaplib.load(written(tmp_path, between.join(map(str, NUMBERS)) + "\n\n"))
    assert problem.name == "toy"
    assert problem.flows.tolist() == FLOWS.tolist()
    assert problem.distances.tolist() == DISTANCES.tolist()
    assert problem.flows.dtype == np.int64


def test_one_decimal_makes_the_problem_one_of_floats(tmp_path):
    text = " ".join(map(str, NUMBERS[:-1])) + " 1.5e-1"
    problem = qaplib.load(written(tmp_path, text))
    assert problem.distances[2, 2] == 0.15
    assert problem.flows.dtype == problem.linear.dtype == np.float64


def test_linear_costs_and_locks_come_with_it(tmp_path):
    linear = written(tmp_path, "1 2 3\n4 5 6\n7 8 9", "linear.txt")
    path = written(tmp_path, " ".join(map(str, NUMBERS)))
    problem = qaplib.load(path, linear=linear, fixed={0: 2}, forbidden=[(1, 1)])
    assert problem.linear[2].tolist() == [7, 8, 9]
    assert problem.allowed.tolist() == [[False, False, True], [True, False, False], [True, True, False]]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "toy.dat: expected numbers, got an empty file"),
        (" \n\n", "toy.dat: expected numbers, got an empty file"),
        ("1\n0\n0", "toy.dat: expected n of at least 2 as first number, got 1"),
        ("-3 1 2", "toy.dat: expected n of at least 2 as first number, got -3"),
        ("2.5 1 2", "toy.dat: expected n of at least 2 as first number, got 2.5"),
        ("2 0 1 1 0 0 1 1", "toy.dat: expected two matrices of 2 × 2, 8 numbers after n, got 7"),
        ("2 0 1 1 0 0 1 1 0 9", "toy.dat: expected two matrices of 2 × 2, 8 numbers after n, got 9"),
        ("2 0 1 0 1 0 1 0 1 0 1 0 1", "toy.dat: expected two matrices of 2 × 2, 8 numbers after n, got 12"),
        ("2 0 1 x 0 0 1 1 0", "toy.dat: expected number 4 to be one, got 'x'"),
        ("2 0 1 nan 0 0 1 1 0", "toy.dat: expected number 4 to be one, got 'nan'"),
        ("2 0 1 1_0 0 0 1 1 0", "toy.dat: expected number 4 to be one, got '1_0'"),
        ("2 0 1 1e999 0 0 1 1 0", "flows: expected finite numbers, got NaN or infinity"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_problem_is_refused(tmp_path, text, message):
    with pytest.raises(InputError) as error:
        qaplib.load(written(tmp_path, text))
    assert str(error.value) == message


def test_what_is_no_text_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="expected numbers as text, got other bytes"):
        qaplib.load(written(tmp_path, b"2 \xff\xfe"))
    with pytest.raises(InputError, match="expected a readable file, got: No such file"):
        qaplib.load(tmp_path / "missing.dat")
    with pytest.raises(InputError, match="expected a readable file, got: Is a directory"):
        qaplib.load(tmp_path)


def test_linear_costs_of_another_size_are_refused(tmp_path):
    path = written(tmp_path, " ".join(map(str, NUMBERS)))
    linear = written(tmp_path, "1 2 3", "linear.txt")
    with pytest.raises(InputError) as error:
        qaplib.load(path, linear=linear)
    assert str(error.value) == "linear.txt: expected 3 × 3 = 9 numbers, got 3"


PROBLEM = quadratic.state(FLOWS, DISTANCES)
P = np.array([1, 2, 0])
COST = quadratic.cost(PROBLEM, P)
INVERSE_COST = quadratic.cost(PROBLEM, np.argsort(P))


@pytest.mark.parametrize(
    ("listed", "convention", "first"),
    [
        ("2 3 1", "location of each object", 1),
        ("1 2 0", "location of each object", 0),
        ("3, 1, 2", "object at each location", 1),
        ("2 0 1", "object at each location", 0),
    ],
)
def test_each_convention_of_solutions_is_told_by_its_cost(tmp_path, listed, convention, first):
    solution = qaplib.read_solution(written(tmp_path, f"3 {COST}\n{listed}\n", "toy.sln"), PROBLEM)
    assert COST != INVERSE_COST
    assert solution.permutation.tolist() == P.tolist()
    assert (solution.cost, solution.stated, solution.agrees) == (COST, COST, True)
    assert (solution.convention, solution.first) == (convention, first)


def test_a_wrong_header_is_told_and_the_cheaper_reading_taken(tmp_path):
    solution = qaplib.read_solution(written(tmp_path, "3 999\n2 3 1", "toy.sln"), PROBLEM)
    assert (solution.agrees, solution.stated) == (False, 999)
    assert solution.cost == min(COST, INVERSE_COST)


def test_a_permutation_that_is_its_own_inverse_says_nothing_of_the_convention(tmp_path):
    text = f"3 {quadratic.cost(PROBLEM, [1, 0, 2])} 2 1 3"
    assert qaplib.read_solution(written(tmp_path, text), PROBLEM).convention == "either"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3", "toy.sln: expected n = 3, a cost and 3 whole numbers, got n = 3 and 0 numbers after the cost"),
        ("4 10 1 2 3 4", "toy.sln: expected n = 3, a cost and 3 whole numbers, got n = 4 and 4 numbers after the cost"),
        ("3 10 1 2", "toy.sln: expected n = 3, a cost and 3 whole numbers, got n = 3 and 2 numbers after the cost"),
        ("3 10 1 1 3", "toy.sln: expected a permutation from 0 or 1, got ['1', '1', '3']"),
        ("3 10 2 3 4", "toy.sln: expected a permutation from 0 or 1, got ['2', '3', '4']"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_solution_is_refused(tmp_path, text, message):
    with pytest.raises(InputError) as error:
        qaplib.read_solution(written(tmp_path, text, "toy.sln"), PROBLEM)
    assert str(error.value) == message


def test_a_pair_is_an_object_and_a_location():
    assert qaplib.pair("3:7") == (3, 7)
    for text in ("3", "3:7:1", "a:1", "3:", "1.5:2"):
        with pytest.raises(InputError) as error:
            qaplib.pair(text)
        assert str(error.value) == f"pair: expected OBJECT:LOCATION, such as 3:7, got {text!r}"
