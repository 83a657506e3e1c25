import numpy as np

from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.readings import alternatives, compare_readings
from layoutlab.floor.settings import Settings

TINY = Settings(population=10, generations=2)


def test_each_alternative_changes_one_thing():
    floor, readings = Floor(), Readings()
    variants = alternatives(floor, readings, TINY)
    assert next(iter(variants)) == "chosen"
    assert len(variants) == 18
    for name, variant in variants.items():
        same = sum(
            one == other for one, other in zip(variant, (floor, readings, TINY), strict=True)
        )
        assert same == (3 if name == "chosen" else 2), name


def test_readings_are_compared_on_the_same_plans_and_seeds():
    floor, readings = Floor(), Readings()
    variants = {
        "chosen": (floor, readings, TINY),
        "again": (floor, readings, TINY),
        "blocks": (floor, Readings(covers="blocks"), TINY),
    }
    table = compare_readings(variants, [1, 2], sample=60).set_index("reading")
    assert table.loc["chosen", "rank_correlation"] == 1
    assert table.loc["blocks", "rank_correlation"] < 0.9
    np.testing.assert_array_equal(table.loc["chosen"], table.loc["again"])
    assert table.loc["chosen", "fitness"] == table.loc["chosen", "chosen_fitness"]


def test_a_reading_that_values_all_plans_alike_has_no_rank_correlation():
    alike = Floor(lengths=(1,), blocks=1)
    blocks = Readings(covers="blocks", door="kept_free")
    table = compare_readings({"chosen": (alike, blocks, TINY)}, [0], sample=20)
    assert np.isnan(table.loc[0, "rank_correlation"])
