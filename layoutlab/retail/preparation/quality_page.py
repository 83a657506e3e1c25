"""How do we tell people about their receipts' quality? One HTML page, complete in itself."""

import base64
import html
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from layoutlab import canonical
from layoutlab.retail.preparation import lines, quality_plots

COUNTS = ("lines", "transactions", "customers", "skus", "categories", "stores")
PAGE = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quality of receipts</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 56rem; padding: 0 1rem;
       color: #222; }
h1, h2 { line-height: 1.2; }
figure { margin: 1rem 0; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { padding: .2rem .7rem; text-align: left; border-bottom: 1px solid #ccc; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
</style>
</head>
<body>
<h1>Quality of receipts</h1>
<p>$summary</p>
<h2>Counts</h2>
$counts
<h2>Rejects by reason</h2>
$rejects
$reasons
<h2>Coverage in time</h2>
<p>$covered</p>
$coverage
<h2>Outliers</h2>
<p>$outlying</p>
$quantity
$price
<h2>The largest quantities</h2>
$extreme
<h2>Returns</h2>
<p>$returned</p>
</body>
</html>
"""
)


def write(measured: Mapping[str, Any], folder: str | Path) -> None:
    """Write ``quality.json`` and ``quality.html`` into a folder.

    Parameters
    ----------
    measured : mapping
        As `quality.measure` returns it; further entries go to the JSON alone,
        except ``files`` and ``malformed``, which the page names.
    folder : str or Path
    """
    canonical.write_json(Path(folder) / "quality.json", dict(measured))
    canonical.write_text(Path(folder) / "quality.html", page(measured))


def page(measured: Mapping[str, Any]) -> str:
    """Return the report as HTML."""
    counts = {name: measured[name] for name in COUNTS}
    reasons = [
        [name, f"{measured['rejects'][name]:,}", lines.REASONS[name]] for name in lines.REASONS
    ]
    per_day = measured["coverage"]["lines_per_day"]
    quantity, price = measured["quantity"], measured["unit_price"]
    return PAGE.substitute(
        summary=_summary(measured),
        counts=_figure(quality_plots.draw_counts(counts), "Distinct things on accepted lines; "
                       "lines are all that came."),
        rejects=_figure(quality_plots.draw_rejects(measured["rejects"], measured["accepted"]),
                        "Lines accepted, and rejected by the first reason that fits."),
        reasons=_table(["reason", "lines", "meaning"], reasons, {1}),
        covered=_covered(measured["coverage"]),
        coverage=_figure(quality_plots.draw_coverage(per_day), "Accepted lines per day."),
        outlying=_outlying(quantity, price),
        quantity=_figure(quality_plots.draw_spread(quantity, "quantity", "pieces"),
                         "Lines by quantity."),
        price=_figure(quality_plots.draw_spread(price, "unit price", measured["currency"]),
                      "Lines by unit price."),
        extreme=_extreme(measured["extreme"]),
        returned=_returned(measured["returns"]),
    )  # fmt: skip


def _summary(measured: Mapping[str, Any]) -> str:
    said = (
        f"{measured['lines']:,} lines: {measured['accepted']:,} accepted, "
        f"{measured['rejected']:,} rejected ({measured['rejected'] / measured['lines']:.2%})."
    )
    if "malformed" in measured:
        said += (
            f" They come from {measured['files']:,} file(s); {measured['malformed']:,} rows were "
            "no lines at all and are not among them."
        )
    if measured.get("without_line_end"):
        named = ", ".join(map(html.escape, measured["without_line_end"]))
        said += f" The last line has no end, and may be cut short, in {named}."
    if measured["without_customer"]:
        said += f" {measured['without_customer']:,} accepted lines have no customer."
    return said


def _covered(coverage: Mapping[str, Any]) -> str:
    if coverage["first"] is None:
        return "No accepted line has a time."
    return (
        f"From {coverage['first']} to {coverage['last']}: {coverage['days']:,} days, "
        f"{coverage['days_without']:,} of them without a line; the longest pause took "
        f"{coverage['longest_gap_h']:,.1f} hours."
    )


def _outlying(quantity: Mapping[str, Any], price: Mapping[str, Any]) -> str:
    said = [
        f"{spread['above'] + spread['below']:,} lines stand out in {of}: below "
        f"{_number(spread['lower_fence'])} or above {_number(spread['upper_fence'])}; half of all "
        f"lines lie from {_number(spread['lower_quartile'])} to "
        f"{_number(spread['upper_quartile'])}, the largest is {_number(spread['most'])}."
        for of, spread in (("quantity", quantity), ("unit price", price))
        if spread["known"]
    ]
    return " ".join(said) + " They are not rejected."


def _number(value: float) -> str:
    """Write a number in at most four digits, or as a whole one."""
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.4g}"


def _returned(back: Mapping[str, int]) -> str:
    return (
        f"{back['lines']:,} readable lines have a negative quantity. {back['matched']:,} can be "
        f"matched to an earlier sale of the same store, customer and sku that is large enough, "
        f"{back['unmatched']:,} cannot; {back['undone']:,} sales are undone in full. Baskets leave "
        "such sales out when returns are matched, and keep them when returns are dropped."
    )


def _extreme(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return "<p>No line was accepted.</p>"
    body = [
        ["" if value is None else str(value) for value in row.values()]
        for row in (dict(row) | {"undone": "yes" if row["undone"] else "no"} for row in rows)
    ]
    return _table([name.replace("_", " ") for name in rows[0]], body, {0, 5, 6})


def _table(head: Sequence[str], body: Sequence[Sequence[str]], numbers: set[int]) -> str:
    """Return a table; the columns in `numbers` are aligned to the right."""

    def row(tag: str, cells: Sequence[str]) -> str:
        kinds = [' class="number"' if n in numbers else "" for n in range(len(cells))]
        text = (
            f"<{tag}{kind}>{html.escape(cell)}</{tag}>"
            for kind, cell in zip(kinds, cells, strict=True)
        )
        return f"<tr>{''.join(text)}</tr>"

    rows = "\n".join(row("td", cells) for cells in body)
    return f"<table>\n<thead>{row('th', head)}</thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _figure(ax: Any, caption: str) -> str:
    """Return a drawing as an image within the page."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figure.svg"
        canonical.write_figure(path, ax.figure)
        drawn = base64.b64encode(path.read_bytes()).decode()
    said = html.escape(caption)
    image = f'<img alt="{said}" src="data:image/svg+xml;base64,{drawn}">'
    return f"<figure>\n{image}\n<figcaption>{said}</figcaption>\n</figure>"
