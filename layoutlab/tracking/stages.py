"""What did a DVC stage read, and what did it leave? Its entry as in ``dvc.lock``, and the result.

The key of a stage's result is made of its command, parameters and the hashes of its dependencies
alone, so it is the same before and after DVC wrote the lock, and again from history.
"""

import json
import logging
import posixpath
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab.errors import InputError
from layoutlab.metrics import flat
from layoutlab.tracking.record import Result, digest

if TYPE_CHECKING:
    from dvc.repo import Repo

PIPELINES = ("dvc.yaml", "public/dvc.yaml", "full/dvc.yaml")
STUDIES = ("floor", "retail", "process", "bins")
ELSEWHERE = "workbench"
CODE = (".py", ".ipynb", ".yaml")


@dataclass(frozen=True)
class Entry:
    """A stage as its lock describes it; paths are relative to the project's root.

    `dependencies` and `outputs` are (path, md5) pairs; a folder's md5 ends in ``.dir``.
    """

    stage: str
    pipeline: str
    command: str
    parameters: dict[str, Any]
    dependencies: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """What makes it the same result again."""
        given = sorted(self.parameters.items())
        return digest([self.pipeline, self.stage, self.command, given, self.dependencies])

    @property
    def name(self) -> str:
        """The stage's name, after its pipeline's folder when that is not the root."""
        folder = posixpath.dirname(self.pipeline)
        return f"{folder}-{self.stage}" if folder else self.stage

    def outputs_like(self, pattern: str) -> list[tuple[str, str]]:
        """Return the outputs whose path the pattern is found in."""
        return [(path, md5) for path, md5 in self.outputs if re.search(pattern, path)]


@contextmanager
def repository(root: Path) -> "Iterator[Repo]":
    """Open the project's DVC repository, quietly."""
    from dvc.exceptions import DvcException, NotDvcRepoError
    from dvc.repo import Repo

    logging.getLogger("dvc").setLevel(logging.ERROR)
    try:
        repo = Repo(str(root))
    except NotDvcRepoError:
        raise InputError(
            f"expected a DVC repository at {root}, found none: run `dvc init`"
        ) from None
    try:
        yield repo
    except DvcException as error:
        raise InputError(f"DVC: {' '.join(str(error).split())}") from error
    finally:
        repo.close()


def up_to_date(repo: "Repo", tell: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """Yield (stage, pipeline) of the stages whose outputs are what their lock says."""
    from dvc.repo import lock_repo

    for pipeline in PIPELINES:
        path = Path(repo.root_dir, pipeline)
        if not path.is_file():
            continue
        for stage in repo.stage.load_all(str(path)):
            with lock_repo(repo):
                changed = stage.changed()
            if changed:
                tell(f"{stage.name} is not up to date: not projected")
            else:
                yield stage.name, pipeline


def result_here(repo: "Repo", stage: str, pipeline: str = "dvc.yaml") -> Result:
    """Return the result of a stage whose outputs lie here.

    Raises
    ------
    InputError
        For a stage that is not in the pipeline, or an output that is not here.
    """
    root = Path(repo.root_dir)
    if not (root / pipeline).is_file():
        raise InputError(f"expected a pipeline at {pipeline}, found no such file")
    entry = _entry_here(repo, stage, pipeline)
    missing = [path for path, _ in entry.outputs if not (root / path).exists()]
    if missing:
        raise InputError(f"stage {stage} left no {', '.join(missing)}: run it first")
    metrics = _only(entry.outputs_like(r"metrics/[^/]*\.json$"))
    written = json.loads((root / metrics).read_text()) if metrics else {}
    notebook = root / (notebook_of(entry) or "")
    study = study_of(notebook.read_text(encoding="utf-8")) if notebook.is_file() else ELSEWHERE
    lock_hash = digest((root / "requirements.lock").read_text()) if _locked(root) else "none"
    return assemble(entry, study, root, written, {**commit_tags(root), "lock": lock_hash})


def _locked(root: Path) -> bool:
    return (root / "requirements.lock").is_file()


def assemble(
    entry: Entry,
    study: str,
    folder: Path,
    metrics: Mapping[str, Any],
    tags: Mapping[str, str],
    time_ms: int | None = None,
) -> Result:
    """Put a result together from an entry and the files of its outputs under `folder`."""

    def here(pattern: str) -> Path | None:
        path = _only(entry.outputs_like(pattern))
        return folder / path if path and (folder / path).exists() else None

    data = tuple(pair for pair in entry.dependencies if not pair[0].endswith(CODE))
    own = {"stage": entry.stage, "pipeline": entry.pipeline, "data": digest(data)}
    return Result(
        name=entry.name,
        study=study,
        parameters={k.removeprefix(f"{entry.stage}."): v for k, v in entry.parameters.items()},
        metrics=metrics,
        tags=named_tags({**own, **tags}),
        inputs=data,
        key=entry.key,
        figures=here(r"figures/"),
        model=here(r"\.keras$"),
        notebook=here(r"\.ipynb$"),
        metrics_file=here(r"metrics/[^/]*\.json$"),
        time_ms=time_ms,
    )


def named_tags(facts: Mapping[str, str]) -> dict[str, str]:
    """Return facts as tags; the commit also under the name that MLflow's pages show."""
    tags = {f"layoutlab.{name}": value for name, value in facts.items()}
    if facts.get("commit"):
        tags["mlflow.source.git.commit"] = facts["commit"]
    return tags


def _only(found: list[tuple[str, str]]) -> str:
    return found[0][0] if found else ""


def _entry_here(repo: "Repo", stage: str, pipeline: str) -> Entry:
    """Describe a stage as its lock would, hashing what lies here now."""
    from dvc.dependency import ParamsDependency

    loaded = repo.stage.load_one(str(Path(repo.root_dir, pipeline)), stage)
    given: dict[str, Any] = {}
    files = []
    for dependency in loaded.deps:
        if isinstance(dependency, ParamsDependency):
            given |= dependency.read_params()
        else:
            files.append({"path": dependency.def_path, "md5": dependency.get_hash().value})
    outs = [
        {"path": out.def_path, "md5": out.get_hash().value if out.exists else ""}
        for out in loaded.outs
    ]
    described = {"cmd": loaded.cmd, "params": {"": given}, "deps": files, "outs": outs}
    folder = Path(loaded.wdir).relative_to(repo.root_dir).as_posix()
    return entry_locked(stage, pipeline, described, folder)


def entry_locked(stage: str, pipeline: str, described: Mapping[str, Any], folder: str) -> Entry:
    """Read an entry of a ``dvc.lock``, whose paths are relative to the stage's `folder`."""

    def pairs(name: str) -> tuple[tuple[str, str], ...]:
        found = described.get(name) or []
        place = (posixpath.normpath(posixpath.join(folder, file["path"])) for file in found)
        return tuple(sorted(zip(place, (str(file.get("md5", "")) for file in found), strict=True)))

    parameters = {
        name: value
        for values in (described.get("params") or {}).values()
        for name, value in flat(values)
    }
    command = described["cmd"]
    command = command if isinstance(command, str) else "\n".join(command)
    return Entry(stage, pipeline, command, parameters, pairs("deps"), pairs("outs"))


def notebook_of(entry: Entry) -> str | None:
    """Return the notebook a stage runs: its first dependency of that kind named in its command."""
    notebooks = [path for path, _ in entry.dependencies if path.endswith(".ipynb")]
    named = [path for path in notebooks if posixpath.basename(path) in entry.command]
    return next(iter(named or notebooks), None)


def study_of(notebook: str) -> str:
    """Return the study whose package a notebook (its JSON text) imports first."""
    cells = json.loads(notebook).get("cells", [])
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    for line in code.splitlines():
        found = re.match(r"\s*(?:from|import) layoutlab\b(.*)", line)
        words = re.findall(r"\w+", found.group(1)) if found else []
        for study in STUDIES:
            if study in words:
                return study
    return ELSEWHERE


def commit_tags(root: Path) -> dict[str, str]:
    """Return the commit that is checked out, and whether code or parameters differ from it."""
    head = git(root, "rev-parse", "HEAD")
    if head is None:
        return {"commit": "", "dirty": "unknown"}
    code = ("layoutlab", "notebooks", ":(glob)**/params.yaml", ":(glob)**/dvc.yaml")
    changed = git(root, "status", "--porcelain", "--", *code)
    return {"commit": head.strip(), "dirty": "yes" if changed else "no"}


def git(root: Path, *words: str) -> str | None:
    """Return what git answers, None when it refuses or is not there."""
    try:
        answer = subprocess.run(["git", *words], cwd=root, capture_output=True, check=True)
    except (subprocess.CalledProcessError, FileNotFoundError):
        return None
    return answer.stdout.decode()
