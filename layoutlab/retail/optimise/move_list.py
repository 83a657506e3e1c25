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
REALISED = (
    "gain", "gain_low", "gain_high", "metres", "metres_low", "metres_high", "found_rate", "total",
)  # fmt: skip
NOT_JUDGED = "not judged: interrupted"
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
    judged : tuple of Outcome
        Of the judging shoppers: in the present layout, and after each step. Shorter, or empty, when
        it was interrupted; then gains and reasons of the later steps are missing.
    stuck : tuple of Step
        What no order makes legal; empty.
    """

    moves: pd.DataFrame
    layouts: tuple[Layout, ...]
    judged: tuple[Outcome, ...]
    stuck: tuple[Step, ...]

    @property
    def unjudged(self) -> int:
        """Steps whose gain is missing."""
        return len(self.layouts) - max(0, len(self.judged) - 1)

    @property
    def before(self) -> Outcome:
        """Of the judging shoppers in the present layout; there unless it was interrupted."""
        return self.judged[0]

    @property
    def after(self) -> Outcome:
        """Of the judging shoppers in the last layout; there unless it was interrupted."""
        return self.judged[len(self.layouts)]


def move_list(campaign: Campaign, judging: Setting | None) -> MoveList:
    """Order the best layout's changes and judge each step by shoppers no search has seen.

    Ctrl-C while steps are ordered puts them in an order that is legal, but not the most worth
    first, and judges none; while they are judged, it leaves those judged by then.

    Parameters
    ----------
    campaign : Campaign
    judging : Setting, optional
        The same store with other shoppers, as `setting.others` returns it; without it no step is
        judged.
    """
    searched, goal = campaign.setting, campaign.best[0]
    try:
        done, stuck = _ordered(searched, goal)
    except KeyboardInterrupt:
        judging, (done, stuck) = None, _ordered(searched, goal, simulated=False)
    layouts = [searched.today, *(one.layout for one in done)]
    outcomes = [] if judging is None else _judged(judging, layouts)
    rows: list[dict[str, object]] = []
    for number, one in enumerate(done):
        told = _effect(judging, one, layouts[number], outcomes[number : number + 2])
        rows += _rows(searched, one, layouts[number], told | {"step": number + 1})
    moves = pd.DataFrame(rows, columns=list(COLUMNS))
    return MoveList(moves, tuple(layouts[1:]), tuple(outcomes), stuck)


def _judged(judging: Setting, layouts: Sequence[Layout]) -> list[Outcome]:
    """Return what shoppers make of layouts, those before a Ctrl-C."""
    outcomes: list[Outcome] = []
    try:
        outcomes.extend(settings.outcome(judging, layout) for layout in layouts)
    except KeyboardInterrupt:
        return outcomes
    return outcomes


def _ordered(
    setting: Setting, goal: Layout, *, simulated: bool = True
) -> tuple[list[Done], tuple[Step, ...]]:
    legality = replace(legality_of(setting), most_moves=UNBOUNDED)
    today_kept = legality.keeps(setting.today.assignment)
    known: dict[bytes, float] = {}

    def worth(layout: Layout) -> float:
        if not simulated:
            return 0.0
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


def _effect(
    judging: Setting | None, done: Done, before: Layout, outcomes: Sequence[Outcome]
) -> dict[str, object]:
    """Return what the rows of a step share: its gain, its metres and its reason."""
    ends = ("", "_low", "_high")
    if judging is None or len(outcomes) < 2:
        missing = {f"{name}{end}": np.nan for name in ("gain", "metres") for end in ends}
        return missing | {"reason": NOT_JUDGED}
    first, second = outcomes
    gain = difference(judging, first, second)
    effect = reasons.effect_of(judging, before, done.layout, first, second)
    words = reasons.in_words(
        judging, effect, _involved(judging, done, before), first.shoppers.demand.currency
    )
    margin, metres = gain["unplanned_margin"], gain["metres"]
    return {
        **{f"gain{end}": value for end, value in zip(ends, margin, strict=True)},
        **{f"metres{end}": value for end, value in zip(ends, metres, strict=True)},
        "reason": words,
    }


def _involved(setting: Setting, done: Done, before: Layout) -> list[int]:
    """Return the departments that change place, or stand on what moves."""
    slots = list(done.step.slots)
    fixtures = setting.plan.of("fixture")
    ids = {fixtures[at].id for at in done.step.fixtures}
    on_moved = [slot for slot, owner in enumerate(setting.slots.fixture) if owner in ids]
    involved: list[int] = before.assignment[slots].tolist()
    involved += done.layout.assignment[slots + on_moved].tolist()
    return involved


def _rows(
    setting: Setting, done: Done, before: Layout, shared: dict[str, object]
) -> list[dict[str, object]]:
    """Return a row for each slot and fixture of a step."""
    slots, budget = setting.slots, setting.constraints.budget
    rows: list[dict[str, object]] = []
    for slot in done.step.slots:
        price = budget.price(DEPARTMENT)
        was, now = (
            slots.departments[one.assignment[slot]] for one in (before, done.layout)
        )  # fmt: skip
        rows.append(shared | {"fixture": slots.fixture[slot], "kind": DEPARTMENT, "from": was,
                              "to": now, "hours": price.hours, "cost": price.cost})  # fmt: skip
    for at in done.step.fixtures:
        thing = setting.plan.of("fixture")[at]
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


def curve(campaign: Campaign, judging: Setting | None) -> pd.DataFrame:
    """Return the gain by number of moves: what the search promises, and what others realise.

    Parameters
    ----------
    campaign : Campaign
    judging : Setting, optional
        Without it, and after Ctrl-C, what others realise is missing.

    Returns
    -------
    DataFrame
        Columns moves (allowed), used, promised and gain (unplanned margin as a share of today's),
        gain_low, gain_high, metres (walked, a share of today's), found_rate (points), total (margin
        of all purchases, a share), plausible. Intervals are of the judging shoppers' chance alone.
    """
    setting, chosen = campaign.setting, []
    for number, found in campaign.found.items():
        last = number == max(campaign.found)
        chosen.append(campaign.best if last else (found.layout, found.values))
    outcomes = [] if judging is None else _judged(judging, [setting.today, *(c[0] for c in chosen)])
    rows = []
    for at, (number, (layout, values)) in enumerate(zip(campaign.found, chosen, strict=True)):
        promised = float(values[0] / campaign.today[0] - 1)
        used = change_of(setting.plan, setting.slots, layout, setting.constraints.budget).moves
        known = {"moves": number, "used": used, "promised": promised}
        if judging is None or len(outcomes) < at + 2:
            rows.append(known | dict.fromkeys(REALISED, np.nan)
                        | {"plausible": promised <= IMPLAUSIBLE})  # fmt: skip
            continue
        realised = _realised(judging, outcomes[0], outcomes[at + 1])
        plausible = bool(np.max([promised, realised["gain"]]) <= IMPLAUSIBLE)
        rows.append(known | realised | {"plausible": plausible})
    return pd.DataFrame(rows)


def _realised(judging: Setting, before: Outcome, after: Outcome) -> dict[str, float]:
    """Return what other shoppers make of a layout, by `REALISED`."""
    change, base = difference(judging, before, after), before.totals
    gain = [end / base.unplanned_margin for end in change["unplanned_margin"]]
    metres = [end / base.metres for end in change["metres"]]
    found_rate, total = change["found_rate"][0], change["margin"][0] / base.margin
    return dict(zip(REALISED, (*gain, *metres, found_rate, total), strict=True))
