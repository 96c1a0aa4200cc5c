"""Loops among products: which lie in one, how much of a unit comes back, and their names in order"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

Successors = list[list[int]]
LARGEST_PASSES = 1e10
"""Above so many passes through the system a loop gives back all that it gets, as far as numbers can tell."""


@dataclass(frozen=True)
class Loop:
    """Members in the order in which they feed each other; ``gain``: what comes back of one unit sent round for ever.

    The gain is the spectral radius of the loop's own matrix: below 1 the loop has a solution, from 1 on it has none.
    """

    members: tuple[int, ...]
    gain: float


def strong_parts(successors: Successors) -> list[list[int]]:
    """Strongly connected parts; each comes after every part that it points to (Tarjan 1972, without recursion)."""
    count, index, low = 0, [-1] * len(successors), [0] * len(successors)
    stack: list[int] = []
    on_stack = [False] * len(successors)
    parts: list[list[int]] = []
    for root in range(len(successors)):
        if index[root] >= 0:
            continue
        work = [(root, 0)]
        while work:
            node, at = work.pop()
            if at == 0:
                index[node] = low[node] = count
                count += 1
                stack.append(node)
                on_stack[node] = True
            for position in range(at, len(successors[node])):
                after = successors[node][position]
                if index[after] < 0:
                    work += [(node, position + 1), (after, 0)]
                    break
                if on_stack[after]:
                    low[node] = min(low[node], index[after])
            else:
                if low[node] == index[node]:
                    cut = stack.index(node) if len(stack) < 50 else _last(stack, node)
                    part, stack = stack[cut:], stack[:cut]
                    for member in part:
                        on_stack[member] = False
                    parts.append(part)
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
    return parts


def _last(stack: list[int], node: int) -> int:
    return len(stack) - 1 - stack[::-1].index(node)


def successors_of(matrix: sp.csr_array) -> Successors:
    """For each row the columns of its non-zero entries."""
    found = sp.csr_array(matrix)
    found.eliminate_zeros()
    return [found.indices[a:b].tolist() for a, b in zip(found.indptr[:-1], found.indptr[1:], strict=True)]


def strongest_loop(matrix: sp.csr_array) -> Loop | None:
    """The loop with the largest gain; None where nothing comes back to where it was.

    matrix: entry (p, i) is the share of what i carries that p gets.
    """
    best: Loop | None = None
    for part in strong_parts(successors_of(matrix)):
        block = matrix[part][:, part].toarray()
        if len(part) == 1 and block[0, 0] == 0:
            continue
        gain = float(np.max(np.abs(np.linalg.eigvals(block))))
        if best is None or gain > best.gain:
            best = Loop(tuple(part[i] for i in _way_round(block)), gain)
    return best


def _way_round(block: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[int]:
    """A cycle through the largest entries: from each member to the one that it passes most to."""
    seen: list[int] = []
    here = int(np.argmax(block.sum(axis=0)))
    while here not in seen:
        seen.append(here)
        here = int(np.argmax(block[:, here]))
    return seen[seen.index(here) :]
