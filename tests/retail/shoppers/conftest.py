"""The little store, made ready once for all tests."""

import numpy as np
import pytest
from little_store import DEPARTMENTS, baskets, little_plan

from layoutlab.retail.shoppers import (
    assortment,
    demand,
    drawn_trips,
    effects,
    prepared_floor,
    simulation,
)


@pytest.fixture(scope="session")
def plan():
    return little_plan()


@pytest.fixture(scope="session")
def sizes():
    return effects.load()


@pytest.fixture(scope="session")
def floor(plan, sizes):
    return prepared_floor.prepare(plan, sizes)


@pytest.fixture(scope="session")
def goods(plan, floor):
    return assortment.of_plan(floor, plan)


@pytest.fixture(scope="session")
def wants(sizes):
    start, item = baskets()
    price = np.array([2.0, 1.0, 4.0, 3.0, 5.0, 2.5])
    return demand.of_baskets(DEPARTMENTS, start, item, sizes, price=price, currency="EUR")


@pytest.fixture(scope="session")
def shoppers(wants, sizes, floor, goods):
    drawn = drawn_trips.draw(wants, sizes, rng=np.random.default_rng(3), n_days=6)
    return simulation.calibrated(floor, goods, drawn, sizes)
