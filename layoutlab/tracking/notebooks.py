"""What did a notebook run by hand leave? Its parameters, metrics and files, from its variables."""

import ast
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layoutlab.errors import InputError
from layoutlab.tracking.record import Result, digest
from layoutlab.tracking.stages import PIPELINES, commit_tags, named_tags, study_of


def result(root: Path, notebook: str, values: Mapping[str, Any]) -> Result:
    """Return the result of a run by hand.

    Inputs are the files named by those parameters whose defaults are dependencies of the
    notebook's stage.

    Raises
    ------
    InputError
        When there is no such notebook.
    """
    path = root / "notebooks" / f"{notebook}.ipynb"
    if not path.is_file():
        raise InputError(f"expected a notebook at {path.relative_to(root)}, found no such file")
    written = path.read_text(encoding="utf-8")
    defaults = parameters(written)
    given = {name: values[name] for name in defaults if name in values}
    files = {
        name: root / str(given[name]) for name in ("metrics", "figures", "model") if name in given
    }
    metrics = files.get("metrics")
    read = _inputs(root, notebook, defaults, given)
    lock = root / "requirements.lock"
    facts = {
        "notebook": notebook,
        "data": digest(read),
        "lock": digest(lock.read_text()) if lock.is_file() else "none",
    }
    model = files.get("model")
    return Result(
        name=notebook,
        study=study_of(written),
        parameters=given,
        metrics=json.loads(metrics.read_text()) if metrics and metrics.is_file() else {},
        tags=named_tags(facts | commit_tags(root)),
        inputs=read,
        figures=files.get("figures"),
        model=model if model and model.is_file() else None,
        metrics_file=metrics,
    )


def parameters(notebook: str) -> dict[str, Any]:
    """Return the names and default values assigned in a notebook's cell tagged ``parameters``."""
    found: dict[str, Any] = {}
    for cell in json.loads(notebook)["cells"]:
        if "parameters" not in cell["metadata"].get("tags", []):
            continue
        for node in ast.parse("".join(cell["source"])).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] = ast.literal_eval(node.value)
            elif (
                isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value
            ):
                found[node.target.id] = ast.literal_eval(node.value)
    return found


def _inputs(
    root: Path, notebook: str, defaults: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    """Return the files read, as (path, md5)."""
    import yaml

    read = set()
    for pipeline in PIPELINES:
        path = root / pipeline
        plan = yaml.safe_load(path.read_text()) if path.is_file() else {}
        for stage in ((plan or {}).get("stages") or {}).values():
            dependencies = set(map(str, stage.get("deps") or []))
            if f"notebooks/{notebook}.ipynb" in dependencies:
                read |= dependencies
    names = [name for name, value in defaults.items() if value in read and name in given]
    paths = sorted(str(given[name]) for name in names if (root / str(given[name])).is_file())
    return tuple((path, hashlib.md5((root / path).read_bytes()).hexdigest()) for path in paths)
