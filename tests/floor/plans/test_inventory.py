"""What a plan has, counted by hand."""

import matplotlib as mpl
import numpy as np
import pytest
import shapely
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from shapely import box

from layoutlab.floor.generation.builtin import builtin_store
from layoutlab.floor.plans.inventory import by_department, totals
from layoutlab.floor.plans.inventory_plots import plot_inventory, plot_stores
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.floor.plans.plan_colours import swatches

mpl.use("Agg")


def shelf(name, x, departments, shelf_m=None, kind="shelf"):
    face = shapely.LineString([(x, 5), (x + 2, 5)])
    return Thing(name, "fixture", box(x, 5, x + 2, 6), type=kind, departments=departments,
                 shelf_m=shelf_m, faces=(face,))  # fmt: skip


PLAN = Plan(
    "Shop",
    (
        Thing("o", "outline", box(0, 0, 20, 10)),
        Thing("in", "entrance", shapely.Point(1, 0).buffer(1e-9)),
        shelf("a", 0, ("tea",), 10.0),
        shelf("b", 4, ("tea", "milk"), 6.0, "gondola"),
        shelf("c", 8, ("rice",)),
        shelf("d", 12, ()),
    ),
)


def test_a_shared_fixture_counts_in_parts():
    table = by_department(PLAN).set_index("department")
    assert table.index.tolist() == ["tea", "milk", "rice"]
    assert table["fixtures"].tolist() == [1.5, 0.5, 1.0]
    assert table["shelf_m"].tolist() == [13.0, 3.0, 0.0]
    assert table["faces_m"].tolist() == [3.0, 1.0, 2.0]
    assert table["floor_m2"].tolist() == [3.0, 1.0, 2.0]
    assert table["types"].tolist() == ["shelf, gondola", "gondola", "shelf"]
    assert table.loc["tea", "from_entrance_m"] == pytest.approx(5.5)
    assert table.loc["milk", "from_entrance_m"] == pytest.approx(np.hypot(4, 5.5))


def test_a_plan_without_entrance_or_fixtures_has_an_inventory():
    assert by_department(Plan("p", PLAN.things[:1] + PLAN.things[2:])).from_entrance_m.isna().all()
    assert by_department(Plan("p", PLAN.things[:2])).empty


def test_totals_by_hand():
    assert totals(PLAN) == {
        "area_m2": 200.0, "fixtures": 4, "departments": 3, "faces": 4, "faces_m": 8.0,
        "shelf_m": 16.0, "fixtures_m2": 8.0, "fixtures_share": 0.04, "locked": 0, "checkouts": 0,
        "entrances": 1, "exits": 0,
    }  # fmt: skip


def test_departments_add_up_to_the_total():
    plan = builtin_store()
    table, total = by_department(plan), totals(plan)
    for column in ("fixtures", "shelf_m", "faces_m"):
        assert table[column].sum() == pytest.approx(total[column])
    assert len(table) == total["departments"] == 40


def test_bars_have_the_colours_of_the_plan():
    known = swatches(PLAN)
    ax = plot_inventory(by_department(PLAN), known, caption="All.")
    assert [to_hex(bar.get_facecolor()).upper() for bar in ax.patches] == [
        known[name].colour for name in ("tea", "milk", "rice")
    ]
    assert [bar.get_width() for bar in ax.patches] == [13.0, 3.0, 0.0]
    assert ax.get_xlabel() == "running metres of shelf, m"
    plt.close("all")


def test_stores_stand_side_by_side():
    figure = plot_stores([PLAN] * 4, columns=3, caption="Four.")
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == ["Shop, 4 fixtures"] * 4 + [""] * 2
    assert [ax.axison for ax in figure.axes] == [True] * 4 + [False] * 2
    plt.close("all")
