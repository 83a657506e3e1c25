"""Which shelves should move where? `store optimise`."""

import argparse
from typing import Any

from layoutlab.commands import INTERRUPTED, add_verb, say


def add(actions: Any) -> None:
    """Add the verb to the group `store`."""
    verb = add_verb(actions, "optimise", "which shelves should move where?", _optimise)
    verb.add_argument("plan", help="a plan as GeoJSON, in metres, or in another format we read")
    verb.add_argument("--receipts", required=True,
                      help="parquet or csv: lines of receipts, or baskets")  # fmt: skip
    verb.add_argument("--constraints", metavar="FILE",
                      help="YAML: what may not change, and the budget of moves")  # fmt: skip
    verb.add_argument("--minutes", type=float, help="time to search, above 0")
    verb.add_argument("--evaluations", type=int,
                      help="layouts to simulate instead: the same ones every time")  # fmt: skip
    verb.add_argument("--method", default="tabu", help="of the search (%(default)s)")
    verb.add_argument("--screen", choices=("analytic", "learned"), default="analytic",
                      help="what ranks layouts before simulation (%(default)s)")  # fmt: skip
    verb.add_argument("--model", metavar="FOLDER",
                      help="of a score of layouts, for --screen learned")  # fmt: skip
    verb.add_argument("--fixtures", type=int, default=20, metavar="N",
                      help="layouts with a moved fixture to simulate (%(default)s)")  # fmt: skip
    verb.add_argument("--trips", type=int, default=2000,
                      help="simulated for each layout (%(default)s)")  # fmt: skip
    verb.add_argument("--stock", metavar="FILE",
                      help="csv of department, available (0 to 1)")  # fmt: skip
    verb.add_argument("--attributes", metavar="FILE",
                      help="csv of category and any of price, dwell_s, impulse")  # fmt: skip
    verb.add_argument("--effects", metavar="FILE",
                      help="effect sizes as YAML, instead of the built-in ones")  # fmt: skip
    verb.add_argument("--seed", type=int, default=1, help="of all random draws (%(default)s)")
    verb.add_argument("-j", "--jobs", type=int, default=1, help="threads (%(default)s)")
    verb.add_argument("-o", "--out", metavar="FOLDER", required=True,
                      help="write plan, moves, report and result there")  # fmt: skip


def _optimise(options: argparse.Namespace) -> tuple[Any, int]:
    from pathlib import Path

    import numpy as np

    from layoutlab import canonical
    from layoutlab.errors import InputError
    from layoutlab.floor.formats import reading
    from layoutlab.floor.plans import geojson
    from layoutlab.retail.optimise import constraints, search_page, store_search
    from layoutlab.retail.shoppers import attributes, effects, store_run

    if (options.minutes is None) == (options.evaluations is None):
        raise InputError("expected one of --minutes and --evaluations")
    if options.minutes is not None and not 0 < options.minutes < float("inf"):
        raise InputError(f"--minutes: expected a time above 0, got {options.minutes:g}")
    if options.seed < 0 or options.fixtures < 0:
        raise InputError("expected --seed >= 0 and --fixtures >= 0")
    _check_screen(options)
    kept = constraints.read(options.constraints) if options.constraints else None
    sizes = effects.load(options.effects)
    stock = store_run.read_stock(options.stock) if options.stock else None
    plan = reading.plan_at(options.plan, tell=say)
    told = attributes.read(options.attributes) if options.attributes else None
    wants = store_run.read_demand(options.receipts, sizes, told)
    if told is not None and (strange := attributes.unknown(told, wants.categories)):
        say(f"the receipts have no category {', '.join(strange)} of {options.attributes}")
    rng = np.random.default_rng(options.seed)
    setting = store_search.open_setting(
        plan, wants, kept or constraints.Constraints(), sizes, trips=options.trips, stock=stock,
        rng=rng,
    )  # fmt: skip
    _say_defaults(kept)
    answer = store_search.run(
        setting, method=options.method, evaluations=options.evaluations,
        seconds=None if options.minutes is None else 60 * options.minutes,
        fixture_simulations=options.fixtures, screen=_screen(options, setting), jobs=options.jobs,
        callback=_progress(),
        on_best=lambda best: geojson.write(best, Path(options.out) / "plan.geojson"), rng=rng,
    )  # fmt: skip
    said = store_search.told(answer) | _if_all_tempt_alike(answer)
    page = search_page.page(answer, said["gain_if_all_tempt_alike"])
    store_search.write(options.out, answer, page)
    canonical.write_json(Path(options.out) / "result.json", said)
    _warn(said)
    if not options.json:
        _show(said, options.out)
    return said, INTERRUPTED if said["interrupted"] else 0


def _check_screen(options: argparse.Namespace) -> None:
    from layoutlab.errors import InputError

    if (options.screen == "learned") != (options.model is not None):
        raise InputError("expected --screen learned and --model FOLDER together")
    if options.model is not None and options.method not in ("greedy", "tabu"):
        raise InputError(f"--screen: expected --method greedy or tabu, got {options.method}")


def _screen(options: argparse.Namespace, setting: Any) -> Any:
    """Return the learned screen, its doubts said, or None for the analytic one."""
    if options.model is None:
        return None
    from layoutlab.retail.layout_value import model_files
    from layoutlab.retail.optimise import learned_screen

    learned = learned_screen.of_setting(model_files.read(options.model), setting)
    if learned.warning:
        say(learned.warning)
    return learned.screen


def _if_all_tempt_alike(answer: Any) -> dict[str, Any]:
    """Return the gain of the same moves, with its interval, temptation pooled; None if not asked.

    How tempting goods are is what gains hang on most, see `temptation_pooling` in `effects.yaml`.
    """
    from layoutlab.retail.promise import sensitivity

    key, pooled, setting = "gain_if_all_tempt_alike", {"temptation_pooling": 1.0}, answer.judging
    if answer.unfinished or answer.moves.moves.empty or setting.effects.temptation_pooling == 1:
        return {key: None}
    layout, _ = answer.campaign.best
    try:
        found = sensitivity.ranked(setting, setting.shoppers, [layout], pooled, best=None)
    except KeyboardInterrupt:
        undone = ["the gain if all goods tempted alike"]
        return {key: None, "interrupted": True, "unfinished": undone}
    gain = found.gain[0]
    return {key: [gain.value, gain.low, gain.high]}


def _say_defaults(kept: Any) -> None:
    from layoutlab.retail.optimise.campaign import DEFAULT_BUDGET
    from layoutlab.retail.optimise.constraints import SPACE_CHANGE

    if kept is None or kept.budget.at_most is None:
        say(f"no limit on moves is set; {DEFAULT_BUDGET} are searched")
    if kept is None or kept.space_change is None:
        say(f"departments keep their shelf metres within {SPACE_CHANGE:.0%}")
    if kept is None or kept.cold_stays is None:
        say("cold goods stay on cold fixtures")


def _progress() -> Any:
    """Return a callback that says every ten seconds or more what is best so far."""
    last = [0.0]

    def tell(judge: Any) -> None:
        now = judge.began + judge.spent_s
        if now - last[0] >= 10:
            last[0] = now
            gain = judge.values[judge.best][0] / judge.today[0] - 1
            say(f"{len(judge.values)} layouts simulated, best {gain:+.2%} unplanned margin")

    return tell


def _warn(said: dict[str, Any]) -> None:
    if said["interrupted"]:
        say("interrupted; the best so far is kept; "
            f"not finished: {', '.join(said['unfinished'])}")  # fmt: skip
    if said["moves"] == 0:
        say("nothing may move, or nothing better was found: the plan is today's")
    if not said["plausible"]:
        say("the gain is above 10 %, where field experiments found 4 to 7 %: not a forecast")
    for key, words in (
        ("not_sold", "categories of the receipts that no fixture within reach carries"),
        ("not_bought", "departments on fixtures that no receipt names"),
    ):
        if said[key]:
            names = said[key]
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            say(f"{len(names)} {words}: {', '.join(names[:5])}{more}")


def _show(said: dict[str, Any], out: str) -> None:
    """Print the gain by number of moves."""
    print(f"{said['plan']}: {said['evaluations']} layouts simulated; unplanned margin, walking")
    for row in said["curve"]:
        if row["gain"] is None:
            print(f"{row['moves']:>4} moves, promised {row['promised']:+.1%}, not judged")
            continue
        print(
            f"{row['moves']:>4} moves {row['gain']:>+8.1%} ({row['gain_low']:+.1%} to "
            f"{row['gain_high']:+.1%}) {row['metres']:>+7.1%}"
        )
    if said["gain_if_all_tempt_alike"] is not None:
        value, low, high = said["gain_if_all_tempt_alike"]
        print(f"if all goods tempted alike {value:+.1%} ({low:+.1%} to {high:+.1%})")
    print(f"{said['moves']} moves, {said['hours']:g} hours, cost {said['cost']:g}: see {out}")
