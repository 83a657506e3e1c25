"""The benchmark study: proofs of its cases, equal budgets, gaps by hand, the same numbers again."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layoutlab import datasets
from layoutlab.errors import InputError
from layoutlab.floor.areas import solver as areas
from layoutlab.floor.field import cases as benchmark_cases
from layoutlab.floor.field import planted
from layoutlab.floor.field import study as benchmark_study
from layoutlab.floor.field.cases import Case
from layoutlab.floor.rows import solver as rows
from layoutlab.registry.entries import DATASETS, DataFile, Dataset

ROW = rows.Problem(np.ones(5), np.ones((5, 5)) - np.eye(5))


def test_made_up_cases_have_the_optimum_they_state() -> None:
    cases = benchmark_cases.made_up_assignments(rng=np.random.default_rng(1))
    assert [case.n for case in cases] == [8, 9, 20, 30]
    best = planted.enumerated_optimum(cases[0].problem.flows, cases[0].problem.distances)
    assert cases[0].best_known == best
    lines = benchmark_cases.made_up_rows(rng=np.random.default_rng(1))
    assert np.ptp(lines[2].problem.lengths) == 0
    found = rows.solve(lines[0].problem, iterations=300, exact=0, rng=np.random.default_rng(2))
    assert found.cost == lines[0].best_known
    assert all(case.proved for case in (*cases, *lines))


def test_every_search_of_a_row_gets_the_evaluations_of_ours() -> None:
    equal = Case("equal", 5, ROW, rows.cost(ROW, range(5)), True)
    unequal = rows.Problem(np.arange(1, 6), ROW.flows)
    best = rows.solve(unequal, iterations=1, rng=np.random.default_rng(0)).cost
    gaps = benchmark_study.compare_rows([equal, Case("unequal", 5, unequal, best, True)], 3, [1, 2])
    counted = gaps[gaps["evaluations"] > 0].groupby(["instance", "seed"])["evaluations"]
    assert (counted.min() == counted.max()).all()
    searches = gaps.groupby("instance")["search"].unique()
    assert {"scipy faq", "scipy 2opt"} < set(searches["equal"])
    assert set(searches["unequal"]) == {"ours", "restarted descents", "random orders"}
    # every order of equal departments with equal flows costs the same, scipy's too
    assert (gaps.loc[gaps["instance"] == "equal", "gap"] == 0).all()
    assert (gaps["gap"] >= 0).all()


def test_assignments_are_compared_in_one_unit() -> None:
    rng = np.random.default_rng(3)
    flows, distances = planted.random_assignment(2, 3, rng=rng)
    best = planted.enumerated_optimum(flows, distances)
    case = Case("six", 6, benchmark_cases.quadratic.state(flows, distances), best, True)
    gaps = benchmark_study.compare_assignments([case], 200, [1, 2])
    assert len(gaps) == 10
    assert (gaps["gap"] >= 0).all()
    assert (gaps.loc[gaps["search"] == "ours", "gap"] == 0).all()
    again = benchmark_study.compare_assignments([case], 200, [1, 2])
    pd.testing.assert_frame_equal(gaps, again)


def test_areas_come_with_their_best_layout() -> None:
    problem = planted.random_areas(4, rng=np.random.default_rng(4))
    case = Case("four", 4, problem, 100.0, False)
    gaps, layouts = benchmark_study.compare_areas([case], 500, [1])
    assert areas.check(problem, layouts["four"]) == []
    assert areas.cost(problem, layouts["four"]) == pytest.approx(gaps["cost"].min())
    assert gaps["gap"].to_numpy() == pytest.approx(gaps["cost"] - 100)


def test_gaps_become_a_table_and_a_sentence() -> None:
    gaps = pd.DataFrame(
        {
            "instance": ["b", "b", "a", "a"],
            "n": [5, 5, 4, 4],
            "proved": True,
            "search": ["scipy faq", "ours", "scipy faq", "ours"],
            "gap": [2.0, 0.0, 4.0, 1.0],
        }
    )
    table = benchmark_study.mean_gaps(gaps)
    assert table.index.get_level_values("instance").tolist() == ["b", "a"]
    assert table.columns.tolist() == ["ours", "scipy faq"]
    assert table["scipy faq"].tolist() == [2.0, 4.0]
    assert benchmark_study.in_words(gaps).startswith(
        "**ours** ends 0.500 % above the best known cost in the mean and meets or betters it in 1 "
        "of 2 runs; **scipy faq** ends 3.000 %"
    )


def test_public_cases_are_read_with_what_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {
        "dat/two.txt": "2\n1 3\n0 5\n5 0\n",
        "best_known.csv": "instance,n,best_known,proven_optimal\ntwo,2,10,yes\n",
    }
    files = []
    (tmp_path / "srflp/dat").mkdir(parents=True)
    for name, content in contents.items():
        (tmp_path / "srflp" / name).write_text(content)
        digest = hashlib.sha256(content.encode()).hexdigest()
        files.append(DataFile(name, digest, digest))
    known = Dataset("srflp", "", "", "", "", tuple(files), {"best_known": "best_known.csv"})
    monkeypatch.setitem(DATASETS, "srflp", known)
    monkeypatch.setenv(datasets.MIRROR, str(tmp_path))
    (case,) = benchmark_cases.public_cases("srflp", ["two"])
    assert (case.name, case.n, case.best_known, case.proved) == ("two", 2, 10.0, True)
    assert rows.cost(case.problem, [0, 1]) == 10
    with pytest.raises(InputError, match="expected instances of srflp, got three"):
        benchmark_cases.public_cases("srflp", ["two", "three"])
