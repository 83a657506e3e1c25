"""Executed notebooks that are the same bytes every time, and parameters that are checked first."""

import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from toy_project import PACKAGE, Toy, copied, names_in, read_notebook, until, write_notebook

from layoutlab import engine
from layoutlab.engine import NotebookFailed, ParameterError

Execute = Callable[..., str | None]
ENGINE = ("papermill", "--engine", "layoutlab")
STRICT = "n = 3\nrate = 0.5\nfast = True\nname = 'tea'\nsizes = [1, 2]\nnested = {'a': 1}\n"
KNOWS = "The notebook knows: n, rate, fast, name, sizes, nested"
FAILING = ("print('kept')", "open('marker.txt', 'w').close()\nraise ValueError('no receipts')")


def strict(toy: Toy) -> Path:
    """Write a notebook that leaves a marker when its first cell runs."""
    marker = "from pathlib import Path\nPath('marker.txt').touch()"
    return write_notebook(toy.root / "notebooks/strict.ipynb", STRICT, marker)


def test_two_runs_in_two_places_and_a_warm_fork_give_the_same_bytes(
    plain: Toy, execute: Execute, tmp_path: Path
) -> None:
    show = (
        "import os, sys\nprint(object(), os.getcwd(), file=sys.stdout)\nprint('p', file=sys.stderr)"
    )
    rows = "import pandas as pd\ndisplay(pd.DataFrame({'n': [n]}))\nn"
    enter = "from layoutlab import project\n\nproject.enter()"
    write_notebook(plain.root / "notebooks/x.ipynb", "n = 3", enter, show, rows)
    other = copied(plain, tmp_path / "elsewhere" / "with another name")
    command = [*ENGINE, "notebooks/x.ipynb", "reports/x.ipynb", "-p", "n", "4"]
    runs = [plain.start(*command), other.start(*command, PYTHONHASHSEED="5", TZ="Asia/Tokyo")]
    for run in runs:
        _, err = run.communicate(timeout=240)
        assert run.returncode == 0, err
    assert execute("notebooks/x.ipynb", plain.root / "warm.ipynb", {"n": 4}) is None
    written = (plain.root / "reports/x.ipynb").read_text()
    assert (other.root / "reports/x.ipynb").read_text() == written
    assert (plain.root / "warm.ipynb").read_text() == written
    assert read_notebook(plain.root / "reports/x.ipynb")["code-2"][1]["data"]["text/plain"] == ["4"]
    for secret in (str(tmp_path), str(PACKAGE.parent), "0x7f", "/tmp", "start_time", "duration"):
        assert secret not in written
    assert re.search(r"20\d\d-\d\d-\d\d", written) is None
    assert '"parameters": {\n    "n": 4' in written


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rat": 0.1}, f"unknown parameter 'rat': did you mean 'rate'? {KNOWS}"),
        ({"zzz": 1}, f"unknown parameter 'zzz': {KNOWS}"),
        ({"n": 1.0}, "parameter 'n': expected int, like its default 3, got float: 1.0"),
        ({"n": True}, "parameter 'n': expected int, like its default 3, got bool: True"),
        ({"n": "3"}, "parameter 'n': expected int, like its default 3, got str: '3'"),
        ({"n": None}, "parameter 'n': expected int, like its default 3, got NoneType: None"),
        ({"rate": 1}, "parameter 'rate': expected float, like its default 0.5, got int: 1"),
        ({"rate": "x"}, "parameter 'rate': expected float, like its default 0.5, got str: 'x'"),
        ({"fast": 0}, "parameter 'fast': expected bool, like its default True, got int: 0"),
        ({"fast": "false"},
         "parameter 'fast': expected bool, like its default True, got str: 'false'"),
        ({"name": 7}, "parameter 'name': expected str, like its default 'tea', got int: 7"),
        ({"sizes": 1},
         "parameter 'sizes': expected list of int, like its default [1, 2], got int: 1"),
        ({"sizes": [0.5]}, (
            "parameter 'sizes': expected list of int, like its default [1, 2], "
            "got list of float: [0.5]"
        )),
        ({"nested": [1]},
         "parameter 'nested': expected dict, like its default {'a': 1}, got list of int: [1]"),
    ],
)  # fmt: skip
def test_an_unknown_or_mistyped_parameter_is_named(given: dict[str, Any], message: str) -> None:
    defaults = {"n": 3, "rate": 0.5, "fast": True, "name": "tea", "sizes": [1, 2]}
    with pytest.raises(ParameterError) as raised:
        engine.check_parameters({**defaults, "nested": {"a": 1}}, given)
    assert str(raised.value) == message
    assert isinstance(raised.value, ValueError)


@pytest.mark.parametrize(
    ("default", "value"),
    [(3, -1), (0.5, 1e9), (True, False), ("a", ""), ([1], []), ([], [1]), ((1, 2), [3]),
     (None, "anything"), ([[1]], [[2], [3]])],
)  # fmt: skip
def test_a_value_of_the_default_s_type_is_taken(default: Any, value: Any) -> None:
    engine.check_parameters({"x": default}, {"x": value})


def test_the_parameters_cell_is_read_as_literals(plain: Toy) -> None:
    nb = nbformat.read(strict(plain), as_version=4)
    assert engine.default_parameters(nb) == {
        "n": 3, "rate": 0.5, "fast": True, "name": "tea", "sizes": [1, 2], "nested": {"a": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    "line", ["n = 1 + len('x')", "import os", "n = m = 3", "n: int = 3", "f()"]
)
def test_a_parameters_cell_holds_only_literal_assignments(plain: Toy, line: str) -> None:
    path = write_notebook(plain.root / "notebooks/x.ipynb", line, "n")
    message = "expected only literal assignments in the cell tagged parameters, got: "
    with pytest.raises(ParameterError, match=f"^{re.escape(message + line)}$"):
        engine.default_parameters(nbformat.read(path, as_version=4))


def test_a_mistyped_parameter_stops_before_the_first_cell(plain: Toy, execute: Execute) -> None:
    strict(plain)
    source, target = "notebooks/strict.ipynb", "out/x.ipynb"
    done = plain.run(*ENGINE, source, target, "-y", "{fast: 'false'}")
    assert done.returncode == 2
    message = "parameter 'fast': expected bool, like its default True, got str: 'false'"
    assert done.stderr.endswith(f"Error: {message}\n")
    assert "Traceback" not in done.stderr
    assert execute(source, plain.root / target, {"fast": "false"}) == message
    assert not (plain.root / "marker.txt").exists()
    assert not (plain.root / target).exists()


def test_a_notebook_that_raises_is_kept_half_executed(plain: Toy, execute: Execute) -> None:
    write_notebook(plain.root / "notebooks/f.ipynb", "n = 1", *FAILING, "print('never')")
    (plain.root / "out").mkdir()
    (plain.root / "out/f.ipynb").write_text("from an earlier run")
    done = plain.run(*ENGINE, "notebooks/f.ipynb", "out/f.ipynb")
    message = (
        "cell 4 of 5 (open('marker.txt', 'w').close()) raised ValueError: no receipts\n"
        "The half-executed notebook is out/f.failed.ipynb"
    )
    assert done.returncode == 1
    assert done.stderr.endswith(f"Error: {message}\n")
    assert "Traceback" not in done.stderr
    assert names_in(plain.root / "out") == ["f.failed.ipynb"]
    by_cli = (plain.root / "out/f.failed.ipynb").read_bytes()
    kept = read_notebook(plain.root / "out/f.failed.ipynb")
    assert kept["code-0"][0]["text"] == ["kept\n"]
    assert kept["code-1"][0]["ename"] == "ValueError"
    assert kept["code-2"] == []
    assert execute("notebooks/f.ipynb", plain.root / "out/f.ipynb") == message
    assert (plain.root / "out/f.failed.ipynb").read_bytes() == by_cli
    write_notebook(plain.root / "notebooks/f.ipynb", "n = 1", "print('mended')")
    assert execute("notebooks/f.ipynb", plain.root / "out/f.ipynb") is None
    assert names_in(plain.root / "out") == ["f.ipynb"]


def test_a_killed_interpreter_is_told_and_what_was_done_is_kept(plain: Toy) -> None:
    kill = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    noise = "import subprocess\nprint('kept')\nsubprocess.run(['echo', 'cell 99'])\nprint('too')"
    write_notebook(plain.root / "notebooks/k.ipynb", "n = 1", noise, kill)
    with pytest.raises(NotebookFailed) as raised:
        papermill.execute_notebook(
            "notebooks/k.ipynb", "out/k.ipynb", engine_name="layoutlab", progress_bar=False
        )
    assert str(raised.value) == (
        "the interpreter ended with code -9 after cell 3 of 4\n"
        "The half-executed notebook is out/k.failed.ipynb"
    )
    assert names_in(plain.root / "out") == ["k.failed.ipynb"]
    kept = read_notebook(plain.root / "out/k.failed.ipynb")["code-0"]
    assert "".join(kept[0]["text"]) == "kept\ntoo\n"


def test_an_interrupt_keeps_the_half_executed_notebook(plain: Toy) -> None:
    wait = "from pathlib import Path\nimport time\nPath('begun').touch()\ntime.sleep(600)"
    write_notebook(plain.root / "notebooks/i.ipynb", "n = 1", "print('kept')", wait)
    run = plain.start(*ENGINE, "notebooks/i.ipynb", "out/i.ipynb")
    until((plain.root / "begun").exists, "the cell runs", run)
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate(timeout=240)
    assert run.returncode == 1
    assert "raised KeyboardInterrupt" in err
    assert "Traceback" not in err
    assert names_in(plain.root / "out") == ["i.failed.ipynb"]


def test_the_same_notebook_runs_without_our_engine(plain: Toy) -> None:
    """Plain papermill, nbconvert, and a kernel in notebooks/, as "Run all" in JupyterLab does."""
    shutil.rmtree(plain.root / "reports", ignore_errors=True)
    (plain.root / "reports").mkdir()
    stock = plain.start("papermill", "notebooks/a.ipynb", "reports/stock.ipynb", "-p", "n", "7")
    _, err = stock.communicate(timeout=240)
    assert stock.returncode == 0, err
    metrics = plain.root / "reports/metrics/a.json"
    assert '"n": 7' in metrics.read_text()
    metrics.unlink()
    convert = ("jupyter", "nbconvert", "--execute", "--to", "notebook", "--output-dir=reports")
    plain.well(*convert, "notebooks/a.ipynb")
    assert '"n": 3' in metrics.read_text()
    metrics.unlink()
    notebook = nbformat.read("notebooks/a.ipynb", as_version=4)
    in_notebooks = {"metadata": {"path": str(plain.root / "notebooks")}}
    NotebookClient(notebook, kernel_name="python3", resources=in_notebooks).execute()
    assert '"n": 3' in metrics.read_text()
    assert names_in(plain.root / "notebooks") == ["a.ipynb", "b.ipynb", "c.ipynb"]


def test_an_expected_error_is_no_failure(plain: Toy) -> None:
    write_notebook(plain.root / "notebooks/e.ipynb", "n = 1", "1 / 0", tags=("raises-exception",))
    papermill.execute_notebook(
        "notebooks/e.ipynb", "e.ipynb", engine_name="layoutlab", progress_bar=False
    )
    (shown,) = read_notebook(plain.root / "e.ipynb")["code-0"]
    assert shown["text"] == ["ZeroDivisionError: division by zero\n"]


def test_papermill_finds_the_engine_by_its_name() -> None:
    found = papermill.engines.papermill_engines.get_engine("layoutlab")
    assert found is engine.LayoutLabEngine
