"""Two small made-up stores with labels, made once for all tests."""

import numpy as np
import pytest

from layoutlab.retail.layout_value import labelled, made_up_stores
from layoutlab.retail.shoppers import effects


@pytest.fixture(scope="session")
def sizes():
    return effects.load()


@pytest.fixture(scope="session")
def store(sizes):
    return made_up_stores.made_up(sizes, trips=400, seed=11, area_m2=(200, 200))


@pytest.fixture(scope="session")
def some(store):
    return labelled.labelled(store, 9, seed=3)


@pytest.fixture(scope="session")
def taught(sizes, some):
    other = made_up_stores.made_up(sizes, trips=300, seed=12, area_m2=(180, 180))
    return [some, labelled.labelled(other, 9, seed=4)]


@pytest.fixture
def rng():
    return np.random.default_rng(1)
