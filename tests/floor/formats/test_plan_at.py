"""Does one call read a sound plan of any format, and refuse an unsound one?"""

import pytest

from layoutlab.errors import InputError
from layoutlab.floor.formats import reading, writing
from layoutlab.floor.generation.builtin import builtin_store
from layoutlab.floor.plans import geojson

OPEN_FLOOR = """cell_m: 1.0
##########
#........#
#........#
##########
"""


def test_any_format_gives_the_same_plan(tmp_path):
    plan = builtin_store()
    geojson.write(plan, tmp_path / "plan.geojson")
    writing.write(plan, tmp_path / "plan.dxf")
    told = []
    one = reading.plan_at(tmp_path / "plan.geojson", tell=told.append)
    assert geojson.to_geojson(one) == geojson.to_geojson(plan)
    assert told == []
    other = reading.plan_at(tmp_path / "plan.dxf", tell=told.append)
    kinds = [{t.kind: len(p.of(t.kind)) for t in p.things} for p in (one, other)]
    assert kinds[0]["fixture"] == kinds[1]["fixture"] > 10
    assert all("notes on reading; `layoutlab plan validate` tells them" in line for line in told)


def test_a_plan_with_errors_is_refused_and_notes_are_told(tmp_path):
    path = tmp_path / "floor.txt"
    path.write_text(OPEN_FLOOR)
    with pytest.raises(InputError):
        reading.plan_at(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.geojson"):
        reading.plan_at(tmp_path / "none.geojson")
