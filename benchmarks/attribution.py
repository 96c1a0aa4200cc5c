"""The benchmark of carbon emission flow: zeropark beside a plain sparse solve of every interval (scipy).

    python benchmarks/attribution.py            all sizes, each in a process of its own (a few minutes)
    python benchmarks/attribution.py --quick    the small ones

Both get the same flows: a meshed network of lossy lines whose directions change, and stores. Nodal intensities must
agree to 1e-9. The table is printed and kept in ``results/attribution.json``.

A second table has no peer: every tenant of a park over all its steps, all origins, contracts, three bases and the score
(``results/tenants.json``). Every origin must add up to 1e-9.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
import yaml
from scipy.sparse.linalg import spsolve

import zeropark
from zeropark.carbon.attribution import attribution_of
from zeropark.carbon.network import Entries, Moves, Network, Stores, Uses
from zeropark.carbon.tenants import residuals, tenants_of
from zeropark.carbon.trace import trace
from zeropark.flows import Flows
from zeropark.park.model import Park
from zeropark.park.streams import net_flows, streams_of

RESULTS = Path(__file__).resolve().parent / "results" / "attribution.json"
SIZES = ((2190, 100, 12), (8760, 25, 12), (8760, 50, 12), (8760, 100, 12), (8760, 200, 12), (35040, 100, 12))
QUICK = ((504, 25, 4), (504, 50, 4))
AGREE = 1e-9
TENANTS = ((8760, 33, 12), (8760, 99, 12), (35040, 33, 12), (35040, 99, 12))
QUICK_TENANTS = ((672, 10, 4),)


def network(steps: int, nodes: int, stores: int, seed: int = 1) -> Network:
    """A ring with chords, 1.5 lines a node; flows follow random angles; what a node lacks enters, what it has is used."""
    rng = np.random.default_rng(seed)
    ring = np.arange(nodes)
    a = np.concatenate((ring, rng.integers(0, nodes, nodes // 2)))
    b = np.concatenate((np.roll(ring, -1), rng.integers(0, nodes, nodes // 2)))
    a, b = a[a != b], b[a != b]
    angle = rng.uniform(0, 10, (steps, nodes))
    flow = angle[:, a] - angle[:, b]
    taken = np.concatenate((np.maximum(flow, 0), np.maximum(-flow, 0)), axis=1)
    carried = 0.98 * taken
    start, end = np.concatenate((a, b)), np.concatenate((b, a))
    moves = Moves(tuple(map(str, range(start.size))), start, end, taken, carried, carried)
    at = rng.choice(nodes, stores, replace=False)
    store = _stores(rng, steps, at)
    none, nowhere = np.zeros((steps, 0)), np.zeros(0, np.int64)
    bare = Network(
        tuple(map(str, ring)), steps, 1.0, Entries((), nowhere, none), Uses((), nowhere, none), moves, store
    )
    surplus = bare.inflow - bare.outflow
    names = bare.nodes
    more = rng.uniform(0, 2, nodes)
    entries = Entries(names, ring, np.maximum(-surplus, 0) + more)
    return Network(names, steps, 1.0, entries, Uses(names, ring, np.maximum(surplus, 0) + more), moves, store)


def _stores(rng: np.random.Generator, steps: int, at: np.ndarray) -> Stores:
    """Half of what each holds is given back when it discharges; they charge in about half of the intervals."""
    count = at.size
    charge = rng.uniform(0, 5, (steps, count)) * (rng.random((steps, count)) < 0.5)
    discharge, level = np.zeros((steps, count)), np.zeros(count)
    for t in range(steps):
        level += 0.95 * charge[t]
        discharge[t] = np.where(charge[t] > 0, 0.0, 0.5 * level * 0.95)
        level -= discharge[t] / 0.95
    full = np.full(count, 0.95)
    return Stores(tuple(f"s{n}" for n in range(count)), at, charge, discharge, full, full, np.ones(count),
                  np.zeros(count), np.zeros(count, bool))  # fmt: skip


def factors(net: Network) -> np.ndarray:
    """Of every entry, one number each."""
    return np.random.default_rng(7).uniform(0, 1, (len(net.entries.names), 1))


def plain(net: Network, weights: np.ndarray) -> np.ndarray:
    """The same by a sparse linear system for every interval, (steps, nodes)."""
    moves, stores, nodes = net.moves, net.stores, len(net.nodes)
    through = np.maximum(net.inflow, net.outflow)
    found = np.empty((net.steps, nodes))
    amount, colour = np.zeros(stores.nodes.size), np.zeros(stores.nodes.size)
    diagonal = np.arange(nodes)
    for t in range(net.steps):
        into = stores.charge_efficiency * stores.charge[t]
        out_of = stores.discharge[t] / stores.discharge_efficiency
        there = amount + into
        share = np.divide(out_of, there, out=np.zeros_like(there), where=there > 0)
        own = np.bincount(stores.nodes, share * into * stores.discharge_efficiency, nodes)
        right = net.entries.rate[t] * weights[:, 0]
        right += np.bincount(stores.nodes, share * colour * stores.discharge_efficiency, nodes)
        flows = moves.carried[t]
        active = flows > 0
        rows = np.concatenate((diagonal, moves.end[active]))
        columns = np.concatenate((diagonal, moves.start[active]))
        values = np.concatenate((through[t] - own, -flows[active]))
        x = spsolve(sp.csc_array((values, (rows, columns)), shape=(nodes, nodes)), right)
        found[t] = x
        colour = (1 - share) * (colour + into * x[stores.nodes])
        amount = there - out_of
    return found


def measure(tool: str, steps: int, nodes: int, stores: int) -> dict[str, float]:
    """Seconds and peak memory of one tool; the answer's sum and some values, to compare."""
    net = network(steps, nodes, stores)
    weights = factors(net)
    if tool == "zeropark":
        trace(network(24, 4, 2), factors(network(24, 4, 2)))  # load the compiled kernels
    began = time.perf_counter()
    found = trace(net, weights).content[..., 0] if tool == "zeropark" else plain(net, weights)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"seconds": seconds, "bytes": peak, "values": found[:: max(1, steps // 97)].ravel().tolist()}


def park_of(steps: int, consumers: int, stores: int) -> Park:
    """A bus with wind, sun and grid; a lossy line to each consumer, stores beside some, twenty tenants, two contracts."""
    nodes: dict[str, Any] = {"bus": "electricity"}
    assets: dict[str, Any] = {
        "grid": {"kind": "market", "node": "bus", "origin": "grid", "buy": {"price": 1}},
        "wind": {"kind": "source", "node": "bus", "origin": "wind", "capacity": 1000},
        "pv": {"kind": "source", "node": "bus", "origin": "solar", "capacity": 1000},
    }
    for n in range(consumers):
        nodes[f"n{n}"] = "electricity"
        assets[f"line{n}"] = {
            "kind": "connection",
            "from": "bus",
            "to": f"n{n}",
            "capacity": 9,
            "loss": 0.02,
            "one_way": True,
        }
        assets[f"load{n}"] = {"kind": "demand", "node": f"n{n}", "profile": 1, "tenant": f"t{n % 20}"}
    for n in range(stores):
        assets[f"store{n}"] = {"kind": "storage", "node": f"n{n}", "capacity": 9, "charge_efficiency": 0.95,
                               "discharge_efficiency": 0.95, "initial": "free"}  # fmt: skip
    minutes = 15 if steps > 8784 else 60
    contracts = {"a": {"tenant": "t1", "supply": "wind", "share": 0.3},
                 "b": {"tenant": "t2", "supply": "pv", "share": 0.3, "priority": 2}}  # fmt: skip
    spec = {
        "zeropark": 1,
        "name": "benchmark",
        "time": {
            "start": "2025-01-01",
            "days": steps * minutes // 1440,
            "step": f"{minutes} min",
            "zone": "UTC",
        },
        "money": {"discount_rate": 0.05},
        "carriers": {"electricity": {"unit": "MWh", "kind": "electricity"}},
        "nodes": nodes,
        "tenants": {f"t{n}": {"name": f"T{n}"} for n in range(20)},
        "assets": assets,
        "carbon": {"grid": {"location": 0.6, "residual": 0.8, "clean_share": 0.3}, "contracts": contracts},
    }
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "park.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
        return zeropark.load(folder)


def flows_of(park: Park, consumers: int, stores: int) -> Flows:
    """Random loads and stores; wind is 40 % of what the lines take, the sun 30 % in half of the steps."""
    rng, steps = np.random.default_rng(1), park.clock.steps
    rates: dict[tuple[str, str], np.ndarray] = {}
    total = np.zeros(steps)
    for n in range(consumers):
        need = rates[f"load{n}", "intake"] = rng.uniform(0.5, 1.5, steps)
        if n < stores:
            charge = rng.uniform(0, 1, steps) * (np.arange(steps) % 2 == 0)
            discharge = 0.45 * np.roll(charge, 1)
            discharge[0] = 0.3
            rates[f"store{n}", "charge"], rates[f"store{n}", "discharge"] = charge, discharge
            need = need + charge - discharge
        rates[f"line{n}", "forward"] = need / 0.98
        total += rates[f"line{n}", "forward"]
    rates["wind", "output"] = 0.4 * total
    rates["pv", "output"] = 0.3 * total * (rng.random(steps) < 0.5)
    rates["grid", "buy"] = total - rates["wind", "output"] - rates["pv", "output"]
    full = {stream.key: rates.get(stream.key, np.zeros(steps)) for stream in streams_of(park)}
    return Flows(park.clock, full, net_flows(park, full), park.carriers_by_node)


def measure_tenants(steps: int, consumers: int, stores: int) -> dict[str, float]:
    """Seconds; memory with park and flows alone, and at its peak."""
    small = park_of(672, 3, 1)
    attribution_of(small, flows_of(small, 3, 1))  # load the compiled kernels
    park = park_of(steps, consumers, stores)
    flows, scale = flows_of(park, consumers, stores), 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    began = time.perf_counter()
    found = attribution_of(park, flows)
    tenants_of(park, found, slice(0, steps))
    worst = max(abs(gap) for gap in residuals(found, slice(0, steps)).values())
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    return {"steps": steps, "consumers": consumers, "stores": stores, "origins": len(found.origins), "seconds": seconds,
            "bytes_before": before, "bytes": peak, "worst": worst}  # fmt: skip


def tenants(quick: bool) -> None:
    """The second table."""
    print(
        "\n| intervals | consumers | stores | origins | seconds | memory of park and flows | at its peak | largest gap |"
    )
    print("|---|---|---|---|---|---|---|---|")
    rows = []
    for size in QUICK_TENANTS if quick else TENANTS:
        row = _in_process("tenants", size)
        if row["worst"] > AGREE:
            raise SystemExit(f"{size}: an origin does not add up: {row['worst']:.1e}")
        rows.append(row)
        print(
            f"| {size[0]:,} | {size[1]} | {size[2]} | {row['origins']} | {row['seconds']:.2f} s "
            f"| {row['bytes_before'] / 1e6:.0f} MB | {row['bytes'] / 1e6:.0f} MB | {row['worst']:.0e} |",
            flush=True,
        )
    if not quick:
        RESULTS.with_name("tenants.json").write_text(json.dumps(rows, indent=1) + "\n")


def _in_process(tool: str, size: tuple[int, int, int]) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", tool, *map(str, size)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure all sizes, print the table, keep it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sizes only; nothing is kept")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        sizes = tuple(map(int, asked.one[1:]))
        print(
            json.dumps(
                measure_tenants(*sizes) if asked.one[0] == "tenants" else measure(asked.one[0], *sizes)
            )
        )
        return
    rows = []
    print(
        "| intervals | nodes | stores | zeropark | sparse solve per interval | ratio | memory of zeropark | difference |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for size in QUICK if asked.quick else SIZES:
        ours, peer = _in_process("zeropark", size), _in_process("scipy", size)
        a, b = np.array(ours["values"]), np.array(peer["values"])
        difference = float(np.max(np.abs(a - b) / np.maximum(np.abs(b), 1e-12)))
        if difference > AGREE:
            raise SystemExit(f"{size}: answers differ by {difference:.1e}")
        rows.append({"steps": size[0], "nodes": size[1], "stores": size[2], "zeropark_seconds": ours["seconds"],
                     "scipy_seconds": peer["seconds"], "zeropark_bytes": ours["bytes"],
                     "difference": difference})  # fmt: skip
        print(
            f"| {size[0]:,} | {size[1]} | {size[2]} | {ours['seconds']:.2f} s | {peer['seconds']:.1f} s "
            f"| {peer['seconds'] / ours['seconds']:.0f} | {ours['bytes'] / 1e6:.0f} MB | {difference:.0e} |",
            flush=True,
        )
    tenants(asked.quick)
    if not asked.quick:
        RESULTS.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
