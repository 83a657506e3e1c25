"""Is what lies here what was committed? For every output: identical, within tolerance, different.

``dvc repro`` on another machine overwrites ``dvc.lock``, so the comparison is with the lock and
the metrics that git holds. Bytes are compared first. Where they differ, numbers are compared: in
metrics files always, since git keeps them; in parquet, npz and JSON outputs when DVC's cache holds
the committed version. What has no numbers to compare (a figure, a model, an executed notebook) is
judged by its stage's metrics. A stage states its tolerance in ``dvc.yaml``, as ``meta: tolerance``;
without it only identity passes. The difference of two numbers is abs(a - b) / max(1, abs(b)).
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab import stages
from layoutlab.errors import InputError

if TYPE_CHECKING:
    from dvc.repo import Repo

IDENTICAL, WITHIN, DIFFERENT = "identical", "within tolerance", "different"
MISSING, NEW = "missing", "not committed"


@dataclass(frozen=True)
class Verdict:
    """What was found for one output of one stage; `difference` is None where not measured."""

    stage: str
    path: str
    verdict: str
    difference: float | None = None
    note: str = ""


def verify(root: Path, dvc_file: str = "dvc.yaml") -> list[Verdict]:
    """Compare each output that lies here with the one committed in git.

    Raises
    ------
    InputError
        When git holds no lock for the pipeline.
    """
    from dvc.repo import Repo

    committed = stages.committed_entries(root, dvc_file)
    if not committed:
        raise InputError(f"expected the lock of {dvc_file} committed in git, found none to compare")
    repo = Repo(root)
    try:
        planned = {stage.name: stage for stage in stages.plan(repo, dvc_file)}
        return [
            verdict
            for name in planned
            for verdict in _verify_stage(repo, planned[name], committed.get(name), root)
        ]
    finally:
        repo.close()


def passed(verdicts: list[Verdict]) -> bool:
    """Tell whether every output is identical or within its stage's tolerance."""
    return all(verdict.verdict in (IDENTICAL, WITHIN) for verdict in verdicts)


def overall(verdicts: list[Verdict]) -> str:
    """Return the worst verdict of a stage's outputs."""
    order = [IDENTICAL, WITHIN, NEW, MISSING, DIFFERENT]
    return max((verdict.verdict for verdict in verdicts), key=order.index, default=NEW)


def _verify_stage(
    repo: "Repo", stage: Any, entry: dict[str, Any] | None, root: Path
) -> Iterator[Verdict]:
    from dvc.stage.serialize import to_single_stage_lockfile

    if entry is None:
        yield from (Verdict(stage.name, out.def_path, NEW) for out in stage.outs)
        return
    tolerance = float((stage.meta or {}).get("tolerance", 0.0))
    stage.save_outs(allow_missing=True)
    here = {out["path"]: out for out in to_single_stage_lockfile(stage).get("outs", [])}
    there = {out["path"]: out for out in entry.get("outs", [])}
    folder = Path(stage.wdir)
    verdicts = []
    for out in stage.outs:
        path = out.def_path
        if not out.exists:
            verdicts.append(Verdict(stage.name, path, MISSING))
        elif path not in there:
            verdicts.append(Verdict(stage.name, path, NEW))
        elif here[path]["md5"] == there[path]["md5"]:
            verdicts.append(Verdict(stage.name, path, IDENTICAL, 0.0))
        else:
            old = _committed_content(repo, root, folder / path, there[path]["md5"])
            verdicts.append(_compare(stage.name, path, folder / path, old, tolerance))
    yield from _judge_by_metrics(verdicts, tolerance)


def _judge_by_metrics(verdicts: list[Verdict], tolerance: float) -> list[Verdict]:
    """Give outputs without numbers the verdict of their stage's numbers."""
    measured = [v for v in verdicts if v.difference is not None]
    near = tolerance > 0 and bool(measured) and passed(measured)
    return [
        replace(v, verdict=WITHIN if near else DIFFERENT, note="judged by the metrics")
        if v.verdict == DIFFERENT and v.difference is None
        else v
        for v in verdicts
    ]


def _committed_content(repo: "Repo", root: Path, path: Path, md5: str) -> Path | str | None:
    """Find the committed version: in DVC's cache as a file, or in git as text."""
    cached = Path(repo.cache.local.oid_to_path(md5))
    if cached.is_file() and not md5.endswith(".dir"):
        return cached
    return stages.committed_text(root, path.resolve().relative_to(root.resolve()).as_posix())


def _compare(
    stage: str, path: str, here: Path, there: Path | str | None, tolerance: float
) -> Verdict:
    if there is None or here.suffix not in READERS:
        return Verdict(stage, path, DIFFERENT)
    read = READERS[here.suffix]
    difference, where = largest_difference(read(here), read(there))
    verdict = WITHIN if difference <= tolerance else DIFFERENT
    return Verdict(stage, path, verdict, difference, f"at {where}" if where else "")


def _read_json(source: Path | str) -> Any:
    return json.loads(source.read_text() if isinstance(source, Path) else source)


def _read_npz(source: Path | str) -> Any:
    import numpy as np

    with np.load(source) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _read_parquet(source: Path | str) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(source).to_pydict()


READERS = {
    ".json": _read_json,
    ".geojson": _read_json,
    ".npz": _read_npz,
    ".parquet": _read_parquet,
}


def largest_difference(here: Any, there: Any, where: str = "") -> tuple[float, str]:
    """Return the largest difference between two nested values, and where it is.

    Text, booleans, keys and lengths must be equal: where they are not the difference is infinite.
    """
    here, there = (x.tolist() if hasattr(x, "tolist") else x for x in (here, there))
    if isinstance(here, dict) and isinstance(there, dict):
        if here.keys() != there.keys():
            odd = sorted(map(str, here.keys() ^ there.keys()))
            return math.inf, f"{where}.{odd[0]}".lstrip(".")
        pairs = [(here[key], there[key], f"{where}.{key}".lstrip(".")) for key in here]
    elif isinstance(here, list) and isinstance(there, list):
        if len(here) != len(there):
            return math.inf, f"{where} (length {len(here)}, committed {len(there)})"
        pairs = [(a, b, f"{where}[{i}]") for i, (a, b) in enumerate(zip(here, there, strict=True))]
    elif _is_number(here) and _is_number(there):
        return _distance(here, there), where
    else:
        return (0.0 if here == there else math.inf), where
    found = (largest_difference(a, b, name) for a, b, name in pairs)
    return max(found, key=lambda difference: difference[0], default=(0.0, where))


def _distance(here: float, there: float) -> float:
    """Return abs(here - there) / max(1, abs(there)); NaN equals NaN, and nothing else."""
    if here == there or (here != here and there != there):
        return 0.0
    distance = abs(here - there) / max(1.0, abs(there))
    return distance if distance == distance else math.inf


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
