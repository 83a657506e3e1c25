"""How does a drawing become a plan? `plan import`, `plan export` and `plan validate`."""

import argparse
from typing import Any

from layoutlab.commands import BAD_INPUT, add_verb, plan_sources, say


def add(actions: Any) -> None:
    """Add the verbs to the group `plan`."""
    taken = add_verb(actions, "import", "make a plan of a drawing, and say what was not understood",
                     _import)  # fmt: skip
    taken.add_argument("file", help="GeoJSON, DXF, SVG, ROS map (YAML or PGM), rectangles (CSV "
                       "or JSON), TXT grid of characters, JSON of points")  # fmt: skip
    taken.add_argument("-o", "--out", required=True, metavar="PLAN", help="GeoJSON to write")
    plan_sources.add_options(taken)
    taken.add_argument("--anchor", default="corner", help="x and y of rectangles: corner, box or "
                       "centre (%(default)s)")  # fmt: skip
    degrees = taken.add_mutually_exclusive_group()
    degrees.add_argument("--from-degrees", action="store_const", const=True, dest="degrees",
                         help="GeoJSON is in longitude and latitude (else found out)")  # fmt: skip
    degrees.add_argument("--not-degrees", action="store_const", const=False, dest="degrees",
                         help="GeoJSON is not in longitude and latitude")  # fmt: skip
    taken.add_argument("--tolerance", type=float, default=0.01, metavar="M",
                       help="ends of lines as near as this are joined (%(default)s m)")  # fmt: skip
    given = add_verb(actions, "export", "write a plan for other programs", _export)
    given.add_argument("plan", help=plan_sources.PLAN)
    given.add_argument("out", help="file to write: .geojson, .dxf, .svg, .yaml (ROS map), .csv "
                       "(rectangles) or .txt (characters)")  # fmt: skip
    given.add_argument("--cell", type=float, metavar="M", help="side of a raster's cell, metres")
    plan_sources.add_options(given, cell="--cell-of-text")
    judged = add_verb(actions, "validate", "name all that is wrong with a plan; exit 2 if it has "
                      "errors", _validate)  # fmt: skip
    judged.add_argument("plan", help=plan_sources.PLAN)
    judged.add_argument("--body", type=float, default=0.5, metavar="M", help="width of who walks "
                        "from the entrances (%(default)s m)")  # fmt: skip
    plan_sources.add_options(judged)


def _import(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab.errors import InputError
    from layoutlab.floor.formats import reading
    from layoutlab.floor.plans import geojson

    if not options.out.endswith((".geojson", ".json")):
        raise InputError(f"--out: expected a name ending in .geojson or .json, got {options.out}")
    plan_sources.writable(options.out)
    found = reading.read(options.file, mapping=options.map, units=options.units,
                         scale=options.scale, cell_m=options.cell_of_text, anchor=options.anchor,
                         degrees=options.degrees, tolerance_m=options.tolerance)  # fmt: skip
    geojson.write(found.plan, options.out)
    report = found.report()
    if not options.json:
        counts = ", ".join(f"{count} {kind}" for kind, count in report["things"].items())
        print(f"{options.out}: {report['format']}, {counts}")
        for note in found.notes:
            print(f"note: {note}")
        _show(report["problems"])
    return {"plan": options.out, **report}, 0


def _export(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab.floor.formats import writing

    plan_sources.writable(options.out)
    plan = plan_sources.plan(options, options.plan)
    notes = writing.write(plan, options.out, cell_m=options.cell)
    if not options.json:
        print(options.out)
        for note in notes:
            print(f"lost: {note}")
    lost = [{"what": note.what, "done": note.done, "count": note.count, "where": list(note.where)}
            for note in notes]  # fmt: skip
    return {"file": options.out, "lost": lost}, 0


def _validate(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab.floor.formats.reading import plain
    from layoutlab.floor.plans import validity

    found = plan_sources.reading(options, options.plan)
    plan = found.plan
    problems = [plain(one) for one in validity.problems(plan, body_radius_m=options.body / 2)]
    errors = sum(problem["level"] == validity.ERROR for problem in problems)
    if not options.json:
        for note in found.notes:
            print(f"note: {note}")
        _show(problems)
    warnings = len(problems) - errors
    say(f"{options.plan}: {len(plan.things)} things, {errors} errors, {warnings} warnings")
    result = {"plan": options.plan, "things": len(plan.things), "errors": errors,
              "warnings": warnings, "problems": problems,
              **plan_sources.described(found)}  # fmt: skip
    return result, BAD_INPUT if errors else 0


def _show(problems: list[dict[str, Any]]) -> None:
    for problem in problems:
        print(f"{problem['level']}: {problem['words']}")
