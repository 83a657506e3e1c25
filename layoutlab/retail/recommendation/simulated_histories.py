"""Which histories would customers with known habits leave? A simulator whose truth is known.

Every customer belongs to a segment with its own taste and has a few favourites, each bought again
with its own chance. Now and then something new comes from the segment's taste, and more often
from items on promotion in the newest weeks. Of planted pairs, the first item in a basket makes the
second likely in the next. All chances are independent, so the chance of every item in the next
basket is known: no ranking can do better on average than to sort by it.
"""

from dataclasses import dataclass

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.recommendation.histories import PARTS, Study, study

SEGMENTS = 4
FAVOURITES = 5
NEW_ITEMS = 0.8
FOLLOWS = 0.4
PROMOTED_TIMES = 6.0
PROMOTED_BASKETS = 2
FEWEST, MOST = 3, 12


@dataclass(frozen=True)
class Truth:
    """What the simulator knows.

    `chance` (n, m): of each item in the next basket of each test customer, in the study's order;
    `pairs`: (first, second) item ids where the first leads to the second one basket later;
    `promoted`: ids of the items on promotion at the end.
    """

    chance: np.ndarray
    pairs: tuple[tuple[str, str], ...]
    promoted: tuple[str, ...]


def simulated(
    n_customers: int = 1500, n_items: int = 60, *, rng: np.random.Generator
) -> tuple[Study, Truth]:
    """Simulate customers of one shop: 70 % to train on, 10 % to validate, 20 % to test.

    Parameters
    ----------
    n_customers : int
        At least 30.
    n_items : int
        At least 20; ids are ``0`` to ``n_items - 1``.
    rng : numpy.random.Generator

    Raises
    ------
    InputError
        When a number is too small.
    """
    if n_customers < 30 or n_items < 20:
        raise InputError(
            "expected n_customers of at least 30 and n_items of at least 20, "
            f"got {n_customers} and {n_items}"
        )
    shape = (n_customers, n_items)
    taste = rng.dirichlet(np.full(n_items, 0.3), SEGMENTS)[rng.integers(SEGMENTS, size=n_customers)]
    noise = rng.gumbel(size=shape)
    favourite = np.argsort(-(np.log(taste + 1e-9) + noise), axis=1)[:, :FAVOURITES]
    again = np.zeros(shape)
    np.put_along_axis(again, favourite, rng.beta(2, 3, (n_customers, FAVOURITES)), axis=1)
    shuffled = rng.permutation(n_items)
    pairs = shuffled[:8].reshape(4, 2)
    promoted = shuffled[8:11]
    baskets = np.zeros((MOST + 1, *shape), bool)
    for step in range(MOST + 1):
        earlier = baskets[step - 1] if step else np.zeros(shape, bool)
        late = step > MOST - PROMOTED_BASKETS
        chance = _chance(again, taste, earlier, pairs, promoted if late else promoted[:0])
        baskets[step] = rng.random(shape) < chance
        empty = np.flatnonzero(~baskets[step].any(axis=1))
        baskets[step, empty, chance[empty].argmax(axis=1)] = True
    first = MOST - rng.integers(FEWEST, MOST + 1, size=n_customers)
    bounds = {"train": 0.0, "validate": 0.7, "test": 0.8, "end": 1.0}
    at = [int(n_customers * share) for share in bounds.values()]
    parts = {
        part: {
            str(user): [np.flatnonzero(b).tolist() for b in baskets[first[user] :, user]]
            for user in range(at[place], at[place + 1])
        }
        for place, part in enumerate(PARTS)
    }
    made = study(parts, name="simulated histories")
    truth = Truth(
        chance[at[2] :][:, made.items.astype(int)],
        tuple((str(one), str(other)) for one, other in pairs.tolist()),
        tuple(map(str, promoted.tolist())),
    )
    return made, truth


def _chance(
    again: np.ndarray,
    taste: np.ndarray,
    earlier: np.ndarray,
    pairs: np.ndarray,
    promoted: np.ndarray,
) -> np.ndarray:
    """Return the chance of every item in every customer's next basket."""
    drawn = taste.copy()
    drawn[:, promoted] = PROMOTED_TIMES * (drawn[:, promoted] + 1 / taste.shape[1])
    new = np.minimum(NEW_ITEMS * drawn, 0.9)
    follows = np.zeros_like(again)
    follows[:, pairs[:, 1]] = FOLLOWS * earlier[:, pairs[:, 0]]
    chance: np.ndarray = 1 - (1 - again) * (1 - new) * (1 - follows)
    return chance
