"""From a plan, receipts and constraints to a list of moves: one search, told and written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor.plans import geojson
from layoutlab.floor.plans.plan import Plan
from layoutlab.floor.rules import packs
from layoutlab.retail.optimise import campaign as campaigns
from layoutlab.retail.optimise import move_list as lists
from layoutlab.retail.optimise import setting as settings
from layoutlab.retail.optimise.campaign import Campaign
from layoutlab.retail.optimise.constraints import Constraints
from layoutlab.retail.optimise.judging import Judge
from layoutlab.retail.optimise.layouts import change_of, plan_of
from layoutlab.retail.optimise.move_list import MoveList
from layoutlab.retail.optimise.screening import Screen
from layoutlab.retail.optimise.setting import OBJECTIVES, Setting
from layoutlab.retail.shoppers import drawn_trips, offer
from layoutlab.retail.shoppers.demand import Demand
from layoutlab.retail.shoppers.effects import Effects

TRIPS = 2000
JUDGING = 4
"""Times as many trips judge as search."""
LEAST_DAYS = 7


@dataclass(frozen=True, eq=False)
class Answer:
    """A search and all that is told of it.

    Attributes
    ----------
    campaign : Campaign
    judging : Setting or None
        The store with shoppers that the search has not seen; None when Ctrl-C came before them.
    moves : MoveList
    curve : DataFrame
        As `move_list.curve` returns it.
    plan : Plan
        After all moves.
    joined : offer.Joining
        What of plan and receipts does not meet.
    """

    campaign: Campaign
    judging: Setting | None
    moves: MoveList
    curve: pd.DataFrame
    plan: Plan
    joined: offer.Joining

    @property
    def unfinished(self) -> tuple[str, ...]:
        """What Ctrl-C left undone, in words."""
        steps, left = len(self.moves.layouts), self.moves.unjudged
        said = ["the search"] if self.campaign.interrupted else []
        if left:
            said.append(f"gains of {left} of {steps} steps")
        if self.curve["gain"].isna().any():
            said.append("gains by number of moves")
        return tuple(said)


def open_setting(
    plan: Plan,
    wants: Demand,
    constraints: Constraints,
    effects: Effects,
    *,
    trips: int = TRIPS,
    stock: dict[str, float] | None = None,
    cell_m: float | None = None,
    rng: np.random.Generator,
) -> Setting:
    """Draw the shoppers of a search and make the store ready.

    Raises
    ------
    InputError
        For fewer than 100 trips, unknown rule packs, or as `setting.prepare` says.
    """
    if trips < 100:
        raise InputError(f"trips: expected at least 100, got {trips}")
    if constraints.rules:
        packs.load(constraints.rules)
    days = max(1, int(np.ceil(1.2 * trips / wants.arrivals.sum())))
    drawn = drawn_trips.draw(wants, effects, rng=rng, n_days=days)
    shoppers = drawn_trips.first_trips(drawn, trips)
    return settings.prepare(plan, constraints, shoppers, effects, stock=stock, cell_m=cell_m)


def judging_of(setting: Setting, *, rng: np.random.Generator) -> Setting:
    """Return the store with other shoppers, `JUDGING` times as many and of a week or more."""
    per_day = setting.shoppers.demand.arrivals.sum()
    days = max(LEAST_DAYS, int(np.ceil(JUDGING * len(setting.shoppers) / per_day)))
    return settings.others(setting, rng=rng, n_days=days)


def run(
    setting: Setting,
    *,
    method: str = "tabu",
    evaluations: int | None = None,
    seconds: float | None = None,
    fixture_simulations: int = 0,
    screen: Screen | None = None,
    jobs: int = 1,
    callback: Callable[[Judge], None] | None = None,
    on_best: Callable[[Plan], None] | None = None,
    rng: np.random.Generator,
) -> Answer:
    """Search, order the moves, and have shoppers judge them whom the search has not seen.

    Parameters
    ----------
    setting, method, evaluations, seconds, fixture_simulations, screen, jobs, callback, rng
        As for `campaign.run`.
    on_best : callable, optional
        Gets the plan after the moves as soon as the search has ended.

    Returns
    -------
    Answer
        After Ctrl-C too: one ends the search, the next one what judges its moves.
    """
    joined = offer.join(settings.goods_on(setting.standing, setting.slots, setting.slots.today),
                        setting.shoppers.demand)  # fmt: skip
    own, other = rng.spawn(2)
    campaign = campaigns.run(
        setting, method, evaluations=evaluations, seconds=seconds, jobs=jobs,
        fixture_simulations=fixture_simulations, screen=screen, callback=callback, rng=own,
    )  # fmt: skip
    plan = plan_of(setting.plan, setting.slots, campaign.best[0])
    if on_best is not None:
        on_best(plan)
    judging = _unless_interrupted(lambda: judging_of(setting, rng=other))
    moves = lists.move_list(campaign, judging)
    judged = None if moves.unjudged else judging
    return Answer(campaign, judging, moves, lists.curve(campaign, judged), plan, joined)


def _unless_interrupted(drawn: Callable[[], Setting]) -> Setting | None:
    try:
        return drawn()
    except KeyboardInterrupt:
        return None


def told(answer: Answer) -> dict[str, Any]:
    """Return what `result.json` holds."""
    campaign, setting = answer.campaign, answer.campaign.setting
    layout, values = campaign.best
    change = change_of(setting.plan, setting.slots, layout, setting.constraints.budget)
    moves, judging = answer.moves, answer.judging
    gained: dict[str, tuple[float, ...]] = {}
    gain: list[float | None] = [None, None, None]
    if judging is not None and moves.judged and not moves.unjudged:
        gained = lists.difference(judging, moves.before, moves.after)
        base = moves.before.totals.unplanned_margin
        gain = [float(end / base) for end in gained["unplanned_margin"]]
    last = answer.curve.iloc[-1]
    return {
        "simulated": True,
        "plan": setting.plan.name,
        "interrupted": bool(answer.unfinished),
        "unfinished": list(answer.unfinished),
        "currency": setting.shoppers.demand.currency,
        "evaluations": int(sum(len(found.history) for found in campaign.found.values())),
        "fixtures_tried": 0 if campaign.fixtures is None else campaign.fixtures.legal,
        "trips_searched": len(setting.shoppers),
        "trips_judged": 0 if judging is None else len(judging.shoppers),
        "moves": change.moves,
        "hours": change.hours,
        "cost": change.cost,
        "today": dict(zip(OBJECTIVES, campaign.today.tolist(), strict=True)),
        "promised": dict(zip(OBJECTIVES, values.tolist(), strict=True)),
        "promised_gain": float(last["promised"]),
        "gain": gain,
        "per_trip": {name: list(ends) for name, ends in gained.items()},
        "plausible": bool(last["plausible"]),
        "curve": [
            {str(name): _known(value) for name, value in row.items()}
            for row in answer.curve.to_dict("records")
        ],
        "limits": "margin as high as possible; walking not above and found rate not below today's",
        "not_sold": list(answer.joined.not_sold),
        "not_bought": list(answer.joined.not_bought),
        "lines_not_sold": answer.joined.lines_not_sold,
        "left_undone": len(answer.moves.stuck),
    }


def _known(value: Any) -> Any:
    """Return a figure, None where it is missing."""
    return None if pd.isna(value) else value


def write(folder: str | Path, answer: Answer, page: str) -> None:
    """Write plan.geojson, moves.csv and .parquet, report.html and result.json into a folder."""
    folder = Path(folder)
    geojson.write(answer.plan, folder / "plan.geojson")
    moves = answer.moves.moves
    canonical.write_parquet(folder / "moves.parquet", typed(moves))
    canonical.write_text(folder / "moves.csv", moves.to_csv(index=False, lineterminator="\n"))
    canonical.write_text(folder / "report.html", page)
    canonical.write_json(folder / "result.json", told(answer))


def typed(moves: pd.DataFrame) -> pd.DataFrame:
    """Return the list of moves with the types it has when it is empty, too."""
    texts: Sequence[str] = ("fixture", "kind", "from", "to", "reason")
    types = {name: "str" if name in texts else "float64" for name in moves.columns}
    return moves.astype(types | {"step": "int64"})
