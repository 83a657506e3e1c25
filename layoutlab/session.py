"""What does a notebook show when its cells run here, in this process, one after another?

IPython runs the cells, so magics, ``display`` and inline figures work as in JupyterLab; what they
show is kept as notebook outputs in the order of showing. Standard error is not kept: it carries
progress, logs, times and process ids, and goes where this process's standard error goes.
Run as ``python -m layoutlab.session NOTEBOOK`` it executes the notebook in place, saving after
every cell, and reports each finished cell as a line on standard output.
"""

import base64
import itertools
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets.config import Config

from layoutlab import canonical

ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


class Recorder:
    """The outputs of the cell that is running; a stream written in pieces becomes one output."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.outputs: list[NotebookNode] = []
        self.shown: dict[str, list[NotebookNode]] = {}

    def write(self, text: str) -> int:
        """Take text from standard output."""
        if self.outputs and self.outputs[-1].output_type == "stream":
            self.outputs[-1].text += text
        elif text:
            self.outputs.append(new_output("stream", name="stdout", text=text))
        return len(text)

    def flush(self) -> None:
        """Nothing waits to be written."""

    def isatty(self) -> bool:
        """Tell writers not to draw for a terminal."""
        return False

    def show(self, kind: str, data: dict[str, Any], metadata: dict[str, Any], **more: Any) -> None:
        """Take something displayed, or a cell's value."""
        data = {
            mime: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for mime, value in data.items()
        }
        self.outputs.append(new_output(kind, data=data, metadata=metadata, **more))


class _Publisher(DisplayPublisher):
    recorder: Recorder

    def publish(  # type: ignore[override]  # IPython's own signature varies between releases
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        name = (transient or {}).get("display_id")
        named = self.recorder.shown.setdefault(name, []) if name else []
        for output in named:
            output.update(data=data, metadata=metadata or {})
        if not (update and named):
            self.recorder.show("display_data", data, metadata or {})
            named.append(self.recorder.outputs[-1])

    def clear_output(self, wait: bool = False) -> None:
        self.recorder.outputs.clear()


class _Hook(DisplayHook):
    recorder: Recorder

    def write_output_prompt(self) -> None:
        """A notebook shows its prompt itself."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.recorder.show(
            "execute_result", format_dict, md_dict or {}, execution_count=self.prompt_count
        )


class _Shell(InteractiveShell):
    recorder: Recorder

    def enable_gui(self, gui: Any = None) -> None:
        """Figures are drawn into the notebook; there is no event loop to start."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.recorder.outputs.append(
            new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=stb)
        )


def _new_shell(recorder: Recorder, folder: str) -> _Shell:
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    _Shell.clear_instance()
    shell: _Shell = _Shell.instance(
        config=config,
        ipython_dir=folder,
        display_pub_class=_Publisher,
        displayhook_class=_Hook,
    )
    shell.recorder = shell.display_pub.recorder = shell.displayhook.recorder = recorder
    _draw_inline()
    return shell


def _draw_inline() -> None:
    """Let figures go into the notebook; matplotlib does so itself if it is imported from now on."""
    if "matplotlib_inline.backend_inline" in sys.modules:
        sys.modules["matplotlib_inline.backend_inline"]._enable_matplotlib_integration()


def run_cells(
    notebook: NotebookNode, after_cell: Callable[[int], None] = lambda index: None
) -> int | None:
    """Run a notebook's code cells in this process and put their outputs into it.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place: outputs and execution counts, as a Jupyter kernel would give them.
    after_cell : callable
        Told the index of each cell once it is done.

    Returns
    -------
    int or None
        Index of the cell that raised, where running stopped; None when all ran.
    """
    recorder = Recorder()
    stdout = sys.stdout
    with tempfile.TemporaryDirectory(prefix="layoutlab-") as folder:
        shell = _new_shell(recorder, folder)
        try:
            sys.stdout = recorder  # type: ignore[assignment]  # it writes text, all that is asked
            for index, cell in enumerate(notebook.cells):
                if cell.cell_type == "code" and cell.source.strip():
                    recorder.outputs = cell.outputs = []
                    cell.execution_count = shell.execution_count
                    result = shell.run_cell(cell.source, store_history=True)
                    if not result.success:
                        _record_error(result, cell.outputs)
                    _hide_addresses([*cell.outputs, *itertools.chain(*recorder.shown.values())])
                    if not result.success:
                        if "raises-exception" not in cell.metadata.get("tags", []):
                            return index
                        _show_as_text(cell.outputs)
                after_cell(index)
        finally:
            sys.stdout = stdout
            _Shell.clear_instance()
    return None


def _record_error(result: Any, outputs: list[NotebookNode]) -> None:
    """Keep an error that IPython only told on standard error, as that of an unknown magic."""
    error = result.error_before_exec or result.error_in_exec
    if not any(output.output_type == "error" for output in outputs):
        name = type(error).__name__
        outputs.append(new_output("error", ename=name, evalue=str(error), traceback=[str(error)]))


def _show_as_text(outputs: list[NotebookNode]) -> None:
    """Show an expected error by its message: papermill takes any error output for a failure."""
    for index, output in enumerate(outputs):
        if output.output_type == "error":
            text = f"{output.ename}: {output.evalue}\n"
            outputs[index] = new_output("stream", name="stdout", text=text)


def _hide_addresses(outputs: list[NotebookNode]) -> None:
    """Replace memory addresses and the place of this clone, which differ between two runs."""
    here = str(Path.cwd())

    def hide(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        return ADDRESS.sub("0x…", text.replace(here + "/", "").replace(here, "."))

    for output in outputs:
        if output.output_type == "stream":
            output.text = hide(output.text)
        elif output.output_type == "error":
            output.evalue = hide(output.evalue)
            output.traceback = [hide(line) for line in output.traceback]
        else:
            for mime in output.data:
                if mime.startswith("text/"):
                    output.data[mime] = hide(output.data[mime])


def main(path: str) -> int:
    """Execute the notebook at `path` in place; return 1 when a cell raised.

    What a cell's own subprocesses print goes to standard error, as in a warm process.
    """
    notebook = nbformat.read(path, as_version=4)
    progress = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def save(index: int) -> None:
        canonical.write_text(path, nbformat.writes(notebook))
        print("cell", index, file=progress, flush=True)

    path = str(Path(path).resolve())
    failed = run_cells(notebook, save)
    canonical.write_text(path, nbformat.writes(notebook))
    return 0 if failed is None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
