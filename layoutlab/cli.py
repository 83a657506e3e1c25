"""What can be asked of `layoutlab` in a terminal? What a verb needs is imported when it runs."""

import argparse
import errno
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

INTERRUPTED = 130
FAILED, BAD_INPUT = 1, 2
WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 well, 1 failed, 2 bad input, 130 interrupted."""
    options = parser().parse_args(arguments)
    if "run" not in options:
        options.help()
        return BAD_INPUT
    json_alone = getattr(options, "json", False)
    out, sys.stdout = sys.stdout, sys.stderr if json_alone else sys.stdout
    try:
        result, code = options.run(options)
    except KeyboardInterrupt:
        say("interrupted; what was finished is kept, and the same command goes on from there")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        message, code = _in_words(error)
        if message is None:
            raise
        say(message)
        return code
    finally:
        sys.stdout = out
    if json_alone:
        from layoutlab import canonical

        sys.stdout.write(canonical.to_json(result))
    return int(code)


def say(line: str) -> None:
    """Tell the user a line; standard output is kept for results."""
    print("layoutlab:", line, file=sys.stderr)


def _in_words(error: Exception) -> tuple[str | None, int]:
    """Return one message for an error that is the user's to mend, and the exit code."""
    from layoutlab.errors import InputError

    if isinstance(error, InputError):
        return str(error), BAD_INPUT
    if isinstance(error, OSError) and error.errno in WRITING:
        return f"cannot write {error.filename or ''}: {error.strerror}; nothing was lost", FAILED
    if type(error).__module__.startswith("dvc."):
        return f"DVC says: {error}", FAILED
    if type(error).__module__.startswith("yaml."):
        return f"expected YAML: {' '.join(str(error).split())}", BAD_INPUT
    return None, FAILED


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="layoutlab", description="Where should things stand?")
    top.set_defaults(help=top.print_help)
    verbs = top.add_subparsers(title="commands", metavar="COMMAND")

    repro = _verb(verbs, "repro", "bring every stage of a pipeline up to date", _repro)
    _pipeline(repro)
    repro.add_argument(
        "-j", "--jobs", type=int, default=2, help="stages side by side (%(default)s)"
    )
    repro.add_argument("-f", "--force", action="store_true", help="run what is up to date too")

    _pipeline(_verb(verbs, "verify", "compare what lies here with what git holds", _verify))

    deps = _verb(verbs, "deps", "list in dvc.yaml the modules each notebook imports", _deps)
    _pipeline(deps)
    deps.add_argument("--check", action="store_true", help="only say what is stale")

    sweep = _verb(verbs, "sweep", "run a notebook at every point of a grid", _sweep)
    sweep.add_argument("notebook")
    sweep.add_argument("-p", dest="fixed", metavar="NAME=VALUE", action="append", default=[],
                       help="a parameter that is the same at every point")  # fmt: skip
    sweep.add_argument("-g", dest="grid", metavar="NAME=A,B,…|FROM:TO", action="append", default=[],
                       help="a parameter that varies")  # fmt: skip
    sweep.add_argument("-o", "--out", required=True, help="folder for the points and runs.parquet")
    sweep.add_argument("-j", "--jobs", type=int, default=2, help="runs side by side (%(default)s)")
    sweep.add_argument("--on", metavar="dask://HOST:PORT", help="send the points to a Dask cluster")
    sweep.add_argument("--retry-failed", action="store_true", help="run failed points again")

    track = _verb(verbs, "track", "project finished stages to MLflow", _track)
    track.add_argument("--ui", action="store_true", help="open MLflow's pages on our database")
    track.add_argument("--rebuild", action="store_true", help="make the database anew from git")

    data = verbs.add_parser("data", help="public data: list, get, check")
    data.set_defaults(help=data.print_help)
    actions = data.add_subparsers(title="commands", metavar="COMMAND")
    _verb(actions, "list", "say what public data there is", _data_list)
    get = _verb(actions, "get", "fetch a data set, from the mirror or its publisher", _data_get)
    get.add_argument("name")
    get.add_argument("--accept-licence", action="store_true", help="accept the data set's licence")
    check = _verb(actions, "check", "compare the files here with their known hashes", _data_check)
    check.add_argument("name", nargs="?")

    retail = verbs.add_parser("retail", help="receipts: affinity")
    retail.set_defaults(help=retail.print_help)
    actions = retail.add_subparsers(title="commands", metavar="COMMAND")
    affinity = _verb(actions, "affinity", "which categories are bought together?", _affinity)
    affinity.add_argument("receipts", help="a parquet or csv file of receipt lines")
    affinity.add_argument("-o", "--out", required=True, help="folder for the results")
    affinity.add_argument("--min-baskets", type=int, default=1,
                          help="leave out categories in fewer baskets (%(default)s)")  # fmt: skip
    return top


def _verb(verbs: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    verb.set_defaults(run=run)
    verb.add_argument("--json", action="store_true", help="one JSON object on standard output")
    return verb


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


def _sweep(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import grids, project, report, sweeps

    root = project.root()
    defaults = grids.defaults(root / options.notebook)
    fixed = grids.parse_fixed(options.fixed, defaults)
    grid = grids.parse_grid(options.grid, defaults)
    table = sweeps.run(
        options.notebook, fixed=fixed, grid=grid, jobs=options.jobs, out=options.out,
        on=options.on, retry_failed=options.retry_failed,
    )  # fmt: skip
    _log_sweep(options, table, list(grid), fixed)
    summary = report.sweep_summary(table, list(grid), options.out)
    if not options.json:
        report.show_sweep(summary)
    return summary, FAILED if summary["failed"] else 0


def _log_sweep(options: argparse.Namespace, table: Any, varied: list[str], fixed: Any) -> None:
    """Show the sweep in MLflow, once; MLflow being away is said, and fails nothing."""
    from pathlib import Path

    from layoutlab import project, tracking
    from layoutlab.errors import InputError
    from layoutlab.tracking import stages, sweeps

    root = project.root()
    notebook = root / options.notebook
    name = f"{notebook.stem} {Path(options.out).name}"
    if sweeps.is_recorded(root, name, table, parameters=varied, fixed=fixed):
        return
    study = stages.study_of(notebook.read_text())
    try:
        tracking.project_sweep(name, study, table, parameters=varied, fixed=fixed)
    except InputError as error:
        say(f"the sweep was not logged to MLflow, the same command logs it later: {error}")


def _track(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import tracking

    if options.ui:
        say(f"MLflow opens at {tracking.UI_ADDRESS}")
        command = tracking.ui_command()
        os.execvp(command[0], command)
    result = tracking.rebuild() if options.rebuild else tracking.project_all()
    if not options.json:
        print(json.dumps(result, indent=2, default=str))
    return result, 0


def _data_list(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import datasets, report

    entries = datasets.listing()
    if not options.json:
        report.show_datasets(entries)
    return {"datasets": entries}, 0


def _data_get(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import datasets

    files = datasets.fetch(options.name, accept_licence=options.accept_licence)
    found = {name: str(path) for name, path in files.items()}
    if not options.json:
        print("\n".join(found.values()))
    return found, 0


def _data_check(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import datasets, report

    found = datasets.check(options.name)
    if not options.json:
        report.show_datasets(found)
    return {"files": found}, FAILED if any(entry["status"] != "ok" for entry in found) else 0


def _affinity(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import report
    from layoutlab.retail import affinity

    summary = affinity.from_receipts(options.receipts, options.out, min_baskets=options.min_baskets)
    if not options.json:
        report.show_summary(summary)
    return summary, 0


if __name__ == "__main__":
    sys.exit(main())
