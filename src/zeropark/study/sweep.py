"""Sweeps: one plan for every value of some fields, or for every combination of them."""

from __future__ import annotations

from itertools import product

from zeropark.study.jobs import Job
from zeropark.study.spec import Sweep
from zeropark.study.variants import Variant, set_of


def variants(name: str, study: Sweep) -> list[Variant]:
    """All variants, in the order of the file; the last field varies fastest."""
    paths = list(study.fields)
    counts = [range(len(values)) for values in study.fields.values()]
    ways = list(product(*counts)) if study.combine == "grid" else list(zip(*counts, strict=True))
    found = []
    for way in ways:
        fields = {path: study.fields[path][index] for path, index in zip(paths, way, strict=True)}
        where = set_of(name, study.set)
        where |= {p: ("studies", name, "fields", p, i) for p, i in zip(paths, way, strict=True)}
        title = ", ".join(f"{path}={value}" for path, value in fields.items())
        found.append(Variant(title, Job("plan", {**study.set, **fields}), fields, where))
    return found
