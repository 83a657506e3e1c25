"""What lies here beside what git holds: identical, within tolerance, different."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_project import Toy

from layoutlab import canonical, verify
from layoutlab.errors import InputError
from layoutlab.verify import DIFFERENT, IDENTICAL, MISSING, NEW, WITHIN, largest_difference

NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(10**12), 10**12)
NESTED = st.recursive(
    NUMBERS | st.text(max_size=3) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=4)
    ),
    max_leaves=10,
)


def verdicts(toy: Toy) -> dict[str, tuple[str, float | None]]:
    return {v.path: (v.verdict, v.difference) for v in verify.verify(toy.root)}


def shift(toy: Toy, by: float, path: str = "reports/metrics/a.json") -> None:
    """Shift the metric ``sum`` (9.0 in stage a)."""
    metrics = json.loads((toy.root / path).read_text())
    canonical.write_json(toy.root / path, metrics | {"sum": metrics["sum"] + by})


def test_what_was_just_reproduced_is_identical(toy: Toy) -> None:
    found = verify.verify(toy.root)
    assert {v.verdict for v in found} == {IDENTICAL}
    assert [(v.stage, v.path) for v in found if v.path.startswith("data/")] == [
        ("a", "data/a.npz"), ("a", "data/a.parquet"),
    ]  # fmt: skip
    assert len(found) == 8
    assert verify.passed(found)
    assert verify.overall(found) == IDENTICAL


def test_within_the_stated_tolerance_and_what_has_no_numbers_by_the_metrics(toy: Toy) -> None:
    shift(toy, 4.5e-7)
    x = np.arange(4) * 1.5
    canonical.write_npz(toy.root / "data/a.npz", x=x + 1e-8)
    canonical.write_parquet(toy.root / "data/a.parquet", pd.DataFrame({"x": x * (1 + 1e-9)}))
    with (toy.root / "reports/notebooks/a.ipynb").open("a") as notebook:
        notebook.write("\n")
    found = verdicts(toy)
    assert {found[path][0] for path in found if "a." in path} == {WITHIN}
    assert found["reports/metrics/a.json"][1] == pytest.approx(5e-8)
    assert found["data/a.npz"][1] == pytest.approx(1e-8)
    assert found["data/a.parquet"][1] == pytest.approx(1e-9)
    notes = {v.path: v.note for v in verify.verify(toy.root)}
    assert notes["reports/notebooks/a.ipynb"] == "judged by the metrics"
    assert notes["data/a.npz"].startswith("at x[")
    assert found["reports/metrics/b.json"] == (IDENTICAL, 0.0)
    assert verify.passed(verify.verify(toy.root))


def test_beyond_the_tolerance_the_largest_difference_is_said(toy: Toy) -> None:
    shift(toy, 0.9)
    found = {v.path: v for v in verify.verify(toy.root)}
    metric = found["reports/metrics/a.json"]
    assert (metric.verdict, metric.note) == (DIFFERENT, "at sum")
    assert metric.difference == pytest.approx(0.1)
    assert found["data/a.npz"].verdict == IDENTICAL
    assert not verify.passed(list(found.values()))
    assert verify.overall(list(found.values())) == DIFFERENT


def test_without_a_stated_tolerance_only_identity_passes(toy: Toy) -> None:
    shift(toy, 1e-12, "reports/metrics/c.json")
    assert verdicts(toy)["reports/metrics/c.json"][0] == DIFFERENT


def test_without_a_tolerance_a_changed_notebook_is_different(toy: Toy) -> None:
    with (toy.root / "reports/notebooks/b.ipynb").open("a") as notebook:
        notebook.write("\n")
    assert verdicts(toy)["reports/notebooks/b.ipynb"] == (DIFFERENT, None)


def test_a_missing_output_and_one_not_committed(toy: Toy) -> None:
    (toy.root / "data/a.npz").unlink()
    toy.edit("dvc.yaml", "reports/notebooks/b.ipynb]", "reports/notebooks/b.ipynb, data/new.csv]")
    (toy.root / "data/new.csv").write_text("x\n1\n")
    other = "  d:\n    cmd: cp data/a.npz data/d\n    deps: [data/a.npz]\n    outs: [data/d]\n"
    with (toy.root / "dvc.yaml").open("a") as plan:
        plan.write(other)
    found = verdicts(toy)
    assert found["data/a.npz"] == (MISSING, None)
    assert found["data/new.csv"] == (NEW, None)
    assert found["data/d"] == (NEW, None)
    assert not verify.passed(verify.verify(toy.root))


def test_an_output_whose_committed_bytes_are_not_here_is_judged_by_the_metrics(toy: Toy) -> None:
    canonical.write_npz(toy.root / "data/a.npz", x=np.arange(4) * 1.5 + 1e-9)
    (toy.root / ".dvc/cache").rename(toy.root / "moved")
    assert verdicts(toy)["data/a.npz"] == (WITHIN, None)  # judged by the metrics
    shift(toy, 0.9)
    assert verdicts(toy)["data/a.npz"] == (DIFFERENT, None)


def test_a_lock_that_git_does_not_hold_is_said(toy: Toy) -> None:
    toy.well("git", "rm", "-q", "--cached", "dvc.lock")
    toy.well("git", "commit", "-qm", "without lock")
    message = "^expected the lock of dvc.yaml committed in git, found none to compare$"
    with pytest.raises(InputError, match=message):
        verify.verify(toy.root)


def test_verify_changes_nothing(toy: Toy) -> None:
    shift(toy, 0.9)
    lock = toy.lock
    verify.verify(toy.root)
    assert toy.lock == lock
    assert toy.well("git", "status", "--porcelain").split() == ["M", "reports/metrics/a.json"]


@pytest.mark.parametrize(
    ("here", "there", "difference", "where"),
    [
        ({"a": 1.0}, {"a": 1.0}, 0.0, ""),
        ({"a": 1, "b": {"c": [1.0, 2.5]}}, {"a": 1, "b": {"c": [1.0, 2.0]}}, 0.25, "b.c[1]"),
        ({"a": 100.0}, {"a": 200.0}, 0.5, "a"),
        ({"a": 0.25}, {"a": 0.0}, 0.25, "a"),
        ({"a": "x"}, {"a": "y"}, math.inf, "a"),
        ({"a": True}, {"a": 1}, 0.0, "a"),
        ({"a": True}, {"a": False}, math.inf, "a"),
        ({"a": None}, {"a": 1.0}, math.inf, "a"),
        ({"a": 1, "z": 2}, {"a": 1}, math.inf, "z"),
        ([1.0, 2.0], [1.0], math.inf, " (length 2, committed 1)"),
        ([math.nan, 1.0], [math.nan, 1.5], 0.5 / 1.5, "[1]"),
        ([1.0, math.nan], [1.0, 2.0], math.inf, "[1]"),
        ([0.0, 2.0], [math.nan, 2.0], math.inf, "[0]"),
        ([math.inf], [math.inf], 0.0, "[0]"),
        ([math.inf], [-math.inf], math.inf, "[0]"),
        (np.array([[1.0, 2.0]]), np.array([[1.0, 4.0]]), 0.5, "[0][1]"),
        (np.array(["a"]), np.array(["b"]), math.inf, "[0]"),
        ({}, {}, 0.0, ""),
    ],
)
def test_largest_difference(here: Any, there: Any, difference: float, where: str) -> None:
    found, place = largest_difference(here, there)
    assert found == pytest.approx(difference)
    assert place == (where if difference else place)


@settings(max_examples=100, deadline=None)
@given(NESTED)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert largest_difference(value, value)[0] == 0.0


@settings(max_examples=100, deadline=None)
@given(NESTED, NESTED)
def test_a_difference_is_a_number_from_nought_up_and_found_both_ways(here: Any, there: Any) -> None:
    difference, reverse = largest_difference(here, there)[0], largest_difference(there, here)[0]
    assert difference >= 0.0
    assert (difference == 0.0) == (reverse == 0.0)


@settings(max_examples=100, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=6), st.data())
def test_the_largest_of_many_is_found(values: list[float], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(values) - 1))
    changed = [*values]
    changed[index] = data.draw(NUMBERS)
    whole = largest_difference({"x": changed}, {"x": values})[0]
    assert whole == largest_difference(changed[index], values[index])[0]


READERS: dict[str, Callable[[Path], None]] = {
    ".json": lambda path: canonical.write_json(path, {"x": [1.0, 2.0]}),
    ".npz": lambda path: canonical.write_npz(path, x=np.array([1.0, 2.0])),
    ".parquet": lambda path: canonical.write_parquet(path, pd.DataFrame({"x": [1.0, 2.0]})),
}


@pytest.mark.parametrize("suffix", READERS)
def test_numbers_are_read_from_every_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    READERS[suffix](path)
    assert largest_difference(verify.READERS[suffix](path), {"x": [1.0, 2.5]}) == (0.2, "x[1]")
