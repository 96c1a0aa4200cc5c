"""Near-optimal alternatives: the smallest and largest of each capacity within some extra cost."""

from __future__ import annotations

from zeropark.errors import Fault, nearest
from zeropark.forms import Key
from zeropark.park.spec import ParkFile
from zeropark.park.yaml import Document
from zeropark.study.jobs import Job
from zeropark.study.spec import NearOptimal
from zeropark.study.variants import FieldValue, Results, Variant, set_of

LEAST = "least cost"
SENSES = ("smallest", "largest")


def variants(name: str, study: NearOptimal, spec: ParkFile, done: Results) -> list[Variant]:
    """The least-cost plan first; with its cost known, both ends of each capacity for every extra cost."""
    where = set_of(name, study.set)
    found = [Variant(LEAST, Job("plan", study.set), {}, where)]
    least = done[LEAST].value("cost") if LEAST in done else None
    if least is None:
        return found
    for within in study.within:
        for asset, part in capacities(study, spec):
            for sense in SENSES:
                details = {
                    "asset": asset,
                    "part": part,
                    "sense": sense,
                    "ceiling": least + within * abs(least),
                }
                fields: dict[str, FieldValue] = {
                    "within": within,
                    "asset": asset,
                    "part": part,
                    "sense": sense,
                }
                title = f"{sense} {asset}.{part} within {_percent(within)} %"
                found.append(Variant(title, Job("reach", study.set, details), fields, where))
    return found


def _percent(within: float) -> str:
    """As people write it: 7 % is not quite 0.07 · 100."""
    return f"{within * 100:.12g}"


def expandable(spec: ParkFile) -> list[Key]:
    """Every capacity that a plan decides on, in file order."""
    found = []
    for name, asset in spec.assets.items():
        for part in ("capacity", "power"):
            sizing = getattr(asset, part, None)
            if sizing is not None and sizing.expandable:
                found.append((name, part))
    return found


def capacities(study: NearOptimal, spec: ParkFile) -> list[Key]:
    """Those that the study asks for, or all."""
    every = expandable(spec)
    if not study.capacities:
        return every
    return [key for key in every if key[0] in study.capacities or ".".join(key) in study.capacities]


def faults(name: str, study: NearOptimal, spec: ParkFile, document: Document) -> list[Fault]:
    """Capacities that the park does not decide on, a park without any, an extra cost twice."""
    every = expandable(spec)
    known = list(dict.fromkeys([*(asset for asset, _ in every), *(".".join(key) for key in every)]))
    found = [
        Fault(
            document.file,
            document.line(("studies", name, "capacities", index)),
            f"studies.{name}.capacities.{index}",
            f"'{wanted}'",
            "a capacity that can be expanded",
            nearest(wanted, known),
        )
        for index, wanted in enumerate(study.capacities)
        if wanted not in known
    ]
    told = [_percent(within) for within in study.within]
    found += [
        Fault(
            document.file,
            document.line(("studies", name, "within", index)),
            f"studies.{name}.within.{index}",
            f"{percent} % again",
            "each extra cost once",
        )
        for index, percent in enumerate(told)
        if percent in told[:index]
    ]
    if not every:
        line = document.line(("studies", name))
        found.append(
            Fault(document.file, line, f"studies.{name}", "no capacity that can be expanded", "at least one")
        )
    return found
