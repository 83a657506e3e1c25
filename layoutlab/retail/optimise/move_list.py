"""What does the store do first, what next, and what is each step worth? The list of moves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from layoutlab.retail.optimise import reasons, steps
from layoutlab.retail.optimise import setting as settings
from layoutlab.retail.optimise.campaign import Campaign
from layoutlab.retail.optimise.constraints import DEPARTMENT
from layoutlab.retail.optimise.fixture_moves import stands_well
from layoutlab.retail.optimise.layouts import Layout, change_of
from layoutlab.retail.optimise.legality import UNBOUNDED, legality_of
from layoutlab.retail.optimise.setting import Setting, measured
from layoutlab.retail.optimise.steps import Done, Step
from layoutlab.retail.shoppers import totals
from layoutlab.retail.shoppers.simulation import Outcome

IMPLAUSIBLE = 0.10
"""Field experiments found gains of 4 to 7 %; a promise beyond this needs another look."""
COLUMNS = (
    "step", "fixture", "kind", "from", "to", "hours", "cost", "gain", "gain_low", "gain_high",
    "metres", "metres_low", "metres_high", "reason",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class MoveList:
    """Steps in their order.

    Attributes
    ----------
    moves : DataFrame
        `COLUMNS`, a row for each slot or fixture that changes; the rows of a step share its gain,
        unplanned margin per trip in the receipts' currency with its 95 % interval, its metres and
        its reason.
    layouts : tuple of Layout
        After each step.
    before, after : Outcome
        Of the judging shoppers, in the present and in the last layout.
    stuck : tuple of Step
        What no order makes legal; empty.
    """

    moves: pd.DataFrame
    layouts: tuple[Layout, ...]
    before: Outcome
    after: Outcome
    stuck: tuple[Step, ...]


def move_list(campaign: Campaign, judging: Setting) -> MoveList:
    """Order the best layout's changes and judge each step by shoppers no search has seen.

    Parameters
    ----------
    campaign : Campaign
    judging : Setting
        The same store with other shoppers, as `setting.others` returns it.
    """
    searched, goal = campaign.setting, campaign.best[0]
    done, stuck = _ordered(searched, goal)
    outcomes = [settings.outcome(judging, judging.today)]
    outcomes += [settings.outcome(judging, one.layout) for one in done]
    before = [judging.today, *(one.layout for one in done)]
    rows: list[dict[str, object]] = []
    for number, one in enumerate(done):
        rows += _rows(judging, number, one, before[number], outcomes[number : number + 2])
    moves = pd.DataFrame(rows, columns=list(COLUMNS))
    layouts = tuple(one.layout for one in done)
    return MoveList(moves, layouts, outcomes[0], outcomes[-1], stuck)


def _ordered(setting: Setting, goal: Layout) -> tuple[list[Done], tuple[Step, ...]]:
    legality = replace(legality_of(setting), most_moves=UNBOUNDED)
    today_kept = legality.keeps(setting.today.assignment)
    known: dict[bytes, float] = {}

    def worth(layout: Layout) -> float:
        key = layout.assignment.tobytes() + layout.shift.tobytes()
        if key not in known:
            known[key] = float(measured(setting, layout)[0])
        return known[key]

    def legal(layout: Layout) -> bool:
        if today_kept and not legality.keeps(layout.assignment):
            return False
        return stands_well(setting, setting.today, layout)

    change = change_of(setting.plan, setting.slots, goal, setting.constraints.budget)
    wanted = steps.steps_of(setting.today, goal, change)
    return steps.in_order(setting.today, goal, wanted, worth, legal)


def difference(judging: Setting, before: Outcome, after: Outcome) -> dict[str, tuple[float, ...]]:
    """Return by measure: difference per trip and the ends of its interval, the same trips."""
    found = totals.difference(
        judging.shoppers, (before.trips, before.wait_s), (after.trips, after.wait_s)
    )
    return dict(found)


def _rows(
    judging: Setting, number: int, done: Done, before: Layout, outcomes: Sequence[Outcome]
) -> list[dict[str, object]]:
    first, second = outcomes
    slots, plan = judging.slots, judging.plan
    gain = difference(judging, first, second)
    effect = reasons.effect_of(judging, before, done.layout, first, second)
    involved = [int(before.assignment[slot]) for slot in done.step.slots]
    involved += [int(done.layout.assignment[slot]) for slot in done.step.slots]
    fixtures = [plan.of("fixture")[at] for at in done.step.fixtures]
    ids = {thing.id for thing in fixtures}
    involved += [
        int(done.layout.assignment[slot])
        for slot, owner in enumerate(slots.fixture)
        if owner in ids
    ]
    words = reasons.in_words(judging, effect, involved, first.shoppers.demand.currency)
    shared = {
        "step": number + 1,
        **dict(zip(("gain", "gain_low", "gain_high"), gain["unplanned_margin"], strict=True)),
        **dict(zip(("metres", "metres_low", "metres_high"), gain["metres"], strict=True)),
        "reason": words,
    }
    budget = judging.constraints.budget
    rows: list[dict[str, object]] = []
    for slot in done.step.slots:
        price = budget.price(DEPARTMENT)
        was, now = (
            slots.departments[one.assignment[slot]] for one in (before, done.layout)
        )  # fmt: skip
        rows.append(shared | {"fixture": slots.fixture[slot], "kind": DEPARTMENT, "from": was,
                              "to": now, "hours": price.hours, "cost": price.cost})  # fmt: skip
    for at, thing in zip(done.step.fixtures, fixtures, strict=True):
        price = budget.price(thing.type)
        rows.append(shared | {"fixture": thing.id, "kind": thing.type,
                              "from": _stands(before, at), "to": _stands(done.layout, at),
                              "hours": price.hours, "cost": price.cost})  # fmt: skip
    return rows


def _stands(layout: Layout, fixture: int) -> str:
    right, up, turn = layout.shift[fixture]
    if not (right or up or turn):
        return "its place"
    return f"{right:+.2f} m right, {up:+.2f} m up, {turn:+.0f} degrees"


def curve(campaign: Campaign, judging: Setting) -> pd.DataFrame:
    """Return the gain by number of moves: what the search promises, and what others realise.

    Returns
    -------
    DataFrame
        Columns moves (allowed), used, promised and gain (unplanned margin as a share of today's),
        gain_low, gain_high, metres (walked, a share of today's), found_rate (points), total (margin
        of all purchases, a share), plausible. Intervals are of the judging shoppers' chance alone.
    """
    before = settings.outcome(judging, judging.today)
    budget = campaign.setting.constraints.budget
    rows = []
    for number, found in campaign.found.items():
        layout, values = found.layout, found.values
        if number == max(campaign.found):
            layout, values = campaign.best
        after = settings.outcome(judging, layout)
        change = difference(judging, before, after)
        base = before.totals
        gain = [end / base.unplanned_margin for end in change["unplanned_margin"]]
        promised = float(values[0] / campaign.today[0] - 1)
        used = change_of(judging.plan, judging.slots, layout, budget).moves
        rows.append(
            {
                "moves": number, "used": used, "promised": promised, "gain": gain[0],
                "gain_low": gain[1], "gain_high": gain[2],
                "metres": change["metres"][0] / base.metres,
                "metres_low": change["metres"][1] / base.metres,
                "metres_high": change["metres"][2] / base.metres,
                "found_rate": change["found_rate"][0],
                "total": change["margin"][0] / base.margin,
                "plausible": bool(np.max([promised, gain[0]]) <= IMPLAUSIBLE),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
