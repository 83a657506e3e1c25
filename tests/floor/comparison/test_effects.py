import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.comparison.effects import (
    aligned_rank_anova,
    interaction_contrasts,
    practical_equivalence,
)


def table(seeds=40):
    rng = np.random.default_rng(2)
    base = rng.normal(size=seeds)
    noise = 0.02 * rng.normal(size=(3, seeds))
    return pd.DataFrame(
        {"base": base, "same": base + noise[0], "more": base + 1 + noise[1], "less": base - 1}
    )


def test_better_equivalent_and_worse_are_told_apart():
    found = practical_equivalence(table(), "base", 0.1, rng=np.random.default_rng(1), samples=500)
    assert found["group"].tolist() == ["same", "more", "less"]
    assert found["verdict"].tolist() == ["equivalent", "better", "worse"]
    np.testing.assert_allclose(found[["better", "equivalent", "worse"]].sum(axis=1), 1)


def test_equal_runs_are_equivalent_and_few_runs_undecided():
    values = table(6).assign(twin=lambda frame: frame["base"])[["base", "twin"]]
    found = practical_equivalence(values, "base", 0.1, rng=np.random.default_rng(1), samples=500)
    assert found["equivalent"].tolist() == [1]
    unsure = pd.DataFrame({"base": np.zeros(4), "other": [0.5, 0.5, -0.5, -0.5]})
    found = practical_equivalence(unsure, "base", 0.1, rng=np.random.default_rng(1), samples=500)
    assert found["verdict"].tolist() == ["undecided"]


def test_the_generator_fixes_the_draws_and_the_global_one_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the state that must not change
    one, other = (
        practical_equivalence(table(), "base", 0.1, rng=np.random.default_rng(7), samples=200)
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, other)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(InputError) as error:
        practical_equivalence(table(), "best", 0.1, rng=np.random.default_rng(1))
    assert str(error.value) == "against: expected one of base, same, more, less, got 'best'"
    with pytest.raises(InputError, match="rope: expected above 0, got 0"):
        practical_equivalence(table(), "base", 0.0, rng=np.random.default_rng(1))


def factorial(effect, seeds=10):
    rng = np.random.default_rng(4)
    return pd.DataFrame(
        [
            (one, other, seed, effect(one, other) + rng.normal())
            for one in "abc"
            for other in "xyz"
            for seed in range(seeds)
        ],
        columns=["selection", "crossover", "seed", "best_fitness"],
    )


@pytest.mark.parametrize(
    ("effect", "found"),
    [
        (lambda one, other: 3.0 * (one == "a"), "selection"),
        (lambda one, other: 3.0 * (other == "x"), "crossover"),
        (lambda one, other: 3.0 * ((one == "a") == (other == "x")), "selection × crossover"),
    ],
)
def test_the_planted_effect_is_found(effect, found):
    p = aligned_rank_anova(factorial(effect)).set_index("effect")["p"]
    assert p[found] < 1e-6
    if "×" not in found:
        assert p.drop(found).min() > 0.01


def test_degrees_of_freedom_are_those_of_repeated_measures():
    rows = aligned_rank_anova(factorial(lambda one, other: 0.0)).set_index("effect")
    assert rows.loc["selection", ["df", "df_error"]].tolist() == [2, 18]
    assert rows.loc["selection × crossover", ["df", "df_error"]].tolist() == [4, 36]
    assert rows["eta_squared"].between(0, 1).all()


def test_contrasts_find_where_two_factors_interact():
    planted = factorial(lambda one, other: 5.0 * (one == "a" and other == "x") + 2.0 * (one == "b"))
    found = interaction_contrasts(planted).set_index(["one", "other", "to_one", "to_other"])
    assert len(found) == 9
    assert found["verdict"].to_dict() == {
        key: "interact" if "a" in key and "x" in key else "tie" for key in found.index
    }
    wide = planted.pivot_table(index="seed", columns=["selection", "crossover"])["best_fitness"]
    by_hand = (wide["a", "x"] - wide["a", "y"] - wide["c", "x"] + wide["c", "y"]).mean()
    assert found.loc[("a", "c", "x", "y"), "difference"] == pytest.approx(by_hand)


def test_additive_factors_have_no_contrast():
    found = interaction_contrasts(factorial(lambda one, other: 0.0).assign(best_fitness=1.0))
    assert (found["p_holm"] == 1).all()
    assert (found["verdict"] == "tie").all()
