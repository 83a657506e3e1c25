"""Are methods compared at equal effort, and gaps counted from the optimum?"""

import numpy as np
import pytest
from searched_store import open_little

from layoutlab.floor.comparison import pairs
from layoutlab.retail.optimise import method_study, optimise_plots


def test_runs_are_paired_and_gaps_never_negative() -> None:
    setting = open_little({"moves": {"at_most": 2}, "space_change": 1.0})
    methods = ("today", "random", "tabu")
    runs, optimum = method_study.gaps(setting, methods, 30, range(3))
    assert len(runs) == 9
    assert (runs["gap"] >= 0).all()
    assert (runs["simulated"] <= 30).all()
    table = method_study.gap_table(runs)
    assert table.loc["today", "mean"] == pytest.approx(optimum.gain / (1 + optimum.gain))
    assert table.loc["tabu", "reached"] >= table.loc["today", "reached"]
    paired = method_study.paired(runs)
    assert list(paired.columns) == list(methods)
    tests = pairs.compare_pairs(paired)
    summary = pairs.summarise(paired, rng=np.random.default_rng(1))
    letters = pairs.tie_letters(summary["group"], tests)
    ax = optimise_plots.draw_methods(summary, [letters[name] for name in summary["group"]])
    assert [label.get_text() for label in ax.get_yticklabels()] == list(summary["group"])
