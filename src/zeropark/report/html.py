"""``report.html``: one file, both languages, figures included, that asks nothing of the network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import metadata
from typing import Any

import plotly.graph_objects as go
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from plotly.offline import get_plotlyjs

from zeropark import figures
from zeropark.clock import Clock
from zeropark.figures.bars import (
    Curve,
    capacity_drawing,
    cost_drawing,
    months_drawing,
    price_curves,
    prices_drawing,
    rules_drawing,
)
from zeropark.figures.base import TEMPLATE, Drawing
from zeropark.figures.dispatch import Layer, Week, layers, week_frame, week_of
from zeropark.figures.heat import heat_frame
from zeropark.figures.numbers import LANGUAGES, Language, money, number
from zeropark.figures.sankey import Link, links_of, sankey_drawing
from zeropark.figures.series import (
    Line,
    all_lines,
    carriers_with_flows,
    flow_lines,
    line_title,
    notable_days,
)
from zeropark.figures.words import carrier_title, say
from zeropark.outcome import Outcome
from zeropark.report import fields, sums, view
from zeropark.report.blocks import Block, written
from zeropark.report.compact import calendar, steps_joined, store
from zeropark.report.words import PAPER
from zeropark.texts import in_language

Choices = list[tuple[str, list[tuple[str, str]]]]
_LINK = re.compile(r"https?://[^\s<>\"'）)，；、]+")
_FIRST_BUILT = 6


@dataclass(frozen=True)
class Drawings:
    """What the page can draw in one language: figures by place and key, and what to choose from."""

    figures: dict[str, dict[str, Any]]
    choices: dict[str, Choices]


def report_html(outcome: Outcome, blocks: Sequence[Block] = ()) -> str:
    """The whole page. Figures over time come as empty shells that the page fills from one store."""
    flowing, shown = flow_lines(outcome), all_lines(outcome)
    lines = {key: line.values for key, line in (shown | flowing).items()}
    clock = outcome.flows.clock
    count = steps_joined(clock, len(lines))
    days = dict(notable_days(outcome))
    drawn = drawings(outcome, flowing, shown)
    data = {
        "calendar": calendar(_joined_clock(clock, count)),
        "lines": store(lines, count),
        "template": TEMPLATE,
        "figures": {language: drawn[language].figures for language in LANGUAGES},
        "days": days,
    }
    environment = _environment()
    bodies = {
        language: Markup(
            environment.get_template("body.html.j2").render(
                _context(outcome, language, drawn[language], list(days), count)
                | {"blocks": [_block(block, language) for block in blocks]}
            )
        )
        for language in LANGUAGES
    }
    return environment.get_template("page.html.j2").render(
        bodies=bodies,
        title=outcome.park.spec.name,
        title_zh=outcome.park.spec.name_zh or outcome.park.spec.name,
        data=Markup(script_json(data)),
        plotly=Markup(get_plotlyjs().replace("</script", "<\\/script")),
        style=Markup(environment.get_template("page.css").render()),
        script=Markup(environment.get_template("page.js").render()),
    )


def drawings(
    outcome: Outcome, flowing: Mapping[str, Line], shown: Mapping[str, Line]
) -> dict[Language, Drawings]:
    """Every figure of the report in each language, by place and key.

    flowing, shown: ``series.flow_lines`` and ``series.all_lines``. What does not depend on the language is
    worked out once.
    """
    park = outcome.park
    places = (line.place for line in shown.values() if line.kind == "price")
    priced = list(dict.fromkeys(park.carrier_at(node) for node in places))
    material = _Material(
        list(shown.values()),
        figures.default_heat_key(outcome, shown),
        {carrier: layers(outcome, carrier, flowing) for carrier in carriers_with_flows(outcome, flowing)},
        week_of(outcome.flows.clock),
        {group: links_of(outcome, group) for group in figures.sankey_groups(outcome)},
        {carrier: price_curves(_prices_of(outcome, shown, carrier)) for carrier in priced},
    )
    return {language: _drawings(outcome, material, language) for language in LANGUAGES}


def _prices_of(outcome: Outcome, shown: Mapping[str, Line], carrier: str) -> list[Line]:
    prices = (line for line in shown.values() if line.kind == "price")
    return [line for line in prices if outcome.park.carrier_at(line.place) == carrier]


@dataclass(frozen=True)
class _Material:
    """What the figures of both languages are drawn from; ``first``: the line that the heat map shows first."""

    lines: list[Line]
    first: str | None
    stacks: dict[str, tuple[Layer, ...]]
    week: Week
    links: dict[str, tuple[Link, ...]]
    curves: dict[str, list[Curve]]


def _drawings(outcome: Outcome, of: _Material, language: Language) -> Drawings:
    park = outcome.park
    heat = sorted(of.lines, key=lambda line: line.key != of.first)

    def name(carrier: str) -> str:
        return say(carrier, language) if carrier == "energy" else carrier_title(park, carrier, language)

    drawn: dict[str, dict[str, Drawing]] = {
        "capacity": {"": capacity_drawing(outcome, language)},
        "cost": {"": cost_drawing(outcome, language)},
        "months": {"": months_drawing(outcome, language)} if _by_month(outcome) else {},
        "heat": {line.key: heat_frame(outcome, line, language) for line in heat},
        "week": {key: week_frame(outcome, key, x, of.week, language) for key, x in of.stacks.items()},
        "sankey": {key: sankey_drawing(outcome, key, x, language) for key, x in of.links.items()},
        "prices": {key: prices_drawing(outcome, key, x, language) for key, x in of.curves.items()},
        "rules": {"": rules_drawing(outcome, language)} if outcome.rules else {},
    }
    return Drawings(
        {place: {key: x.as_json() for key, x in choices.items()} for place, choices in drawn.items()},
        {"heat": _heat_choices(outcome, of.lines, language)}
        | {
            place: [("", [(key, name(key)) for key in drawn[place]])]
            for place in ("week", "sankey", "prices")
        },
    )


def _heat_choices(outcome: Outcome, lines: Iterable[Line], language: Language) -> Choices:
    groups: dict[str, list[tuple[str, str]]] = {}
    for line in lines:
        group = groups.setdefault(say_paper(f"g-{line.kind}", language), [])
        group.append((line.key, line_title(outcome, line, language)))
    return list(groups.items())


def shell(figure: go.Figure) -> dict[str, Any]:
    """A figure as JSON without what the page has already: the template, and values over time."""
    content: dict[str, Any] = figure.to_dict()
    content["layout"].pop("template", None)
    for trace in content["data"]:
        if trace.get("meta"):
            for name in ("x", "y", "z"):
                trace.pop(name, None)
    return content


def say_paper(key: str, language: Language) -> str:
    """A term of the papers."""
    return say(key, language, PAPER)


def linked(text: str) -> Markup:
    """The text with web addresses made links to follow by hand; everything else escaped."""
    parts, at = [], 0
    for match in _LINK.finditer(text):
        address = escape(match[0])
        parts += [escape(text[at : match.start()])]
        parts += [Markup('<a href="{0}" rel="noreferrer noopener">{0}</a>').format(address)]
        at = match.end()
    return Markup("").join([*parts, escape(text[at:])])


def _context(
    outcome: Outcome, language: Language, drawn: Drawings, weeks: list[str], count: int
) -> dict[str, Any]:
    park, certificate, solver = outcome.park, outcome.certificate, outcome.solver
    built = view.building(outcome, language)
    currency = outcome.bill.currency
    return {
        "language": language,
        "t": lambda key, **parts: say(key, language, PAPER, **parts),
        "name": (park.spec.name_zh if language == "zh" else park.spec.name) or park.spec.name,
        "other_name": park.spec.name if language == "zh" else park.spec.name_zh,
        "kind": "report-of-plan" if outcome.status != "read" else "report-of-readings",
        "period": view.period_words(outcome, language),
        "sentence": view.verdict_sentence(outcome, language),
        "cards": view.pack_cards(outcome, language),
        "total": money(outcome.bill.total, currency, language),
        "per_mwh": view.price_per_mwh(outcome, language),
        "investment": money(sums.investment_total(outcome), currency, language),
        "built": built[:_FIRST_BUILT],
        "more_built": max(0, len(built) - _FIRST_BUILT),
        "planned": outcome.status != "read",
        "certificate": view.certificate_words(outcome, language),
        "warnings": view.warnings(outcome, language),
        "capacities": view.capacity_rows(outcome, language),
        "costs": view.cost_rows(outcome, language),
        "bill": view.bill_rows(outcome, language),
        "rules": view.rule_rows(outcome, language),
        "accounts": view.account_rows(outcome, language),
        "assumptions": view.assumption_rows(outcome, language),
        "checks": view.certificate_rows(outcome, language),
        "bound": money(certificate.lower_bound, currency, language, 9) if certificate else "",
        "objective": money(certificate.objective, currency, language, 9) if certificate else "",
        "assumed": fields.assumed_words(outcome, language),
        "solver": solver,
        "number": number,
        "alternatives": [in_language(way, language) for way in outcome.alternatives],
        "figures": drawn.figures,
        "choices": drawn.choices,
        "weeks": weeks,
        "hours_joined": number(outcome.flows.clock.step_hours * count) if count > 1 else "",
        "version": metadata.version("zeropark"),
    }


def _block(block: Block, language: Language) -> dict[str, Any]:
    """A block as texts of one language, each with its column's style."""
    styles = [head.style for head in block.heads]
    return {
        "title": in_language(block.title, language),
        "intro": in_language(block.intro, language),
        "heads": [(in_language(head.title, language), head.style) for head in block.heads],
        "rows": [
            [
                (written(cell, head, language), style)
                for cell, head, style in zip(row, block.heads, styles, strict=True)
            ]
            for row in block.rows
        ],
        "notes": [in_language(note, language) for note in block.notes],
    }


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("zeropark.report", "templates"),
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["linked"] = linked
    return environment


def script_json(data: object) -> str:
    """JSON that may stand inside a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _by_month(outcome: Outcome) -> bool:
    months = set(outcome.flows.clock.months)
    return len(months) > 1 and any(line.period in months for line in outcome.bill.lines)


def _joined_clock(clock: Clock, count: int) -> Clock:
    return replace(clock, step=clock.step * count, steps=clock.steps // count)
