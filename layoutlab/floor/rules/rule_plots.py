"""Where on the plan is a rule not obeyed?"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption
from layoutlab.floor.plans.plan import Plan
from layoutlab.floor.plans.plan_plots import plot_plan
from layoutlab.floor.rules.checking import Findings, Violation

WIDTHS = ("route_width", "aisle_width", "zone_width", "u_turn", "turning_space", "checkout_room")
COLOURS = (VERMILION, BLUE, ORANGE, GREEN, "#CC79A7", "#56B4E9", "#000000", "#F0E442")
MARKS = "oDs^vPX*"


def plot_violations(
    plan: Plan, findings: Findings, ax: Axes | None = None, *, title: str = "", caption: str = ""
) -> Axes:
    """Draw a plan with a number at each violation, and the disc that passes where a way is narrow.

    Parameters
    ----------
    plan : Plan
    findings : Findings
        Of this plan.
    ax : Axes, optional
        A sheet of the plan's own form when not given.
    title, caption : str
        How many violations of how many rules there are, when there is no title.
    """
    broken = findings.violations
    rules = list(dict.fromkeys(each.rule for each in broken))
    title = title or f"{plan.name}: {_said(broken, rules)}"
    ax = plot_plan(plan, ax, labels=False, legend=False, title=title)
    numbers: dict[tuple[float, float], list[str]] = {}
    for number, each in enumerate(broken, 1):
        x, y = each.place
        numbers.setdefault((round(x, 1), round(y, 1)), []).append(str(number))
        _mark(ax, each, rules.index(each.rule))
    for place, said in numbers.items():
        _number(ax, place, ", ".join(said))
    for collection in ax.collections:
        collection.set_alpha(0.5)
    if rules:
        ax.legend(
            handles=[_key(rule, n, broken) for n, rule in enumerate(rules)],
            loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=8, title="not obeyed",
            frameon=False,
        )  # fmt: skip
    if caption:
        write_caption(ax, caption)
    return ax


def _said(broken: Sequence[Violation], rules: Sequence[str]) -> str:
    if not broken:
        return "no violation found"
    places = "1 violation" if len(broken) == 1 else f"{len(broken)} violations"
    return f"{places} of {len(rules)} rule{'s' if len(rules) > 1 else ''}"


def _mark(ax: Axes, violation: Violation, rule: int) -> None:
    colour, (x, y) = COLOURS[rule % len(COLOURS)], violation.place
    if violation.quantity in WIDTHS and violation.measured > 0:
        ax.add_patch(Circle((x, y), violation.measured / 2, fc="none", ec=colour, lw=1.4, zorder=8))
    ax.plot(x, y, MARKS[rule % len(MARKS)], ms=5, color=colour, mec="white", mew=0.6, zorder=9)


def _number(ax: Axes, place: tuple[float, float], text: str) -> None:
    ax.annotate(
        text, place, xytext=(4, 4), textcoords="offset points", fontsize=6.5, color="black",
        zorder=10, bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.7},
    )  # fmt: skip


def _key(rule: str, number: int, broken: Sequence[Violation]) -> Line2D:
    mine = [n for n, each in enumerate(broken, 1) if each.rule == rule]
    span = str(mine[0]) if len(mine) == 1 else f"{mine[0]}–{mine[-1]}"
    return Line2D(
        [], [], ls="none", marker=MARKS[number % len(MARKS)], mec="white",
        color=COLOURS[number % len(COLOURS)], label=f"{rule} ({span})",
    )  # fmt: skip


def plot_reach(
    widths_m: Sequence[float],
    counts: Sequence[int],
    total: int,
    ax: Axes,
    *,
    limits_m: dict[str, float],
    title: str,
    caption: str = "",
) -> Axes:
    """Draw how many things a route of each width reaches, and the widths of rules as lines.

    Parameters
    ----------
    widths_m : sequence of float
        Metres, rising.
    counts : sequence of int
        Things reached by each.
    total : int
        All things.
    ax : Axes
    limits_m : dict of str to float
        Names of rules and the widths they ask for, metres.
    """
    ax.step(
        widths_m,
        counts,
        "o-",
        ms=3,
        where="pre",
        color=BLUE,
        lw=1.8,
        label="reached from an entrance",
    )
    ax.axhline(total, color=GREY, lw=1, ls=":", label=f"all {total}")
    for number, (name, limit) in enumerate(limits_m.items()):
        style = ("--", "-.", ":")[number % 3]
        ax.axvline(limit, color=VERMILION, lw=1.2, ls=style, label=f"{name} ({limit:.3f} m)")
    ax.set(xlabel="clear width asked for (m)", ylabel="fixtures and checkouts", title=title)
    ax.set_ylim(0, total * 1.08)
    ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
    if caption:
        write_caption(ax, caption)
    return ax
