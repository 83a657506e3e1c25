"""What did a command find? Tables and progress for the terminal."""

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Column, Table

from layoutlab import stages, verify
from layoutlab.metrics import flat

if TYPE_CHECKING:
    import pandas as pd

    from layoutlab.pipeline import StageRun

NEXT = """Where to look next
  reports/notebooks/   the executed notebooks, with their figures in reports/figures/
  make mlflow          parameters, metrics, figures and models of every run
  make lab             the notebooks in JupyterLab: change a parameter and run
  layoutlab verify     every output against what git holds"""


@contextmanager
def progress(
    root: Path, dvc_file: str
) -> Iterator[tuple[Callable[[str], None], Callable[["StageRun"], None]]]:
    """Show a bar of stages on standard error; gives `tell` and `ended` of `pipeline.reproduce`."""
    import yaml
    from tqdm import tqdm

    path = root / dvc_file
    total = len(yaml.safe_load(path.read_text())["stages"]) if path.is_file() else 0
    with tqdm(total=total, unit="stage", desc="repro", file=sys.stderr) as bar:

        def tell(line: str) -> None:
            bar.write(f"  {line}", file=sys.stderr)

        def ended(run: "StageRun") -> None:
            seconds = f" in {run.seconds:.1f} s" if run.seconds else ""
            error = f": {run.error}" if run.error else ""
            tell(f"{run.name}: {run.status}{seconds}{error}")
            bar.update()

        yield tell, ended


@contextmanager
def counting(unit: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error; gives a function of how many are done, and of how many."""
    from tqdm import tqdm

    with tqdm(unit=unit, file=sys.stderr) as bar:

        def tell(done: int, everything: int) -> None:
            bar.total = everything
            bar.update(done - bar.n)

        yield tell


@contextmanager
def searching(seconds: float | None) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Show a bar of the time on standard error; gives a function of what a search tells."""
    from tqdm import tqdm

    with tqdm(total=seconds, unit="s", file=sys.stderr, bar_format="{l_bar}{bar}{postfix}") as bar:

        def tell(told: Mapping[str, Any]) -> None:
            spent = min(float(told.get("seconds", 0)), seconds or math.inf)
            figures = {name: number(told[name]) for name in told if name != "seconds"}
            bar.set_postfix(figures, refresh=False)
            bar.update(spent - bar.n)

        yield tell


def rows(root: Path, dvc_file: str, runs: Sequence["StageRun"]) -> list[dict[str, Any]]:
    """Return for each stage: seconds, what became of it, and its main figures.

    The main figures are the metrics a stage names in ``dvc.yaml`` under ``meta: figures``.
    """
    import yaml

    committed = stages.committed_entries(root, dvc_file)
    here = stages.entries(root, dvc_file)
    same = {name for name in here if here[name] == committed.get(name)}
    differ = committed and any(run.name not in same for run in runs)
    verdicts = verify.verify(root, dvc_file) if differ else []
    described = yaml.safe_load((root / dvc_file).read_text())["stages"]
    found = []
    for run in runs:
        word = verify.overall([v for v in verdicts if v.stage == run.name])
        word = verify.IDENTICAL if run.name in same else word
        state = run.status if run.status in ("failed", "skipped") else word
        if state == verify.IDENTICAL:
            state = {"ran": "reproduced identical"}.get(run.status, run.status)
        row = {"stage": run.name, "seconds": round(run.seconds, 1), "state": state}
        figures = main_figures(root, dvc_file, described[run.name])
        found.append(row | {"figures": figures, "error": run.error or ""})
    return found


def main_figures(root: Path, dvc_file: str, stage: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metrics that a stage names as its main figures."""
    base = (root / dvc_file).parent / stage.get("wdir", ".")
    metrics: dict[str, Any] = {}
    for entry in stage.get("metrics", []):
        path = base / (entry if isinstance(entry, str) else next(iter(entry)))
        if path.is_file():
            metrics |= dict(flat(json.loads(path.read_text())))
    wanted = stage.get("meta", {}).get("figures", [])
    return {name: metrics[name] for name in wanted if name in metrics}


def show_runs(found: Sequence[Mapping[str, Any]], dvc_file: str) -> None:
    """Print the table that ends ``layoutlab repro``, what failed, and where to look next."""
    table = Table("stage", "seconds", "", "main figures", title=dvc_file, title_justify="left")
    for row in found:
        figures = ", ".join(f"{name} {number(value)}" for name, value in row["figures"].items())
        table.add_row(row["stage"], f"{row['seconds']:.1f}", row["state"], figures)
    console = Console()
    console.print(table)
    for row in found:
        if row["error"]:
            console.print(f"{row['stage']} {row['state']}: {row['error']}", markup=False)
    print(NEXT)


def plain(verdict: verify.Verdict) -> dict[str, Any]:
    """Return a verdict as JSON can hold it: where lengths or texts differ there is no number."""
    difference = verdict.difference
    finite = difference is not None and math.isfinite(difference)
    return {**vars(verdict), "difference": difference if finite else None}


def show_verdicts(verdicts: Sequence[verify.Verdict]) -> None:
    """Print one line per output, and the count of each verdict."""
    table = Table("stage", Column("output", overflow="fold"), "", "largest difference")
    for v in verdicts:
        difference = "" if v.difference in (None, 0.0) else f"{v.difference:.3g} {v.note}"
        table.add_row(v.stage, v.path, v.verdict, difference or v.note)
    console = Console()
    console.print(table)
    counts = {v.verdict: sum(w.verdict == v.verdict for w in verdicts) for v in verdicts}
    console.print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))


def sweep_summary(table: "pd.DataFrame", varied: Sequence[str], out: str) -> dict[str, Any]:
    """Return the counts of a sweep and the mean of each numeric metric over its done points."""
    done = table[table["status"] == "done"]
    metrics = done.drop(columns=[*varied, "status", "error"]).select_dtypes("number")
    errors = table.loc[table["status"] == "failed", "error"]
    return {
        "points": len(table),
        "done": len(done),
        "failed": len(errors),
        "first_error": "" if errors.empty else str(errors.iloc[0]),
        "mean": {name: float(value) for name, value in metrics.mean().items() if value == value},
        "table": f"{out}/runs.parquet",
    }


def show_sweep(summary: Mapping[str, Any]) -> None:
    """Print a sweep's counts, its first error, and where its table is."""
    print(f"{summary['points']} points: {summary['done']} done, {summary['failed']} failed")
    if summary["first_error"]:
        print("first error:", summary["first_error"])
    print("table:", summary["table"])


def show_datasets(entries: Sequence[Mapping[str, Any]]) -> None:
    """Print entries of the data registry, a row each."""
    columns = [name for name in entries[0] if name not in ("citation", "files")] if entries else []
    table = Table(*columns)
    for entry in entries:
        table.add_row(*(str(entry.get(name, "")) for name in columns))
    Console().print(table)


def show_summary(summary: Mapping[str, Any]) -> None:
    """Print a summary's entries, a line each, nested names joined by dots."""
    for name, value in flat(summary):
        for entry in value if isinstance(value, list) else [value]:
            text = (
                entry if not isinstance(entry, Mapping) else ", ".join(map(number, entry.values()))
            )
            print(f"{name}: {number(text)}")


def show_rows(entries: Sequence[Mapping[str, Any]]) -> None:
    """Print rows with the same names as a table."""
    table = Table(*entries[0] if entries else [])
    for entry in entries:
        table.add_row(*map(number, entry.values()))
    Console().print(table)


def number(value: Any) -> str:
    """Write a number as people read it: thousands apart, at most four significant decimals."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:,.4g}"
