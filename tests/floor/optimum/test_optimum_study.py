import numpy as np
import pytest

from layoutlab.floor.genome import Floor
from layoutlab.floor.optimum import study
from layoutlab.floor.settings import Settings


def test_a_survey_gives_each_floor_with_its_bound():
    found = study.survey([6, 8], [1, 2], seed=1, evaluations=3_000)
    table = study.optimum_table(found)
    assert list(zip(table["size"], table["blocks"], strict=True)) == [
        (6, 1),
        (6, 2),
        (8, 1),
        (8, 2),
    ]
    assert table["fitness"].tolist() == pytest.approx([1.1, 2.1, 1.1, 2.1])
    assert table["proved"].all()
    assert table["walk"].all()
    assert (table["gap"] == 0).all()


def test_annealing_counts_the_evaluations_to_its_target():
    floor = Floor(6, 6, 3)
    runs = study.annealing_runs(floor, 3.1, range(3), evaluations=5_000)
    assert runs["fitness"].tolist() == pytest.approx([3.1] * 3)
    assert runs["reached"].between(1, 5_000).all()
    never = study.annealing_runs(floor, 9.0, range(1), evaluations=100)
    assert np.isinf(never["reached"]).all()


def test_evolution_spends_its_budget_and_no_more():
    floor, settings = Floor(6, 6, 4), Settings(population=20, selection="tournament")
    short = study.evolution_runs(floor, settings, 99.0, range(3), evaluations=400)
    long = study.evolution_runs(floor, settings, 99.0, range(3), evaluations=4_000)
    assert (long["fitness"] >= short["fitness"]).all()
    assert np.isinf(long["reached"]).all()
    met = study.evolution_runs(floor, settings, 1.0, range(3), evaluations=400)
    assert (met["reached"] == 20).all()


def test_the_paper_runs_are_those_of_the_settings():
    settings = Settings(population=20, generations=5, selection="tournament")
    best = study.paper_runs(Floor(6, 6, 4), settings, range(3))
    assert best.shape == (3,)
    assert (best == study.paper_runs(Floor(6, 6, 4), settings, range(3))).all()


def test_short_blocks_keep_a_walk_and_long_ones_shut_the_store():
    floors = {length: Floor(6, 6, 6, (length,)) for length in (2, 6)}
    table = study.walk_table(floors, seed=1, evaluations=5_000)
    assert table["walk"].tolist() == ["kept", "shut"]
    assert table["without"][0] < 0 < table["without"][1]
