"""PyPSA as a second opinion: random parks, translated part by part, cost the same in both.

PyPSA takes about a second to build any model, however small, so the parks of one batch stand side by
side in one network that no bus joins; its optimum is the sum of theirs. The cost of each is then added
up from PyPSA's own flows and capacities, so that a difference names the seed that makes it:
``random_park(seed, steps, hours)``.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pypsa
import pytest

from zeropark.accounts.standard import accounts_of
from zeropark.forms import Array
from zeropark.optimize.formulate import formulate
from zeropark.optimize.options import SolverOptions
from zeropark.optimize.solve import solve
from zeropark.park.assets import Connection, Converter, Demand, Market, Sizing, Source, Storage
from zeropark.park.model import Park
from zeropark.park.streams import activity_effects, needed

PARKS_PER_BATCH = 25
BATCHES = [  # steps, hours: 225 parks
    (6, 1.0), (8, 0.25), (12, 1.0), (12, 0.5), (16, 1.0), (18, 0.25), (24, 1.0), (24, 0.5), (10, 1.0),
]  # fmt: skip
TOLERANCE = 1e-6
PLENTY = 1e5
"""Stands for no limit in PyPSA; no flow of these parks comes near it (checked)."""


@dataclass
class Twin:
    """A park's parts in a PyPSA network, by names that begin with its seed.

    constant: money that PyPSA does not count. ties: pairs of expandable parts, whose sizes keep the ratio.
    """

    network: pypsa.Network
    park: Park
    prefix: str
    constant: float = 0.0
    ties: list[tuple[str, str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hours, self.steps = self.park.clock.step_hours, self.park.clock.steps
        for node in self.park.spec.nodes:
            self.add("Bus", f"node {node}")
        for name, asset in self.park.assets.items():
            getattr(self, type(asset).__name__.lower())(name, asset)

    def add(self, kind: str, name: str, **values: Any) -> str:
        full = f"{self.prefix}{name}"
        self.network.add(kind, full, **values)
        return full

    def bus(self, node: str) -> str:
        return f"{self.prefix}node {node}"

    def yearly(self, sizing: Sizing) -> float:
        """Annuity of one unit over the period; the textbook's annuity formula."""
        rate = self.park.spec.money.discount_rate
        if not sizing.investment or sizing.lifetime is None:
            return 0.0
        growth = (1 + rate) ** sizing.lifetime
        return self.park.clock.years * sizing.investment * rate * growth / (growth - 1)

    def size(self, sizing: Sizing, attr: str = "p_nom", scale: float = 1.0, share: float = 1.0) -> dict[str, Any]:
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

    # --- the six kinds

    def source(self, name: str, asset: Source) -> None:
        share = self.park.availability(name)
        least = share if asset.must_run else 0.0
        self.add("Generator", name, bus=self.bus(asset.node), p_max_pu=share, p_min_pu=least,
                 marginal_cost=asset.cost, **self.size(asset.capacity))  # fmt: skip

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
        rated_input = asset.rated in asset.inputs
        if rated_input:
            self.add("Link", name, bus0=self.bus(asset.rated), marginal_cost=asset.cost, **limits,
                     **self.ports(asset, "", skip=asset.rated), **self.size(asset.capacity))  # fmt: skip
            return
        self.add("Bus", f"activity {name}")
        self.add("Generator", name, bus=f"{self.prefix}activity {name}", **limits, **self.size(asset.capacity))
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
        simple = asset.power is None and asset.c_rate is not None and not asset.min_level and asset.final is None
        if simple and asset.initial == "cyclic":
            hours = 1 / (asset.c_rate or 1.0)
            self.add("StorageUnit", name, bus=self.bus(asset.node), max_hours=hours, cyclic_state_of_charge=True,
                     efficiency_store=asset.charge_efficiency, efficiency_dispatch=asset.discharge_efficiency,
                     standing_loss=asset.standing_loss, marginal_cost=asset.cost,
                     **self.size(asset.capacity, scale=1 / hours))  # fmt: skip
            return
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
            self.add("Generator", f"first {name}", bus=inside, p_max_pu=first, p_min_pu=first if fixed else 0, **size)
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
            if not pays:
                self.tie("Store", name, "Link", f"in{number} {name}", factor, sizing)
            into, out = there, f"{self.prefix}out{number} {name}"
        self.add("Link", f"charge {name}", bus0=into, bus1=inside, efficiency=asset.charge_efficiency, p_nom=PLENTY)
        self.add("Link", f"discharge {name}", bus0=inside, bus1=out, efficiency=asset.discharge_efficiency,
                 p_nom=PLENTY, marginal_cost=asset.cost * asset.discharge_efficiency)  # fmt: skip

    def connection(self, name: str, asset: Connection) -> None:
        ends = [(asset.start, asset.end)] if asset.one_way else [(asset.start, asset.end), (asset.end, asset.start)]
        for number, (start, end) in enumerate(ends):
            self.add("Link", f"{name} {number}", bus0=self.bus(start), bus1=self.bus(end), efficiency=1 - asset.loss,
                     marginal_cost=asset.cost, **self.size(asset.capacity, share=1.0 - number))  # fmt: skip
        if len(ends) == 2:
            self.tie("Link", f"{name} 0", "Link", f"{name} 1", 1.0, asset.capacity)

    def market(self, name: str, asset: Market) -> None:
        bus, tariff = self.bus(asset.node), self.park.spec.tariffs.get(asset.tariff or "")
        fee = tariff.transmission if tariff else 0.0
        charge = tariff.capacity_charge if tariff else None
        size: dict[str, Any] = {"p_nom": PLENTY}
        if asset.capacity is not None:
            size = self.size(asset.capacity)
        elif charge is not None:  # what is bought at most, in MW or MVA, is paid for: a size to be chosen
            month = self.steps * self.hours / (31 * 24)
            size = {"p_nom_extendable": True, "capital_cost": month * (charge.demand_price or charge.contract_price or 0)}
        share = charge.power_factor if charge is not None and charge.basis == "contracted" else 1.0
        if asset.buy is not None:
            self.add("Generator", f"buy {name}", bus=bus, p_max_pu=share,
                     marginal_cost=self.park.values(asset.buy.price) + fee, **size)  # fmt: skip
        if asset.sell is not None:
            most = asset.sell.max_rate or PLENTY
            self.add("Generator", f"sell {name}", bus=bus, sign=-1, p_nom=most,
                     marginal_cost=-self.park.values(asset.sell.price))  # fmt: skip
            if asset.capacity is not None:
                self.network.remove("Generator", f"{self.prefix}sell {name}")
                self.add("Bus", f"sold {name}")
                sold = f"{self.prefix}sold {name}"
                self.add("Link", f"sold {name}", bus0=bus, bus1=sold, **self.size(asset.capacity, share=0.0))
                self.add("Generator", f"sell {name}", bus=sold, sign=-1, p_nom=most,
                         marginal_cost=-self.park.values(asset.sell.price))  # fmt: skip
                self.tie("Generator", f"buy {name}", "Link", f"sold {name}", 1.0, asset.capacity)

    # --- sizes that belong together, and the cost

    def tie(self, kind: str, name: str, other_kind: str, other: str, ratio: float, sizing: Sizing) -> None:
        """The other's size is ``ratio`` times this one's, where the plan chooses it."""
        if sizing.expandable:
            self.ties.append((f"{kind}/{self.prefix}{name}", f"{other_kind}/{self.prefix}{other}", ratio))

    def constrain(self) -> None:
        model = self.network.model
        for first, other, ratio in self.ties:
            sizes = []
            for place in (first, other):
                kind, _, name = place.partition("/")
                attr = "e_nom" if kind == "Store" else "p_nom"
                sizes.append(model.variables[f"{kind}-{attr}"].loc[name])
            model.add_constraints(sizes[1] - ratio * sizes[0] == 0, name=f"tie {first} {other}")

    def cost(self) -> float:
        """Added up from PyPSA's flows and sizes."""
        total = self.constant
        for kind, flow, nom in (("Generator", "p", "p_nom"), ("Link", "p0", "p_nom"),
                                ("StorageUnit", "p_dispatch", "p_nom"), ("Store", "p", "e_nom")):  # fmt: skip
            static, dynamic = self.network.c[kind].static, self.network.c[kind].dynamic
            own = [name for name in static.index if name.startswith(self.prefix)]
            if not own:
                continue
            price = self.network.get_switchable_as_dense(kind, "marginal_cost")[own]
            total += float((dynamic[flow][own] * price).to_numpy().sum()) * self.hours
            total += float((static.loc[own, f"{nom}_opt"] * static.loc[own, "capital_cost"]).sum())
            limitless = static.loc[own, nom] >= PLENTY
            assert dynamic[flow][own].loc[:, limitless].to_numpy().max(initial=0.0) < PLENTY / 10
        return total


def zeropark_cost(park: Park) -> float:
    problem = formulate(park, accounts_of(park).cost)
    return solve(park, problem, SolverOptions(solver="simplex")).objective


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """What stood in the parks of all batches."""
    return Counter()


@pytest.fixture(autouse=True)
def quiet() -> Any:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def solved_by_pypsa(parks: dict[int, Park]) -> dict[int, Twin]:
    clock = next(iter(parks.values())).clock
    network = pypsa.Network()
    network.set_snapshots(range(clock.steps))
    network.snapshot_weightings.loc[:, :] = clock.step_hours
    twins = {seed: Twin(network, park, f"{seed}: ") for seed, park in parks.items()}

    def constrain(*_: Any) -> None:
        for twin in twins.values():
            twin.constrain()

    status = network.optimize(
        solver_name="highs", io_api="direct", include_objective_constant=True, extra_functionality=constrain,
        solver_options={"output_flag": False, "solver": "simplex"}, progress=False,
    )  # fmt: skip
    assert status == ("ok", "optimal")
    return twins


@pytest.mark.parametrize("batch", range(len(BATCHES)))
def test_random_parks_cost_the_same(batch: int, random_park: Callable[..., Park], seen: Counter[str]) -> None:
    steps, hours = BATCHES[batch]
    seeds = range(1000 * batch, 1000 * batch + PARKS_PER_BATCH)
    parks = {seed: random_park(seed, steps, hours) for seed in seeds}
    twins = solved_by_pypsa(parks)
    differ = {}
    for seed, park in parks.items():
        ours, theirs = zeropark_cost(park), twins[seed].cost()
        if abs(ours - theirs) > TOLERANCE * max(1.0, abs(theirs)):
            differ[f"random_park({seed}, {steps}, {hours})"] = (ours, theirs)
    assert differ == {}
