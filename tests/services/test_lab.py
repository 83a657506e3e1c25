"""Does JupyterLab, started as `make lab` starts it, save notebooks clean and on loopback alone?"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from layoutlab.lab import clean_on_save

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "only-for-this-test"
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A JupyterLab server of our configuration: its address and its folder."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "reports").mkdir()
    runtime = folder / "runtime"
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--ip=127.0.0.1", "--port=0", "--no-browser",
         "--allow-root", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"],
        env={**os.environ, "JUPYTER_CONFIG_PATH": str(ROOT / ".jupyter"),
             "JUPYTER_RUNTIME_DIR": str(runtime)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while not (found := list(runtime.glob("jpserver-*.json"))):
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)
        yield json.loads(found[0].read_text())["url"], folder
    finally:
        server.terminate()
        server.wait(30)


def notebook() -> dict:
    cell = new_code_cell("1 + 1", execution_count=3, metadata={"tags": ["keep"], "scrolled": True})
    cell.outputs = [new_output("execute_result", data={"text/plain": "2"}, execution_count=3)]
    about = {"kernelspec": KERNEL, "language_info": {"name": "python", "version": "3.11.7"}}
    return new_notebook(cells=[cell], metadata=about)


def ask(url: str, path: str, content: dict | None = None) -> dict:
    """Open a notebook, or save one, as the browser does."""
    body = {"type": "notebook", "format": "json", "content": content}
    request = urllib.request.Request(
        f"{url}api/contents/{path}",
        json.dumps(body).encode() if content else None,
        {"Authorization": f"token {TOKEN}"},
        method="PUT" if content else "GET",
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def test_a_notebook_is_saved_without_outputs(lab: tuple[str, Path]) -> None:
    url, folder = lab
    assert url.startswith("http://127.0.0.1:")
    ask(url, "mine.ipynb", notebook())
    saved = json.loads((folder / "mine.ipynb").read_text())
    assert saved["metadata"] == {"kernelspec": KERNEL}
    (cell,) = saved["cells"]
    assert cell["outputs"] == []
    assert cell["execution_count"] is None
    assert cell["metadata"] == {"tags": ["keep"]}
    assert "".join(cell["source"]) == "1 + 1"


def test_an_executed_notebook_under_reports_is_saved_as_it_is(lab: tuple[str, Path]) -> None:
    url, folder = lab
    ask(url, "reports/executed.ipynb", notebook())
    (cell,) = json.loads((folder / "reports/executed.ipynb").read_text())["cells"]
    assert cell["execution_count"] == 3
    assert cell["outputs"]


@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/*.ipynb")), ids=lambda p: p.stem)
def test_saving_our_notebooks_unchanged_changes_no_byte(lab: tuple[str, Path], path: Path) -> None:
    url, folder = lab
    shutil.copy(path, folder)
    ask(url, path.name, ask(url, path.name)["content"])
    assert (folder / path.name).read_bytes() == path.read_bytes()


def test_other_files_pass_unchanged() -> None:
    model = {"type": "file", "content": "text"}
    clean_on_save(model, path="notes.md")
    assert model == {"type": "file", "content": "text"}
