"""The reference case of carbon emission flow: IEEE 14-bus, DC power flow."""

import numpy as np
import pytest

from zeropark.carbon.network import Entries, Moves, Network, Stores, Uses
from zeropark.carbon.trace import trace

# Branches of the IEEE 14-bus test case (University of Washington Power Systems Test Case Archive; the same in
# MATPOWER's case14): from, to, series reactance x (p.u.), off-nominal tap ratio (1: a line).
BRANCHES = (
    (1, 2, 0.05917, 1.0), (1, 5, 0.22304, 1.0), (2, 3, 0.19797, 1.0), (2, 4, 0.17632, 1.0), (2, 5, 0.17388, 1.0),
    (3, 4, 0.17103, 1.0), (4, 5, 0.04211, 1.0), (4, 7, 0.20912, 0.978), (4, 9, 0.55618, 0.969),
    (5, 6, 0.25202, 0.932), (6, 11, 0.1989, 1.0), (6, 12, 0.25581, 1.0), (6, 13, 0.13027, 1.0),
    (7, 8, 0.17615, 1.0), (7, 9, 0.11001, 1.0), (9, 10, 0.0845, 1.0), (9, 14, 0.27038, 1.0),
    (10, 11, 0.19207, 1.0), (12, 13, 0.19988, 1.0), (13, 14, 0.34802, 1.0),
)  # fmt: skip
LOADS = {2: 21.7, 3: 94.2, 4: 47.8, 5: 7.6, 6: 11.2, 9: 29.5, 10: 9.0, 11: 3.5, 12: 6.1, 13: 13.5, 14: 14.9}
GENERATORS = {1: (120.0, 875.0), 2: (40.0, 525.0), 3: (60.0, 0.0), 6: (19.0, 520.0), 8: (20.0, 0.0)}
EXPECTED = (
    875,
    756.30,
    275.05,
    792.76,
    828.16,
    694.93,
    303.73,
    0,
    430.39,
    545.79,
    694.93,
    694.93,
    694.93,
    531.94,
)


def dc_flows() -> np.ndarray:
    """Flow of every branch from its first to its second bus, MW; bus 1 is the reference."""
    susceptance = np.zeros((14, 14))
    for a, b, x, tap in BRANCHES:
        weight = 1 / (x * tap)
        susceptance[[a - 1, b - 1], [a - 1, b - 1]] += weight
        susceptance[[a - 1, b - 1], [b - 1, a - 1]] -= weight
    injection = np.zeros(14)
    for bus, (power, _) in GENERATORS.items():
        injection[bus - 1] += power
    for bus, power in LOADS.items():
        injection[bus - 1] -= power
    assert injection.sum() == pytest.approx(0.0, abs=1e-9)  # 259 MW on both sides
    angle = np.zeros(14)
    angle[1:] = np.linalg.solve(susceptance[1:, 1:], injection[1:])
    return np.array([(angle[a - 1] - angle[b - 1]) / (x * tap) for a, b, x, tap in BRANCHES])


def ieee14() -> Network:
    flow = dc_flows()
    start = np.array([(a if f > 0 else b) - 1 for (a, b, _, _), f in zip(BRANCHES, flow, strict=True)])
    end = np.array([(b if f > 0 else a) - 1 for (a, b, _, _), f in zip(BRANCHES, flow, strict=True)])
    size = np.abs(flow)[None]
    none, empty = np.zeros((1, 0)), np.zeros(0)
    return Network(
        tuple(f"bus {n}" for n in range(1, 15)),
        1,
        1.0,
        Entries(tuple(f"generator {n}" for n in GENERATORS), np.array([n - 1 for n in GENERATORS]),
                np.array([[power for power, _ in GENERATORS.values()]])),
        Uses(tuple(f"load {n}" for n in LOADS), np.array([n - 1 for n in LOADS]), np.array([list(LOADS.values())])),
        Moves(tuple(f"{a}-{b}" for a, b, _, _ in BRANCHES), start, end, size, size, size),
        Stores((), np.zeros(0, np.int64), none, none, empty, empty, empty, empty, np.zeros(0, bool)),
    )  # fmt: skip


def test_nodal_intensities_agree_to_the_printed_digits():
    network = ieee14()
    factors = np.array([[factor] for _, factor in GENERATORS.values()])
    found = trace(network, factors).content[0, :, 0]
    assert np.round(found, 2) == pytest.approx(EXPECTED, abs=1e-9)


def test_content_by_origin_gives_the_same_as_the_published_equation():
    """Kang et al. 2012: e = (P_N − P_B^T)^-1 P_G^T e_G, with dense matrices."""
    network = ieee14()
    through = np.diag(network.inflow[0])
    between = np.zeros((14, 14))
    np.add.at(between, (network.moves.start, network.moves.end), network.moves.taken[0])
    entering = np.zeros((5, 14))
    entering[np.arange(5), network.entries.nodes] = network.entries.rate[0]
    factors = np.array([factor for _, factor in GENERATORS.values()])
    published = np.linalg.solve(through - between.T, entering.T @ factors)
    traced = trace(network)
    assert traced.content[0] @ factors == pytest.approx(published, rel=1e-12, abs=1e-9)
    assert traced.content[0].sum(axis=1) == pytest.approx(np.ones(14), rel=1e-12)
