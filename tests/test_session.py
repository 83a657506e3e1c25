"""What a notebook shows when our session runs it, beside what a Jupyter kernel makes of it."""

import re
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from toy_project import Toy, read_notebook, write_notebook

Show = Callable[..., dict[str, list[dict[str, Any]]]]

FIGURE = """\
import matplotlib.pyplot as plt
print("before")
plt.plot([1, 2, 3])
plt.title("first")
plt.show()
print("between")
_, ax = plt.subplots()
ax.set(title="second")
print("after")
"""
CELLS = {
    "print": "print('one')\nprint('two', end='')\nimport sys\nsys.stdout.write('three\\n')",
    "value": "n + 1",
    "quiet": "n + 1;",
    "several": "display(1)\ndisplay('two')\nprint('three')\n4",
    "frame": "import pandas as pd\npd.DataFrame({'sku': ['tea'], 'lift': [1.25]})",
    "markdown": "from IPython.display import Markdown, display\ndisplay(Markdown(f'**{n}** bins'))",
    "handle": "handle = display('first', display_id='counter')\nprint('below')",
    "update": "handle.update(Markdown('last'))",
    "show again": "display('other', display_id='counter')",
    "cleared": "from IPython.display import clear_output as c\nprint('gone')\nc()\nprint('stays')",
    "magic": "%env LAYOUTLAB_TRIED=1",
    "cell magic": "%%capture caught\nprint('kept away')",
    "caught": "caught.stdout",
    "shell": "!echo from the shell",
    "shell value": "names = !printf 'a\\nb'\nnames",
    "figure": FIGURE,
    "await": "import asyncio\nawait asyncio.sleep(0, 'awaited')",
    "empty": "",
    "last": "_",
}


@pytest.fixture
def show(plain: Toy, execute: Callable[..., str | None]) -> Show:
    """Run cells in a warm fork; return each one's outputs."""

    def run(*cells: str, tags: tuple[str, ...] = ()) -> dict[str, list[dict[str, Any]]]:
        source = write_notebook(plain.root / "notebooks/s.ipynb", "n = 3", *cells, tags=tags)
        error = execute(source, plain.root / "out.ipynb")
        assert error is None, error
        shown = read_notebook(plain.root / "out.ipynb")
        return {name: outputs for name, outputs in shown.items() if name != "parameters"}

    return run


def text(outputs: list[dict[str, Any]]) -> str:
    """Return the text a reader sees."""
    pieces = (o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs)
    return "".join("".join(piece) for piece in pieces)


def joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return outputs with texts and neighbouring streams in one piece, without figures' pixels."""
    found: list[dict[str, Any]] = []
    for output in outputs:
        if output["output_type"] == "stream":
            piece = {**output, "text": "".join(output["text"]).replace("\r\n", "\n")}
            if found and found[-1].get("name") == output["name"]:
                found[-1]["text"] += piece["text"]
                continue
        else:
            data = {k: "".join(v) if k[:5] != "image" else "…" for k, v in output["data"].items()}
            piece = {**output, "data": data}
        found.append(piece)
    return found


def test_outputs_are_those_of_a_jupyter_kernel(plain: Toy, show: Show) -> None:
    ours = show(*CELLS.values())
    notebook = nbformat.read(plain.root / "notebooks/s.ipynb", as_version=4)
    theirs = NotebookClient(notebook, kernel_name="python3").execute()
    counts = {cell.id: cell.execution_count for cell in theirs.cells if cell.cell_type == "code"}
    by_kernel = {cell.id: cell.outputs for cell in theirs.cells if cell.cell_type == "code"}
    for index, name in enumerate(CELLS):
        assert joined(ours[f"code-{index}"]) == joined(by_kernel[f"code-{index}"]), name
    executed = nbformat.read(plain.root / "out.ipynb", as_version=4)
    assert {c.id: c.execution_count for c in executed.cells if c.cell_type == "code"} == counts


def test_figures_stand_where_they_were_shown(show: Show) -> None:
    outputs = show(FIGURE)["code-0"]
    kinds = [o.get("name") or "".join(sorted(o["data"])) for o in outputs]
    assert kinds == ["stdout", "image/pngtext/plain", "stdout", "image/pngtext/plain"]
    assert text(outputs[:1]) == "before\n"
    assert text(outputs[2:3]) == "between\nafter\n"


def test_standard_error_is_not_kept(show: Show) -> None:
    code = "import sys, warnings\nprint('progress', file=sys.stderr)\nwarnings.warn('w')\nprint(1)"
    assert text(show(code)["code-0"]) == "1\n"


def test_addresses_and_this_clone_s_place_are_hidden(plain: Toy, show: Show) -> None:
    enter = "from layoutlab import project\n\nproject.enter()"
    code = (
        "import os\nthing = object()\nprint(thing, os.path.abspath('data/x'), os.getcwd())\n"
        "display(thing, display_id='d')\nthing"
    )
    shown = show(enter, code, "display(object(), display_id='d', update=True)")
    assert text(shown["code-1"]).startswith("<object object at 0x…> data/x .\n")
    kept = (plain.root / "out.ipynb").read_text()
    assert str(plain.root) not in kept
    assert re.search(r"0x[0-9a-f]{6,}", kept) is None


def test_a_short_hexadecimal_number_is_content(show: Show) -> None:
    assert text(show("print(hex(255))")["code-0"]) == "0xff\n"


def test_a_cell_that_is_expected_to_raise_shows_its_error_and_the_rest_runs(show: Show) -> None:
    shown = show("print('before')", "print('half')\n1 / 0", tags=("raises-exception",))
    assert text(shown["code-1"]) == "half\nZeroDivisionError: division by zero\n"


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("{}['key']", "KeyError: 'key'"),
        ("raise ValueError('two\\nlines')", "ValueError: two\nlines"),
        ("x = = 1", "SyntaxError: invalid syntax"),
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
        ("%no_such_magic", "UsageError"),
        ("input('name?')", "EOFError"),
    ],
)
def test_what_raises_stops_the_notebook_there(
    plain: Toy, execute: Callable[..., str | None], cell: str, what: str
) -> None:
    source = write_notebook(plain.root / "notebooks/s.ipynb", "n = 3", cell, "print('no')")
    error = execute(source, plain.root / "out.ipynb")
    assert error is not None
    assert what in error
    assert error.startswith(f"cell 3 of 4 ({cell.splitlines()[0]}) raised ")
    assert error.endswith("The half-executed notebook is out.failed.ipynb")
    assert read_notebook(plain.root / "out.failed.ipynb")["code-1"] == []
    assert not (plain.root / "out.ipynb").exists()


def test_nothing_leaks_from_one_notebook_into_the_next(show: Show) -> None:
    show("import builtins, os\nbuiltins.leaked = 1\nos.environ['LEAKED'] = '1'")
    code = "import builtins, os\nprint(hasattr(builtins, 'leaked'), 'LEAKED' in os.environ)"
    assert text(show(code)["code-0"]) == "False False\n"
