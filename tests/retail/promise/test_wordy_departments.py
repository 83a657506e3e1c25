import pytest

from layoutlab.errors import InputError
from layoutlab.retail.promise import wordy_departments as wordy


def test_words_say_what_it_is():
    assert wordy.words("SET OF 6 RED Glass T-Light Holders") == ["glass", "holder", "light"]
    assert wordy.words("VINTAGE RED") == []


def test_the_most_met_word_comes_first_and_takes_its_lines():
    names = ["tea mug"] * 3 + ["tea towel"] * 2 + ["mug"] * 3 + ["towel"] * 2
    # mug 6, tea 5, towel 4; without the mugs: towel 4, tea 2; without the towels nothing is left
    assert wordy.learn(names, 4) == ("mug", "towel")
    assert wordy.learn(names, 2) == ("mug",)


def test_ties_go_by_the_alphabet():
    assert wordy.learn(["zebra", "apple"], 3) == ("apple", "zebra")


def test_articles_go_to_the_first_department_they_name():
    departments = ("mug", "tea")
    assert wordy.department("TEA MUGS", departments) == "mug"
    assert wordy.department("tea towel", departments) == "tea"
    assert wordy.department("lamp", departments) == wordy.REST
    assert wordy.by_article({"1": "mug", "2": "?"}, departments) == {"1": "mug", "2": wordy.REST}


def test_one_department_is_refused():
    with pytest.raises(InputError, match="departments: expected at least 2, got 1"):
        wordy.learn(["tea"], 1)
