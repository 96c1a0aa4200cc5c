"""PyPSA as a second opinion: random parks, translated part by part, cost the same in both.

PyPSA takes about a second to build any model, however small, so the parks of one batch stand side by
side in one network that no bus joins; its optimum is the sum of theirs. The cost of each is then added
up from PyPSA's own flows and capacities, so that a difference names the seed that makes it:
``random_park(seed, steps, hours)``. Seeds are fixed rather than drawn: a batch that failed would take
minutes to shrink, and a seed is small already.

PyPSA's sizes are also put into zeropark's problem, which must then cost as much: optimal sizes need not be
unique, but each side's must be as good to the other.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pypsa
import pytest
import xarray as xr

from zeropark.accounts.standard import accounts_of
from zeropark.forms import Array, Key
from zeropark.optimize.formulate import formulate
from zeropark.optimize.highs import solve_highs
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.problem import Problem
from zeropark.park.assets import Connection, Converter, Demand, Market, Sizing, Source, Storage
from zeropark.park.model import Park
from zeropark.park.streams import activity_effects, needed

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
PARKS_PER_BATCH = 25
BATCHES = [  # steps, hours: 225 parks
    (6, 1.0), (8, 0.25), (12, 1.0), (12, 0.5), (16, 1.0), (18, 0.25), (24, 1.0), (24, 0.5), (10, 1.0),
]  # fmt: skip
TOLERANCE = 1e-6
PLENTY = 1e5
"""Stands for no limit in PyPSA; no flow of these parks comes near it (checked)."""

RandomPark = Callable[..., Park]
KINDS = ("Bus", "Load", "Generator", "Link", "StorageUnit", "Store")
Part = tuple[str, str]
"""Kind of PyPSA component, and name."""


@dataclass
class Twin:
    """A park's parts in a PyPSA network, by names that begin with ``prefix``.

    constant: money that PyPSA does not count. ties: pairs of expandable parts; the second's size is the
    ratio times the first's. sized: where PyPSA holds the size of each capacity of the park, and times what.
    """

    park: Park
    prefix: str
    constant: float = 0.0
    parts: dict[Part, dict[str, Any]] = field(default_factory=dict)
    ties: list[tuple[Part, Part, float]] = field(default_factory=list)
    sized: dict[Key, tuple[Part, str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hours, self.steps = self.park.clock.step_hours, self.park.clock.steps
        for node in self.park.spec.nodes:
            self.add("Bus", f"node {node}")
        for name, asset in self.park.assets.items():
            getattr(self, type(asset).__name__.lower())(name, asset)

    def add(self, kind: str, name: str, **values: Any) -> None:
        self.parts[kind, self.prefix + name] = values

    def bus(self, node: str) -> str:
        return f"{self.prefix}node {node}"

    def yearly(self, sizing: Sizing) -> float:
        """Annuity of one unit over the period; the textbook's annuity formula."""
        rate = self.park.spec.money.discount_rate
        if not sizing.investment or sizing.lifetime is None:
            return 0.0
        growth = (1 + rate) ** sizing.lifetime
        return self.park.clock.years * sizing.investment * rate * growth / (growth - 1)

    def size(
        self, sizing: Sizing, attr: str = "p_nom", scale: float = 1.0, share: float = 1.0
    ) -> dict[str, Any]:
        """Size of a part of ``scale`` for each unit, that bears this share of the cost."""
        fixed = sizing.fixed_cost * self.park.clock.years
        invest = self.yearly(sizing)
        if not sizing.expandable:
            least = max(sizing.existing, sizing.min)
            self.constant += share * (fixed * least + invest * (least - sizing.existing))
            return {attr: least * scale}
        self.constant -= share * invest * sizing.existing
        return {
            f"{attr}_extendable": True,
            f"{attr}_min": max(sizing.existing, sizing.min) * scale,
            f"{attr}_max": float(sizing.max or 0) * scale,
            "capital_cost": share * (invest + fixed) / scale,
        }

    def holds(
        self, asset: str, part: str, kind: str, name: str, attr: str = "p_nom", scale: float = 1.0
    ) -> None:
        self.sized[asset, part] = ((kind, self.prefix + name), attr, scale)

    # --- the six kinds

    def source(self, name: str, asset: Source) -> None:
        share = self.park.availability(name)
        least = share if asset.must_run else 0.0
        self.add("Generator", name, bus=self.bus(asset.node), p_max_pu=share, p_min_pu=least,
                 marginal_cost=asset.cost, **self.size(asset.capacity))  # fmt: skip
        self.holds(name, "capacity", "Generator", name)

    def demand(self, name: str, asset: Demand) -> None:
        unserved = asset.unserved_price
        if asset.target is not None:
            period = {"day": 24.0, "month": 31 * 24.0, "year": 8760.0}[asset.target.per]  # January 2025
            amount = asset.target.amount * self.steps * self.hours / period
            most = asset.target.max_rate or PLENTY
            least = asset.target.min_rate if unserved is None else 0.0
            self.sink(name, asset, np.zeros(self.steps) + least, np.zeros(self.steps) + most, amount)
            return
        profile = needed(self.park, name)
        if asset.shift is None and unserved is None:
            self.add("Load", name, bus=self.bus(asset.node), p_set=profile)
            self.constant -= asset.price * float(np.sum(profile)) * self.hours
            return
        share = asset.shift.share if asset.shift else 0.0
        lower = profile * (1 - share) if unserved is None else profile * 0
        size = round(asset.shift.window / self.hours) if asset.shift else 1
        for begin in range(0, self.steps, size):  # one sink for each window
            inside = np.isin(np.arange(self.steps), np.arange(begin, begin + size))
            amount = float(np.sum(profile[inside])) * self.hours
            self.sink(f"{name} {begin}", asset, lower * inside, profile * (1 + share) * inside, amount)

    def sink(self, name: str, asset: Demand, lower: Array, upper: Array, amount: float) -> None:
        """Takes ``amount`` in all (less, where not serving has a price)."""
        unserved = asset.unserved_price
        scale = max(1.0, float(np.max(upper)))
        self.add("Generator", name, bus=self.bus(asset.node), sign=-1, p_nom=scale, p_min_pu=lower / scale,
                 p_max_pu=upper / scale, e_sum_max=amount, e_sum_min=amount if unserved is None else -np.inf,
                 marginal_cost=-asset.price - (unserved or 0.0))  # fmt: skip
        self.constant += (unserved or 0.0) * amount

    def converter(self, name: str, asset: Converter) -> None:
        """A link where it can be one; else a generator of activity that one link for each mode spends."""
        limits = {
            "p_max_pu": self.park.availability(name),
            "p_min_pu": asset.min_load,
            "ramp_limit_up": np.nan if asset.ramp_up is None else asset.ramp_up * self.hours,
            "ramp_limit_down": np.nan if asset.ramp_down is None else asset.ramp_down * self.hours,
        }
        if asset.on_off:
            limits |= {"committable": True, "start_up_cost": asset.start_cost, "up_time_before": 0}
        if asset.rated in asset.inputs:
            self.holds(name, "capacity", "Link", name)
            self.add("Link", name, bus0=self.bus(asset.rated), marginal_cost=asset.cost, **limits,
                     **self.ports(asset, "", skip=asset.rated), **self.size(asset.capacity))  # fmt: skip
            return
        self.holds(name, "capacity", "Generator", name)
        self.add("Bus", f"activity {name}")
        self.add(
            "Generator", name, bus=f"{self.prefix}activity {name}", **limits, **self.size(asset.capacity)
        )
        for way, mode in asset.ways.items():
            self.add("Link", f"{name} {way}", bus0=f"{self.prefix}activity {name}", p_nom=PLENTY,
                     marginal_cost=asset.cost + mode.cost, **self.ports(asset, way))  # fmt: skip

    def ports(self, asset: Converter, way: str, skip: str = "") -> dict[str, Any]:
        effects = [effect for effect in activity_effects(self.park, asset, way) if effect.node != skip]
        ports: dict[str, Any] = {}
        for number, effect in enumerate(effects, start=1):
            ports[f"bus{number}"] = self.bus(effect.node)
            ports["efficiency" if number == 1 else f"efficiency{number}"] = effect.amount
        return ports

    def storage(self, name: str, asset: Storage) -> None:
        """A StorageUnit where size and power go together; else a store behind two links."""
        simple = (
            asset.power is None and asset.c_rate is not None and not asset.min_level and asset.final is None
        )
        if simple and asset.initial == "cyclic":
            hours = 1 / (asset.c_rate or 1.0)
            self.add("StorageUnit", name, bus=self.bus(asset.node), max_hours=hours, cyclic_state_of_charge=True,
                     efficiency_store=asset.charge_efficiency, efficiency_dispatch=asset.discharge_efficiency,
                     standing_loss=asset.standing_loss, marginal_cost=asset.cost,
                     **self.size(asset.capacity, scale=1 / hours))  # fmt: skip
            self.holds(name, "capacity", "StorageUnit", name, scale=1 / hours)
            return
        self.holds(name, "capacity", "Store", name, "e_nom")
        keeps = (1 - asset.standing_loss) ** self.hours
        inside = f"{self.prefix}in {name}"
        self.add("Bus", f"in {name}")
        least = np.full(self.steps, asset.min_level)
        least[-1] = max(asset.min_level, asset.final or 0.0)
        self.add("Store", name, bus=inside, e_cyclic=asset.initial == "cyclic", e_min_pu=least,
                 standing_loss=asset.standing_loss, **self.size(asset.capacity, "e_nom"))  # fmt: skip
        if asset.initial != "cyclic":
            # What is left of the first content after the first step, brought in the first step. PyPSA's
            # own e_initial is a fixed amount: it does not grow with the store, and loses nothing at first.
            fixed = isinstance(asset.initial, float)
            share = keeps / self.hours * (float(asset.initial) if fixed else 1.0)
            first = np.eye(self.steps)[0]
            size = self.size(asset.capacity, scale=share, share=0.0)
            self.add(
                "Generator",
                f"first {name}",
                bus=inside,
                p_max_pu=first,
                p_min_pu=first if fixed else 0,
                **size,
            )
            self.tie("Store", name, "Generator", f"first {name}", share, asset.capacity)
        self.store_links(name, asset, inside)

    def store_links(self, name: str, asset: Storage, inside: str) -> None:
        """Charging counts at the node, as a link does; discharging too, so that its link is larger inside.

        Each limit (power, c_rate) is a link of its own in the chain between node and store.
        """
        limits: list[tuple[Sizing, float, bool]] = []
        if asset.power is not None:
            limits.append((asset.power, 1.0, True))
        if asset.c_rate is not None:
            limits.append((asset.capacity, asset.c_rate, False))
        into = out = self.bus(asset.node)
        for number, (sizing, factor, pays) in enumerate(limits):
            self.add("Bus", f"in{number} {name}")
            self.add("Bus", f"out{number} {name}")
            there = f"{self.prefix}in{number} {name}"
            self.add("Link", f"in{number} {name}", bus0=into, bus1=there,
                     **self.size(sizing, scale=factor, share=float(pays)))  # fmt: skip
            self.add("Link", f"out{number} {name}", bus0=f"{self.prefix}out{number} {name}", bus1=out,
                     **self.size(sizing, scale=factor, share=0.0))  # fmt: skip
            self.tie("Link", f"in{number} {name}", "Link", f"out{number} {name}", 1.0, sizing)
            if pays:
                self.holds(name, "power", "Link", f"in{number} {name}")
            else:
                self.tie("Store", name, "Link", f"in{number} {name}", factor, sizing)
            into, out = there, f"{self.prefix}out{number} {name}"
        self.add(
            "Link", f"charge {name}", bus0=into, bus1=inside, efficiency=asset.charge_efficiency, p_nom=PLENTY
        )
        self.add("Link", f"discharge {name}", bus0=inside, bus1=out, efficiency=asset.discharge_efficiency,
                 p_nom=PLENTY, marginal_cost=asset.cost * asset.discharge_efficiency)  # fmt: skip

    def connection(self, name: str, asset: Connection) -> None:
        ends = (
            [(asset.start, asset.end)]
            if asset.one_way
            else [(asset.start, asset.end), (asset.end, asset.start)]
        )
        for number, (start, end) in enumerate(ends):
            self.add("Link", f"{name} {number}", bus0=self.bus(start), bus1=self.bus(end), efficiency=1 - asset.loss,
                     marginal_cost=asset.cost, **self.size(asset.capacity, share=1.0 - number))  # fmt: skip
        self.holds(name, "capacity", "Link", f"{name} 0")
        if len(ends) == 2:
            self.tie("Link", f"{name} 0", "Link", f"{name} 1", 1.0, asset.capacity)

    def market(self, name: str, asset: Market) -> None:
        bus, tariff = self.bus(asset.node), self.park.spec.tariffs.get(asset.tariff or "")
        fee = tariff.transmission if tariff else 0.0
        charge = tariff.capacity_charge if tariff else None
        size: dict[str, Any] = {"p_nom": PLENTY}
        if asset.capacity is not None:
            size = self.size(asset.capacity)
            self.holds(name, "capacity", "Generator", f"buy {name}")
        elif charge is not None:  # what is bought at most, in MW or MVA, is paid for: a size to be chosen
            month = self.steps * self.hours / (31 * 24)
            size = {
                "p_nom_extendable": True,
                "capital_cost": month * (charge.demand_price or charge.contract_price or 0),
            }
        share = charge.power_factor if charge is not None and charge.basis == "contracted" else 1.0
        if asset.buy is not None:
            self.add("Generator", f"buy {name}", bus=bus, p_max_pu=share,
                     marginal_cost=self.park.values(asset.buy.price) + fee, **size)  # fmt: skip
        if asset.sell is None:
            return
        if asset.capacity is not None:
            self.add("Bus", f"sold {name}")
            self.add("Link", f"sold {name}", bus0=bus, bus1=f"{self.prefix}sold {name}",
                     **self.size(asset.capacity, share=0.0))  # fmt: skip
            self.tie("Generator", f"buy {name}", "Link", f"sold {name}", 1.0, asset.capacity)
            bus = f"{self.prefix}sold {name}"
        most = PLENTY if asset.sell.max_rate is None else asset.sell.max_rate
        self.add("Generator", f"sell {name}", bus=bus, sign=-1, p_nom=most,
                 marginal_cost=-self.park.values(asset.sell.price))  # fmt: skip

    # --- sizes that belong together, and the cost

    def tie(self, kind: str, name: str, other_kind: str, other: str, ratio: float, sizing: Sizing) -> None:
        if sizing.expandable:
            self.ties.append(((kind, self.prefix + name), (other_kind, self.prefix + other), ratio))

    def cost(self, network: pypsa.Network) -> float:
        """Added up from PyPSA's flows and sizes."""
        total = self.constant
        for kind, flow, nom in (("Generator", "p", "p_nom"), ("Link", "p0", "p_nom"),
                                ("StorageUnit", "p_dispatch", "p_nom"), ("Store", "p", "e_nom")):  # fmt: skip
            static, flows = network.c[kind].static, network.c[kind].dynamic[flow]
            own = [name for of, name in self.parts if of == kind]
            price = network.get_switchable_as_dense(kind, "marginal_cost")[own]
            total += float((flows[own] * price).to_numpy().sum()) * self.hours
            total += float((static.loc[own, f"{nom}_opt"] * static.loc[own, "capital_cost"]).sum())
            if "start_up_cost" in static:
                starts = network.c[kind].dynamic["start_up"].reindex(columns=own, fill_value=0.0)
                total += float((starts * static.loc[own, "start_up_cost"]).to_numpy().sum())
            limitless = [name for name in own if static.at[name, nom] >= PLENTY]
            assert flows[limitless].to_numpy().max(initial=0.0) < PLENTY / 10
        return total


def network_of(twins: Iterable[Twin], steps: int, hours: float) -> pypsa.Network:
    """All parts in one network, each kind added at once: one by one is slow."""
    network = pypsa.Network()
    network.set_snapshots(range(steps))
    network.snapshot_weightings = pd.DataFrame(
        hours, index=network.snapshots, columns=network.snapshot_weightings.columns
    )
    parts: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in KINDS}
    for twin in twins:
        for (kind, name), values in twin.parts.items():
            parts[kind][name] = values
    for kind, named in parts.items():
        usual = network.c[kind].defaults["default"]
        attributes = sorted({attr for values in named.values() for attr in values})
        varying = {}
        further = {
            attr: 1.0 if attr.startswith("efficiency") else "" for attr in attributes
        }  # third ports on
        static = {attr: [usual.get(attr, further[attr])] * len(named) for attr in attributes}
        for position, (name, values) in enumerate(named.items()):
            for attr, value in values.items():
                if np.ndim(value):
                    varying.setdefault(attr, {})[name] = value
                else:
                    static[attr][position] = value
        network.add(kind, list(named), **static)
        for attr, series in varying.items():
            network.c[kind].dynamic[attr] = pd.DataFrame(series, index=network.snapshots)
    return network


def tied(network: pypsa.Network, twins: Iterable[Twin]) -> None:
    """Sizes that belong together, as further constraints of PyPSA's model."""
    between: dict[tuple[str, str], list[tuple[str, str, float]]] = {}
    for twin in twins:
        for (kind, name), (other_kind, other), ratio in twin.ties:
            between.setdefault((kind, other_kind), []).append((name, other, ratio))
    for kinds, pairs in between.items():
        numbers = range(len(pairs))
        first, other = (
            network.model.variables[f"{kind}-{'e_nom' if kind == 'Store' else 'p_nom'}"]
            .sel(name=[pair[side] for pair in pairs]).assign_coords(name=numbers)
            for side, kind in enumerate(kinds)
        )  # fmt: skip
        ratio = xr.DataArray([pair[2] for pair in pairs], coords={"name": numbers}, dims="name")
        network.model.add_constraints(other - ratio * first == 0, name=f"tie {kinds}")


def optimum(problem: Problem) -> float:
    run = solve_highs(problem, SolverOptions(mip_gap=1e-9))
    assert run.status == "optimal"
    return run.objective


def with_sizes_of(problem: Problem, twin: Twin, network: pypsa.Network) -> Problem:
    """The problem with every capacity at PyPSA's, give or take a millionth."""
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for key, ((kind, name), attr, scale) in twin.sized.items():
        if key in problem.variables:
            at = problem.variables[key].columns
            size = float(network.c[kind].static.at[name, f"{attr}_opt"]) / scale
            lower[at] = np.clip(size * (1 - 1e-6) - 1e-6, lower[at], upper[at])
            upper[at] = np.clip(size * (1 + 1e-6) + 1e-6, lower[at], upper[at])
    return replace(problem, lower=lower, upper=upper)


@pytest.fixture(autouse=True)
def quiet() -> Any:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def solved_by_pypsa(twins: list[Twin]) -> pypsa.Network:
    network = network_of(twins, twins[0].steps, twins[0].hours)
    network.optimize.create_model(include_objective_constant=True)
    tied(network, twins)
    status = network.model.solve(
        "highs", io_api="direct", progress=False, output_flag=False, solver="simplex"
    )
    assert status == ("ok", "optimal")
    network.optimize.assign_solution()
    return network


def differing(parks: dict[int, Park], relative: float) -> dict[int, tuple[float, ...]]:
    """Seeds where the two costs differ, or where PyPSA's sizes cost more than ours in our problem."""
    twins = {seed: Twin(park, f"{seed}: ") for seed, park in parks.items()}
    network = solved_by_pypsa(list(twins.values()))
    theirs = {seed: twin.cost(network) for seed, twin in twins.items()}
    assert sum(theirs.values()) - sum(t.constant for t in twins.values()) == pytest.approx(
        network.model.objective.value, rel=1e-9
    )
    differ = {}
    for seed, park in parks.items():
        problem = formulate(park, accounts_of(park).cost)
        ours = optimum(problem)
        at_their_sizes = optimum(with_sizes_of(problem, twins[seed], network))
        allowed = relative * max(1.0, abs(theirs[seed]))
        if abs(ours - theirs[seed]) > allowed or abs(at_their_sizes - ours) > 10 * allowed:
            differ[seed] = (ours, theirs[seed], at_their_sizes)
    return differ


@pytest.mark.parametrize("batch", range(len(BATCHES)))
def test_random_parks_cost_the_same(batch: int, random_park: RandomPark) -> None:
    steps, hours = BATCHES[batch]
    parks = {seed: random_park(seed, steps, hours) for seed in seeds_of(batch)}
    assert differing(parks, TOLERANCE) == {}, (
        f"seed → ours, theirs, ours at their sizes; ({steps=}, {hours=})"
    )


def seeds_of(batch: int) -> range:
    return range(1000 * batch, 1000 * batch + PARKS_PER_BATCH)


TRAITS = (
    "must_run", "shift", "target", "unserved_price", "modes", "ramp_up", "ramp_down", "min_load",
    "power", "c_rate", "min_level", "final", "standing_loss", "one_way", "loss", "tariff",
)  # fmt: skip


def traits(park: Park) -> Iterator[str]:
    """What a park has that the translation treats apart."""
    for asset in park.assets.values():
        kind = type(asset).__name__
        yield kind
        for trait in TRAITS:
            if getattr(asset, trait, None):
                yield f"{kind}.{trait}"
        if isinstance(asset, Storage):
            yield f"initial {asset.initial if isinstance(asset.initial, str) else 'share'}"
        if isinstance(asset, Converter):
            yield "rated input" if asset.rated in asset.inputs else "rated output"
    for (name, part), sizing in park.sizings():
        yield f"{type(park.assets[name]).__name__}.{part} " + ("chosen" if sizing.expandable else "given")
    for tariff in park.spec.tariffs.values():
        if tariff.capacity_charge is not None:
            yield tariff.capacity_charge.basis


def test_random_parks_have_everything(random_park: RandomPark) -> None:
    """A trait that stands in fewer than ten parks would be hardly tested."""
    count = Counter(
        trait
        for batch, (steps, hours) in enumerate(BATCHES)
        for seed in seeds_of(batch)
        for trait in set(traits(random_park(seed, steps, hours)))
    )
    assert len(BATCHES) * PARKS_PER_BATCH >= 200
    assert {trait: n for trait, n in count.items() if n < 10} == {}
    assert {"Source", "Demand", "Converter", "Storage", "Connection", "Market"} <= set(count)
    assert set(TRAITS) <= {trait.rpartition(".")[2] for trait in count}
    assert {"initial free", "initial share", "initial cyclic", "maximum-demand", "contracted"} <= set(count)
    assert {"rated input", "rated output", "Market.capacity chosen", "Storage.power chosen"} <= set(count)


@pytest.mark.parametrize("expandable", [False, True], ids=["given", "chosen"])
def test_parks_that_switch_off_cost_the_same(expandable: bool, make_park: Callable[..., Park]) -> None:
    """On/off with minimum load and start cost, mixed-integer in both."""
    parks = {seed: park_with_switch(seed, expandable, make_park) for seed in range(20)}
    assert differing(parks, TOLERANCE) == {}, "seed → ours, theirs, ours at their sizes"


def park_with_switch(seed: int, expandable: bool, make_park: Callable[..., Park]) -> Park:
    """A boiler that can rest, a dear way to do without it, and a place for what it makes too much."""
    rng = np.random.default_rng(seed)
    steps = 8
    size = {"max": 8, "investment": 2e4, "lifetime": 10} if expandable else {"existing": 8}
    assets = {
        "steam": {"kind": "demand", "node": "heat", "profile": rng.uniform(0, 25, steps).round(2)},
        "grid": {"kind": "market", "node": "el", "buy": {"price": rng.uniform(20, 80, steps).round(1)}},
        "rest": {"kind": "market", "node": "heat", "buy": {"price": 60}, "sell": {"price": -float(rng.integers(1, 30))}},
        "boiler": {
            "kind": "converter", "rated": "el", "inputs": {"el": 1}, "outputs": {"heat": 3}, "capacity": size,
            "on_off": True, "min_load": round(float(rng.uniform(0.2, 0.9)), 2), "start_cost": float(rng.integers(0, 400)),
        },
    }  # fmt: skip
    return make_park(assets, {"el": "electricity", "heat": "heat"}, steps=steps)
