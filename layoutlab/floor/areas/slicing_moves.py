"""How does one slicing tree become another? By compiled moves that say which part changes.

A tree is an array of int32, shape (2n, 4): the first and the second part, the parent and the
direction of the cut of every node (1: a vertical cut, parts side by side); -1 where there is none.
Nodes 0 … n - 1 are departments, n … 2n - 2 cuts; the last row's first number is the root. A move is
an array of int32: its kind, its operands, and two nodes: below the first everything is to be placed
anew, in the rectangle that the second had.
"""

import numpy as np

from layoutlab.compiled import compiled

NONE, TURNED, MIRRORED, EXCHANGED, MOVED = range(5)
MOVE = 7
KIND, A, B, ACROSS, FIRST, TOP, PLACE = range(MOVE)
CLIMB = 0.3
TURN, MIRROR, EXCHANGE = 0.1, 0.1, 0.35
LINKED, NEAR = 0.3, 0.3


@compiled
def replace_child(tree: np.ndarray, parent: int, old: int, new: int) -> None:
    """Put `new` where `old` hangs below `parent`; below -1 hangs the root."""
    tree[new, 2] = parent
    if parent < 0:
        tree[len(tree) - 1, 0] = new
    elif tree[parent, 0] == old:
        tree[parent, 0] = new
    else:
        tree[parent, 1] = new


@compiled
def lowest_above(tree: np.ndarray, a: int, b: int, seen: np.ndarray) -> int:
    """Return the lowest node above (or equal to) both a and b; `seen` is zero, before and after."""
    node = a
    while node >= 0:
        seen[node] = 1
        node = tree[node, 2]
    found = b
    while not seen[found]:
        found = tree[found, 2]
    node = a
    while node >= 0:
        seen[node] = 0
        node = tree[node, 2]
    return found


@compiled
def exchange(tree: np.ndarray, a: int, b: int) -> None:
    """Exchange two parts, neither inside the other; the same again undoes it."""
    above_a, above_b = tree[a, 2], tree[b, 2]
    if above_a == above_b:
        tree[above_a, 0], tree[above_a, 1] = tree[above_a, 1], tree[above_a, 0]
        return
    replace_child(tree, above_a, a, b)
    replace_child(tree, above_b, b, a)


@compiled
def regraft(tree: np.ndarray, part: int, target: int, across: int, first: int) -> None:
    """Cut a part off with its cut and put it beside `target`, as the first of the two or not."""
    cut = tree[part, 2]
    sibling = tree[cut, 1] if tree[cut, 0] == part else tree[cut, 0]
    replace_child(tree, tree[cut, 2], cut, sibling)
    replace_child(tree, tree[target, 2], target, cut)
    tree[cut, 3] = across
    tree[cut, 0], tree[cut, 1] = (part, target) if first else (target, part)
    tree[part, 2] = cut
    tree[target, 2] = cut


@compiled
def try_exchange(tree: np.ndarray, a: int, b: int, seen: np.ndarray, move: np.ndarray) -> None:
    """Exchange two parts where that is possible, and write the move down."""
    above = lowest_above(tree, a, b, seen)
    if above in (a, b):
        return
    move[KIND], move[A], move[B], move[TOP], move[PLACE] = EXCHANGED, a, b, above, above
    exchange(tree, a, b)


@compiled
def try_regraft(
    tree: np.ndarray, part: int, target: int, side: int, seen: np.ndarray, move: np.ndarray
) -> None:
    """Put a part beside a target where that is possible, and write down what undoes it."""
    cut = tree[part, 2]
    if cut < 0 or target == cut:
        return
    above = lowest_above(tree, part, target, seen)
    if above == part:
        return
    first = tree[cut, 0] == part
    sibling = tree[cut, 1] if first else tree[cut, 0]
    move[KIND], move[A], move[B] = MOVED, part, sibling
    move[ACROSS], move[FIRST] = tree[cut, 3], first
    move[TOP], move[PLACE] = above, above
    if above == cut and target != sibling:
        move[TOP] = sibling
    elif above == target:
        move[TOP] = cut
    regraft(tree, part, target, side & 1, side >> 1)


@compiled
def undo(tree: np.ndarray, move: np.ndarray) -> None:
    """Make a tree again what it was before the move."""
    kind, a = move[KIND], move[A]
    if kind == TURNED:
        tree[a, 3] = 1 - tree[a, 3]
    elif kind == MIRRORED:
        tree[a, 0], tree[a, 1] = tree[a, 1], tree[a, 0]
    elif kind == EXCHANGED:
        exchange(tree, a, move[B])
    elif kind == MOVED:
        regraft(tree, a, move[B], move[ACROSS], move[FIRST])


@compiled
def climb(tree: np.ndarray, node: int, rng: np.random.Generator) -> int:
    """Return a node or one of its ancestors; each step up is taken with probability CLIMB."""
    while tree[node, 2] >= 0 and rng.random() < CLIMB:
        node = tree[node, 2]
    return node


@compiled
def near(tree: np.ndarray, node: int, n: int, rng: np.random.Generator) -> int:
    """Return a random department below an ancestor of `node`, two or more steps up."""
    for _ in range(2):
        if tree[node, 2] >= 0:
            node = tree[node, 2]
    node = climb(tree, node, rng)
    while node >= n:
        node = tree[node, int(rng.random() * 2)]
    return node


@compiled
def _node(department: np.uint32) -> int:
    """Return a department's node as a signed number, as the tree has them."""
    return np.int64(department)  # type: ignore[return-value]


@compiled
def propose(
    tree: np.ndarray,
    pairs: np.ndarray,
    seen: np.ndarray,
    move: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """Change a tree by one random move and write it down; its kind is NONE when it came to nothing.

    A cut is turned or mirrored, or two parts change places, or one is put beside the other. The
    parts hold two departments that exchange something, or are near in the tree, or any two.
    """
    n = len(tree) // 2
    move[KIND] = NONE
    kind = rng.random()
    if kind < TURN + MIRROR:
        cut = n + int(rng.random() * (n - 1))
        move[A], move[TOP], move[PLACE] = cut, cut, cut
        move[KIND] = TURNED if kind < TURN else MIRRORED
        undo(tree, move)
        return
    choice = rng.random()
    a, b = int(rng.random() * n), int(rng.random() * n)
    if choice < LINKED and len(pairs) > 0:
        k, end = int(rng.random() * len(pairs)), int(rng.random() * 2)
        a, b = _node(pairs[k, end]), _node(pairs[k, 1 - end])
    a = climb(tree, a, rng)
    if choice >= 1 - NEAR:
        b = near(tree, a, n, rng)
    b = climb(tree, b, rng)
    if kind < TURN + MIRROR + EXCHANGE:
        try_exchange(tree, a, b, seen, move)
    else:
        try_regraft(tree, a, b, int(rng.random() * 4), seen, move)
