"""How does a notebook run so that two runs give the same bytes? The papermill engine `layoutlab`.

``papermill --engine layoutlab IN.ipynb OUT.ipynb -p name value`` checks the parameters against the
notebook's own before the first cell, runs the cells in a fresh interpreter with everything in
`layoutlab.pins` pinned, and writes an executed notebook that carries no time, random id, process
id or machine path. A failed run keeps the half-executed notebook beside the place of the complete
one, under ``OUT.failed.ipynb``, and leaves nothing at ``OUT.ipynb``.
"""

import ast
import difflib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import nbformat
from nbformat import NotebookNode

from layoutlab import canonical, pins
from layoutlab.errors import InputError

INJECTED = "injected-parameters"


class ParameterError(click.UsageError, InputError):
    """A parameter the notebook does not know, or of another type than its default."""

    def __str__(self) -> str:
        """Return the message alone, also outside of click."""
        return self.message


class NotebookFailed(click.ClickException):
    """A cell raised; the message names the cell, the error and the half-executed notebook."""

    def __str__(self) -> str:
        """Return the message alone, also outside of click."""
        return self.message


class LayoutLabEngine:
    """The engine papermill finds under the name ``layoutlab``.

    It has the three class methods papermill asks of an engine; it does not inherit papermill's
    base class, because papermill loads every engine while it is being imported itself.
    """

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """Return the kernel's name, as papermill's own engines do."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """Return the notebook's language, as papermill's own engines do."""
        from papermill.utils import nb_language

        return str(nb_language(nb, language))

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool | dict[str, Any] = True,
        **_: Any,
    ) -> NotebookNode:
        """Run the cells of a notebook papermill has parameterised; return it executed.

        Raises
        ------
        ParameterError
            Before the first cell, for an unknown parameter or a value of another type.
        NotebookFailed
            When a cell raised or the interpreter was ended.
        """
        given = nb.metadata.get("papermill", {}).get("parameters", {})
        check_parameters(default_parameters(nb), given)
        nb = make_canonical(nb)
        nb, failure = _run_in_fresh_interpreter(nb, progress=bool(progress_bar))
        if output_path:
            keep(nb, output_path, failure)
        elif failure:
            raise NotebookFailed(failure)
        if output_path and os.environ.get("DVC_STAGE"):
            _project_to_mlflow(os.environ["DVC_STAGE"])
        return nb


def default_parameters(nb: NotebookNode) -> dict[str, Any]:
    """Return the names and default values in the notebook's cell tagged ``parameters``.

    Raises
    ------
    ParameterError
        When that cell holds anything but assignments of literals to names.
    """
    found: dict[str, Any] = {}
    for cell in nb.cells:
        if "parameters" not in cell.metadata.get("tags", []):
            continue
        for statement in ast.parse(cell.source).body:
            try:
                (target,) = statement.targets  # type: ignore[attr-defined]
                found[target.id] = ast.literal_eval(statement.value)  # type: ignore[attr-defined]
            except (AttributeError, ValueError) as error:
                raise ParameterError(
                    "expected only literal assignments in the cell tagged parameters, got: "
                    + ast.unparse(statement)
                ) from error
    return found


def check_parameters(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Stop at a parameter that the notebook does not know, or of another type than its default.

    A default of None accepts anything; a list's elements must be of the default's element type, and
    a tuple is given as a list.
    """
    for name, value in given.items():
        if name not in defaults:
            near = difflib.get_close_matches(name, defaults, n=1, cutoff=0.4)
            meant = f"did you mean {near[0]!r}? " if near else ""
            known = ", ".join(defaults) or "none"
            raise ParameterError(f"unknown parameter {name!r}: {meant}The notebook knows: {known}")
        default = defaults[name]
        if default is not None and not _alike(value, default):
            raise ParameterError(
                f"parameter {name!r}: expected {_type(default)}, like its default {default!r}, "
                f"got {_type(value)}: {value!r}"
            )


def _alike(value: Any, default: Any) -> bool:
    """Tell whether two literals have one type; an empty list is like any list."""
    either_empty = isinstance(value, list | tuple) and not (value and default)
    return _type(value).split()[0] == _type(default).split()[0] and (
        either_empty or _type(value) == _type(default)
    )


def _type(value: Any) -> str:
    """Name the type of a literal; a list, or a tuple, tells the types of its elements."""
    name = "list" if isinstance(value, tuple) else type(value).__name__
    if isinstance(value, list | tuple) and value:
        return f"list of {' or '.join(sorted({_type(element) for element in value}))}"
    return name


def make_canonical(nb: NotebookNode) -> NotebookNode:
    """Remove what differs between two runs: papermill's times and paths, random cell ids."""
    parameters = nb.metadata.get("papermill", {}).get("parameters", {})
    nb.metadata["papermill"] = {"parameters": parameters}
    for index, cell in enumerate(nb.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if INJECTED in cell.metadata.get("tags", []):
            cell["id"] = INJECTED
        elif not cell.get("id"):
            cell["id"] = f"cell-{index}"
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nb


def execute(source: str | Path, target: str | Path, parameters: dict[str, Any]) -> None:
    """Run a notebook in this process, which must be fresh and pinned (see `layoutlab.workers`).

    Writes the same bytes to `target` as ``papermill --engine layoutlab`` does.

    Raises
    ------
    ParameterError, NotebookFailed
        As `LayoutLabEngine.execute_notebook`.
    """
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    from layoutlab.session import run_cells

    target = Path(target).resolve()
    nb = load_notebook_node(str(source))
    check_parameters(default_parameters(nb), parameters)
    if parameters:
        nb = parameterize_notebook(nb, parameters, engine_name="layoutlab")
    nb = make_canonical(nb)
    failed = run_cells(nb)
    keep(nb, target, None if failed is None else describe_failure(nb, failed))


def keep(nb: NotebookNode, output_path: str | Path, failure: str | None) -> None:
    """Write an executed notebook to its place, or a failed one beside it, and then raise.

    Raises
    ------
    NotebookFailed
        When `failure` says what went wrong.
    """
    complete = Path(output_path)
    failed = complete.with_suffix(".failed.ipynb")
    written, other = (failed, complete) if failure else (complete, failed)
    canonical.write_text(written, nbformat.writes(nb))
    other.unlink(missing_ok=True)
    if failure:
        raise NotebookFailed(f"{failure}\nThe half-executed notebook is {_short(failed)}")


def describe_failure(nb: NotebookNode, index: int) -> str:
    """Say which cell failed, and how."""
    errors = [o for o in nb.cells[index].get("outputs", []) if o.output_type == "error"]
    what = f"{errors[-1].ename}: {errors[-1].evalue}" if errors else "no error was recorded"
    first_line = nb.cells[index].source.strip().splitlines()[0]
    return f"cell {index + 1} of {len(nb.cells)} ({first_line}) raised {what}"


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_absolute() else str(path)


def _run_in_fresh_interpreter(nb: NotebookNode, progress: bool) -> tuple[NotebookNode, str | None]:
    """Run the cells in an interpreter of their own; return the notebook and what went wrong."""
    with tempfile.TemporaryDirectory(prefix="layoutlab-") as folder:
        path = Path(folder) / "notebook.ipynb"
        path.write_text(nbformat.writes(nb))
        child = subprocess.Popen(
            [sys.executable, "-m", "layoutlab.session", str(path)],
            env=pins.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            done = _follow(child, len(nb.cells), progress)
        except KeyboardInterrupt:
            child.wait()  # the terminal interrupted it too: it saves where it stands and ends
            done = -1
        executed = nbformat.read(path, as_version=4)
    if child.returncode == 0:
        return executed, None
    if child.returncode == 1:
        raised = (
            i
            for i, cell in enumerate(executed.cells)
            if any(o.output_type == "error" for o in cell.get("outputs", []))
        )
        index = next(raised, None)
        if index is not None:
            return executed, describe_failure(executed, index)
    return executed, (
        f"the interpreter ended with code {child.returncode} after cell {done + 1} "
        f"of {len(executed.cells)}"
    )


def _follow(child: "subprocess.Popen[str]", total: int, progress: bool) -> int:
    """Show each finished cell; return the index of the last one."""
    from tqdm import tqdm

    done = -1
    assert child.stdout is not None
    with tqdm(total=total, unit="cell", desc="Executing", disable=not progress) as bar:
        for line in child.stdout:
            if line.startswith("cell "):
                done = int(line.split()[1])
                bar.update(done + 1 - bar.n)
    child.wait()
    return done


def _project_to_mlflow(stage: str) -> None:
    """Project a stage that `dvc repro` just ran; MLflow being away never fails the stage."""
    subprocess.run([sys.executable, "-m", "layoutlab.tracking", stage], check=False)
