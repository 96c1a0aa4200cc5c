"""``abate.html``: both curves, what they do not agree on, and every figure; one file in both languages."""

from __future__ import annotations

from importlib import metadata
from typing import Any

from zeropark.abatement.figures import curve, difference, measure_title, twice
from zeropark.abatement.result import LEAST_SHARE, Abatement, Step
from zeropark.abatement.words import t
from zeropark.figures.base import Drawing
from zeropark.figures.numbers import LANGUAGES, MISSING, Language, money, number, percent, signed, unit_text
from zeropark.figures.words import named, say
from zeropark.report.page import figure_page, page_environment
from zeropark.report.words import PAPER
from zeropark.texts import in_language

_WHOLE_YEAR = 1e-6


def abatement_html(found: Abatement) -> str:
    """The whole page."""
    drawn: dict[Language, dict[str, dict[str, dict[str, Any]]]] = {}
    bodies: dict[Language, str] = {}
    template = page_environment("zeropark.abatement").get_template("abate.html.j2")
    for language in LANGUAGES:
        figures: dict[str, Drawing] = {
            "alone": curve(found, found.in_order_of_cost(), language),
            "order": curve(found, found.ordered, language),
            "twice": twice(found, language),
            "cost": difference(found, language),
        }
        drawn[language] = {place: {"": each.as_json()} for place, each in figures.items()}
        bodies[language] = template.render(_context(found, language))
    return figure_page(found.park, found.park_zh, bodies, drawn)


def _context(found: Abatement, language: Language) -> dict[str, Any]:
    unit = unit_text(found.units[found.account], language)
    return {
        "language": language,
        "t": lambda key, **parts: t(key, language, **parts),
        "p": lambda key, **parts: say(key, language, PAPER, **parts),
        "name": named(found.park, found.park, found.park_zh, language),
        "other_name": found.park if language == "zh" else found.park_zh,
        "sentence": _sentence(found, language),
        "unit": unit,
        "per_tonne": unit_text(f"{found.currency}/{found.units[found.account]}", language),
        "twice": _twice_words(found, language),
        "bounds": _bound_words(found, language),
        "part_year": t("part-year", language, share=percent(found.years))
        if abs(found.years - 1) > _WHOLE_YEAR
        else "",
        "rows": [_row(found, step, language) for step in found.ordered],
        "left": [
            (measure_title(found, name, language), in_language(reason, language))
            for name, reason in found.left.items()
        ],
        "accounts": _accounts(found, language),
        "version": metadata.version("zeropark"),
    }


def _sentence(found: Abatement, language: Language) -> str:
    if not found.ordered:
        return t("none", language)
    before = found.baseline.accounts[found.account]
    dearer = found.together.cost - found.baseline.cost
    return t(
        "sentence",
        language,
        count=str(len(found.ordered)),
        together=number(found.saved_together),
        unit=unit_text(found.units[found.account], language),
        share=percent(found.saved_together / before) if before > 0 else MISSING,
        account=account_title(found, language),
        cost=money(abs(dearer), found.currency, language),
        more=t("more" if dearer > 0 else "less", language),
    )


def _bound_words(found: Abatement, language: Language) -> str:
    """That the plans stand at a bound on emissions, and how to plan without it; nothing where they do not."""
    if not found.bounds:
        return ""
    names = ("、" if language == "zh" else "; ").join(
        bound.title[LANGUAGES.index(language)] for bound in found.bounds
    )
    return t("bounds", language, bounds=names, how=" ".join(f"--set {b.field}=measure" for b in found.bounds))


def account_title(found: Abatement, language: Language) -> str:
    """Name of the account that is to fall."""
    title = found.account_titles[found.account][LANGUAGES.index(language)]
    return title[0].lower() + title[1:] if language == "en" and not title[:2].isupper() else title


def _twice_words(found: Abatement, language: Language) -> str:
    key = "intro-twice" if found.counted_twice >= 0 else "intro-more"
    return t(
        key,
        language,
        alone=number(found.saved_alone),
        together=number(found.saved_together),
        twice=number(abs(found.counted_twice)),
        unit=unit_text(found.units[found.account], language),
    )


def _row(found: Abatement, step: Step, language: Language) -> dict[str, str]:
    alone = next(each for each in found.alone if each.measure == step.measure)
    measure = found.measures[step.measure]
    built = {
        key: added - _before(found, step).get(key, 0.0)
        for key, added in step.planned.built.items()
        if abs(added - _before(found, step).get(key, 0.0)) > 1e-3 * max(1.0, added)
    }
    return {
        "title": measure_title(found, step.measure, language),
        "owner": found.tenants[measure.tenant][LANGUAGES.index(language)] if measure.tenant else "",
        "due": measure.due or "",
        "saved_alone": number(alone.saved.get(found.account)),
        "cost_alone": number(alone.per_tonne(found.account)),
        "saved": number(step.saved[found.account]),
        "cost": number(step.per_tonne(found.account)),
        "money": f"{'−' if step.cost < 0 else ''}{money(abs(step.cost), found.currency, language)}",
        "tce": signed(step.saved.get("energy_use_tce")),
        "invest": money(step.planned.investment - found.baseline.investment, found.currency, language),
        "built": ("；" if language == "zh" else "; ").join(
            f"{step.planned.titles[asset][LANGUAGES.index(language)]} {signed(more, 3)} {unit_text(unit, language)}"
            for (asset, _, unit), more in built.items()
        ),
    }


def _before(found: Abatement, step: Step) -> dict[tuple[str, str, str], float]:
    """What the plan before this step builds."""
    index = found.ordered.index(step)
    return dict(found.ordered[index - 1].planned.built if index else found.baseline.built)


def _accounts(found: Abatement, language: Language) -> list[tuple[str, str, str, str, str]]:
    rows = []
    for name, unit in found.units.items():
        before, after = found.baseline.accounts[name], found.together.accounts[name]
        if before or after:
            saved = before - after if abs(before - after) > LEAST_SHARE * abs(before) else 0.0
            title = found.account_titles[name][LANGUAGES.index(language)]
            rows.append((title, number(before), number(after), signed(saved), unit_text(unit, language)))
    return rows
