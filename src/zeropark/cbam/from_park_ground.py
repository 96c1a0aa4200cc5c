"""What all parts of a park's installation are read from, and who makes and uses which good"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zeropark.cbam.from_park_streams import park_fault, tonnes_per_unit
from zeropark.cbam.model import SourceStream
from zeropark.cbam.tracing import Amounts, Port, Traced, trace, used_by
from zeropark.errors import Fault
from zeropark.flows import Flows
from zeropark.park.assets import Converter
from zeropark.park.cbam_spec import CbamSpec
from zeropark.park.model import Park
from zeropark.park.period import Period

_NOTHING = 1e-9


@dataclass(frozen=True)
class Ground:
    """Park, flows and period, with amounts by port, members of every process, streams, and origins by carrier.

    traces: filled as carriers are asked for. faults, remarks: what is found on the way.
    """

    park: Park
    spec: CbamSpec
    flows: Flows
    period: Period
    amounts: Amounts
    members: Mapping[str, tuple[str, ...]]
    streams: Mapping[str, SourceStream]
    traces: dict[str, Traced]
    faults: list[Fault]
    remarks: list[str]

    def traced(self, carrier: str) -> Traced:
        """Origins of a carrier, worked out once."""
        if carrier not in self.traces:
            makers = frozenset(
                (asset, process.product)
                for process in self.spec.processes.values()
                for asset in process.assets
            )
            self.traces[carrier] = trace(self.park, self.flows, self.period, self.amounts, carrier, makers)
        return self.traces[carrier]

    def makers(self, process: str) -> set[Port]:
        """Ports through which a process gives its good."""
        declared = self.spec.processes[process]
        return {(asset, declared.product) for asset in declared.assets}


@dataclass(frozen=True)
class Made:
    """A good over the period, tonnes: produced (less what the process takes back), and who took it."""

    activity: float
    by_process: Mapping[str, float]
    non_cbam: float

    @property
    def to_market(self) -> float:
        """What neither another process nor anything else in the installation took: sold, or still in stock."""
        left = self.activity - sum(self.by_process.values()) - self.non_cbam
        return left if left > _NOTHING * self.activity else 0.0


def made_by(ground: Ground) -> dict[str, Made]:
    """Activity level and uses of every process's good (Annex II F, Annex III B)."""
    found: dict[str, Made] = {}
    for name, process in ground.spec.processes.items():
        scale = tonnes_per_unit(ground.park, process.product, f"processes.{name}.product")
        if isinstance(scale, Fault):
            ground.faults.append(scale)
            continue
        makers = ground.makers(name)
        traced = ground.traced(ground.park.carrier_at(process.product))
        uses = {
            user: scale * _from(used_by(traced, ground.amounts, members), makers)
            for user, members in ground.members.items()
        }
        given = scale * sum(ground.amounts.given.get(port, 0.0) for port in makers)
        inside = uses.pop(name)
        outside = scale * _from(used_by(traced, ground.amounts, _others(ground)), makers)
        if given - inside <= _NOTHING:
            what = f"{given:g} t made, {inside:g} t taken back"
            hint = "nothing can be told per tonne of nothing; is the period right?"
            place = f"processes.{name}.product"
            ground.faults.append(park_fault(ground.park, place, what, "a good that leaves the process", hint))
        taken = {user: amount for user, amount in uses.items() if amount > _NOTHING}
        found[name] = Made(given - inside, taken, outside)
        _undeclared(ground, name, traced, makers)
    return found


def _from(origins: Mapping[Port, float], ports: set[Port]) -> float:
    return sum(amount for port, amount in origins.items() if port in ports)


def _others(ground: Ground) -> tuple[str, ...]:
    """Converters of no process: what they take is used for goods that are not under CBAM."""
    inside = {asset for members in ground.members.values() for asset in members}
    return tuple(
        name
        for name, asset in ground.park.assets.items()
        if isinstance(asset, Converter) and name not in inside
    )


def _undeclared(ground: Ground, name: str, traced: Traced, makers: set[Port]) -> None:
    """The same good from elsewhere is a precursor too, with its own embedded emissions (Annex III B)."""
    declared = {precursor.asset for precursor in ground.spec.precursors.values()}
    for user, members in ground.members.items():
        for port, amount in used_by(traced, ground.amounts, members).items():
            if port not in makers and port[0] not in declared and amount > _NOTHING:
                carrier = ground.park.carrier_at(port[1])
                found = f"'{carrier}' of '{port[0]}' goes into '{user}'"
                expected = f"an entry of precursors, as '{carrier}' is a good of '{name}'"
                ground.faults.append(park_fault(ground.park, "precursors", found, expected))
