"""How close do we come on the field's benchmarks? `floor assign`, `floor rows`, `floor areas`."""

import argparse
from typing import Any

from layoutlab.commands import INTERRUPTED, STARTED, add_search, add_verb

SECONDS = 10.0


def add(actions: Any) -> None:
    """Add the verbs to those of `floor`."""
    assign = add_verb(actions, "assign", "solve a quadratic assignment (QAPLIB file)", _assign)
    assign.add_argument("file", metavar="FILE.dat", help="n, then two n × n matrices")
    add_search(assign, "how long to search (10, or until the iterations end)")
    assign.add_argument("--fixed", action="append", default=[], metavar="I:K",
                        help="object I stands at location K, both from 1; repeatable")  # fmt: skip
    assign.add_argument("--forbidden", action="append", default=[], metavar="I:K",
                        help="object I may not stand at location K; repeatable")  # fmt: skip
    assign.add_argument("--linear", metavar="FILE", help="an n × n matrix of linear costs")
    assign.add_argument("--target", type=float, help="end at a cost of at most this")
    assign.add_argument("--iterations", type=int, help="exchanges to walk, for repeatable results")

    rows = add_verb(actions, "rows", "order departments along an aisle (single row)", _rows)
    rows.add_argument("file", metavar="FILE", help="n, lengths, and an n × n matrix of flows")
    add_search(rows, "how long to search (10)")

    areas = add_verb(actions, "areas", "lay out departments of unequal area", _areas)
    areas.add_argument(
        "file", metavar="FILE.json", help="areas, shape rules, flows and the facility"
    )
    add_search(areas, "how long to search (10, or until the iterations end)")
    areas.add_argument("--form", default="slicing", help="slicing or bays (%(default)s)")
    areas.add_argument("--iterations", type=int, help="steps, for repeatable results")
    areas.add_argument("--draw", metavar="FILE", help="draw the layout (SVG, PNG or PDF)")


def _seconds(options: argparse.Namespace) -> float | None:
    """Return the time given; without a time or a number of iterations, ten seconds."""
    if options.seconds is None and getattr(options, "iterations", None) is None:
        return SECONDS
    seconds: float | None = options.seconds
    return seconds


def _assign(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import report
    from layoutlab.floor.assignment import qaplib
    from layoutlab.floor.assignment.solver import assign_file

    seconds = _seconds(options)
    with report.searching(seconds) as told:
        found = assign_file(
            options.file,
            seconds=seconds,
            iterations=options.iterations,
            seed=options.seed,
            jobs=options.jobs,
            fixed=[qaplib.pair(text) for text in options.fixed],
            forbidden=[qaplib.pair(text) for text in options.forbidden],
            linear=options.linear,
            target=options.target,
            progress=told,
            since=STARTED,
        )
    if not options.json:
        report.show_summary(found | {"permutation": " ".join(map(str, found["permutation"]))})
    return found, INTERRUPTED if found["interrupted"] else 0


def _rows(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import report
    from layoutlab.floor.rows.solver import rows_file

    seconds = SECONDS if options.seconds is None else options.seconds
    with report.searching(seconds) as told:
        found = rows_file(
            options.file,
            seconds=seconds,
            seed=options.seed,
            jobs=options.jobs,
            progress=told,
        )
    if not options.json:
        report.show_summary(found | {"order": " ".join(map(str, found["order"]))})
    return found, 0


def _areas(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import report
    from layoutlab.floor.areas.solver import areas_file

    seconds = _seconds(options)
    with report.searching(seconds) as told:
        found = areas_file(
            options.file,
            form=options.form,
            seconds=seconds,
            iterations=options.iterations,
            seed=options.seed,
            jobs=options.jobs,
            progress=told,
        )
    if options.draw:
        _draw(options.file, found, options.draw)
    if not options.json:
        report.show_rows(found["layout"])
        report.show_summary({name: found[name] for name in found if name != "layout"})
    return found, 0


def _draw(file: str, found: dict[str, Any], drawing: str) -> None:
    import numpy as np

    from layoutlab import canonical
    from layoutlab.floor.areas import plots, problem

    sides = ("x0", "y0", "width", "height")
    layout = np.array([[each[side] for side in sides] for each in found["layout"]])
    title = f"{found['instance']}: {found['cost']:,.6g}"
    figure = plots.draw_layout(problem.load(file), layout, title=title).get_figure(root=True)
    assert figure is not None
    canonical.write_figure(drawing, figure)
