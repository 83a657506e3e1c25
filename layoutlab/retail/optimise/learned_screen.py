"""Can a learned score of layouts say which ones are worth simulating? A kept model as a screen.

The score was learned in other stores, of made-up shoppers; how far this one is from them is said.
"""

from dataclasses import dataclass

import numpy as np

import layoutlab.cp_sat  # noqa: F401 -- before the score loads TensorFlow
from layoutlab.retail.layout_value import applicability, layout_sums, set_value
from layoutlab.retail.layout_value.made_up_stores import Store
from layoutlab.retail.layout_value.model_files import Kept
from layoutlab.retail.layout_value.store_tables import StoreTables
from layoutlab.retail.optimise.legality import legality_of, neighbours
from layoutlab.retail.optimise.screening import Screen
from layoutlab.retail.optimise.setting import Setting


@dataclass(frozen=True, eq=False)
class Learned:
    """A learned score for one store.

    Attributes
    ----------
    screen : callable
        Margin, metres and found rate as multiples of today's, the last in points beside 1.
    warning : str
        What speaks against believing it here; empty when nothing does.
    tables : StoreTables
    """

    screen: Screen
    warning: str
    tables: StoreTables


def of_setting(kept: Kept, setting: Setting) -> Learned:
    """Return version 2 of a score as the screen of a search.

    Layouts of the search and of the score are the same arrays: both number the plan's slots and
    departments by `slots.slots_of`. What the score does not know is left out: stock, and fixtures
    that move.

    Parameters
    ----------
    kept : Kept
        As `model_files.read` returns it.
    setting : Setting
        Its shoppers are calibrated, as the score expects.
    """
    store = Store(
        setting.plan.name, setting.floor, setting.slots, setting.shoppers, setting.effects
    )
    tables = layout_sums.prepare(store)

    def screen(assignments: np.ndarray) -> np.ndarray:
        foreseen, _ = set_value.score(kept.scorer, tables, assignments)
        multiples: np.ndarray = 1 + foreseen / 100
        return multiples

    return Learned(screen, _warning(kept, setting, tables), tables)


def _warning(kept: Kept, setting: Setting, tables: StoreTables) -> str:
    """Return what speaks against the score, asked of the layouts a search looks at first."""
    near = neighbours(legality_of(setting), setting.slots.today)
    looked_at = np.concatenate([setting.slots.today[None], near])
    said = applicability.warning(kept.known, tables, layout_sums.sums_of(tables, looked_at))
    if setting.stock is not None:
        said = "; ".join([*filter(None, [said]), "the learned screen does not know the stock"])
    return said
