"""How are the stages of ``dvc.yaml`` run? In DVC's order and by its rules, in parallel and warm.

`reproduce` leaves the same ``dvc.lock`` as ``dvc repro``: DVC decides what is out of date, removes
old outputs, hashes, caches and restores from its run cache; only the running of a stage's command
is ours: stages that do not depend on each other run side by side, in processes that have imported
the heavy libraries already. Each stage is committed when it ends, so a killed run resumes.
"""

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab import canonical, imports, stages
from layoutlab.errors import InputError
from layoutlab.workers import Outcome, Workers

if TYPE_CHECKING:
    from dvc.repo import Repo
    from dvc.stage import PipelineStage

LOGS = Path("reports/logs")
TRACKING = "mlflow:"
WARM = ["layoutlab.engine", "layoutlab.session", "papermill.parameterize", "mlflow"]
ENGINE = ["papermill", "--engine", "layoutlab"]


@dataclass(frozen=True)
class StageRun:
    """What happened to a stage: unchanged, restored from the run cache, ran, failed or skipped."""

    name: str
    status: str
    seconds: float = 0.0
    error: str | None = None


def reproduce(
    root: Path,
    dvc_file: str = "dvc.yaml",
    *,
    jobs: int = 2,
    force: bool = False,
    tell: Callable[[str], None] = print,
    ended: Callable[[StageRun], None] = lambda run: None,
) -> list[StageRun]:
    """Bring every stage of a pipeline up to date.

    Parameters
    ----------
    root : Path
        The project's root.
    dvc_file : str
        The pipeline, relative to the root.
    jobs : int
        How many stages run side by side, at least 1.
    force : bool
        Run also what is up to date, without the run cache.
    tell : callable
        Takes a line for the user: who is waited for, what starts, what MLflow said.
    ended : callable
        Takes each stage's run when it ends.

    Returns
    -------
    list of StageRun
        In DVC's order. A failed stage does not stop those that do not depend on it.
    """
    if jobs < 1:
        raise InputError(f"expected at least one job, got {jobs}")
    with stages.open_locked(root, tell) as repo:
        return _Reproduction(repo, dvc_file, jobs, force, tell, ended).run()


def notebook_run(command: str) -> tuple[str, str, list[str]] | None:
    """Split a stage's command into notebook, executed notebook and its parameters' YAML texts.

    Returns None for a command that is not a run of our engine with ``-y`` parameters alone.
    """
    words = shlex.split(command)
    if words[:3] != ENGINE or len(words) < 5:
        return None
    source, target, *options = words[3:]
    if len(options) % 2 or any(option != "-y" for option in options[::2]):
        return None
    return source, target, options[1::2]


def run_command(command: str, folder: str, stage: str, root: str) -> None:
    """Run a stage's command in this process (a fresh fork): our engine's in place, others by sh."""
    os.chdir(folder)
    os.environ.update(DVC_STAGE=stage, DVC_ROOT=root)
    run = notebook_run(command)
    if run is None:
        subprocess.run(command, shell=True, check=True)
        return
    import yaml
    from papermill.iorw import NoDatesSafeLoader

    from layoutlab.engine import execute

    source, target, texts = run
    parameters: dict[str, Any] = {}
    for text in texts:
        parameters.update(yaml.load(text, NoDatesSafeLoader) or {})  # noqa: S506 - a safe one
    execute(source, target, parameters)


def project_stage(stage: str, dvc_file: str, root: str) -> None:
    """Project a finished stage to MLflow, in a fresh fork."""
    os.chdir(root)
    from layoutlab import tracking

    tracking.project_stage(stage, dvc_file)


class _Reproduction:
    """One call of `reproduce`: which stages wait, run and have ended."""

    def __init__(
        self,
        repo: "Repo",
        dvc_file: str,
        jobs: int,
        force: bool,
        tell: Callable[[str], None],
        ended: Callable[[StageRun], None],
    ) -> None:
        self.repo, self.dvc_file, self.force = repo, dvc_file, force
        self.tell, self.tell_ended = tell, ended
        self.stages = stages.plan(repo, dvc_file)
        self.waiting = list(self.stages)
        self.started: dict[str, float] = {}
        self.ended: dict[str, StageRun] = {}
        self.to_project: list[str] = []
        self.root = Path(repo.root_dir)
        self.jobs = jobs
        self.lock_order = list(stages.entries(self.root, dvc_file))

    def run(self) -> list[StageRun]:
        """Run until every stage has ended."""
        with Workers(self.jobs, self._preload) as workers:
            while self.waiting or self.to_project or workers.free < self.jobs:
                self._start_ready(workers)
                self._start_projections(workers)
                if workers.free < self.jobs:
                    self._take(workers.wait())
        return [self.ended[stage.name] for stage in self.stages]

    def _preload(self) -> list[str]:
        """Return what the stages import, to be imported once; nothing is imported before use."""
        runs = [run for run in (notebook_run(stage.cmd) for stage in self.stages) if run]
        notebooks = sorted({self.root / source for source, *_ in runs})
        return [*WARM, *imports.to_preload(notebooks, self.root)]

    def _upstream(self, stage: "PipelineStage") -> list[str]:
        names = {other.name for other in self.stages}
        return [o.name for o in self.repo.index.graph.successors(stage) if o.name in names]

    def _start_ready(self, workers: Workers) -> None:
        """Start, or skip, every waiting stage whose upstream stages have ended."""
        for stage in list(self.waiting):
            upstream = self._upstream(stage)
            if workers.free == 0 or any(name not in self.ended for name in upstream):
                continue
            self.waiting.remove(stage)
            if any(self.ended[name].status in ("failed", "skipped") for name in upstream):
                self._end(StageRun(stage.name, "skipped", error="a stage before it failed"))
            elif not self.force and not stage.changed():
                self._end(StageRun(stage.name, "unchanged"))
            else:
                self._begin(stage, workers)

    def _start_projections(self, workers: Workers) -> None:
        """Give the places that no stage needs to MLflow."""
        while self.to_project and workers.free > 0:
            name = self.to_project.pop(0)
            log = self.root / LOGS / f"{name}.mlflow.log"
            given = (name, self.dvc_file, str(self.root))
            workers.start(TRACKING + name, project_stage, *given, log=log)

    def _begin(self, stage: "PipelineStage", workers: Workers) -> None:
        began = time.monotonic()
        stage.remove_outs(ignore_remove=False, force=False)
        if not self.force and self._restore(stage):
            self._commit(stage)
            self._end(StageRun(stage.name, "restored", time.monotonic() - began))
            return
        stage.save_deps()
        self.started[stage.name] = began
        self.tell(f"{stage.name}: started")
        given = (stage.cmd, str(Path(stage.wdir)), stage.addressing, str(self.root))
        log = self.root / LOGS / f"{stage.name}.log"
        workers.start(stage.name, run_command, *given, log=log)

    def _restore(self, stage: "PipelineStage") -> bool:
        from dvc.stage.cache import RunCacheNotFoundError

        try:
            self.repo.stage_cache.restore(stage)
        except RunCacheNotFoundError:
            return False
        return True

    def _take(self, outcome: Outcome) -> None:
        """Commit a stage that ended well; say what MLflow could not be told."""
        if outcome.name.startswith(TRACKING):
            if outcome.error:
                self.tell(f"{outcome.name} {outcome.error} (`layoutlab track` projects it later)")
            return
        stage = next(stage for stage in self.stages if stage.name == outcome.name)
        run = StageRun(stage.name, "ran", time.monotonic() - self.started[stage.name])
        error = outcome.error
        if error is None:
            missing = [str(out) for out in stage.outs if not out.exists]
            error = f"it did not write {', '.join(missing)}" if missing else None
        if error is not None:
            self._end(replace(run, status="failed", error=error))
            return
        self._commit(stage)
        self._end(run)
        self.to_project.append(stage.name)

    def _commit(self, stage: "PipelineStage") -> None:
        """Hash and cache the outputs and put the stage into the lock, as DVC does."""
        from dvc.stage.serialize import to_lockfile
        from dvc.utils.serialize import modify_yaml

        stage.save()
        stage.commit()
        known = [*self.lock_order, *(s.name for s in self.stages if s.name not in self.lock_order)]
        lock = (self.root / self.dvc_file).with_suffix(".lock")
        with canonical.writing(lock) as part:
            if lock.is_file():
                shutil.copyfile(lock, part)
            with modify_yaml(str(part)) as content:
                content.setdefault("schema", "2.0")
                entries = content.setdefault("stages", {})
                entries.update(to_lockfile(stage))
                for name in [name for name in known if name in entries]:
                    entries[name] = entries.pop(name)

    def _end(self, run: StageRun) -> None:
        self.ended[run.name] = run
        self.tell_ended(run)


def stale_dependencies(root: Path, dvc_file: str, *, write: bool = False) -> dict[str, list[str]]:
    """Compare each stage's listed code with what its notebook imports; correct it on request.

    Returns
    -------
    dict of str to list of str
        For each stage whose list is stale: the differences, ``+ path`` missing, ``- path`` idle.
    """
    from dvc.utils.serialize import dump_yaml, parse_yaml_for_update

    path = root / dvc_file
    content = parse_yaml_for_update(path.read_text(), str(path))
    stale: dict[str, list[str]] = {}
    for name, stage in content["stages"].items():
        run = notebook_run(re.sub(r"\$\{.*?\}", "0", stage["cmd"]))
        if run is None:
            continue
        source = run[0]
        base = (path.parent / stage.get("wdir", ".")).resolve()
        code = imports.dependencies(base / source, base)
        listed = [dep for dep in stage["deps"] if dep.startswith(("layoutlab/", "notebooks/"))]
        if listed != code:
            stale[name] = [f"+ {dep}" for dep in code if dep not in listed]
            stale[name] += [f"- {dep}" for dep in listed if dep not in code]
            data = [dep for dep in stage["deps"] if dep not in listed]
            stage["deps"] = code + data
    if stale and write:
        with canonical.writing(path) as part:
            dump_yaml(str(part), content)
    return stale
