"""Weather years: a plan for each, every plan run in every other year, and one plan for all of them."""

from __future__ import annotations

from zeropark.errors import Fault
from zeropark.park.yaml import Document
from zeropark.study.jobs import Job, Quantity, Result
from zeropark.study.spec import WeatherYears
from zeropark.study.variants import Derived, Results, Variant, plan_in, set_of

ALL = "all years"
_ROUNDING = 1e-6
"""A regret below this share of the cost is the solver's rounding."""


def variants(name: str, study: WeatherYears, done: Results) -> list[Variant]:
    """Plans first; with those done, each plan in every other year."""
    found = []
    for year, own in study.years.items():
        where = set_of(name, study.set) | {path: ("studies", name, "years", year, path) for path in own}
        fields = {"plan": year, "year": year}
        found.append(Variant(year, Job("plan", {**study.set, **own}), fields, where))
    if study.joint:
        details = {"years": {year: dict(own) for year, own in study.years.items()}, "weights": study.weights}
        where = set_of(name, study.set)
        found.append(Variant(ALL, Job("joint", study.set, details), {"plan": ALL}, where))
    for plan in study.years:
        if plan in done and done[plan].status == "optimal":
            found += [_in(name, study, plan, done[plan], year) for year in study.years if year != plan]
    return found


def _in(name: str, study: WeatherYears, plan: str, planned: Result, year: str) -> Variant:
    own = study.years[year]
    job = Job("dispatch", {**study.set, **own}, {"capacities": plan_in(planned)})
    where = {path: ("studies", name, "years", year, path) for path in own}
    return Variant(f"{plan} in {year}", job, {"plan": plan, "year": year}, where)


def faults(name: str, study: WeatherYears, document: Document) -> list[Fault]:
    """Years with the name of the plan for all, and names by which two variants would be the same."""
    found = []
    told: dict[str, str] = {ALL: "the plan for all years"}
    for year in study.years:
        clashes = {variant_of(plan, year) for plan in study.years} & told.keys()
        if clashes:
            place = ("studies", name, "years", year)
            same = sorted(clashes)[0]
            words = f"'{same}' would be {told[same]} too"
            found.append(
                Fault(document.file, document.line(place), ".".join(place), words, "another name of the year")
            )
        told |= {variant_of(plan, year): f"a plan in the year '{year}'" for plan in study.years}
    return found


def derived(study: WeatherYears, done: Results) -> list[Derived]:
    """The regret of each plan in each year: what it costs more there than the plan made for that year.

    None where demand or a rule is missed: such a cost cannot be compared.
    """
    found = []
    for plan in (*study.years, *([ALL] if study.joint else [])):
        for year in study.years:
            cost = cost_in(done, plan, year)
            best = done[year].value("cost") if year in done else None
            if cost is None or best is None:
                continue
            unit = next(q.unit for q in done[year].quantities if q.name == "cost")
            regret = cost - best
            if abs(regret) <= _ROUNDING * max(abs(best), 1.0):
                regret = 0.0
            fields = {"plan": plan, "year": year}
            found.append(Derived(variant_of(plan, year), fields, Quantity("regret", regret, unit)))
    return found


def cost_in(done: Results, plan: str, year: str) -> float | None:
    """What a plan costs in a year with all demand served and all rules kept; None where it cannot."""
    if plan == ALL:
        return done[ALL].value(f"cost_in:{year}") if ALL in done else None
    result = done.get(variant_of(plan, year))
    return result.value("cost") if result is not None and result.status == "optimal" else None


def variant_of(plan: str, year: str) -> str:
    """The name of the variant that runs a plan in a year."""
    return plan if plan == year else f"{plan} in {year}"


def shortfall(done: Results, plan: str, year: str) -> Result | None:
    """The result of a plan in a year where demand or a rule is missed; None where neither is."""
    result = done.get(variant_of(plan, year)) if plan != ALL else done.get(ALL)
    if result is None or result.status == "optimal":
        return None
    return result
