"""Do departments stand where the plan puts them?"""

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import assortment


def test_two_departments_halve_every_face_in_order(floor, goods):
    tea, soap = goods.departments.index("tea"), goods.departments.index("soap")
    places = np.flatnonzero(floor.fixture == floor.fixtures.index("c"))
    for place in places:
        carried = goods.department[goods.place == place].tolist()
        assert carried == ([tea] if floor.begins[place] == 0 else [soap])


def test_all_shelf_metres_are_given_out_once(floor, goods):
    assert assortment.space_m(goods).tolist() == pytest.approx([12, 12, 12, 12, 6, 6])
    assert np.bincount(goods.place, goods.share) == pytest.approx(np.ones(floor.n_places))


def test_three_departments_share_two_pieces(floor):
    found = assortment.of_fixtures(floor, {"e": ("x", "y", "z")})
    assert found.share == pytest.approx([2 / 3, 1 / 3, 1 / 3, 2 / 3])
    assert found.department.tolist() == [0, 1, 1, 2]
    assert assortment.space_m(found) == pytest.approx([4, 4, 4])


def test_nothing_carried_is_refused(floor):
    with pytest.raises(InputError, match="expected fixtures that carry departments, got none"):
        assortment.of_fixtures(floor, {"a": ()})


def test_an_unknown_fixture_is_refused(floor):
    with pytest.raises(InputError, match="expected fixtures within reach on little, got 'q'"):
        assortment.of_fixtures(floor, {"q": ("x",)})
