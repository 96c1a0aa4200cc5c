"""Candidate formulas of amounts: from flows and claims, as the park's graph has them

Each is only a proposal: ``Book`` takes it where it gives the engine's own value, and declares the number where none does
(pools behind several stores, shared loads). So a statement never says more than can be recomputed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from zeropark.carbon.origins import PAPERS
from zeropark.footprint.result import ChainLink, Contribution
from zeropark.park.assets import Connection, Converter, Demand, Market, Source, Storage
from zeropark.park.model import Park
from zeropark.passport.evidence import CLAIMS, FACTORS, PLANT
from zeropark.statement.bases import BASES
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
    stores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Node → stores at it whose stock changed over the period."""
    on_basis: frozenset[tuple[str, str, str]] = frozenset()
    """(basis, origin, claimant) triples of the table of bases."""

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
            return self._of_all(link.process, link.node)
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
        if link.node not in terms:
            return ["1"]
        if link.allocation == "none":
            terms = {node: self._flow("inflow", link.process, node) for node in terms}
        counted = [n for n in terms if self.park.spec.carriers[self.park.carrier_at(n)].kind != "waste"]
        sums = [counted, list(terms)]
        return [
            *(f"{terms[link.node]} / ({' + '.join(terms[n] for n in some)})" for some in sums if some),
            f"{terms[link.node]} / {terms[link.node]}",  # the rest is waste
        ]

    def _of_all(self, process: str, node: str) -> list[str]:
        """A mode of a converter that has one output: all of it."""
        maker = self.converter(process)
        made = self._flow("inflow", maker, node)
        return [f"{made} / {made}"] if self._has(maker, node) else ["1"]

    def amount(self, link: ChainLink, line: Contribution, basis: str, base: str = "") -> list[str]:
        """An amount per unit of the link's output. base: share over what was made, where not the link's own lines."""
        base = base or f"{link.id}.share/{link.id}.made"
        return [f"{base} * {part}" for part in self._whole(self.converter(link.process), line, basis)]

    def _whole(self, process: str, line: Contribution, basis: str) -> list[str]:
        """The whole amount of a line in the period, all outputs of the process together."""
        kind, _, name = line.id.partition(".")
        if kind == "electricity":
            return [*self._electricity(process, name), *self._based(process, name, basis)]
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
        if kind == "embodied":
            return self._embodied(process, name)
        if kind == "combustion":
            nodes = [
                n for n in self.park.spec.nodes if name.partition(".")[2] == ident(self.park.carrier_at(n))
            ]
            taken = [part for node in nodes for part in self._taken(process, node)]
            return [f"({' + '.join(taken)})"] if taken else []
        return []

    def _embodied(self, process: str, name: str) -> list[str]:
        """What was added of an asset, the period's part of its life: of the process itself, or by what it used of it."""
        found = []
        for (asset, part), _ in self.park.sizings():
            if name not in (f"{ident(asset)}.{ident(part)}", f"{ident(asset)}_{ident(part)}"):
                continue
            row = quoted(f"embodied.{asset}.{part}")
            cells = (f"cell({quoted(PLANT)},{row},{quoted(one)})" for one in ("added", "period", "lifetime"))
            size = "{}*{}/{}".format(*cells)
            kind = self.park.assets[asset]
            if isinstance(kind, Converter):
                found.append(size)
                origins = {origin for origin, at in self.meters.items() if at[0] == asset}
            elif isinstance(kind, (Source, Market)):
                origins = {asset}
            else:
                origins = set()
                used = f'total({quoted(CLAIMS)},"mwh","part","use")'
                own = " + ".join(self._claims(process, [o for o, _ in sorted(self.claimed)]))
                found += [f"({own})/{used}*{size}"] if own else []
            for origin in sorted(origins):
                at = self.meters.get(origin, ("", ""))
                if at in self.rates.by:
                    made = self._flow("inflow", *at)
                    found += [f"{used}/{made}*{size}" for used in self._electricity(process, ident(origin))]
        return found

    def _electricity(self, process: str, name: str) -> list[str]:
        """Claims on an origin; and with its part of what stores held at first, which counts as the period's mix."""
        found = []
        for origin in dict.fromkeys(origin for origin, _ in sorted(self.claimed) if ident(origin) == name):
            own = self._claims(process, [origin])
            if own:
                found.append(f"({' + '.join(own)})")
            opened = self._claims(
                process,
                [
                    o
                    for o, _ in sorted(self.claimed)
                    if o not in PAPERS and not self.meters.get(o, ("", ""))[0]
                ],
            )
            made = {o: self._flow("inflow", *at) for o, at in self.meters.items() if at in self.rates.by}
            if opened and origin in made:
                plus = " + "
                mix = f"{made[origin]}/({' + '.join(made.values())})"
                found.append(f"({' + '.join([*own, f'({plus.join(opened)})*{mix}'])})")
        return found

    def _based(self, process: str, name: str, basis: str) -> list[str]:
        """What counts as used of an origin on a basis; and with its part of what stores held at first."""

        def used(origins: Iterable[str]) -> str:
            rows = [
                f'total({quoted(BASES)},"mwh","basis",{quoted(basis)},"origin",{quoted(origin)},"claimant",{quoted(who)})'
                for origin in dict.fromkeys(origins)
                for who in (process, *self._serving(process))
                if (basis, origin, who) in self.on_basis
            ]
            return " + ".join(rows)

        origins = sorted({origin for on, origin, _ in self.on_basis if on == basis})
        opened = used(o for o in origins if o not in PAPERS and not self.meters.get(o, ("", ""))[0])
        made = {o: self._flow("inflow", *at) for o, at in self.meters.items() if at in self.rates.by}
        found = []
        for origin in origins:
            if ident(origin) != name:
                continue
            own = used([origin])
            found += [f"({own})"] if own else []
            if opened and origin in made:
                mix = f"({opened})*{made[origin]}/({' + '.join(made.values())})"
                found.append(f"({own} + {mix})" if own else f"({mix})")
        return found

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
            found += self._through(process, maker, node)
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

    def _through(self, process: str, maker: str, node: str) -> list[str]:
        """What a process takes from a pool that a connection fills, times the part of that, times the maker's of its own."""
        found = []
        for name, asset in self.park.assets.items():
            end = asset.end if isinstance(asset, Connection) and asset.start == node else ""
            taken = self._taken(process, end) if end and self._has(name, end) else []
            if not taken or not self._has(maker, node):
                continue
            sent, came = self._flow("outflow", name, node), self._flow("inflow", name, end)
            for part in (f"{came}/({all_})" for all_ in self._filled(end)):
                for mine in (f"{self._flow('inflow', maker, node)}/({all_})" for all_ in self._filled(node)):
                    found.append(f"({' + '.join(taken)})*{part}*{sent}/{came}*{mine}")
        return found

    def _filled(self, node: str) -> list[str]:
        """All that a pool hands on: what came in but from stores, or what was taken and stayed in them."""
        came = [
            name
            for name in self._givers(node, stores=True)
            if not isinstance(self.park.assets[name], Storage)
        ]
        own = " + ".join(self._flow("inflow", name, node) for name in came)
        return [*([own] if own else []), *self._handed_on(node)]

    def mix(self, link: ChainLink, node: str) -> list[str]:
        """The part of a product's pool that comes from a process."""
        found = []
        maker = self.converter(link.process)
        if link.node == node and self._has(maker, node):
            gives = self._flow("inflow", maker, node)
            for stores in (False, True):
                others = " + ".join(self._flow("inflow", a, node) for a in self._givers(node, stores))
                found += [f"{gives}/({others})"] if others else []
            found += [f"{gives}/({taken})" for taken in self._handed_on(node)]
        return [*found, "1"]

    def _handed_on(self, node: str) -> list[str]:
        """All that was taken from a node, with what stores took and without: where meters do not balance, it carries all."""
        takers = [
            name
            for name in self.park.assets
            if self._has(name, node) and bool((self.rates.by[name, node] < 0).any())
        ]
        plain = [name for name in takers if not isinstance(self.park.assets[name], Storage)]
        sums = [
            " + ".join(self._flow("outflow", name, node) for name in some) for some in (plain, takers) if some
        ]
        changed = [
            f'cell({quoted(PLANT)},{row},"kept") - cell({quoted(PLANT)},{row},"opening")'
            for row in (quoted(f"store.{name}") for name in self.stores.get(node, ()))
        ]
        return [*sums, *(f"{sums[0]} + {' + '.join(changed)}" for _ in changed[:1] if plain)]

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
            self.by_ident.get(name.removesuffix("__certified_").removesuffix("__certificate_sold_"), "")
        )
        grid = self.park.spec.footprint.grid if self.park.spec.footprint is not None else {}
        cancelled = getattr(self.park.spec.footprint, "certificates", None)
        own = getattr(asset, "upstream", None)
        public = [
            a.upstream for a in self.park.assets.values() if isinstance(a, Market)
        ]  # what came over the grid
        named = dict.fromkeys(
            [*(value for key, value in grid.items() if key == basis), own, cancelled, *public]
        )
        cells = [f'cell({quoted(FACTORS)},{quoted(f"factor.{one}")},"kgco2e")' for one in named if one]
        scales = {"MWh": ("", "*1000", "/3.6"), "GJ": ("", "*3.6")}.get(
            line.amount_unit, ("", "*1000", "/1000")
        )
        return [cell + scale for cell in cells for scale in scales]
