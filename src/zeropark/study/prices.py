"""Rule prices: what a limit costs, and what one unit more or less of it is worth, along its range."""

from __future__ import annotations

from itertools import pairwise

from zeropark import units
from zeropark.errors import Fault, nearest
from zeropark.park.model import Park
from zeropark.park.yaml import Document
from zeropark.rules.build import OWN
from zeropark.study.jobs import Job, Quantity
from zeropark.study.spec import RulePrices
from zeropark.study.variants import Derived, Results, Variant, exact, set_of

WITHOUT = "without the rule"


def rule_name(study: RulePrices) -> str:
    """``PACK/RULE`` as results have it; a limit of the park's own stands in the pack ``own``."""
    return study.rule if "/" in study.rule else f"{OWN}/{study.rule}"


def unit_of(study: RulePrices, park: Park) -> str | None:
    """The unit that limits are counted in: the pack rule's, or that of the park's own limit as written."""
    pack, _, rule = rule_name(study).partition("/")
    if pack == OWN:
        own = park.spec.limits.get(rule)
        if own is None:
            return None
        written = [own.limit, *study.limits]
        return next((unit for value in written if (unit := _unit_in(value))), "1")
    found = park.packs[pack].rules.get(rule) if pack in park.packs else None
    return None if found is None else found.unit


def _unit_in(value: str | float) -> str:
    try:
        return units.split(value)[1] if isinstance(value, str) else ""
    except units.UnitError:
        return ""


def limits_in(study: RulePrices, unit: str) -> list[float]:
    """The limits in that unit, in the order of the file. Raises UnitError."""
    return [units.to_unit(limit, unit) for limit in study.limits]


def variants(name: str, study: RulePrices, park: Park) -> list[Variant]:
    """A plan without the rule (measured only), and one for each limit."""
    unit = unit_of(study, park) or "1"
    pack, _, rule = rule_name(study).partition("/")
    own = pack == OWN
    mode = f"limits.{rule}.mode" if own else f"rules.{pack}.rules.{rule}"
    found = [Variant(WITHOUT, Job("plan", {**study.set, mode: "measure"}), {}, set_of(name, study.set))]
    for index, limit in enumerate(limits_in(study, unit)):
        overrides = {**study.set, mode: "enforce"}
        where = set_of(name, study.set)
        details: dict[str, object] = {}
        if own:
            overrides[f"limits.{rule}.limit"] = f"{limit!r} {unit}".removesuffix(" 1")
            where[f"limits.{rule}.limit"] = ("studies", name, "limits", index)
        else:
            details = {"rule": rule_name(study), "limit": limit}
        title = f"limit {exact(limit)} {unit}".removesuffix(" 1")
        found.append(Variant(title, Job("plan", overrides, details), {"limit": limit}, where))
    return found


def derived(study: RulePrices, park: Park, done: Results) -> list[Derived]:
    """What the rule costs at each limit, and the price between neighbours by the difference of their costs."""
    unit = unit_of(study, park) or "1"
    currency, free = park.spec.money.currency, done[WITHOUT].value("cost") if WITHOUT in done else None
    points = []
    for variant in variants("", study, park)[1:]:
        cost = done[variant.name].value("cost") if variant.name in done else None
        if cost is None:
            continue
        points.append((float(variant.fields["limit"]), cost, variant))
    found = [
        Derived(variant.name, variant.fields, Quantity("rule_cost", cost - free, currency))
        for _, cost, variant in points
        if free is not None
    ]
    for (low, low_cost, _), (high, high_cost, _) in pairwise(sorted(points, key=lambda p: p[0])):
        if high > low:
            price = abs(high_cost - low_cost) / (high - low)
            title = f"from {exact(low)} to {exact(high)} {unit}".removesuffix(" 1")
            quantity = Quantity("price_by_difference", price, f"{currency}/({unit})")
            found.append(Derived(title, {"limit": (low + high) / 2, "from": low, "to": high}, quantity))
    return found


def faults(name: str, study: RulePrices, park: Park, document: Document) -> list[Fault]:
    """A rule that the park does not have, limits that are no numbers in its unit, a limit twice."""

    def fault(place: tuple[str | int, ...], found: str, expected: str, hint: str = "") -> Fault:
        path = ("studies", name, *place)
        return Fault(document.file, document.line(path), ".".join(map(str, path)), found, expected, hint)

    unit = unit_of(study, park)
    if unit is None:
        known = [f"{pack}/{rule}" for pack, has in park.packs.items() for rule in has.rules]
        known += list(park.spec.limits)
        expected = "PACK/RULE of a pack that the park uses, or the name of one of its limits"
        return [fault(("rule",), f"'{study.rule}'", expected, nearest(study.rule, known))]
    found = []
    seen: set[float] = set()
    for index, limit in enumerate(study.limits):
        try:
            value = units.to_unit(limit, unit)
        except units.UnitError as error:
            found.append(fault(("limits", index), f"'{limit}'", f"a number in {unit}", str(error)))
            continue
        if value in seen:
            found.append(fault(("limits", index), f"{limit} again", "each limit once"))
        seen.add(value)
    return found
