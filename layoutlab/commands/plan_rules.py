"""Does a plan obey cited rules? `plan check`."""

import argparse
from typing import Any

from layoutlab.commands import FAILED, add_verb, plan_sources, say


def add(actions: Any) -> None:
    """Add the verb to the group `plan`."""
    checked = add_verb(actions, "check", "check a plan against cited rules; exit 1 if it violates "
                       "one", _check)  # fmt: skip
    checked.add_argument("plan", metavar="PLAN", help=plan_sources.PLAN)
    checked.add_argument("--rules", default="ada", metavar="PACKS",
                         help="packs by commas: ada, ibc, bavaria, practice, ergonomics, own YAML "
                         "files, or pack/rule-id (%(default)s)")  # fmt: skip
    checked.add_argument("-o", "--out", metavar="FOLDER", help="folder for findings.json, "
                         "violations.csv and the drawing violations.svg")  # fmt: skip
    plan_sources.add_options(checked)


def _check(options: argparse.Namespace) -> tuple[Any, int]:
    from dataclasses import replace

    from layoutlab.floor.rules import checking, packs

    if options.out is not None:
        plan_sources.writable(options.out, folder=True)
    rules = packs.load([name.strip() for name in options.rules.split(",") if name.strip()])
    found = plan_sources.reading(options, options.plan)
    plan, said = found.plan, plan_sources.measurable(found, options.plan)
    findings = checking.check(plan, rules)
    findings = replace(findings, notes=(*said, *findings.notes))
    if not options.json:
        _show(findings)
    if options.out is not None:
        _write(options.out, plan, findings)
        say(f"findings.json, violations.csv and violations.svg are in {options.out}")
    return findings.to_dict(), 0 if findings.obeyed else FAILED


def _write(folder: str, plan: Any, findings: Any) -> None:
    """Write the findings and the drawing."""
    from pathlib import Path

    from layoutlab import canonical
    from layoutlab.floor.rules import rule_plots

    out = Path(folder)
    canonical.write_json(out / "findings.json", findings.to_dict())
    table = findings.to_frame().round(4).to_csv(index=False, lineterminator="\n")
    canonical.write_text(out / "violations.csv", table)
    caption = "Circles: the largest disc that passes. Numbers: the order of violations.csv."
    figure = rule_plots.plot_violations(plan, findings, caption=caption).get_figure(root=True)
    assert figure is not None
    canonical.write_figure(out / "violations.svg", figure)


def _show(findings: Any) -> None:
    """Print a table of the rules, the violations and what was not checked."""
    print(f"{findings.plan}: {len(findings.verdicts)} rules")
    print(f"{'rule':<26}{'verdict':<16}{'required':>10}{'worst':>10}  {'status':<12}source")
    for each in findings.verdicts:
        required, worst = (_number(v, each.unit) for v in (each.required, each.worst))
        print(f"{each.rule:<26}{each.verdict:<16}{required:>10}{worst:>10}  "
              f"{each.status:<12}{each.source}")  # fmt: skip
    for number, one in enumerate(findings.violations, 1):
        x, y = one.place
        print(f"{number}. {one.rule} at ({x:.2f}, {y:.2f}): {one.words}: "
              f"{_number(one.measured, one.unit)}, {one.comparison} "
              f"{_number(one.required, one.unit)} required")  # fmt: skip
    for each in findings.verdicts:
        for why in each.not_checked:
            print(f"not checked: {each.rule}: {why}")
    for note in findings.notes:
        print(f"note: {note}")


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if unit == "count" else f"{value:.3f} m"
