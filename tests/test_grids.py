"""The points of a sweep, their addresses, and how a grid is written on the command line."""

import itertools
import math
from pathlib import Path
from typing import Any

import pytest
from toy_project import Toy, write_notebook

from layoutlab import grids
from layoutlab.engine import ParameterError
from layoutlab.errors import InputError
from layoutlab.grids import parse_fixed, parse_grid
from layoutlab.metrics import flat

NOTEBOOK = "notebooks/point.ipynb"
KNOWN = {
    "n": 3, "rate": 0.5, "fast": True, "name": "tea", "sizes": [1, 2], "source": "data/in.csv",
    "metrics": "reports/metrics/point.json", "figures": "reports/figures/point",
    "model": "models/point.keras", "table": "data/a.npz",
}  # fmt: skip


@pytest.fixture
def sweep(plain: Toy) -> Toy:
    """A plain project with a notebook to sweep and its input."""
    parameters = "\n".join(f"{name} = {value!r}" for name, value in KNOWN.items())
    write_notebook(plain.root / NOTEBOOK, parameters, "from layoutlab.floor import genome")
    (plain.root / "data").mkdir()
    (plain.root / "data/in.csv").write_text("x\n1\n")
    (plain.root / "data/other.csv").write_text("x\n2\n")
    return plain


def points(sweep: Toy, fixed: dict[str, Any] | None = None, **grid: list[Any]) -> list[grids.Point]:
    return grids.points(sweep.root, NOTEBOOK, fixed or {}, grid, sweep.root / "out")


def key(sweep: Toy, **fixed: Any) -> str:
    (point,) = points(sweep, fixed)
    return point.key


def test_points_are_all_combinations_the_last_fastest(sweep: Toy) -> None:
    found = points(sweep, {"rate": 0.1}, name=["b", "a"], n=[2, 1, 3])
    assert [(p.parameters["name"], p.parameters["n"]) for p in found] == list(
        itertools.product(["b", "a"], [2, 1, 3])
    )
    assert {p.parameters["rate"] for p in found} == {0.1}
    assert len({p.key for p in found}) == 6


def test_outputs_go_to_the_point_s_own_folder(sweep: Toy) -> None:
    (point,) = points(sweep, {"n": 1})
    place = f"out/points/{point.key}"
    assert point.folder == sweep.root / place
    assert point.result == point.folder / "result.json"
    assert point.parameters == {
        "n": 1, "metrics": f"{place}/point.json", "figures": f"{place}/point",
        "model": f"{place}/point.keras", "table": f"{place}/a.npz",
    }  # fmt: skip


def test_the_address_is_that_of_the_content(sweep: Toy) -> None:
    first = key(sweep, n=1)
    assert key(sweep, n=1) == first
    assert key(sweep, n=1, rate=0.5) == first  # a default given is the same point
    assert key(sweep, n=2) != first
    elsewhere = grids.points(sweep.root, NOTEBOOK, {"n": 1}, {}, sweep.root / "other")
    assert elsewhere[0].key == first


@pytest.mark.parametrize(
    ("path", "touches"),
    [
        (NOTEBOOK, True),
        ("layoutlab/floor/genome.py", True),
        ("layoutlab/errors.py", True),
        ("data/in.csv", True),
        ("layoutlab/flow.py", False),
        ("data/other.csv", False),
        ("params.yaml", False),
    ],
)
def test_the_address_changes_with_what_the_point_reads(
    sweep: Toy, path: str, touches: bool
) -> None:
    first = key(sweep)
    text = (sweep.root / path).read_text()
    (sweep.root / path).write_text(text + "\n")
    assert (key(sweep) != first) == touches
    (sweep.root / path).write_text(text)
    assert key(sweep) == first


def test_the_address_changes_with_the_library_lock(sweep: Toy) -> None:
    first = key(sweep)
    (sweep.root / "requirements.lock").write_text("numpy==2.4.6\n")
    assert key(sweep) != first


def test_output_parameters_do_not_change_the_address(sweep: Toy) -> None:
    first = key(sweep)
    for path in ("reports/metrics/point.json", "models/point.keras", "data/a.npz"):
        (sweep.root / path).parent.mkdir(parents=True, exist_ok=True)
        (sweep.root / path).write_text("an earlier run's")
    assert key(sweep) == first


def test_a_changed_default_is_another_point(sweep: Toy) -> None:
    first = key(sweep, n=1)
    sweep.edit(NOTEBOOK, "rate = 0.5", "rate = 0.25")
    assert key(sweep, n=1) != first


@pytest.mark.parametrize(
    ("fixed", "grid", "message"),
    [
        ({"nam": 1}, {}, "unknown parameter 'nam': did you mean 'name'? The notebook knows: "),
        ({}, {"sead": [1]}, "unknown parameter 'sead': "),
        ({}, {"n": [1, "two"]}, "parameter 'n': expected int, like its default 3, got str: 'two'"),
        ({"n": 1}, {"n": [1, 2]}, "expected each parameter once, got ['n'] both fixed and in the"),
        ({}, {"n": []}, "expected values for 'n' in the grid, got none"),
        ({"rate": math.nan}, {}, "expected finite numbers for JSON: "),
    ],
)  # fmt: skip
def test_bad_points_are_refused(
    sweep: Toy, fixed: dict[str, Any], grid: dict[str, list[Any]], message: str
) -> None:
    with pytest.raises(InputError) as raised:
        points(sweep, fixed, **grid)
    assert str(raised.value).startswith(message)


def test_a_notebook_that_is_not_there_or_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^expected a notebook at .*gone\.ipynb, found no such"):
        grids.defaults(tmp_path / "gone.ipynb")
    (tmp_path / "bad.ipynb").write_text("{")
    with pytest.raises(InputError, match=r"^expected a notebook at .*bad\.ipynb, got no JSON$"):
        grids.defaults(tmp_path / "bad.ipynb")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("n=4", 4),
        ("n=-4", -4),
        ("rate=1", 1.0),
        ("rate=1e-3", 0.001),
        ("rate=.5", 0.5),
        ("fast=false", False),
        ("fast=true", True),
        ("name=7", "7"),
        ("name=true", "true"),
        ("name=a=b", "a=b"),
        ("name=", ""),
        ("sizes=[3, 4]", [3, 4]),
    ],
)
def test_a_fixed_value_is_read_as_its_default_s_type(text: str, value: object) -> None:
    ((_, found),) = parse_fixed([text], KNOWN).items()
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "value"), [("rate=fast", "fast"), ("sizes=[1", "[1"), ("none=3", "3")]
)
def test_what_cannot_be_read_is_left_for_the_check_of_parameters(text: str, value: str) -> None:
    assert list(parse_fixed([text], KNOWN).values()) == [value]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("name=tea,coffee", ["tea", "coffee"]),
        ("n=3,1,2", [3, 1, 2]),
        ("n=0:4", [0, 1, 2, 3]),
        ("n=0:31:10", [0, 10, 20, 30]),
        ("n=3:0:-1", [3, 2, 1]),
        ("rate=0.1,1", [0.1, 1.0]),
        ("fast=true,false", [True, False]),
        ("name=0:3", ["0:3"]),
        ("n=5", [5]),
    ],
)
def test_a_grid_is_values_or_a_range(text: str, values: list[object]) -> None:
    assert list(parse_grid([text], KNOWN).values()) == [values]


@pytest.mark.parametrize("text", ["n=0:", "n=a:b", "n=0:9:0", "n=0:1:2:3", "n=0.5:2"])
def test_a_range_that_is_none_is_refused(text: str) -> None:
    given = text.partition("=")[2]
    with pytest.raises(InputError) as raised:
        parse_grid([text], KNOWN)
    assert str(raised.value) == f"'n': expected FROM:TO or FROM:TO:STEP, got {given!r}"


@pytest.mark.parametrize("read", [parse_fixed, parse_grid])
def test_a_text_without_equals_is_refused(read: Any) -> None:
    with pytest.raises(InputError, match=r"^expected NAME=VALUE, got 'seed'$"):
        read(["seed"], KNOWN)


def test_mistyped_texts_are_named_by_the_check(sweep: Toy) -> None:
    with pytest.raises(
        ParameterError, match=r"^parameter 'rate': expected float, .* got str: 'x'$"
    ):
        points(sweep, parse_fixed(["rate=x"], KNOWN))


def test_nested_metrics_are_joined_by_dots() -> None:
    metrics = {"auc": 0.5, "fit": {"loss": [1, 2], "deep": {"x": "y"}}}
    found = {"auc": 0.5, "fit.loss": [1, 2], "fit.deep.x": "y"}
    assert dict(flat(metrics)) == found
