"""The five kinds of study behind one door: what to solve next, what follows from it, what cannot be asked."""

from __future__ import annotations

from collections import Counter

from zeropark.errors import Fault, nearest
from zeropark.park.spec import ParkFile
from zeropark.park.yaml import Document
from zeropark.study import chance, near, prices, sweep, years
from zeropark.study.ground import Ground, blamed_on_study
from zeropark.study.spec import AnyStudy, MonteCarlo, NearOptimal, RulePrices, Sweep, WeatherYears
from zeropark.study.variants import Derived, Results, Variant


def variants_of(name: str, study: AnyStudy, ground: Ground, done: Results) -> list[Variant]:
    """All variants that can be named with what is done so far; more may follow from their results."""
    match study:
        case Sweep():
            return sweep.variants(name, study)
        case WeatherYears():
            return years.variants(name, study, done)
        case NearOptimal():
            spec = ground.spec_with(study.set)[0]
            return near.variants(name, study, spec, done) if spec is not None else []
        case RulePrices():
            return prices.variants(name, study, ground.park)
        case MonteCarlo():
            return chance.variants(name, study, ground)


def derived_of(study: AnyStudy, ground: Ground, done: Results) -> list[Derived]:
    """What several results give together."""
    match study:
        case WeatherYears():
            return years.derived(study, done)
        case RulePrices():
            return prices.derived(study, ground.park, done)
        case _:
            return []


def faults_of_study(name: str, study: AnyStudy, ground: Ground, document: Document) -> list[Fault]:
    """Every fault of a study that can be told before anything is solved, with its line in ``study.yaml``."""
    found = _unknown_accounts(name, study, ground, document)
    whole = ("studies", name)
    spec, faults = ground.spec_with(study.set)
    if spec is None:
        where = {path: (*whole, "set", path) for path in study.set}
        return found + blamed_on_study(faults, where, whole, document)
    found += _faults_of_kind(name, study, ground, spec, document)
    if found:
        return found
    checked = _checked(name, study, ground)
    found += _same_name(name, checked, document)
    for variant in checked:
        _, faults = ground.spec_with(variant.job.overrides)
        found += blamed_on_study(faults, variant.where, whole, document)
    return list(dict.fromkeys(found))


def _faults_of_kind(
    name: str, study: AnyStudy, ground: Ground, spec: ParkFile, document: Document
) -> list[Fault]:
    match study:
        case WeatherYears():
            return years.faults(name, study, document)
        case NearOptimal():
            return near.faults(name, study, spec, document)
        case RulePrices():
            return prices.faults(name, study, ground.park, document)
        case MonteCarlo():
            return chance.faults(name, study, ground, document)
        case _:
            return []


def _same_name(name: str, variants: list[Variant], document: Document) -> list[Fault]:
    """Variants that go by one name, of which only one result could be kept."""
    counts = Counter(variant.name for variant in variants)
    place = ("studies", name)
    expected = "values by which each variant has its own name"
    return [
        Fault(document.file, document.line(place), ".".join(place), f"{count} variants '{title}'", expected)
        for title, count in counts.items()
        if count > 1
    ]


def _checked(name: str, study: AnyStudy, ground: Ground) -> list[Variant]:
    """The variants whose overrides the user wrote. A drawn value that the park refuses is a result."""
    if isinstance(study, MonteCarlo):
        return [chance.middle(name, study, ground)]
    return variants_of(name, study, ground, {})


def _unknown_accounts(name: str, study: AnyStudy, ground: Ground, document: Document) -> list[Fault]:
    known = ground.accounts if study.show else {}
    return [
        Fault(
            document.file,
            document.line(("studies", name, "show", index)),
            f"studies.{name}.show.{index}",
            f"'{account}'",
            "an account of the park",
            nearest(account, known),
        )
        for index, account in enumerate(study.show)
        if account not in known
    ]
