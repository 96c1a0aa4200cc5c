"""Candidate formulas of amounts: from flows and claims, as the park's graph has them

Each is only a proposal: ``Book`` takes it where it gives the engine's own value, and declares the number where none does
(pools behind several stores, shared loads). So a statement never says more than can be recomputed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from zeropark.footprint.result import ChainLink, Contribution
from zeropark.park.assets import Connection, Converter, Demand, Market, Source, Storage
from zeropark.park.model import Park
from zeropark.passport.evidence import CLAIMS, FACTORS
from zeropark.statement.formula import ident, quoted
from zeropark.statement.inputs import Rates


@dataclass(frozen=True)
class Graph:
    """What the park and its flows say about who gives and takes where."""

    park: Park
    rates: Rates
    claimed: frozenset[tuple[str, str]]
    """(origin, claimant) pairs of the ledger."""
    meters: Mapping[str, tuple[str, str]]
    """Origin → asset and node whose flow it is; empty names where nothing meters it."""

    @cached_property
    def by_ident(self) -> dict[str, str]:
        """Asset by its name as ids have it, a mode's process included."""
        modes = {
            ident(f"{name}:{way}"): name
            for name, asset in self.park.assets.items()
            if isinstance(asset, Converter)
            for way in asset.ways
        }
        return modes | {ident(name): name for name in self.park.assets}

    def converter(self, process: str) -> str:
        """The converter behind a process: the same, or the one whose mode it is."""
        return process if process in self.park.assets else process.rpartition(":")[0]

    def made(self, link: ChainLink) -> list[str]:
        """What a process gives of its output."""
        maker = self.converter(link.process)
        return [self._flow("inflow", maker, link.node)] if self._has(maker, link.node) else []

    def share(self, link: ChainLink) -> list[str]:
        """Part of a process's burden that an output carries, by what the outputs are worth."""
        asset = self.park.assets.get(link.process)
        if not isinstance(asset, Converter):
            return ["1"]
        field = {"economic": "price"}.get(link.allocation, link.allocation)
        nodes = dict.fromkeys(port.node for way in asset.ways.values() for port in way.outputs.values())
        terms = {}
        for node in nodes:
            if not self._has(link.process, node):
                continue
            carrier = self.park.carrier_at(node)
            stated = getattr(self.park.spec.carriers[carrier].worth, field, None)
            flow = self._flow("inflow", link.process, node)
            terms[node] = (
                flow
                if stated is None
                else f"{flow}*cell({quoted(FACTORS)},{quoted(f'worth.{carrier}')},{quoted(field)})"
            )
        if link.node not in terms or link.allocation == "none":
            return ["1"]
        counted = [n for n in terms if self.park.spec.carriers[self.park.carrier_at(n)].kind != "waste"]
        sums = [counted, list(terms)]
        return [
            "1",
            *(f"{terms[link.node]} / ({' + '.join(terms[n] for n in some)})" for some in sums if some),
        ]

    def amount(self, link: ChainLink, line: Contribution) -> list[str]:
        """An amount per unit of the link's output."""
        base = f"{link.id}.share/{link.id}.made"
        return [f"{base} * {part}" for part in self._whole(self.converter(link.process), line)]

    def _whole(self, process: str, line: Contribution) -> list[str]:
        """The whole amount of a line in the period, all outputs of the process together."""
        kind, _, name = line.id.partition(".")
        if kind == "electricity":
            return self._electricity(process, name)
        if kind == "process":
            maker, _, node = name.partition(".")
            found = [n for n in self.park.spec.nodes if ident(n) == node]
            return self._from_pool(process, self.by_ident.get(maker, ""), found)
        if kind == "upstream" and name in self.by_ident:
            supply = self.park.assets[self.by_ident[name]]
            nodes = [supply.node] if isinstance(supply, (Source, Market)) else []
            return self._from_pool(process, self.by_ident[name], nodes)
        asset = self.park.assets.get(process)
        if kind in ("direct", "gases") and isinstance(asset, Converter):
            node = asset.rated
            return [self._flow(w, process, node) for w in ("inflow", "outflow") if self._has(process, node)]
        if kind == "combustion":
            nodes = [
                n for n in self.park.spec.nodes if name.partition(".")[2] == ident(self.park.carrier_at(n))
            ]
            taken = [part for node in nodes for part in self._taken(process, node)]
            return [f"({' + '.join(taken)})"] if taken else []
        return []

    def _electricity(self, process: str, name: str) -> list[str]:
        """Claims on an origin; and with its part of what stores held at first, which counts as the period's mix."""
        found = []
        for origin in dict.fromkeys(origin for origin, _ in self.claimed if ident(origin) == name):
            own = self._claims(process, [origin])
            if own:
                found.append(f"({' + '.join(own)})")
            opened = self._claims(
                process, [o for o, _ in self.claimed if not self.meters.get(o, ("", ""))[0]]
            )
            made = {o: self._flow("inflow", *at) for o, at in self.meters.items() if at in self.rates.by}
            if opened and origin in made:
                plus = " + "
                mix = f"{made[origin]}/({' + '.join(made.values())})"
                found.append(f"({' + '.join([*own, f'({plus.join(opened)})*{mix}'])})")
            found += self._average(process, origin)
        return found

    def _average(self, process: str, origin: str) -> list[str]:
        """Location-based: what the process uses, times the origin's part of all that is used."""
        whole = " + ".join(self._claims(process, [o for o, _ in self.claimed]))
        used = f'total({quoted(CLAIMS)},"mwh","part","use")'
        of_origin = f'total({quoted(CLAIMS)},"mwh","origin",{quoted(origin)},"part","use")'
        return [f"(({whole})*{of_origin}/{used})"] if whole else []

    def _claims(self, process: str, origins: Iterable[str]) -> list[str]:
        """What a process and the loads that serve it claim of origins."""
        return [
            f'total({quoted(CLAIMS)},"mwh","origin",{quoted(origin)},"claimant",{quoted(who)})'
            for origin in dict.fromkeys(origins)
            for who in (process, *self._serving(process))
            if (origin, who) in self.claimed
        ]

    def _from_pool(self, process: str, maker: str, nodes: Iterable[str]) -> list[str]:
        """What a process takes from a pool, times the part of the pool that comes from a maker."""
        found = []
        for node in nodes:
            taken = self._taken(process, node)
            if not taken or not self._has(maker, node):
                continue
            whole, gives = f"({' + '.join(taken)})", self._flow("inflow", maker, node)
            for others in (self._givers(node, stores=False), self._givers(node, stores=True)):
                found.append(
                    whole
                    if others == [maker]
                    else f"{whole}*{gives}/({' + '.join(self._flow('inflow', a, node) for a in others)})"
                )
            found += [f"{whole}*{gives}/({taken})" for taken in self._handed_on(node)]
        return found

    def mix(self, link: ChainLink, node: str) -> list[str]:
        """The part of a product's pool that comes from a process."""
        found = ["1"]
        if link.node == node and self._has(link.process, node):
            gives = self._flow("inflow", link.process, node)
            for stores in (False, True):
                others = " + ".join(self._flow("inflow", a, node) for a in self._givers(node, stores))
                found.append(f"{gives}/({others})")
            found += [f"{gives}/({taken})" for taken in self._handed_on(node)]
        return found

    def _handed_on(self, node: str) -> list[str]:
        """All that was taken from a node, with what stores took and without: where meters do not balance, it carries all."""
        takers = [
            name
            for name in self.park.assets
            if self._has(name, node) and bool((self.rates.by[name, node] < 0).any())
        ]
        plain = [name for name in takers if not isinstance(self.park.assets[name], Storage)]
        return [
            " + ".join(self._flow("outflow", name, node) for name in some) for some in (plain, takers) if some
        ]

    def left(self, node: str) -> list[str]:
        """What leaves the gate at a node."""
        takers = [
            name
            for name, asset in self.park.assets.items()
            if self._has(name, node)
            and (isinstance(asset, Market) or (isinstance(asset, Demand) and asset.serves is None))
        ]
        return [" + ".join(self._flow("outflow", name, node) for name in takers)] if takers else []

    def _givers(self, node: str, stores: bool) -> list[str]:
        """Assets that bring something into the node, in file order."""
        return [
            name
            for name, asset in self.park.assets.items()
            if self._has(name, node)
            and bool((self.rates.by[name, node] > 0).any())
            and (stores or not isinstance(asset, (Storage, Connection)))
        ]

    def _taken(self, process: str, node: str) -> list[str]:
        return [
            self._flow("outflow", name, node)
            for name in (process, *self._serving(process))
            if self._has(name, node) and bool((self.rates.by[name, node] < 0).any())
        ]

    def _serving(self, process: str) -> list[str]:
        """Loads that serve a process: its auxiliaries."""
        return [
            name
            for name, asset in self.park.assets.items()
            if isinstance(asset, Demand) and asset.serves == process
        ]

    def _has(self, asset: str, node: str) -> bool:
        return (asset, node) in self.rates.by

    def _flow(self, way: str, asset: str, node: str) -> str:
        return f"{way}({quoted(asset)},{quoted(node)})"

    def _own_rows(self, kind: str, name: str) -> list[str]:
        """Rows of the factors that have the name of a process's own emission, or of making something."""
        if kind == "combustion":
            return [
                f"{kind}.{one}" for one in self.park.spec.carriers if ident(one) == name.rpartition(".")[2]
            ]
        asset, _, rest = name.partition(".")
        found = self.by_ident.get(asset)
        if found is None:
            return []
        parts = [part for (one, part), _ in self.park.sizings() if one == found]
        ways = [*getattr(self.park.assets[found], "ways", {}), *parts]
        return [f"{kind}.{found}.{way}" for way in ways if rest and ident(way) == rest] or [f"{kind}.{found}"]

    def factor(self, line: Contribution, basis: str) -> list[str]:
        """The factor as the user's own list has it, per the same unit."""
        kind, _, name = line.id.partition(".")
        if line.kind in ("direct", "embodied"):
            return [f'cell({quoted(FACTORS)},{quoted(row)},"kgco2e")' for row in self._own_rows(kind, name)]
        asset = self.park.assets.get(self.by_ident.get(name, "")) or self.park.assets.get(
            self.by_ident.get(name.removesuffix("__certified_"), "")
        )
        grid = self.park.spec.footprint.grid if self.park.spec.footprint is not None else {}
        named = [*(value for key, value in grid.items() if key == basis), getattr(asset, "upstream", None)]
        cells = [f'cell({quoted(FACTORS)},{quoted(f"factor.{one}")},"kgco2e")' for one in named if one]
        scales = {"MWh": ("", "*1000", "/3.6"), "GJ": ("", "*3.6")}.get(
            line.amount_unit, ("", "*1000", "/1000")
        )
        return [cell + scale for cell in cells for scale in scales]
