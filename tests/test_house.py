"""Who may import whom: read from the code of every module."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from toy_project import PACKAGE

STUDIES = {"floor", "retail", "process", "bins"}
ALLOWED = {("retail", "floor")}
SHELL = {"tracking", "sweeps", "serving", "pipeline", "cli", "commands", "report"}
# What the command line loads before it knows the verb, and what notebooks load first.
LIGHT = [
    "__init__", "cli", "errors", "pins", "project", "locks", "canonical", "imports",
    "commands/__init__", "commands/data", "commands/field", "commands/floor", "commands/pipeline",
    "commands/plan", "commands/plan_drawing", "commands/plan_formats", "commands/plan_rules",
    "commands/retail", "commands/retail_next_basket", "commands/retail_receipts",
    "commands/retail_stream", "commands/runs", "commands/store", "commands/store_optimise",
    "commands/store_simulate",
]  # fmt: skip


def modules() -> list[str]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return [path.relative_to(PACKAGE).with_suffix("").as_posix() for path in paths]


def imported(module: str, whole: bool = True) -> Iterator[str]:
    """Yield the dotted names a module imports; only when it is loaded itself if not `whole`."""
    waiting: list[ast.AST] = [ast.parse((PACKAGE / f"{module}.py").read_text())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute, as their readers expect"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        hints = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if whole or not (hints or inside):
            waiting.extend(ast.iter_child_nodes(node))


def own(module: str) -> set[str]:
    names = (name.split(".") for name in imported(module))
    return {parts[1] for parts in names if parts[0] == "layoutlab" and len(parts) > 1}


def third_party(module: str, whole: bool = True) -> set[str]:
    return {name.partition(".")[0] for name in imported(module, whole)}


def test_the_package_is_read() -> None:
    assert {"cli", "canonical", "retail/affinities/lift", "floor/genome"} <= set(modules())


@pytest.mark.parametrize("module", [m for m in modules() if m.partition("/")[0] in STUDIES])
def test_a_study_imports_no_other_study_and_nothing_of_the_workbench_s_shell(module: str) -> None:
    study = module.partition("/")[0]
    others = own(module) & (STUDIES - {study})
    assert {(study, other) for other in others} <= ALLOWED
    assert own(module).isdisjoint(SHELL)


@pytest.mark.parametrize("module", modules())
def test_only_plots_import_matplotlib(module: str) -> None:
    name = module.rpartition("/")[2]
    if name in ("canonical", "figures"):  # one writes figures, one writes beneath them
        assert "matplotlib" not in third_party(module, whole=False)
    elif name != "plots" and not name.endswith("_plots"):
        assert "matplotlib" not in third_party(module)


@pytest.mark.parametrize("module", LIGHT)
def test_light_modules_load_the_standard_library_alone(module: str) -> None:
    known = set(sys.stdlib_module_names) | {"layoutlab"}
    assert third_party(module, whole=False) <= known


@pytest.mark.parametrize("module", ["cli", "engine", "session", "workers", "canonical", "project"])
def test_data_sets_are_not_loaded_before_use(module: str) -> None:
    assert not any(name.startswith("layoutlab.datasets") for name in imported(module, whole=False))


@pytest.mark.parametrize("module", modules())
def test_no_module_is_named_after_nothing(module: str) -> None:
    parts = {part.lstrip("_") for part in module.split("/")}
    assert parts.isdisjoint({"utils", "util", "helpers", "common", "base", "manager", "misc"})


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = {
        name.split("[")[0].split(">")[0].split("=")[0].split("<")[0].lower().replace("-", "_")
        for group in (project["dependencies"], extras["peers"], extras["pedestrians"])
        for name in group
    }
    comes_with = {
        "IPython": "ipykernel", "click": "papermill", "nbformat": "papermill", "zc": "dvc",
        "jupyter_server": "jupyterlab", "traitlets": "ipykernel", "distributed": "dask",
        "tensorflow": "keras", "sklearn": "scikit_learn", "yaml": "pyyaml",
        "sqlalchemy": "mlflow", "requests": "pooch", "packaging": "dvc",
        "matplotlib_inline": "ipykernel", "statsmodels": "scikit_posthocs",
        "polars": "iohinspector",
    }  # fmt: skip
    standard = set(sys.stdlib_module_names)
    used = {name for module in modules() for name in third_party(module)} - standard
    used -= {"layoutlab"}
    assert {comes_with.get(name, name.lower()) for name in used} <= declared


def test_notebooks_lie_in_one_folder_and_are_clean() -> None:
    notebooks = sorted(Path(PACKAGE.parent, "notebooks").rglob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        text = path.read_text()
        assert '"execution_count": null' in text, path
        assert '"output_type"' not in text, path
