"""A little store to search: six departments on seven slots, made ready once for all tests."""

import numpy as np
import pytest
from searched_store import open_little

from layoutlab.retail.optimise.setting import Setting


@pytest.fixture(scope="session")
def setting() -> Setting:
    return open_little({"space_change": 1.0})


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)
