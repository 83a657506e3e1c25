"""Drawings of plans: what is on them, read from the axes."""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
import shapely
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from shapely import affinity, box

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor.generation.builtin import builtin_store
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.floor.plans.plan_colours import HUES, ink, lighter, swatches
from layoutlab.floor.plans.plan_plots import plot_difference, plot_plan, plot_values
from layoutlab.floor.plans.plan_sheet_plots import sides

mpl.use("Agg")


def fixture(name, x, y, department="", **said):
    shape = box(x, y, x + 3, y + 1)
    face = shapely.LineString([(x, y), (x + 3, y)])
    departments = (department,) if department else ()
    return Thing(
        name, "fixture", shape, type="shelf", departments=departments, faces=(face,), **said
    )


PLAN = Plan(
    "Corner shop",
    (
        Thing("o", "outline", box(0, 0, 12, 10)),
        Thing("w", "wall", shapely.LineString([(0, 8), (4, 8)])),
        Thing("in", "entrance", shapely.LineString([(8, 0), (10, 0)])),
        Thing("out", "exit", box(2, 0, 3, 0.3)),
        Thing("till", "checkout", box(2, 1, 3, 3), accessible=True),
        fixture("a", 1, 5, "tea", locked=True),
        fixture("b", 5, 5, "milk"),
        fixture("c", 5, 8, "tea"),
        fixture("d", 8.5, 3),
    ),
)


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def key(ax):
    return [text.get_text().strip() for text in ax.get_legend().get_texts() if text.get_text()]


def colours(ax):
    return {to_hex(patch.get_facecolor()) for patch in ax.patches}


def test_a_plan_has_its_name_scale_labels_and_key():
    ax = plot_plan(PLAN)
    assert ax.get_title(loc="left") == "Corner shop"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x, m", "y, m")
    assert ax.get_aspect() == 1
    assert {"2 m", "tea", "milk", "♿"} <= set(texts(ax))
    assert texts(ax).count("tea") == 2
    assert key(ax) == [
        "1  tea", "2  milk", "entrance", "exit", "checkout (♿ for wheelchairs)", "face", "locked",
        "no department",
    ]  # fmt: skip
    assert {HUES[0].lower(), HUES[1].lower()} <= colours(ax)


def test_labels_and_key_can_be_left_out_and_a_caption_added():
    ax = plot_plan(PLAN, labels=False, legend=False, title="Ours", caption="As built.")
    assert "tea" not in texts(ax)
    assert ax.get_legend() is None
    assert ax.get_title(loc="left") == "Ours"
    assert ax.figure.get_supxlabel() == "As built."


def test_what_does_not_fit_is_numbered_and_what_fits_not_at_all_is_left_out():
    long = Plan("p", (*PLAN.things[:3], fixture("a", 1, 1, "x" * 90)))
    assert {"1"} & set(texts(plot_plan(long)))
    figure = plt.figure(figsize=(1, 1))
    assert not {"tea", "1"} & set(texts(plot_plan(PLAN, figure.add_subplot(), legend=False)))


def test_by_type_all_shelves_are_alike():
    ax = plot_plan(PLAN, color_by="type")
    assert key(ax)[0] == "1  shelf"
    assert HUES[1].lower() not in colours(ax)


def test_values_are_colours_and_a_missing_one_is_hatched():
    ax = plot_plan(PLAN, color_by={"a": 0.0, "b": 4.0, "c": np.nan}, label="exposure, s")
    assert ax.figure.axes[1].get_ylabel() == "exposure, s"
    assert {"#00224e", "#fee838"} <= colours(ax) or len(colours(ax)) > 4
    assert sum(patch.get_hatch() == "////" for patch in ax.patches) == 2


def test_a_difference_tells_what_moves_and_what_changes():
    moved = replace(PLAN.by_id["a"], shape=affinity.translate(PLAN.by_id["a"].shape, 0, -1.5))
    changed = replace(PLAN.by_id["b"], departments=("beer",))
    gone = tuple(thing for thing in PLAN.things if thing.id != "c")
    after = Plan("p", (*gone, fixture("e", 1, 8.5, "wine"))).with_things(moved, changed)
    ax = plot_difference(PLAN, after)
    assert key(ax) == [
        "stays (1)", "moves (1)", "changes department (1)", "is new (1)", "goes (1)", "old place",
        "1  tea", "2  milk → beer", "3  wine",
    ]  # fmt: skip
    assert {"2 milk → beer", "3 wine", "1 tea"} <= set(texts(ax))
    assert ax.get_title(loc="left") == "Corner shop: what changes"


def test_turning_on_the_spot_is_a_move():
    turned = replace(PLAN.by_id["a"], shape=affinity.rotate(PLAN.by_id["a"].shape, 30))
    assert "moves (1)" in key(plot_difference(PLAN, PLAN.with_things(turned)))
    assert key(plot_difference(PLAN, PLAN.with_things(turned), labels=False))[-1] == "old place"
    assert key(plot_difference(PLAN, PLAN)) == ["stays (4)"]


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_the_same_plan_is_drawn_in_the_same_bytes(tmp_path, suffix):
    drawn = []
    for number in range(2):
        path = tmp_path / f"{number}{suffix}"
        canonical.write_figure(path, plot_plan(PLAN).figure)
        drawn.append(path.read_bytes())
    assert drawn[0] == drawn[1]


def test_many_departments_share_hues_by_family_and_differ_in_shade():
    known = swatches(builtin_store())
    assert len(known) == 40
    assert [one.number for one in known.values()] == list(range(1, 41))
    assert len({(one.colour, one.hatch) for one in known.values()}) == 40
    assert len({one.family for one in known.values()}) == 8
    ax = plot_plan(builtin_store())
    assert sum(text.endswith("}$") for text in key(ax)) == 8


def test_a_large_family_takes_further_hues_while_there_are_any():
    things = [fixture(str(number), 4 * number, 0, f"d{number:02d}") for number in range(12)]
    plan = Plan("p", (Thing("o", "outline", box(0, 0, 60, 9)), *things))
    colours = [one.colour for one in swatches(plan).values()]
    assert colours[::5] == list(HUES[:3])
    assert {one.family for one in swatches(plan).values()} == {"shelf"}


def test_fixtures_without_departments_need_no_key_of_them():
    plan = Plan("p", (PLAN.things[0], fixture("a", 1, 1)))
    assert key(plot_plan(plan)) == ["face", "no department"]


def test_shades_and_ink():
    assert lighter("#000000", 0.5) == "#808080"
    assert lighter("#0072B2", 0) == "#0072B2"
    assert (ink("#FFFFFF"), ink("#0072B2"), ink("#000000")) == ("#000000", "#FFFFFF", "#FFFFFF")


def test_sides_of_a_turned_rectangle():
    for angle in (0, 30, 89, 120, 179):
        long, short, found = sides(affinity.rotate(box(0, 0, 4, 1), angle))
        assert (long, short) == (pytest.approx(4), pytest.approx(1))
        assert -90 < found <= 90.001
        assert (found - angle) % 180 == pytest.approx(0, abs=1e-6) or (
            (found - angle) % 180 == pytest.approx(180, abs=1e-6)
        )


def test_an_outline_of_two_parts_with_a_hole_is_drawn():
    ring = box(0, 0, 9, 9) - box(3, 3, 5, 5)
    outline = shapely.union_all([ring, box(20, 0, 25, 5)])
    door = Thing("in", "entrance", shapely.LineString([(25, 1), (25, 3)]))
    ax = plot_plan(Plan("p", (Thing("o", "outline", outline), door)))
    (arrow,) = [text for text in ax.texts if not text.get_text()]
    assert arrow.xy[0] < 25 < arrow.xyann[0]


def test_bad_input_is_named():
    with pytest.raises(InputError) as error:
        plot_plan(PLAN, color_by="price")
    assert str(error.value) == "color_by: expected department, type or values, got 'price'"
    with pytest.raises(InputError) as error:
        plot_values(PLAN, {"zz": 1.0}, label="sales")
    assert str(error.value) == "values: expected ids of fixtures, got zz"
    with pytest.raises(InputError, match=r"^plan: expected an outline, got none$"):
        plot_plan(Plan("p", ()))
