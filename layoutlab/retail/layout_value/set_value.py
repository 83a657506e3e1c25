"""What is a set of slots with departments worth? Version 2: a Keras model that reads the set.

Each slot with its department passes one shared layer and becomes a code; codes are added up, by
what is planned to be bought there and by what tempts there, and the present layout's sums are taken
off: the order of slots plays no part (Zaheer et al. 2017, Deep Sets, NeurIPS, theorem 2). A small
head reads the sums beside those of v1; what it says of no change is taken off. Training starts from
the linear regression on these sums, with a head that adds nothing. Several networks
are trained side by side: their mean is the score, and where they disagree they know little.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.layout_value.labelled import Labelled
from layoutlab.retail.layout_value.layout_sums import checked, sums_of
from layoutlab.retail.layout_value.set_network import Scorer, given_of, network
from layoutlab.retail.layout_value.store_tables import StoreTables
from layoutlab.retail.training import require_possible


@dataclass(frozen=True)
class Recipe:
    """How the model is built and trained; one setting, chosen on validation stores.

    Networks (`members`) whose shared layer has `width` units and whose codes have `code`; the head
    has `head` units. AdamW with `weight_decay`, a `learning_rate` that falls to zero along a half
    cosine over `epochs` passes in batches of `batch` layouts.
    """

    members: int = 4
    width: int = 24
    code: int = 8
    head: int = 32
    dropout: float = 0.0
    epochs: int = 8
    batch: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 1e-3

    def __post_init__(self) -> None:
        require_possible(self, "members", "width", "code", "head")


def fit_set(
    train: Sequence[Labelled],
    validation: Sequence[Labelled] = (),
    recipe: Recipe | None = None,
    *,
    rng: np.random.Generator,
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train on the layouts of stores; validation stores are scored after every pass, not used.

    Parameters
    ----------
    train, validation : sequence of Labelled
        Different stores; at least one to train on.
    recipe : Recipe, optional
    rng : numpy.random.Generator
        First weights and the order of layouts all come from it.

    Returns
    -------
    model : keras.Model
        From `given_of` to targets in the store's scale, (n, members, 3).
    history : dict of str to list of float
        ``train`` and ``validation``: loss after each pass.
    """
    if not train:
        raise InputError("train: expected at least one store, got none")
    recipe = recipe or Recipe()
    given, target = given_of(train), _targets(train)
    scale = np.maximum(target.std(axis=0), 1e-9)
    model = network(given, target, recipe, rng)
    steps = -(-len(target) // recipe.batch) * recipe.epochs
    trained = keras.Model(model.input, model.output)
    trained.compile(
        keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps),
            weight_decay=recipe.weight_decay,
        ),
        loss=_loss(scale),
        jit_compile=False,
    )
    later = (given_of(validation), _repeated(validation, recipe.members)) if validation else None
    wanted = _repeated(train, recipe.members)
    history: dict[str, list[float]] = {"train": [], "validation": []}
    for _ in range(recipe.epochs):
        order = rng.permutation(len(target))
        past = trained.fit(
            {name: array[order] for name, array in given.items()},
            wanted[order],
            batch_size=recipe.batch,
            shuffle=False,
            validation_data=later,
            validation_batch_size=256,
            verbose=0,
        ).history
        history["train"] += past["loss"]
        history["validation"] += past.get("val_loss", [])
    return model, history


def _targets(stores: Sequence[Labelled]) -> np.ndarray:
    return np.vstack([store.relative[1:] / store.scale for store in stores])


def _repeated(stores: Sequence[Labelled], members: int) -> np.ndarray:
    return np.repeat(_targets(stores).astype(np.float32)[:, None], members, axis=1)


def _loss(scale: np.ndarray) -> Callable[[keras.KerasTensor, keras.KerasTensor], keras.KerasTensor]:
    huber = keras.losses.Huber(delta=1.5)
    spread = scale.astype(np.float32)

    def loss(wanted: keras.KerasTensor, found: keras.KerasTensor) -> keras.KerasTensor:
        return huber(wanted / spread, found / spread)

    return loss


def score(
    scorer: Scorer, tables: StoreTables, assignments: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the targets that v2 foresees for layouts, and how far its members disagree.

    Parameters
    ----------
    scorer : Scorer
    tables : StoreTables
    assignments : ndarray of int, shape (n, n_slots)

    Returns
    -------
    mean, spread : ndarray of float, shape (n, 3)
        In `labelled.UNITS`; the spread is the members' standard deviation.
    """
    both = np.vstack([tables.today, checked(tables, assignments)])
    votes = scorer.votes(tables, both, sums_of(tables, both))
    return votes.mean(axis=0), votes.std(axis=0)


def of_labelled(scorer: Scorer, store: Labelled) -> tuple[np.ndarray, np.ndarray]:
    """Return `score` of a store's changed layouts, whose sums are known."""
    votes = scorer.votes(store.tables, store.assignments, store.sums)
    return votes.mean(axis=0), votes.std(axis=0)
