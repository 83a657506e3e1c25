"""Labels of layouts: halves, differences and noise by hand, and an interrupted labelling."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.layout_value import labelled, made_up_stores


@pytest.fixture(scope="module")
def make(sizes, tmp_path_factory):
    """Label stores 21 and 22 in a folder."""

    def label(folder):
        return labelled.labelled_stores(
            folder, [21, 22], sizes, trips=60, n_layouts=2, area_m2=(200.0, 200.0)
        )

    return label


def stamps(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in sorted(folder.iterdir())}


def test_an_interrupted_labelling_is_taken_up(make, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    make(whole)
    broken.mkdir()
    (broken / "store-00021.npz").write_bytes((whole / "store-00021.npz").read_bytes())
    before = stamps(broken)["store-00021.npz"]
    found = make(broken)
    assert stamps(broken)["store-00021.npz"] == before  # what is there is not made again
    assert list(stamps(broken)) == ["store-00021.npz", "store-00022.npz"]
    for path in whole.iterdir():
        assert (broken / path.name).read_bytes() == path.read_bytes()
    stamp = stamps(broken)
    again = make(broken)
    assert stamps(broken) == stamp
    assert again[1].halves.tolist() == found[1].halves.tolist()


def test_a_write_that_fails_leaves_no_half_file(some, tmp_path):
    bad = replace(some, halves=np.array([object()]))
    with pytest.raises((TypeError, ValueError)):
        labelled.write(tmp_path / "store-00021.npz", bad)
    assert list(tmp_path.iterdir()) == []


def test_changes_are_per_cent_per_cent_and_points():
    absolute = np.array([[2.0, 50.0, 0.9], [3.0, 45.0, 0.85], [2.0, 50.0, 0.9]])
    assert labelled.relative(absolute) == pytest.approx(
        np.array([[0, 0, 0], [50, -10, -5], [0, 0, 0]])
    )


def test_halves_are_the_trips_in_two(store):
    first, second = labelled.halves_of(store.shoppers)
    people = store.shoppers
    assert len(first) + len(second) == len(people)
    assert first.key.tolist() + second.key.tolist() == people.key.tolist()
    assert first.item.tolist() + second.item.tolist() == people.item.tolist()
    assert second.start[0] == 0
    assert second.day[0] == 0
    one = labelled.first_trips(people, 1)
    with pytest.raises(InputError, match=r"^shoppers: expected at least 2 trips, got 1$"):
        labelled.halves_of(one)


def test_a_label_is_what_the_simulator_says_of_all_trips(store, some):
    found = labelled.outcome(store, some.assignments[2], store.shoppers)
    assert some.absolute[2, 1] == pytest.approx(found.column("metres").mean())
    price = store.shoppers.demand.price * store.effects.margin_rate
    margin = found.tally.expected @ price / len(store.shoppers)
    assert some.absolute[2, 0] == pytest.approx(margin)


def test_every_slot_within_reach_is_carried(store, some):
    names = labelled.carried(store, some.assignments[1])
    reached = [name in set(store.floor.fixtures) for name in store.slots.fixture]
    assert sum(map(len, names.values())) == sum(reached)
    assert labelled.carried(store, store.slots.today) == made_up_stores.present(store)


def test_noise_is_told_by_the_halves(some):
    """Spearman and Brown: halves that agree by r are as good as 2 r / (1 + r) together."""
    n = len(some.assignments)
    true = np.vstack([np.zeros(3), np.linspace(-5, 5, (n - 1) * 3).reshape(n - 1, 3)])
    same = 1 + true / 100
    alike = replace(some, halves=np.stack([same, same]))
    assert labelled.reliability([alike]) == pytest.approx(np.ones(3))
    other = same.copy()
    other[1:] = same[1:][::-1]
    assert np.corrcoef(same[1:, 0], other[1:, 0])[0, 1] == pytest.approx(-1)
    mixed = same.copy()
    mixed[1::2] = 1.0  # every other layout as at present
    r = np.corrcoef(same[1:, 0], mixed[1:, 0])[0, 1]
    told = labelled.reliability([replace(some, halves=np.stack([same, mixed]))])
    assert told[0] == pytest.approx(2 * r / (1 + r))
