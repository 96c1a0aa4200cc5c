"""What no field of ``efficiency`` and ``measures`` can tell alone: names, units, and what a limit asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from zeropark.errors import nearest
from zeropark.park.assets import Converter, Demand, Source
from zeropark.park.efficiency_spec import Corrections, Process
from zeropark.park.limits import Chosen, limits, nearest_limit
from zeropark.park.processes import brings, coal_equivalent, counted, tonnes_per_unit
from zeropark.park.spec import ParkFile

Path_ = tuple[str | int, ...]
Add = Callable[[Path_, str, str, str], None]


def efficiency_faults(spec: ParkFile, add: Add) -> None:
    """Every fault of ``efficiency``, and of what measures name beside their changes."""
    if spec.efficiency is not None:
        for carrier in spec.efficiency.coal_equivalents:
            path: Path_ = ("efficiency", "coal_equivalents", carrier)
            _known(add, path, carrier, spec.carriers, "carrier")
        for name, process in spec.efficiency.processes.items():
            _Checked(spec, name, process, add).all()
    for name, measure in spec.measures.items():
        if measure.tenant is not None:
            _known(add, ("measures", name, "tenant"), measure.tenant, spec.tenants, "tenant")
        if measure.process is not None:
            known = spec.efficiency.processes if spec.efficiency is not None else {}
            path = ("measures", name, "process")
            _known(add, path, measure.process, known, "process of efficiency")


def _known(add: Add, path: Path_, name: str, names: Collection[str], what: str) -> bool:
    if name in names:
        return True
    listed = ", ".join(list(names)[:8])
    hint = nearest(name, names) or (f"there are {listed}" if listed else f"the park has no {what}")
    add(path, f"unknown {what} '{name}'", f"a {what} of the park", hint)
    return False


@dataclass(frozen=True)
class _Checked:
    """One process under check. A step that needs names is left out where they are unknown."""

    spec: ParkFile
    name: str
    process: Process
    add: Add

    @property
    def here(self) -> Path_:
        return ("efficiency", "processes", self.name)

    def all(self) -> None:
        """Names first; then what they must be; then what the limit asks for."""
        sound = self._names()
        chosen = limits().get(self.process.limit)
        if chosen is None:
            found = f"unknown limit '{self.process.limit}'"
            self.add((*self.here, "limit"), found, "a packaged limit", nearest_limit(self.process.limit))
        else:
            self._corrections(chosen)
            self._credit(chosen)
        if sound:
            self._product()
            self._twice()
            if chosen is not None:
                self._coal_equivalents(chosen)

    def _names(self) -> bool:
        spec, process, here = self.spec, self.process, self.here
        members = [name for name, a in spec.assets.items() if isinstance(a, (Converter, Demand))]
        sources = [name for name, a in spec.assets.items() if isinstance(a, Source)]
        sound = [
            *(
                _known(self.add, (*here, "assets", index), name, members, "converter or load")
                for index, name in enumerate(process.assets)
            ),
            *(
                _known(self.add, (*here, "recovered", index), name, sources, "source")
                for index, name in enumerate(process.recovered)
            ),
            *(
                _known(self.add, (*here, "shared_with", index), name, spec.nodes, "node")
                for index, name in enumerate(process.shared_with)
            ),
            *(
                _known(self.add, (*here, "carriers", index), name, spec.carriers, "carrier")
                for index, name in enumerate(process.carriers)
            ),
        ]
        if process.product is not None:
            sound.append(_known(self.add, (*here, "product"), process.product, spec.nodes, "node"))
        if process.marginal is not None:
            path = (*here, "marginal", "carrier")
            sound.append(_known(self.add, path, process.marginal.carrier, spec.carriers, "carrier"))
        if process.tenant is not None:
            _known(self.add, (*here, "tenant"), process.tenant, spec.tenants, "tenant")
        return all(sound) and all(node.carrier in spec.carriers for node in spec.nodes.values())

    def _product(self) -> None:
        spec, process = self.spec, self.process
        if process.product is None:
            return
        places: list[tuple[Path_, str]] = [((*self.here, "product"), process.product)]
        places += [((*self.here, "shared_with", i), node) for i, node in enumerate(process.shared_with)]
        for path, node in places:
            carrier = spec.carriers[spec.nodes[node].carrier]
            if not brings(spec, process, node):
                hint = "the converters of a process bring its product"
                self.add(path, f"node '{node}', where no converter of the process gives anything",
                         "a node that one of its converters gives to", hint)  # fmt: skip
            if path[-1] == "product" and tonnes_per_unit(carrier) is None:
                hint = "worth.mass of the carrier, in t for each unit"
                self.add(path, f"a product in {carrier.unit}", "a product in t or kg", hint)
            if process.shared_with and carrier.worth.element is None:
                hint = f"carriers.{spec.nodes[node].carrier}.worth.element, t of rare earths for each {carrier.unit}"
                self.add(path, "no element content", "worth.element, by which the line is split", hint)
        if process.product in process.shared_with:
            self.add((*self.here, "shared_with"), f"its own product '{process.product}'", "the others", "")

    def _twice(self) -> None:
        """The same asset in two processes counts twice, unless its line is split among both products."""
        assert self.spec.efficiency is not None
        for name, other in self.spec.efficiency.processes.items():
            if name == self.name:
                return
            both = sorted(set(other.assets) & set(self.process.assets))
            split = other.product in self.process.shared_with and self.process.product in other.shared_with
            if both and not split:
                self.add((*self.here, "assets"), f"'{both[0]}', which is in process '{name}' too",
                         "an asset of one process", "shared_with splits a line among its products")  # fmt: skip

    def _coal_equivalents(self, chosen: Chosen) -> None:
        spec, process = self.spec, self.process
        carriers = counted(spec, process, chosen.standard)
        if not carriers:
            self.add(self.here, "a process that takes no energy", "energy carriers", "carriers: [..]")
        for carrier in carriers:
            if coal_equivalent(spec, chosen.standard, carrier) is None:
                unit = spec.carriers[carrier].unit
                hint = (
                    "heat by its content is 0.03412 tce/GJ" if spec.carriers[carrier].kind == "heat" else ""
                )
                self.add((*self.here, "carriers"), f"no coal equivalent of '{carrier}'",
                         f"carriers.{carrier}.coal_equivalent or efficiency.coal_equivalents.{carrier}, in tce/{unit}",
                         hint)  # fmt: skip
        if process.marginal is not None and process.marginal.carrier not in carriers:
            self.add((*self.here, "marginal", "carrier"), f"'{process.marginal.carrier}'",
                     "a carrier that the process uses", ", ".join(carriers))  # fmt: skip

    def _corrections(self, chosen: Chosen) -> None:
        wanted = chosen.limit.corrections
        given: list[tuple[Path_, Corrections]] = [(("corrections",), self.process.corrections)]
        if self.process.baseline is not None:
            given.append((("baseline", "corrections"), self.process.baseline.corrections))
        for path, shares in given:
            for key in shares:
                if key not in wanted:
                    expected = (
                        "one of " + ", ".join(wanted) if wanted else f"none: {chosen.name} has no corrections"
                    )
                    self.add(
                        (*self.here, *path, key),
                        f"unknown correction '{key}'",
                        expected,
                        nearest(key, wanted),
                    )
        for key, correction in wanted.items():
            if key not in self.process.corrections:
                hint = "what is not stated is not zero: write 0 % where there is none"
                self.add((*self.here, "corrections"), f"no {key}", f"{key}: {correction.name}, a share", hint)

    def _credit(self, chosen: Chosen) -> None:
        if self.process.credit and chosen.standard.credit.allowed == "no":
            note = chosen.standard.credit.note
            self.add((*self.here, "credit"), "true", "false: the standard subtracts nothing", note)
