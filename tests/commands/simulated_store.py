"""The little store with departments of simulated receipts, and the verb that sends shoppers in."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import verbs

from layoutlab.commands import store_simulate
from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.preparation import receipts

sys.path.append(str(Path(__file__).parents[1] / "retail" / "shoppers"))
from little_store import DEPARTMENTS, little_plan


def run(*words):
    """Run ``layoutlab store simulate``; return what it says, and its exit code."""
    return verbs.run(store_simulate, "store", "simulate", *words)


def lines_of_six(bad_lines: int = 0) -> pa.Table:
    """Return the lines of 900 simulated receipts of six categories."""
    lines, _ = receipts.load(
        "simulated", rng=np.random.default_rng(1), n_baskets=900, n_categories=6, n_planted=1,
        bad_lines=bad_lines,
    )  # fmt: skip
    return lines


def plan_of(categories) -> Plan:
    """Return the little store with the categories, in order, in place of its departments."""
    names = dict(zip(DEPARTMENTS, categories, strict=True))
    plan = little_plan()
    things = (
        replace(thing, departments=tuple(names[name] for name in thing.departments))
        for thing in plan.things
    )
    return replace(plan, things=tuple(things))
