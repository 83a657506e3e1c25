import numpy as np

from layoutlab.floor import live
from layoutlab.floor.evolution import evolve
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.settings import Settings

LONG = Settings(population=200, generations=600, selection="tournament")


def run(settings, view):
    return evolve(Floor(), Readings(), settings, rng=np.random.default_rng(1), callback=view)


def test_where_nobody_watches_there_is_no_view():
    assert live.view(Floor()) is None


def test_the_view_draws_floors_and_keeps_to_its_share_of_the_time():
    view = live.View(Floor())
    result = run(LONG, view)
    whole = view._told - view._begun
    assert view.drawn > 3
    # the last drawing is beyond the share
    assert view.spent_s - view._cost_s <= live.SHARE * whole + view._cost_s
    assert f"generation {LONG.generations} " in view._picture.value
    assert view._picture.value.count("<rect") == 10 + 2
    assert f"best so far {result.best_fitness:.3f}" in view._picture.value


def test_watching_changes_nothing_in_the_result():
    short = Settings(population=30, generations=20, selection="tournament")
    assert run(short, live.View(Floor(), pace_s=0.005)) == run(short, None)


def test_a_paced_view_draws_nearly_every_generation():
    view = live.View(Floor(), pace_s=0.05)
    run(Settings(population=20, generations=20, selection="tournament"), view)
    assert view.drawn >= 15


def test_the_button_stops_the_search():
    view = live.View(Floor())
    stop_at = 7

    def watched(progress):
        if progress.generation == stop_at:
            view._button.click()
        return view(progress)

    assert run(LONG, watched).history[-1]["generation"] == stop_at
