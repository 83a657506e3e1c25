"""How are stages brought up to date, compared and listed? `repro`, `verify`, `deps`."""

import argparse
from typing import Any

from layoutlab.commands import FAILED, add_verb


def add(verbs: Any) -> None:
    """Add the verbs."""
    repro = add_verb(verbs, "repro", "bring every stage of a pipeline up to date", _repro)
    _pipeline(repro)
    repro.add_argument(
        "-j", "--jobs", type=int, default=2, help="stages side by side (%(default)s)"
    )
    repro.add_argument("-f", "--force", action="store_true", help="run what is up to date too")

    _pipeline(add_verb(verbs, "verify", "compare what lies here with what git holds", _verify))

    deps = add_verb(verbs, "deps", "list in dvc.yaml the modules each notebook imports", _deps)
    _pipeline(deps)
    deps.add_argument("--check", action="store_true", help="only say what is stale")


def _pipeline(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("pipeline", nargs="?", default="dvc.yaml",
                      help="a dvc.yaml or its folder (%(default)s)")  # fmt: skip


def _dvc_file(options: argparse.Namespace) -> str:
    """Return the pipeline's path; a folder stands for the dvc.yaml in it."""
    name: str = options.pipeline.rstrip("/")
    return name if name.endswith(".yaml") else f"{name}/dvc.yaml"


def _repro(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import pipeline, project, report

    root = project.root()
    dvc_file = _dvc_file(options)
    with report.progress(root, dvc_file) as (tell, ended):
        runs = pipeline.reproduce(
            root, dvc_file, jobs=options.jobs, force=options.force, tell=tell, ended=ended
        )
    rows = report.rows(root, dvc_file, runs)
    if not options.json:
        report.show_runs(rows, dvc_file)
    ended_well = all(run.status not in ("failed", "skipped") for run in runs)
    return {"stages": rows}, 0 if ended_well else FAILED


def _verify(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import project, report, verify

    verdicts = verify.verify(project.root(), _dvc_file(options))
    if not options.json:
        report.show_verdicts(verdicts)
    passed = verify.passed(verdicts)
    outputs = [report.plain(verdict) for verdict in verdicts]
    return {"passed": passed, "outputs": outputs}, 0 if passed else FAILED


def _deps(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import pipeline, project

    stale = pipeline.stale_dependencies(project.root(), _dvc_file(options), write=not options.check)
    if not options.json:
        for stage, changes in stale.items():
            print(stage, *changes, sep="\n  ")
    return stale, FAILED if stale and options.check else 0
