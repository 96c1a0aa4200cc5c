"""``electricity.html``: a tenant's electricity by origin, on three bases, in both languages, one file"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import Any

import numpy as np

from zeropark.carbon.attribution import BASES
from zeropark.figures.base import Drawing, drawing
from zeropark.figures.numbers import LANGUAGES, MISSING, Language, amount, number, percent
from zeropark.figures.palette import ORIGINS, SERIES
from zeropark.figures.words import node_title
from zeropark.park.spec import ParkFile
from zeropark.passport.electricity import (
    Electricity,
    hours_of,
    notes_of,
    origin_title,
    tenant_title,
)
from zeropark.passport.electricity_factors import Weight, factor_rows
from zeropark.passport.electricity_papers import certificates_in, contracts_of
from zeropark.passport.electricity_scopes import CELLS, cells_of, heat_cells
from zeropark.passport.electricity_words import t
from zeropark.report.origins import clean_share_words
from zeropark.report.page import figure_page, page_environment
from zeropark.texts import in_language

_CONSERVED = 1e-9
_COLOURS = {
    **ORIGINS,
    "certified": "#7fb79a",
    "sold": "#b9a26a",
    "unclaimed": "#8d99a6",
    "generated": "#7b68b0",
    "opening": "#c9ced2",
    "unmetered": "#a8a8a8",
}


def electricity_html(paper: Electricity) -> str:
    """The whole page."""
    body = page_environment("zeropark.passport").get_template("electricity.html.j2")
    bodies: dict[Language, str] = {language: body.render(_context(paper, language)) for language in LANGUAGES}
    drawn: dict[Language, dict[str, dict[str, Any]]] = {
        language: {
            "share": {"": _shares(paper, language).as_json()},
            "day": {one.tenant: _day(paper, one.tenant, language).as_json() for one in paper.tenants},
        }
        for language in LANGUAGES
    }
    spec = paper.park.spec
    return figure_page(
        f"{spec.name} · {t('title', 'en')}",
        f"{spec.name_zh or spec.name} · {t('title', 'zh')}",
        bodies,
        drawn,
    )


def _name(spec: ParkFile, language: Language) -> str:
    return (spec.name_zh if language == "zh" else spec.name) or spec.name


def _context(paper: Electricity, language: Language) -> dict[str, Any]:
    spec = paper.park.spec
    clock = paper.attribution.clock
    gap = f"{paper.worst:.1e}"
    return {
        "language": language,
        "t": lambda key, **parts: t(key, language, **parts),
        "name": _name(spec, language),
        "other_name": spec.name if language == "zh" else spec.name_zh,
        "period": t("period", language, begin=str(paper.period.begin), end=str(paper.period.end),
                    minutes=number(clock.step_hours * 60)),
        "sentence": _sentence(paper, language),
        "conserved": paper.worst <= _CONSERVED,
        "proof": t("conserved" if paper.worst <= _CONSERVED else "not-conserved", language, gap=gap),
        "origins": [origin_title(paper.park, paper.attribution.origins[k].name, language) for k in paper.used],
        "rows": _rows(paper, language),
        "bases": BASES,
        "by_hour": any(one.location_hourly for one in paper.tenants),
        "split": _split(paper, language),
        "factors": _factors(paper, language),
        "scope_keys": CELLS,
        "inventory": _inventory(paper, language),
        "heat": _heat(paper, language),
        "contracts": _contracts(paper, language),
        "certificates": _certificates(paper, language),
        "balance": _balance(paper, language),
        "tenants": [(one.tenant, tenant_title(paper.park, one.tenant, language)) for one in paper.tenants],
        "notes": [in_language(note, language) for note in (*notes_of(paper), *spec_note(paper))],
        "version": metadata.version("zeropark"),
    }  # fmt: skip


def spec_note(paper: Electricity) -> tuple[str, ...]:
    """What the park file says of itself."""
    spec = paper.park.spec
    return (f"{spec.note} / {spec.note_zh}" if spec.note_zh else spec.note,) if spec.note else ()


def _sentence(paper: Electricity, language: Language) -> str:
    use = sum(one.use_mwh for one in paper.tenants)
    weight = sum(one.supplied_mwh for one in paper.tenants)
    free = sum(one.score * one.supplied_mwh for one in paper.tenants) / weight if weight else 0.0
    parts = {
        "use": amount(use, "MWh", language),
        "supplied": amount(weight, "MWh", language),
        "free": percent(free, 4),
        "assumed": _assumed(paper, weight, language),
    }
    if len(paper.tenants) == 1:
        return t(
            "sentence-one",
            language,
            tenant=tenant_title(paper.park, paper.tenants[0].tenant, language),
            **parts,
        )
    return t("sentence", language, count=str(len(paper.tenants)), **parts)


def _assumed(paper: Electricity, weight: float, language: Language) -> str:
    """What the share counts of the grid's own supply, and what it is without; empty where it counts none."""
    words = in_language(clean_share_words(paper.park), language)
    if not words or not weight:
        return ""
    clean = {origin.name for origin in paper.attribution.origins if origin.clean}
    own = sum(mwh for one in paper.tenants for name, mwh in one.split["hourly"].items() if name in clean)
    return t("sentence-assumed", language, words=words, without=percent(own / weight, 4))


def _rows(paper: Electricity, language: Language) -> list[dict[str, Any]]:
    rows = [
        {
            "tenant": tenant_title(paper.park, one.tenant, language),
            "use": number(one.use_mwh),
            "supplied": number(one.supplied_mwh),
            "contracted": number(one.contracted_mwh),
            "by_origin": [number(one.by_origin[paper.attribution.origins[k].name]) for k in paper.used],
            "operating": {basis: number(value.tonnes) for basis, value in one.operating.items()},
            "by_hour": number(one.location_hourly.tonnes) if one.location_hourly else MISSING,
            "score": percent(one.score, 4),
            "method_910": number(one.method_910.tonnes) if one.method_910 else MISSING,
            "life_cycle": number(one.life_cycle.tonnes) if one.life_cycle else MISSING,
            "total": False,
        }
        for one in paper.tenants
    ]
    return [*rows, _total(paper, language)] if len(rows) > 1 else rows


def _total(paper: Electricity, language: Language) -> dict[str, Any]:
    all_of = paper.tenants
    weight = sum(one.supplied_mwh for one in all_of)
    life = [one.life_cycle.tonnes for one in all_of if one.life_cycle]
    by_910 = [one.method_910.tonnes for one in all_of if one.method_910]
    by_hour = [one.location_hourly.tonnes for one in all_of if one.location_hourly]
    return {
        "tenant": t("all", language),
        "use": number(sum(one.use_mwh for one in all_of)),
        "supplied": number(weight),
        "contracted": number(sum(one.contracted_mwh for one in all_of)),
        "by_origin": [
            number(sum(one.by_origin[paper.attribution.origins[k].name] for one in all_of))
            for k in paper.used
        ],
        "operating": {basis: number(sum(one.operating[basis].tonnes for one in all_of)) for basis in BASES},
        "by_hour": number(sum(by_hour)) if len(by_hour) == len(all_of) else MISSING,
        "score": percent(sum(one.score * one.supplied_mwh for one in all_of) / weight, 4)
        if weight
        else MISSING,
        "method_910": number(sum(by_910)) if len(by_910) == len(all_of) else MISSING,
        "life_cycle": number(sum(life)) if len(life) == len(all_of) else MISSING,
        "total": True,
    }


def _split(paper: Electricity, language: Language) -> list[list[str]]:
    """MWh of every category on every basis, of the tenants shown."""
    found = []
    for k in paper.weighed:
        name = paper.attribution.origins[k].name
        amounts = [sum(one.split[basis][name] for one in paper.tenants) for basis in BASES]
        by_910 = sum(one.split_910[name] for one in paper.tenants)
        found.append([origin_title(paper.park, name, language), *map(number, (*amounts, by_910))])
    return found


def _inventory(paper: Electricity, language: Language) -> list[list[str]] | None:
    """By scope; None where electricity alone was read."""
    if paper.inventory is None:
        return None
    return [
        [tenant_title(paper.park, one.tenant, language), *map(number, cells_of(one))]
        for one in paper.inventory
    ]


def _heat(paper: Electricity, language: Language) -> list[list[str]]:
    return [
        [
            tenant_title(paper.park, one.tenant, language),
            node_title(paper.park, heat.node, language),
            amount(heat.amount, heat.unit, language),
            *map(number, heat_cells(heat)),
        ]
        for one in paper.inventory or ()
        for heat in one.heat
    ]


def _contracts(paper: Electricity, language: Language) -> list[list[str]]:
    return [
        [
            row.name,
            origin_title(paper.park, row.supply, language),
            tenant_title(paper.park, row.tenant, language),
            percent(row.share, 4),
            MISSING if row.max_rate_mw is None else number(row.max_rate_mw),
            str(row.priority),
            row.document or t("no-document", language),
        ]
        for row in contracts_of(paper.park, paper.shown)
    ]


def _certificates(paper: Electricity, language: Language) -> list[list[str]]:
    return [
        [
            row.certificate,
            origin_title(paper.park, row.supply, language),
            f"{row.begin} – {row.end}",
            number(row.mwh),
            number(row.mwh_in_period),
            tenant_title(paper.park, row.cancelled_for, language) if row.cancelled_for else MISSING,
            row.cancelled_on or MISSING,
            row.sold_to or MISSING,
        ]
        for row in certificates_in(paper.attribution, paper.period, paper.shown)
    ]


def _factors(paper: Electricity, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "origin": origin_title(paper.park, row.origin.name, language),
            "kind": t(f"kind-{row.origin.kind}", language),
            "bases": ", ".join(t(column, language) for column in row.columns),
            "operating": _weight(row.operating, language),
            "life_cycle": _weight(row.life_cycle, language),
        }
        for k in paper.weighed
        for row in factor_rows(paper.park, paper.attribution.origins[k])
    ]


def _weight(of: Weight | None, language: Language) -> tuple[str, str, str]:
    """Value, source and mark."""
    if of is None:
        return MISSING, "", ""
    return MISSING if of.value is None else number(of.value), in_language(of.source, language), of.mark


def _balance(paper: Electricity, language: Language) -> list[list[str]]:
    book, steps = paper.attribution.ledger, paper.period.steps
    assert book is not None
    before = book.stock[steps.start - 1] if steps.start else book.opening
    parts = (
        book.generated[steps].sum(axis=0),
        before,
        paper.attribution.split(steps).supplied.sum(axis=0),
        book.exported[steps].sum(axis=0),
        book.lost[steps].sum(axis=0),
        book.stock[steps.stop - 1],
    )
    floor = 1e-9 * float(np.sum(parts[0]))
    return [
        [
            origin_title(paper.park, origin.name, language),
            *(number(float(part[k])) if part[k] > floor else "0" for part in parts),
            f"{paper.residuals[origin.name]:.1e}",
        ]
        for k, origin in enumerate(paper.attribution.origins)
        if max(float(part[k]) for part in parts) > floor
    ]


def _colours(paper: Electricity) -> list[str]:
    """A colour for each origin that is used: its kind's, and others where a kind stands twice."""
    taken: list[str] = []
    spare = iter([*SERIES, *SERIES])
    for k in paper.used:
        colour = _COLOURS.get(paper.attribution.origins[k].kind, ORIGINS["other"])
        while colour in taken and len(taken) < len(SERIES):
            colour = next(spare)
        taken.append(colour)
    return taken


def _titles(paper: Electricity, language: Language) -> list[str]:
    return [origin_title(paper.park, paper.attribution.origins[k].name, language) for k in paper.used]


def _shares(paper: Electricity, language: Language) -> Drawing:
    """Share of each origin, one bar for each tenant."""
    labels = [tenant_title(paper.park, one.tenant, language) for one in paper.tenants]
    figure = drawing(
        t("figure-share", language),
        110 + 26 * len(labels),
        barmode="stack",
        xaxis={"tickformat": ".0%", "range": [0, 1], "side": "top"},
        yaxis={"autorange": "reversed", "ticksuffix": "  "},
        legend={"y": -0.02},
    )
    for k, title, colour in zip(paper.used, _titles(paper, language), _colours(paper), strict=True):
        name = paper.attribution.origins[k].name
        figure.data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": title,
                "y": labels,
                "x": [
                    one.by_origin[name] / one.supplied_mwh if one.supplied_mwh else 0.0
                    for one in paper.tenants
                ],
                "marker": {"color": colour},
                "hovertemplate": "%{y}<br>%{x:.1%}<extra>%{fullData.name}</extra>",
            }
        )
    return figure


def _day(paper: Electricity, tenant: str, language: Language) -> Drawing:
    """Mean rate by origin over the local hours of a day, stacked."""
    clock = paper.attribution.clock
    hours = np.floor(clock.hour_of_day[paper.period.steps]).astype(np.int64)
    counts = np.maximum(np.bincount(hours, minlength=24), 1) * clock.step_hours
    amounts = hours_of(paper, tenant)
    figure = drawing(
        t("figure-day", language, tenant=tenant_title(paper.park, tenant, language)),
        320,
        xaxis={"title": {"text": t("hour", language)}, "dtick": 3, "range": [0, 24]},
        yaxis={"title": {"text": "MW"}, "rangemode": "tozero"},
        legend={"y": -0.24},
    )
    for k, title, colour in zip(paper.used, _titles(paper, language), _colours(paper), strict=True):
        mean = np.bincount(hours, weights=amounts[:, k], minlength=24) / counts
        figure.data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "stackgroup": "one",
                "name": title,
                "x": list(range(25)),
                "y": _rounded([*mean, mean[-1]]),
                "line": {"width": 0.5, "color": colour, "shape": "hv"},
                "fillcolor": colour,
                "hovertemplate": "%{y:.3~f} MW<extra>%{fullData.name}</extra>",
            }
        )
    return figure


def _rounded(values: Sequence[float] | Any) -> list[float]:
    return [float(f"{value:.5g}") for value in values]
