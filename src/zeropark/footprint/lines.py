"""The lines of a footprint: amount × factor, one for each emission, each origin, each input; they add to the footprint"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from zeropark.footprint.inventory import Burden, joined
from zeropark.footprint.result import ChainLink, Contribution
from zeropark.footprint.solved import EXTRA, KINDS, Solved

KG = 1000.0
_TINY = 1e-15
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_.]")


@dataclass
class Lines:
    """Writes the lines of products and of the outputs behind them. embodied: whether making the plant counts."""

    solved: Solved
    embodied: bool
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        inventory, shared = self.solved.shared.inventory, self.solved.shared
        self._own: dict[str, list[Burden]] = {}
        for burden in self.solved.burdens:
            if self.embodied or burden.kind != "embodied":
                self._own.setdefault(burden.process, []).append(burden)
        self._inputs: dict[str, list[tuple[str, float]]] = {}
        for (product, process), amount in inventory.use.items():
            if process in self.solved.place:
                self._inputs.setdefault(process, []).append((product, amount))
        self._mixed: dict[str, list[tuple[str, str, float]]] = {}
        self._outputs: dict[tuple[str, str], tuple[Contribution, ...]] = {}
        self._makers: dict[str, list[str]] = {}
        for product, process in shared.share:
            self._makers.setdefault(product, []).append(process)

    def total(self, by_kind: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        """kgCO2e of a row of KINDS, with or without the embodied."""
        row = dict(zip((*KINDS, *EXTRA), by_kind.tolist(), strict=True))
        return KG * sum(row[kind] for kind in KINDS if self.embodied or kind != "embodied")

    def of_product(self, product: str) -> tuple[Contribution, ...]:
        """Per unit of the product: what the processes that make it emit and take, and what came in from outside."""
        found: dict[str, Contribution] = {}
        for pool, process, part in self._sources(product):
            if self.solved.shared.inventory.roles[process] == "maker":
                self._open(found, process, part * self.solved.shared.share[pool, process])
            else:
                self._bring(found, pool, process, part)
        return tuple(found.values())

    def chain(self, product: str) -> tuple[ChainLink, ...]:
        """Every output behind a product, nearest first, with amounts per unit of the product."""
        solved, inventory = self.solved, self.solved.shared.inventory
        unit = np.zeros(len(solved.at))
        unit[solved.at[product]] = 1.0 / solved.system.processes.handed_on[solved.at[product]]
        required = solved.system.factors.solve(unit, trans="T")
        links: dict[str, ChainLink] = {}
        todo = [(pool, process, 1) for pool, process in self._nearest(product)]
        while todo:
            pool, process, depth = todo.pop(0)
            key = self._id(f"process.{process}.{pool}")
            if key in links:
                continue
            made, share = inventory.make[pool, process], solved.shared.share[pool, process]
            row = solved.of_output(pool, process)
            links[key] = ChainLink(
                key, process, inventory.titles[process], pool, inventory.goods[pool].unit,
                float(required[solved.at[pool]]) * made, made, self.total(row), KG * float(row[KINDS.index("direct")]),
                share, str(solved.shared.ways.get(process, "none")), depth, self._of_output(pool, process),
            )  # fmt: skip
            for taken, _ in self._inputs.get(process, ()):
                todo += [(before, maker, depth + 1) for before, maker in self._nearest(taken)]
        return tuple(links.values())

    def _nearest(self, product: str) -> list[tuple[str, str]]:
        """Outputs of processes that a pool is a mix of, as (pool, process)."""
        roles = self.solved.shared.inventory.roles
        return [(pool, process) for pool, process, _ in self._sources(product) if roles[process] == "maker"]

    def _sources(self, product: str) -> list[tuple[str, str, float]]:
        """(pool, process, part): all that carries something into a product through pools, stores and connections."""
        if product not in self._mixed:
            solved = self.solved
            row = solved.mixes[solved.at[product]]
            pools = [solved.shared.products[at] for at in np.flatnonzero(np.abs(row) > _TINY).tolist()]
            self._mixed[product] = [
                (pool, process, solved.per_unit(product, pool))
                for pool in pools
                for process in self._makers.get(pool, ())
            ]
        return self._mixed[product]

    def _of_output(self, pool: str, process: str) -> tuple[Contribution, ...]:
        """Lines of one output of a process, per its unit."""
        if (pool, process) not in self._outputs:
            found: dict[str, Contribution] = {}
            shared = self.solved.shared
            self._open(found, process, shared.share[pool, process] / shared.inventory.make[pool, process])
            self._outputs[pool, process] = tuple(found.values())
        return self._outputs[pool, process]

    def _open(self, found: dict[str, Contribution], process: str, part: float) -> None:
        """Lines of a part of all that a process causes: its own emissions, and its inputs."""
        if part <= 0:
            return
        for burden in self._own.get(process, ()):
            self._add(found, self._line(burden, part * burden.amount))
        for product, amount in self._inputs.get(process, ()):
            for pool, maker, mixed in self._sources(product):
                if self.solved.shared.inventory.roles[maker] == "maker":
                    self._add(found, self._process(pool, maker, part * amount * mixed))
                else:
                    self._bring(found, pool, maker, part * amount * mixed)

    def _bring(self, found: dict[str, Contribution], pool: str, process: str, part: float) -> None:
        """Lines of what comes from outside, or is embodied in stores and connections."""
        share = self.solved.shared.share[pool, process]
        for burden in self._own.get(process, ()):
            self._add(found, self._line(burden, part * share * burden.amount))

    def _line(self, burden: Burden, amount: float) -> Contribution:
        factor = KG * burden.factor
        return Contribution(
            self._id(burden.id), burden.title, burden.kind, amount, burden.unit, factor, burden.source, burden.mark,
            burden.gate, burden.primary, amount * factor if burden.gate else 0.0,
        )  # fmt: skip

    def _process(self, pool: str, process: str, part: float) -> Contribution:
        """What another process of the park gives; its factor is that output's own footprint."""
        inventory = self.solved.shared.inventory
        row = self.solved.of_output(pool, process)
        amount = part * inventory.make[pool, process]
        extra = dict(zip((*KINDS, *EXTRA), row.tolist(), strict=True))
        key, good = self._id(f"process.{process}.{pool}"), inventory.goods[pool]
        title = joined("{0} from {1}", "{1}的{0}", good.title, inventory.titles[process])
        gross = extra["gross"] + (abs(extra["embodied"]) if self.embodied else 0.0)
        inside = KG * extra["direct"] * amount
        return Contribution(
            key, title, "process", amount, good.unit, self.total(row), f"footprint of {process}", "",
            abs(KG * gross * amount - inside) <= 1e-12 * abs(inside), extra["primary"] >= gross * (1 - 1e-12), inside, key,
        )  # fmt: skip

    def _add(self, found: dict[str, Contribution], line: Contribution) -> None:
        before = found.get(line.id)
        if before is None:
            if line.amount > 0:
                found[line.id] = line
            return
        values = {**vars(before)}
        values["amount"] += line.amount
        values["gate_kgco2e"] += line.gate_kgco2e
        found[line.id] = Contribution(**values)

    def _id(self, raw: str) -> str:
        """Letters, digits, ``_`` and ``.``; two names that would look alike are told apart by a number."""
        if raw not in self.ids:
            plain = _NOT_IN_ID.sub("_", raw)
            known, number = set(self.ids.values()), 2
            found = plain
            while found in known:
                found, number = f"{plain}_{number}", number + 1
            self.ids[raw] = found
        return self.ids[raw]
