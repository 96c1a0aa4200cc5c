"""Compiled: the content of every node and store, step by step, by proportional mixing.

In each step the moves that carry something are ordered by strongly connected components (Tarjan 1972), suppliers
first, so that only loops need a linear system; its matrix is column diagonally dominant and is eliminated without
pivots.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from zeropark.carbon.network import Ints
from zeropark.forms import Array

_CLOSED = 1e-12
"""What leaves a loop is below this share of what goes round in it."""


def kernel(function: Any) -> Any:
    """Compiled once, kept beside the source."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


@kernel
def close(root: int, stack: Ints, on_stack: int, order: Ints, placed: int, low: Ints) -> int:
    """Take the component of its root off the stack and put it in order; how many nodes it has."""
    count = 0
    while True:
        member = stack[on_stack - 1 - count]
        order[placed + count] = member
        count += 1
        low[member] = low.size  # closed: no longer on the stack
        if member == root:
            return count


@kernel
def components(
    first: Ints,
    supplier: Ints,
    via: Ints,
    carried: Array,
    diagonal: Array,
    order: Ints,
    bounds: Ints,
    work: Any,
) -> int:
    """Strongly connected components of what carries something in this step, suppliers first; how many there are.

    first: where the incoming moves of each node begin in ``supplier`` (the node that sends) and ``via`` (the move).
    order: becomes the nodes, component by component. bounds: becomes where each component begins.
    work: (5, nodes) integers to work with.
    """
    n = first.size - 1
    number, low, next_edge, stack, path = work[0], work[1], work[2], work[3], work[4]
    number[:] = -1
    next_edge[:] = first[:-1]
    counter = placed = found = on_stack = 0
    for root in range(n):
        if number[root] >= 0:
            continue
        depth = 0
        path[0] = root
        number[root] = low[root] = counter
        counter += 1
        stack[on_stack] = root
        on_stack += 1
        while depth >= 0:
            node = path[depth]
            if next_edge[node] < first[node + 1]:
                edge = next_edge[node]
                next_edge[node] += 1
                other = supplier[edge]
                if carried[via[edge]] <= 0.0 or diagonal[other] <= 0.0:
                    continue
                if number[other] < 0:
                    number[other] = low[other] = counter
                    counter += 1
                    stack[on_stack] = other
                    on_stack += 1
                    depth += 1
                    path[depth] = other
                elif low[other] < n and number[other] < low[node]:
                    low[node] = number[other]
                continue
            if low[node] == number[node]:
                bounds[found] = placed
                found += 1
                closed = close(node, stack, on_stack, order, placed, low)
                on_stack, placed = on_stack - closed, placed + closed
            depth -= 1
            if depth >= 0 and low[node] < low[path[depth]]:
                low[path[depth]] = low[node]
    bounds[found] = placed
    return found


@kernel
def solve_loop(
    members: Ints,
    place: Ints,
    first: Ints,
    supplier: Ints,
    via: Ints,
    carried: Array,
    diagonal: Array,
    x: Array,
    matrix: Array,
) -> bool:
    """Content of the nodes of one loop; ``x`` holds what comes into each from outside it. False: nothing leaves it."""
    m, colours = members.size, x.shape[1]
    matrix[:m, :m] = 0.0
    for a in range(m):
        node = members[a]
        matrix[a, a] += diagonal[node]
        for edge in range(first[node], first[node + 1]):
            b = place[supplier[edge]]
            if b >= 0:
                matrix[a, b] -= carried[via[edge]]
    for a in range(m):
        if matrix[a, a] <= _CLOSED * diagonal[members[a]]:
            return False
        for b in range(a + 1, m):
            if matrix[b, a] == 0.0:
                continue
            factor = matrix[b, a] / matrix[a, a]
            for c in range(a + 1, m):
                matrix[b, c] -= factor * matrix[a, c]
            for k in range(colours):
                x[members[b], k] -= factor * x[members[a], k]
    for a in range(m - 1, -1, -1):
        row = x[members[a]]
        for b in range(a + 1, m):
            if matrix[a, b] != 0.0:
                for k in range(colours):
                    row[k] -= matrix[a, b] * x[members[b], k]
        for k in range(colours):
            row[k] /= matrix[a, a]
    return True


@kernel
def solve_step(
    first: Ints,
    supplier: Ints,
    via: Ints,
    carried: Array,
    diagonal: Array,
    own: Array,
    x: Array,
    order: Ints,
    bounds: Ints,
    place: Ints,
    work: Any,
    matrix: Array,
) -> int:
    """Content of all nodes in one step; ``x`` holds what enters each. The node of a closed loop, or −1.

    diagonal: throughput of each node; 0: nothing flows, its content becomes NaN. own: what its stores give back
    of its own content in the same step.
    """
    colours = x.shape[1]
    count = components(first, supplier, via, carried, diagonal, order, bounds, work)
    left = diagonal - own
    for c in range(count):
        members = order[bounds[c] : bounds[c + 1]]
        if members.size > 1:
            for a in range(members.size):
                place[members[a]] = a
        for node in members:
            for edge in range(first[node], first[node + 1]):
                flow, other = carried[via[edge]], supplier[edge]
                if flow <= 0.0 or diagonal[other] <= 0.0 or place[other] >= 0:
                    continue
                for k in range(colours):
                    x[node, k] += flow * x[other, k]
        if members.size > 1:
            good = solve_loop(members, place, first, supplier, via, carried, left, x, matrix)
            for node in members:
                place[node] = -1
            if not good:
                return int(members[0])
        elif diagonal[members[0]] <= 0.0:
            x[members[0], :] = 0.0
        elif left[members[0]] <= _CLOSED * diagonal[members[0]]:
            return int(members[0])
        else:
            x[members[0], :] /= left[members[0]]
    return -1


@kernel
def draw(
    s: int,
    fifo: bool,
    keeps: float,
    keeps_colour: float,
    charged: float,
    need: float,
    oldest: Ints,
    newest: Ints,
    amounts: Array,
    layers: Array,
    out: Array,
) -> float:
    """What a store gives out of what was in it, ``out``; and the share that it gives of what is charged in this step.

    charged, need: amounts in this step, inside the store. A store that mixes has one layer.
    """
    total = 0.0
    for j in range(oldest[s], newest[s]):
        amounts[j] *= keeps
        total += amounts[j]
        for k in range(out.size):
            layers[j, k] *= keeps_colour
    out[:] = 0.0
    if need <= 0.0:
        return 0.0
    if not fifo:
        share = min(1.0, need / (total + charged)) if total + charged > 0.0 else 0.0
        for j in range(oldest[s], newest[s]):
            amounts[j] *= 1.0 - share
            for k in range(out.size):
                out[k] += share * layers[j, k]
                layers[j, k] *= 1.0 - share
        return share
    while need > 0.0 and oldest[s] < newest[s]:
        j = oldest[s]
        part = 1.0 if amounts[j] <= need else need / amounts[j]
        for k in range(out.size):
            out[k] += part * layers[j, k]
            layers[j, k] *= 1.0 - part
        need -= part * amounts[j]
        amounts[j] *= 1.0 - part
        if part < 1.0:
            return 0.0
        oldest[s] += 1
    return min(1.0, need / charged) if charged > 0.0 else 0.0


@kernel
def add_layer(
    s: int,
    fifo: bool,
    amount: float,
    colour: Array,
    oldest: Ints,
    newest: Ints,
    amounts: Array,
    layers: Array,
) -> None:
    """What stays of what was charged: a layer of its own, or mixed into the one that is there."""
    if amount <= 0.0:
        return
    if fifo or oldest[s] == newest[s]:
        j = newest[s]
        newest[s] += 1
        amounts[j] = 0.0
        layers[j, :] = 0.0
    else:
        j = oldest[s]
    amounts[j] += amount
    for k in range(colour.size):
        layers[j, k] += colour[k]


@kernel
def enter(
    t: int,
    hours: float,
    entries: Any,
    stores: Any,
    fifo: bool,
    room: Any,
    x: Array,
    own: Array,
    out: Array,
    shares: Array,
) -> None:
    """What enters each node in a step, and what stores give of what was in them; arguments as in ``run``."""
    at, charge, discharge, efficiency, keeps, survives = stores
    oldest, newest, amounts, layers = room
    x[:] = 0.0
    own[:] = 0.0
    for e in range(entries[0].size):
        rate = entries[1][t, e]
        if rate > 0.0:
            for k in range(x.shape[1]):
                x[entries[0][e], k] += rate * entries[2][e, k]
    for s in range(at.size):
        inside = hours * efficiency[s, 0] * charge[t, s]
        need = hours * discharge[t, s] / efficiency[s, 1]
        share = draw(s, fifo, keeps[s, 0], keeps[s, 1], inside, need, oldest, newest, amounts, layers, out[s])
        shares[t, s] = share
        own[at[s]] += share * survives[s, 0] * survives[s, 1] * charge[t, s]
        for k in range(x.shape[1]):
            out[s, k] *= survives[s, 1] / hours
            x[at[s], k] += out[s, k]


@kernel
def settle(
    t: int,
    hours: float,
    stores: Any,
    fifo: bool,
    room: Any,
    x: Array,
    out: Array,
    shares: Array,
    stock: Array,
    drawn: Array,
) -> None:
    """What was charged in a step goes into the stores, with the content that the nodes turned out to have."""
    at, charge, _, efficiency, _, survives = stores
    oldest, newest, amounts, layers = room
    colour = np.zeros(x.shape[1])
    for s in range(at.size):
        share = shares[t, s]
        for k in range(colour.size):
            flow = survives[s, 0] * charge[t, s] * x[at[s], k]
            drawn[t, s, k] = out[s, k] + share * survives[s, 1] * flow
            colour[k] = (1.0 - share) * hours * flow
        amount = (1.0 - share) * hours * efficiency[s, 0] * charge[t, s]
        add_layer(s, fifo, amount, colour, oldest, newest, amounts, layers)
        for j in range(oldest[s], newest[s]):
            for k in range(colour.size):
                stock[t, s, k] += layers[j, k]


@kernel
def run(
    hours: float,
    graph: tuple[Ints, Ints, Ints],
    carried: Array,
    diagonal: Array,
    entries: tuple[Ints, Array, Array],
    stores: tuple[Ints, Array, Array, Array, Array, Array],
    fifo: bool,
    room: tuple[Ints, Ints, Array, Array],
    x: Array,
    keep: Ints,
    kept: Array,
    stock: Array,
    drawn: Array,
    shares: Array,
) -> tuple[int, int]:
    """All steps. (−1, −1), or the step and a node of a loop that nothing leaves.

    entries: nodes, rate (steps, entries), colours of each. stores: nodes, charge and discharge (steps, stores) at
    the node, efficiencies (stores, 2), kept share of amount and of colours (stores, 2), what part of the colours
    survives charging and discharging (stores, 2). room: oldest and newest layer of each store, amounts, colours.
    x: (nodes, colours) to work with. keep, kept: nodes whose content is kept, (steps, kept, colours). stock: colours in each
    store after each step. drawn: colours per hour that each gives to its node. shares: of the charge, given at once.
    """
    nodes, colours = x.shape
    first, supplier, via = graph
    order, bounds = np.zeros(nodes, np.int64), np.zeros(nodes + 1, np.int64)
    place, work = np.full(nodes, -1), np.zeros((5, nodes), np.int64)
    matrix, own, out = np.zeros((nodes, nodes)), np.zeros(nodes), np.zeros((stores[0].size, colours))
    for t in range(carried.shape[0]):
        enter(t, hours, entries, stores, fifo, room, x, own, out, shares)
        closed = solve_step(
            first, supplier, via, carried[t], diagonal[t], own, x, order, bounds, place, work, matrix
        )
        if closed >= 0:
            return t, closed
        settle(t, hours, stores, fifo, room, x, out, shares, stock, drawn)
        for n in range(keep.size):
            for k in range(colours):
                kept[t, n, k] = x[keep[n], k] if diagonal[t, keep[n]] > 0.0 else np.nan
    return -1, -1
