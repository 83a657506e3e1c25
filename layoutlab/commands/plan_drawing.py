"""What does a plan look like, and what could a store look like? `plan draw`, `plan generate`."""

import argparse
from typing import Any

from layoutlab.commands import add_verb, plan_sources, say
from layoutlab.errors import InputError

FORMS = ("grid", "racetrack", "free")


def add(actions: Any) -> None:
    """Add the verbs to the group `plan`."""
    drawn = add_verb(actions, "draw", "draw a plan to hang on a wall", _draw)
    drawn.add_argument("plan", metavar="PLAN", help=plan_sources.PLAN)
    drawn.add_argument("-o", "--out", required=True, help="SVG, PNG or PDF file to write")
    drawn.add_argument("--color-by", default="department", metavar="WHAT",
                       help="department, type, or a CSV of id,value (%(default)s)")  # fmt: skip
    drawn.add_argument("--against", metavar="PLAN", help="draw what changes from this plan to PLAN")
    drawn.add_argument("--title", default="", help="the plan's name when not given")
    drawn.add_argument("--no-labels", action="store_true", help="write nothing on the fixtures")
    plan_sources.add_options(drawn)
    made = add_verb(actions, "generate", "make up a plausible store", _generate)
    made.add_argument("--form", default="grid", choices=FORMS, help="(%(default)s)")
    made.add_argument("--area", type=float, default=800.0,
                      help="of the outline, m², from 150 to 6,000 (%(default)g)")  # fmt: skip
    made.add_argument("--seed", type=int, default=1, help="of all random draws (%(default)s)")
    made.add_argument("--departments", metavar="FILE",
                      help="CSV with name, and if wanted share, needs (by blanks), family; "
                      "groceries when not given")  # fmt: skip
    made.add_argument("-o", "--out", required=True, help="GeoJSON file to write")


def _draw(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import canonical

    if not options.out.endswith((".svg", ".png", ".pdf")):
        raise InputError(f"expected a figure named .svg, .png or .pdf, got {options.out}")
    plan_sources.writable(options.out)
    plan = plan_sources.plan(options, options.plan)
    figure = _drawing(options, plan)
    canonical.write_figure(options.out, figure)
    say(f"drew {plan.name} in {options.out}")
    return {"plan": plan.name, "fixtures": len(plan.of("fixture")), "drawing": options.out}, 0


def _drawing(options: argparse.Namespace, plan: Any) -> Any:
    from layoutlab.floor.plans import plan_plots

    labels = not options.no_labels
    if options.against is not None:
        before = plan_sources.plan(options, options.against)
        title = options.title
        return plan_plots.plot_difference(before, plan, title=title, labels=labels).figure
    by = options.color_by
    if by in ("department", "type"):
        return plan_plots.plot_plan(plan, color_by=by, title=options.title, labels=labels).figure
    values, label = _values(by)
    return plan_plots.plot_values(
        plan, values, label=label, title=options.title, labels=labels
    ).figure


def _table(path: str) -> Any:
    import pandas as pd

    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: expected a CSV file, got: {error}") from error


def _values(path: str) -> tuple[dict[str, float], str]:
    """Return values by id, and what the second column calls them."""
    import pandas as pd

    table = _table(path)
    if len(table.columns) != 2 or table.columns[0] != "id":
        raise InputError(f"{path}: expected columns id and a value, got {', '.join(table.columns)}")
    label = table.columns[1]
    try:
        values = pd.to_numeric(table[label])
    except ValueError as error:
        raise InputError(f"{path}: expected numbers in {label}, got: {error}") from error
    return dict(zip(table["id"], values.astype(float), strict=True)), label


def _generate(options: argparse.Namespace) -> tuple[Any, int]:
    import numpy as np

    from layoutlab.floor.generation.builtin import groceries
    from layoutlab.floor.generation.stores import generate
    from layoutlab.floor.plans import geojson

    if options.seed < 0:
        raise InputError(f"seed: expected 0 or more, got {options.seed}")
    plan_sources.writable(options.out)
    departments = _departments(options.departments) if options.departments else groceries()
    rng = np.random.default_rng(options.seed)
    plan = generate(options.form, options.area, departments, rng=rng)
    geojson.write(plan, options.out)
    fixtures = plan.of("fixture")
    say(f"{plan.name}: {len(fixtures)} fixtures in {options.out}")
    return {
        "plan": plan.name, "area_m2": plan.outline.area, "fixtures": len(fixtures),
        "departments": len(departments), "checkouts": len(plan.of("checkout")),
        "shelf_m": round(sum(thing.shelf_m or 0.0 for thing in fixtures), 2), "file": options.out,
    }, 0  # fmt: skip


def _departments(path: str) -> list[Any]:
    from layoutlab.floor.generation.departments import Department

    table = _table(path)
    known = ["name", "share", "needs", "family"]
    if "name" not in table or not set(table.columns) <= set(known):
        raise InputError(
            f"{path}: expected columns name and of share, needs, family; "
            f"got {', '.join(table.columns)}"
        )
    return [Department(**_department(path, row)) for row in table.to_dict("records")]


def _department(path: str, row: dict[str, str]) -> dict[str, Any]:
    try:
        share = float(row.get("share") or 1.0)
    except ValueError as error:
        raise InputError(f"{path}: expected a number as share, got {row['share']!r}") from error
    return {"name": row["name"], "share": share, "family": row.get("family", ""),
            "needs": tuple(row.get("needs", "").split())}  # fmt: skip
