"""The modules a notebook really imports, read from its code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from toy_project import PACKAGE, Toy, write_notebook

from layoutlab import imports, pipeline

ROOT = PACKAGE.parent
MODULES = {
    "__init__.py": "",
    "errors.py": "",
    "canonical.py": "import json\nfrom layoutlab.errors import InputError\n",
    "heavy.py": "import tensorflow\n",
    "hints.py": "",
    "quick.py": (
        "from typing import TYPE_CHECKING\nimport typing\n"
        "if TYPE_CHECKING:\n    from layoutlab import hints\n    import pandas\n"
        "if typing.TYPE_CHECKING:\n    from layoutlab.hints import x\n"
        "def f():\n    from layoutlab import canonical\n    import numpy as np\n"
    ),
    "tracking.py": "from layoutlab import heavy\nimport mlflow\n",
    "data.py": "KNOWN, PACKS, GONE = 'known-1.yaml', 'packs', 'gone.csv'\n",
    "known-1.yaml": "known: {}\n",
    "strange.yaml": "nobody: names it\n",
    "packs/one.csv": "a,b\n",
    "packs/notes.txt": "no data\n",
    "retail/__init__.py": "from layoutlab.errors import InputError\n",
    "retail/lift.py": "import scipy.stats as stats\n",
    "retail/baskets.py": (
        "import layoutlab.retail.lift as lift\nfrom layoutlab.floor.grid import g\n"
    ),
    "floor/__init__.py": "",
    "floor/grid.py": "from layoutlab.floor.loop import x\n",
    "floor/loop.py": "from layoutlab.floor.grid import g\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, code in MODULES.items():
        path = tmp_path / "layoutlab" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    return tmp_path


def modules(root: Path, *cells: str) -> list[str]:
    notebook = write_notebook(root / "notebooks/x.ipynb", "n = 1", *cells)
    return [name.removeprefix("layoutlab.") for name in imports.modules_of_notebook(notebook, root)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy", []),
        ("import layoutlab", ["layoutlab"]),
        ("from layoutlab import canonical", ["canonical", "errors", "layoutlab"]),
        ("import layoutlab.errors as e, os", ["errors", "layoutlab"]),
        ("from layoutlab.errors import InputError", ["errors", "layoutlab"]),
        ("from layoutlab.retail import lift", ["errors", "layoutlab", "retail", "retail.lift"]),
        ("def f():\n    import layoutlab.hints", ["hints", "layoutlab"]),
        ("from layoutlab import quick", ["canonical", "errors", "layoutlab", "quick"]),
        ("from layoutlab import tracking", ["layoutlab", "tracking"]),
        ("from layoutlab.floor import loop", ["floor", "floor.grid", "floor.loop", "layoutlab"]),
        ("import layouts, layoutlabs", []),
    ],
)
def test_modules_by_kind_of_import(root: Path, code: str, expected: list[str]) -> None:
    assert modules(root, code) == sorted(expected, key=lambda name: ("layoutlab." + name)
                                         if name != "layoutlab" else name)  # fmt: skip


def test_imports_are_followed_from_module_to_module(root: Path) -> None:
    assert modules(root, "from layoutlab.retail.baskets import b") == [
        "layoutlab", "errors", "floor", "floor.grid", "floor.loop", "retail", "retail.baskets",
        "retail.lift",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\nfrom layoutlab import hints",
        "!ls -l | wc\nfrom layoutlab import hints\n?print",
        "files = !ls\nfrom layoutlab import hints",
        "%%time\nfrom layoutlab import hints",
        "x = (7\n     % 4)\nfrom layoutlab import hints",
        "for i in range(2):\n    %time i\nfrom layoutlab import hints",
        "await g()\nfrom layoutlab import hints",
    ],
)
def test_magics_and_shell_lines_are_no_obstacle(root: Path, cell: str) -> None:
    assert modules(root, cell) == ["layoutlab", "hints"]


def test_a_notebook_named_by_its_path_counts_with_its_modules(root: Path) -> None:
    write_notebook(root / "notebooks/points/one.ipynb", "n = 1", "from layoutlab import heavy")
    outer = write_notebook(
        root / "notebooks/x.ipynb", "point = 'notebooks/points/one.ipynb'\nno = 'gone.ipynb'"
    )
    assert imports.dependencies(outer, root) == [
        "notebooks/x.ipynb", "notebooks/points/one.ipynb",
        "layoutlab/__init__.py", "layoutlab/heavy.py",
    ]  # fmt: skip
    assert imports.to_preload([outer], root) == ["layoutlab", "layoutlab.heavy", "tensorflow"]


def test_dependencies_are_paths_with_data_beside_modules(root: Path) -> None:
    notebook = write_notebook(root / "notebooks/x.ipynb", "n = 1", "from layoutlab import data")
    assert imports.dependencies(notebook, root) == [
        "notebooks/x.ipynb", "layoutlab/__init__.py", "layoutlab/data.py",
        "layoutlab/known-1.yaml", "layoutlab/packs/one.csv",
    ]  # fmt: skip


def test_what_to_preload_is_what_a_worker_needs_and_not_what_type_checkers_need(root: Path) -> None:
    code = "from layoutlab import quick, tracking\nfrom sklearn.linear_model import Lasso"
    notebook = write_notebook(root / "notebooks/x.ipynb", "n = 1", code)
    named = imports.to_preload([notebook], root)
    assert {"json", "numpy", "sklearn.linear_model"} <= set(named)
    assert not {"pandas", "tensorflow"} & set(named)


def test_a_changed_module_is_read_anew(root: Path) -> None:
    assert modules(root, "from layoutlab import hints") == ["layoutlab", "hints"]
    (root / "layoutlab/hints.py").write_text("from layoutlab import errors\n")
    assert modules(root, "from layoutlab import hints") == ["layoutlab", "errors", "hints"]


def test_the_list_is_what_python_really_imports(plain: Toy) -> None:
    code = "from layoutlab import canonical, project, sweeps\nfrom layoutlab.floor import genome"
    notebook = write_notebook(plain.root / "notebooks/x.ipynb", "n = 1", code)
    listed = set(imports.modules_of_notebook(notebook, plain.root))
    show = "import json, sys; print(json.dumps([m for m in sys.modules if m[:9] == 'layoutlab']))"
    answer = subprocess.run(
        [sys.executable, "-c", f"{code}\n{show}"], cwd=plain.root, capture_output=True, text=True
    )
    assert set(json.loads(answer.stdout)) <= listed


@pytest.mark.parametrize("dvc_file", ["dvc.yaml", "public/dvc.yaml", "full/dvc.yaml"])
def test_every_stage_lists_the_modules_its_notebook_imports(dvc_file: str) -> None:
    assert pipeline.stale_dependencies(ROOT, dvc_file) == {}  # `make deps` brings it up to date
