"""Histories as arrays: what is kept, what is left out, how they are cut."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.retail.recommendation.histories import PARTS, cut, lines, split_last, study, take
from layoutlab.retail.recommendation.simulated_histories import simulated

SMALL = {
    "train": {"a": [[10, 2, 2], [], [3]], "b": [[3]]},
    "validate": {"c": [[2], [10]]},
    "test": {"d": [["x", 3], [2]], "e": [[], []]},
}


def as_lists(histories):
    bounds = histories.first_line
    baskets = [histories.codes[a:b].tolist() for a, b in pairwise(bounds)]
    ends = histories.first_basket
    return [baskets[a:b] for a, b in pairwise(ends)]


def test_items_are_in_numeric_order_then_text_and_repeats_count_once():
    made = study(SMALL)
    assert made.items.tolist() == ["2", "3", "10", "x"]
    assert as_lists(made.train) == [[[0, 2], [1]], [[1]]]
    assert made.test.users.tolist() == ["d"]
    assert made.left_out == {
        "repeated_items": 1,
        "empty_baskets": 3,
        "customers_without_basket": 1,
    }


def test_the_last_basket_is_split_off_and_one_basket_leaves_no_history():
    made = study(SMALL)
    before, last = split_last(made.train, 4)
    assert as_lists(before) == [[[0, 2]], []]
    assert last.toarray().astype(int).tolist() == [[0, 1, 0, 0], [0, 1, 0, 0]]


def test_lines_give_the_age_of_a_basket_from_the_newest():
    user, age, code = lines(study(SMALL).train)
    assert user.tolist() == [0, 0, 0, 1]
    assert age.tolist() == [1, 1, 0, 0]
    assert code.tolist() == [0, 2, 1, 1]


histories = st.lists(
    st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=4), min_size=1, max_size=5),
    min_size=1,
    max_size=6,
)


@given(histories, st.randoms())
def test_cut_and_take_equal_slicing_lists(baskets, random):
    parts = {"train": {str(u): b for u, b in enumerate(baskets)}}
    made = study(parts | {part: {part: [[1]]} for part in PARTS[1:]})
    whole, width = as_lists(made.train), len(made.items)
    n_before = np.array([random.randrange(len(b)) for b in baskets])
    before, after = cut(made.train, n_before, width)
    assert as_lists(before) == [b[:n] for b, n in zip(whole, n_before, strict=True)]
    wanted = [np.isin(range(width), b[n]) for b, n in zip(whole, n_before, strict=True)]
    assert (after.toarray() == np.array(wanted)).all()
    chosen = np.array([random.randrange(len(baskets)) for _ in range(4)])
    assert as_lists(take(made.train, chosen)) == [whole[place] for place in chosen]


@pytest.mark.parametrize("item", [-1, 1.5, True, None, " ", [1]])
def test_items_must_be_whole_numbers_or_text(item):
    parts = SMALL | {"test": {"d": [[item]]}}
    with pytest.raises(InputError) as error:
        study(parts, name="f.json")
    assert str(error.value) == (
        "f.json: test: expected items as whole numbers of at least 0 or as text, "
        f"got {item!r} for customer d"
    )


def test_a_customer_in_two_parts_and_a_part_without_baskets_are_refused():
    with pytest.raises(InputError, match=r"^f: customer a is in train and in test$"):
        study(SMALL | {"test": {"a": [[1]]}}, name="f")
    with pytest.raises(InputError, match=r"^f: expected customers with baskets in test, got none$"):
        study(SMALL | {"test": {"z": [[]]}}, name="f")


def test_numbers_and_text_that_look_alike_stay_two_items():
    made = study(SMALL | {"test": {"d": [["2", 2], [2]]}})
    assert made.items.tolist().count("2") == 2


def test_the_simulated_truth_foretells_the_simulated_baskets():
    made, truth = simulated(300, 30, rng=np.random.default_rng(4))
    _, last = split_last(made.test, len(made.items))
    came = last.toarray()
    assert truth.chance.shape == came.shape
    assert abs(truth.chance.sum() - came.sum()) < 4 * np.sqrt(came.sum())
    assert truth.chance[came].mean() > 2 * truth.chance[~came].mean()
    again, _ = simulated(300, 30, rng=np.random.default_rng(4))
    assert as_lists(again.train) == as_lists(made.train)


def test_the_simulator_refuses_too_few():
    with pytest.raises(InputError, match=r"n_customers of at least 30 .* got 5 and 60"):
        simulated(5, rng=np.random.default_rng(1))
