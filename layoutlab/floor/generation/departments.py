"""How many fixtures does each department get, and where does it want to stand?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layoutlab.errors import InputError

NEEDS = ("fresh", "cold", "frozen", "wall", "water", "power", "checkout")


@dataclass(frozen=True)
class Department:
    """What a part of the store sells, as far as its place depends on it.

    Attributes
    ----------
    name : str
        Not empty; the category of the receipts.
    share : float
        Of the fixtures, relative to the other departments; above 0.
    needs : tuple of str
        Of `NEEDS`: fresh stands on tables near the entrance, cold on refrigerated fixtures along
        a wall, frozen in freezers, checkout at the checkouts, wall along a wall; cold and water
        together make a service counter, which is locked.
    family : str
        Of departments that a drawing shows in shades of one colour; may be empty.
    """

    name: str
    share: float = 1.0
    needs: tuple[str, ...] = ()
    family: str = ""


def check(departments: Sequence[Department]) -> tuple[Department, ...]:
    """Return the departments when a store can be made of them.

    Raises
    ------
    InputError
        When there is none, a name is empty or met twice, a share is not above 0 or a need unknown.
    """
    names = [department.name for department in departments]
    if not names or "" in names:
        raise InputError("departments: expected at least one, all with a name, got "
                         + ("an empty name" if names else "none"))  # fmt: skip
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"departments: expected each name once, got {', '.join(twice)} again")
    for department in departments:
        if not (np.isfinite(department.share) and department.share > 0):
            raise InputError(
                f"department {department.name}: expected a share above 0, got {department.share}"
            )
        if unknown := [need for need in department.needs if need not in NEEDS]:
            raise InputError(
                f"department {department.name}: expected needs of {', '.join(NEEDS)}, "
                f"got {unknown[0]}"
            )
    return tuple(departments)


def apportion(total: int, shares: Sequence[float]) -> np.ndarray:
    """Share out `total` fixtures, at least one each, the rest by the method of Sainte-Laguë.

    Parameters
    ----------
    total : int
        At least the number of shares.
    shares : sequence of float
        Above 0.

    Returns
    -------
    ndarray of int, shape (n,)
        Sums to `total`; at ties the earlier one gets the fixture.

    References
    ----------
    Balinski and Young (2001). Fair Representation, section 3.
    """
    wanted = np.asarray(shares, dtype=float)
    counts = np.ones(len(wanted), dtype=int)
    for _ in range(total - len(wanted)):
        counts[np.argmax(wanted / (2 * counts + 1))] += 1
    return counts
