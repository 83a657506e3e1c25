"""How do we tell a planner what to move? One HTML page, complete in itself."""

import base64
import html
import tempfile
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from layoutlab import canonical
from layoutlab.floor.plans import plan_plots
from layoutlab.retail.optimise import optimise_plots
from layoutlab.retail.optimise.store_search import Answer, told

PAGE = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What to move: $name</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem;
       color: #222; }
h1, h2 { line-height: 1.2; }
figure { margin: 1rem 0; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { padding: .2rem .7rem; text-align: left; border-bottom: 1px solid #ccc;
         vertical-align: top; }
.warning { border-left: .4rem solid #d55e00; padding-left: .8rem; }
</style>
</head>
<body>
<h1>What to move: $name</h1>
<p>$summary</p>
$warnings
<h2>Moves, in this order</h2>
<p>After every step all constraints hold and every way stays open. Gains are unplanned margin per
trip in $currency, of shoppers whom the search has not seen, with 95&nbsp;% intervals of chance
alone.</p>
$moves
<h2>Before and after</h2>
$difference
<h2>How much each number of moves gains</h2>
<p>Each number of moves was searched anew; the layouts need not be nested.</p>
$table
$curve
<h2>Compromises</h2>
<p>The chosen layout has the highest unplanned margin of those in which shoppers walk no farther and
find no less than today. Others may suit you better: no layout tried is better than one of these in
all five. Crowding and walking are better when they fall.</p>
$compromises
$front
</body>
</html>
"""
)

MOST_COMPROMISES = 8


def page(answer: Answer, alike: list[float] | None = None) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    answer : Answer
    alike : list of float, optional
        The gain of the same moves, with its interval, were all goods equally tempting.
    """
    said = told(answer)
    return PAGE.substitute(
        name=html.escape(answer.campaign.setting.plan.name),
        summary=html.escape(_summary(said)),
        warnings=_warnings(said, alike),
        currency=html.escape(said["currency"]),
        moves=_moves(answer),
        table=_curve_table(answer),
        compromises=_compromises(answer),
        **_figures(answer),
    )


def _summary(said: dict[str, Any]) -> str:
    if not said["per_trip"]:
        return (
            f"{said['moves']} moves ({said['hours']:g} hours, {said['cost']:g} of cost) promise "
            f"{said['promised_gain']:+.1%} of unplanned margin with the shoppers of the search; "
            f"no others have judged that. {said['evaluations']:,} layouts were simulated with "
            f"{said['trips_searched']:,} trips each."
        )
    low, high = said["gain"][1:]
    metres = said["per_trip"]["metres"]
    return (
        f"{said['moves']} moves ({said['hours']:g} hours, {said['cost']:g} of cost) change the "
        f"unplanned margin of simulated shoppers by {said['gain'][0]:+.1%} "
        f"({low:+.1%} to {high:+.1%}; the search itself promised {said['promised_gain']:+.1%}), "
        f"and what they walk by {metres[0]:+.1f} m per trip "
        f"({metres[1]:+.1f} to {metres[2]:+.1f}). {said['evaluations']:,} layouts were simulated "
        f"with {said['trips_searched']:,} trips each; {said['trips_judged']:,} other trips judged "
        "the result."
    )


def _warnings(said: dict[str, Any], alike: list[float] | None) -> str:
    lines = []
    if said["interrupted"]:
        undone = ", ".join(said["unfinished"])
        lines.append(f"This was interrupted: the best found until then. Not finished: {undone}.")
    if not said["plausible"]:
        lines.append(
            "The gain is above 10 %. Field experiments found 4 to 7 %: take this one as a sign of "
            "direction, not as a forecast, and look at which department it rests on."
        )
    if alike is not None:
        lines.append(
            "Much of the gain hangs on how tempting goods are, which nobody has measured. Were "
            "goods that are bought as often equally tempting wherever they stand today, the same "
            f"moves would change the unplanned margin by {alike[0]:+.1%} "
            f"({alike[1]:+.1%} to {alike[2]:+.1%})."
        )
    if said["moves"] == 0:
        lines.append("Nothing may move, or nothing better was found: the plan is today's.")
    for key, words in (
        ("not_sold", "No fixture within reach carries these categories of the receipts"),
        ("not_bought", "No receipt names these departments"),
    ):
        if said[key]:
            lines.append(f"{words}: {', '.join(said[key])}.")
    return "\n".join(f'<p class="warning">{html.escape(line)}</p>' for line in lines)


def _moves(answer: Answer) -> str:
    moves = answer.moves.moves
    if moves.empty:
        return "<p>None.</p>"
    rows = []
    for step, part in moves.groupby("step", sort=True):
        one = part.iloc[0]
        done = "; ".join(
            f"{row.fixture}: {was} to {now}"
            for row, was, now in zip(part.itertuples(), part["from"], part["to"], strict=True)
        )
        gain = _or_not_judged(f"{one.gain:+.4f} ({one.gain_low:+.4f} to {one.gain_high:+.4f})")
        price = f"{part.hours.sum():g} h, {part.cost.sum():g}"
        rows.append([str(step), done, price, gain, str(one.reason)])
    return _table(["step", "move", "price", "own gain", "why"], rows)


def _curve_table(answer: Answer) -> str:
    rows = [
        [
            str(one.moves), str(one.used), f"{one.promised:+.1%}",
            _or_not_judged(f"{one.gain:+.1%} ({one.gain_low:+.1%} to {one.gain_high:+.1%})"),
            _or_not_judged(f"{one.metres:+.1%}"), _or_not_judged(f"{one.total:+.1%}"),
            "" if one.plausible else "above 10 %",
        ]
        for one in answer.curve.itertuples()
    ]  # fmt: skip
    head = ["moves allowed", "used", "promised", "unplanned margin", "walking", "all margin", ""]
    return _table(head, rows)


def _compromises(answer: Answer) -> str:
    """Return some layouts of the front, evenly spaced in margin, by all five objectives."""
    campaign = answer.campaign
    last = campaign.found[max(campaign.found)]
    places = np.unique(np.linspace(0, len(last.front) - 1, MOST_COMPROMISES).astype(int))
    rows = []
    for values in last.history[last.front[places]]:
        margin, metres, found_rate, crowding, cost = values
        today = campaign.today
        crowded = f"{crowding / today[3] - 1:+.1%}" if today[3] > 0 else f"{crowding:.3g}"
        points = f"{100 * (found_rate - today[2]):+.2f} points"
        share = [f"{margin / today[0] - 1:+.1%}", f"{metres / today[1] - 1:+.1%}"]
        rows.append([*share, points, crowded, f"{cost:g}"])
    head = ["unplanned margin", "walking", "found rate", "crowding", "cost of moves"]
    return _table(head, rows)


def _or_not_judged(said: str) -> str:
    """Return figures in words; those of what was interrupted are no numbers."""
    return "not judged" if said.startswith("+nan") else said


def _table(head: list[str], body: list[list[str]]) -> str:
    def row(tag: str, cells: list[str]) -> str:
        return f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>"

    rows = "\n".join(row("td", cells) for cells in body)
    return f"<table>\n<thead>{row('th', head)}</thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _figures(answer: Answer) -> dict[str, str]:
    campaign = answer.campaign
    last = campaign.found[max(campaign.found)]
    drawn = {
        "difference": (
            plan_plots.plot_difference(campaign.setting.plan, answer.plan),
            "What changes: fixtures by kind of change, with what they carried and carry.",
        ),
        "curve": (
            optimise_plots.draw_curve(answer.curve),
            "Change of unplanned margin and of walking by number of moves.",
        ),
        "front": (
            optimise_plots.draw_front(last.history, last.front, campaign.today, campaign.best[1]),
            "All layouts simulated for the largest number of moves, by the search's own shoppers.",
        ),
    }
    return {name: _figure(ax, caption) for name, (ax, caption) in drawn.items()}


def _figure(ax: Any, caption: str) -> str:
    """Return a drawing as an image within the page."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figure.svg"
        canonical.write_figure(path, ax.figure)
        drawn = base64.b64encode(path.read_bytes()).decode()
    said = html.escape(caption)
    image = f'<img alt="{said}" src="data:image/svg+xml;base64,{drawn}">'
    return f"<figure>\n{image}\n<figcaption>{said}</figcaption>\n</figure>"
