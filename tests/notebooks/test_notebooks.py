"""Does every notebook keep our rules, and run with small parameters?"""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest
import yaml

from layoutlab import imports, pipeline
from layoutlab.engine import check_parameters, default_parameters

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
PIPELINES = ["dvc.yaml", "public/dvc.yaml", "full/dvc.yaml"]


def stages() -> list[tuple[str, str, dict]]:
    found = []
    for dvc_file in PIPELINES:
        described = yaml.safe_load((ROOT / dvc_file).read_text())["stages"]
        found += [(dvc_file, name, stage) for name, stage in described.items()]
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_keeps_the_rules(path: Path) -> None:
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    # a sentence whose numbers come from the data is prose too
    prose = [c for c in nb.cells if c.cell_type == "markdown" or "\nMarkdown(" in f"\n{c.source}"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert nb.cells[0].cell_type == "markdown"
    assert nb.cells[0].source.startswith("# ")
    assert len(prose) >= len([cell for cell in code if cell not in prose])
    assert max(len(cell.source.splitlines()) for cell in code) <= 25
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in code) == 1
    assert default_parameters(nb)
    assert any("project.enter()" in cell.source for cell in code)
    assert "tracking.track(" in code[-1].source or path.parent.name == "points"
    tree = ast.parse(imports.notebook_code(path))
    assert not any(isinstance(node, ast.ClassDef) for node in ast.walk(tree))


@pytest.mark.parametrize(
    ("dvc_file", "name", "stage"), stages(), ids=[f"{d}:{n}" for d, n, _ in stages()]
)
def test_stage_passes_its_own_section_and_nothing_else(
    dvc_file: str, name: str, stage: dict
) -> None:
    folder = (ROOT / dvc_file).parent
    given = yaml.safe_load((folder / "params.yaml").read_text())[name]
    used = re.findall(r"\$\{(\w+)\.(\w+)\}", stage["cmd"])
    assert {section for section, _ in used} == {name}
    assert {key for _, key in used} == set(given)
    source = stage["cmd"].split()[3]
    check_parameters(default_parameters(nbformat.read(ROOT / source, as_version=4)), given)


def test_run_all_in_jupyterlab_asks_what_the_pipeline_asks() -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    for name, stage in yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"].items():
        nb = nbformat.read(ROOT / stage["cmd"].split()[3], as_version=4)
        assert default_parameters(nb).items() >= params[name].items()


@pytest.mark.parametrize("dvc_file", PIPELINES)
def test_listed_dependencies_are_those_imported(dvc_file: str) -> None:
    assert pipeline.stale_dependencies(ROOT, dvc_file) == {}


@pytest.mark.parametrize(
    ("dvc_file", "name", "stage"), stages(), ids=[f"{d}:{n}" for d, n, _ in stages()]
)
def test_committed_metrics_name_the_main_figures(dvc_file: str, name: str, stage: dict) -> None:
    from layoutlab.report import main_figures

    wanted = stage["meta"]["figures"]
    assert wanted
    found = main_figures(ROOT, dvc_file, stage)
    assert list(found) == wanted
    assert json.dumps(found)
