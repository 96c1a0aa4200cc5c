"""Figures of how far results lie apart: regret by year, near-optimal ranges, distributions of draws."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
from scipy import stats

from zeropark.figures.base import figure
from zeropark.figures.numbers import Language, amount, money_scale, number, percent, unit_text
from zeropark.figures.palette import ACCENT, EMPTY, INK, SEQUENTIAL, mixed
from zeropark.figures.words import plain
from zeropark.forms import Array, Key
from zeropark.park.model import Park
from zeropark.report.fields import field_words
from zeropark.study.chance import AS_WRITTEN
from zeropark.study.lines import built_sizes
from zeropark.study.near import LEAST, SENSES
from zeropark.study.run import StudyResult
from zeropark.study.spec import MonteCarlo, NearOptimal, WeatherYears
from zeropark.study.variants import capacities_in
from zeropark.study.words import size_title, t
from zeropark.study.years import ALL, shortfall

_ROW = 34
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


# --- years --------------------------------------------------------------------------------------


def plans_of(study: StudyResult) -> list[str]:
    """The plans of the regret matrix: one for each year, and the one for all."""
    assert isinstance(study.study, WeatherYears)
    return [*study.study.years, *([ALL] if study.study.joint else [])]


def plan_title(plan: str, language: Language) -> str:
    """The year that a plan was made for."""
    return t("all-years", language) if plan == ALL else plan


def regret_map(park: Park, study: StudyResult, _: str, language: Language) -> go.Figure:
    """Regret of each plan (rows) in each year (columns); what cannot be compared says why."""
    assert isinstance(study.study, WeatherYears)
    years, plans = list(study.study.years), plans_of(study)
    regrets = {
        (str(d.fields["plan"]), str(d.fields["year"])): d.quantity.value
        for d in study.derived
        if d.quantity.name == "regret"
    }
    scale = money_scale(max(regrets.values(), default=1.0), park.spec.money.currency, language)
    grid = [
        [regrets[plan, year] / scale.factor if (plan, year) in regrets else None for year in years]
        for plan in plans
    ]
    words = [
        [_cell(park, study, plan, year, regrets, scale.factor, language) for year in years] for plan in plans
    ]
    drawn = figure(t("title-regret", language), 130 + _ROW * len(plans), plot_bgcolor=EMPTY)
    drawn.add_trace(
        go.Heatmap(
            z=grid,
            x=years,
            y=[plain(plan_title(plan, language)) for plan in plans],
            text=words,
            texttemplate="%{text}",
            colorscale=SEQUENTIAL[:4],
            zmin=0,
            xgap=2,
            ygap=2,
            hoverongaps=False,
            hovertemplate="%{y} → %{x}: %{z:,.4~g} " + scale.unit + "<extra></extra>",
            colorbar={
                "title": {"text": scale.unit, "side": "top", "font": {"size": 12}},
                "thickness": 12,
                "outlinewidth": 0,
            },
        )
    )
    drawn.update_xaxes(type="category", side="top", title={"text": t("axis-year", language)}, showgrid=False)
    drawn.update_yaxes(
        type="category", autorange="reversed", title={"text": t("axis-plan", language)}, showgrid=False
    )
    return drawn


def _cell(
    park: Park,
    study: StudyResult,
    plan: str,
    year: str,
    regrets: dict[tuple[str, str], float],
    factor: float,
    language: Language,
) -> str:
    if (plan, year) in regrets:
        return number(regrets[plan, year] / factor, 3)
    result = shortfall(study.results, plan, year)
    if result is None:
        return "—"
    missing = [q for q in result.quantities if q.name.startswith("missing:")]
    if missing:
        worst = max(missing, key=lambda q: q.value)
        return t("cell-missing", language, amount=amount(worst.value, worst.unit, language, 3))
    return t("cell-rules" if result.status == "rules missed" else "cell-unsolved", language)


def year_capacities(park: Park, study: StudyResult, key: str, language: Language) -> go.Figure:
    """Capacities of one unit in each plan."""
    sizes = [size for size, unit in built_sizes(study).items() if unit == key]
    drawn = figure(t("title-capacities", language, unit=unit_text(key, language)), 360, barmode="group")
    plans = plans_of(study)
    for index, plan in enumerate(plans):
        own = {(asset, part): size for asset, part, size in capacities_in(study.results[plan])}
        shade = 0.7 * index / max(1, len(plans) - 1)
        drawn.add_trace(
            go.Bar(
                x=[plain(size_title(park, *size, language)) for size in sizes],
                y=[own.get(size) for size in sizes],
                name=plain(plan_title(plan, language)),
                marker={"color": INK if plan == ALL else mixed(ACCENT, shade)},
                hovertemplate="%{x}: %{y:,.4~g}<extra>" + plain(plan_title(plan, language)) + "</extra>",
            )
        )
    drawn.update_yaxes(title={"text": unit_text(key, language)})
    drawn.update_layout(legend={"y": -0.2})
    return drawn


# --- near-optimal -------------------------------------------------------------------------------


def ends_of(study: StudyResult) -> dict[Key, dict[float, tuple[float | None, float | None]]]:
    """Capacity → extra cost → (smallest, largest); None where an end was not found."""
    found: dict[Key, dict[float, dict[str, float | None]]] = {}
    for name, variant in study.variants.items():
        if name == LEAST:
            continue
        key = (str(variant.fields["asset"]), str(variant.fields["part"]))
        within, sense = float(variant.fields["within"]), str(variant.fields["sense"])
        value = study.results[name].value(f"{key[1]}:{key[0]}")
        found.setdefault(key, {}).setdefault(within, {})[sense] = value
    return {
        key: {within: (ends.get(SENSES[0]), ends.get(SENSES[1])) for within, ends in by.items()}
        for key, by in found.items()
    }


def near_units(park: Park, study: StudyResult) -> list[str]:
    """Units of the capacities whose ends were sought."""
    return list(dict.fromkeys(park.size_unit(key) for key in ends_of(study)))


def ranges(park: Park, study: StudyResult, key: str, language: Language) -> go.Figure:
    """Bars from the smallest to the largest of each capacity, widest extra cost behind; the least-cost plan."""
    assert isinstance(study.study, NearOptimal)
    ends = {size: by for size, by in ends_of(study).items() if park.size_unit(size) == key}
    titles = [plain(size_title(park, *size, language)) for size in ends]
    unit = unit_text(key, language)
    drawn = figure(
        t("title-ranges", language, unit=unit), 120 + 40 * len(ends), barmode="overlay", bargap=0.45
    )
    widths = sorted(study.study.within, reverse=True)
    for index, within in enumerate(widths):
        spans = [by.get(within, (None, None)) for by in ends.values()]
        label = t("within", language, share=percent(within))
        told = [low is not None and high is not None for low, high in spans]
        drawn.add_trace(
            go.Bar(
                orientation="h",
                y=titles,
                base=[low if ok else None for (low, _), ok in zip(spans, told, strict=True)],
                x=[
                    (high or 0.0) - (low or 0.0) if ok else None
                    for (low, high), ok in zip(spans, told, strict=True)
                ],
                marker={
                    "color": mixed(
                        ACCENT, 0.75 * (1 - index / max(1, len(widths) - 1)) if len(widths) > 1 else 0.3
                    )
                },
                name=label,
                customdata=[[number(low), number(high)] for low, high in spans],
                hovertemplate="%{y}: %{customdata[0]} – %{customdata[1]} " + unit + f"<extra>{label}</extra>",
            )
        )
    least = {(asset, part): size for asset, part, size in capacities_in(study.results[LEAST])}
    drawn.add_trace(
        go.Scatter(
            x=[least.get(size) for size in ends],
            y=titles,
            mode="markers",
            marker={"symbol": "diamond", "size": 10, "color": "#ffffff", "line": {"color": INK, "width": 2}},
            name=t("least-cost", language),
            hovertemplate="%{y}: %{x:,.4~g} " + unit + f"<extra>{t('least-cost', language)}</extra>",
        )
    )
    drawn.update_xaxes(title={"text": unit}, rangemode="tozero")
    drawn.update_yaxes(autorange="reversed")
    drawn.update_layout(legend={"y": -0.35 if len(ends) < 3 else -0.2})
    return drawn


# --- Monte Carlo --------------------------------------------------------------------------------


def drawn_values(study: StudyResult, quantity: str) -> Array:
    """A quantity in every draw that has it, shape (draws with it,)."""
    values = (result.value(quantity) for name, result in study.results.items() if name != AS_WRITTEN)
    return np.array([value for value in values if value is not None], dtype=np.float64)


def draws_of(study: StudyResult) -> tuple[int, int]:
    """How many draws there were, and how many of them had no plan."""
    drawn = [result for name, result in study.results.items() if name != AS_WRITTEN]
    return len(drawn), sum(result.value("cost") is None for result in drawn)


def _of_draws(title: str, study: StudyResult, language: Language) -> str:
    """The title with the draws that are not in the figure."""
    draws, without = draws_of(study)
    if not without:
        return title
    return title + t("draws-without", language, count=str(draws), without=str(without))


def spread_units(study: StudyResult) -> list[str]:
    """Units of the capacities that some draw has."""
    drawn = (unit for (asset, part), unit in built_sizes(study).items() if _drawn(study, (asset, part)))
    return list(dict.fromkeys(drawn))


def _drawn(study: StudyResult, size: Key) -> bool:
    return drawn_values(study, f"{size[1]}:{size[0]}").size > 0


def cost_spread(park: Park, study: StudyResult, _: str, language: Language) -> go.Figure:
    """Histogram of the cost with its quantiles, and the cost of the park as it is written."""
    costs = drawn_values(study, "cost")
    largest = float(np.max(np.abs(costs), initial=1.0))
    scale = money_scale(largest, park.spec.money.currency, language)
    title = _of_draws(t("title-spread", language), study, language)
    drawn = figure(title, 380, bargap=0.04, showlegend=False)
    drawn.add_trace(
        go.Histogram(
            x=costs / scale.factor,
            nbinsx=_bins(costs.size),
            marker={"color": mixed(ACCENT, 0.35)},
            hovertemplate="%{x} " + scale.unit + ": %{y}<extra></extra>",
        )
    )
    marks = [(f"P{share * 100:g}", float(np.quantile(costs, share))) for share in (0.05, 0.5, 0.95)]
    for label, value in marks:
        text = f"{label} {number(value / scale.factor)}"
        drawn.add_vline(x=value / scale.factor, line={"color": INK, "width": 1.5, "dash": "dot"})
        drawn.add_annotation(
            x=value / scale.factor,
            y=1,
            yref="paper",
            yanchor="top",
            xanchor="left",
            text=f" {text}",
            bgcolor="rgba(255,255,255,0.8)",
            showarrow=False,
        )
    written = study.results[AS_WRITTEN].value("cost")
    if written is not None:
        drawn.add_vline(x=written / scale.factor, line={"color": "#d55e00", "width": 2})
        drawn.add_annotation(
            x=written / scale.factor,
            y=0.9,
            yref="paper",
            yanchor="top",
            xanchor="left",
            text=f" {t('as-written', language)}",
            font={"color": "#d55e00"},
            bgcolor="rgba(255,255,255,0.8)",
            showarrow=False,
        )
    drawn.update_xaxes(title={"text": scale.unit})
    drawn.update_yaxes(title={"text": t("axis-draws", language)})
    return drawn


def _bins(count: int) -> int:
    return max(5, min(40, 2 * round(2 * math.cbrt(count))))


def capacity_spread(park: Park, study: StudyResult, key: str, language: Language) -> go.Figure:
    """Boxes of the capacities of one unit: quartiles, 5 % and 95 % as whiskers, the median."""
    sizes = [size for size, unit in built_sizes(study).items() if unit == key and _drawn(study, size)]
    unit = unit_text(key, language)
    heading = _of_draws(t("title-spread-capacities", language, unit=unit), study, language)
    drawn = figure(heading, 110 + 42 * len(sizes), showlegend=False)
    for asset, part in sizes:
        values = drawn_values(study, f"{part}:{asset}")
        low, first, middle, third, high = (float(np.quantile(values, share)) for share in QUANTILES)
        title = plain(size_title(park, asset, part, language))
        drawn.add_trace(
            go.Box(
                orientation="h",
                y=[title],
                lowerfence=[low],
                q1=[first],
                median=[middle],
                q3=[third],
                upperfence=[high],
                line={"color": ACCENT},
                fillcolor=mixed(ACCENT, 0.75),
                name=title,
            )
        )
    drawn.update_xaxes(title={"text": unit}, rangemode="tozero")
    drawn.update_yaxes(autorange="reversed")
    return drawn


def drivers(park: Park, study: StudyResult, _: str, language: Language) -> go.Figure:
    """Spearman's rank correlation of the cost with each drawn field, strongest first."""
    assert isinstance(study.study, MonteCarlo)
    told = [n for n, r in study.results.items() if n != AS_WRITTEN and r.value("cost") is not None]
    costs = [study.results[name].value("cost") for name in told]
    ranks = {
        path: float(stats.spearmanr([study.variants[n].fields[path] for n in told], costs).statistic)
        for path in study.study.fields
    }
    shown = sorted((p for p in ranks if math.isfinite(ranks[p])), key=lambda p: abs(ranks[p]))
    title = _of_draws(t("title-drivers", language), study, language)
    drawn = figure(title, 110 + _ROW * len(shown), showlegend=False, bargap=0.4)
    drawn.add_trace(
        go.Bar(
            orientation="h",
            y=[plain(field_words(park, path, language)) for path in shown],
            x=[ranks[path] for path in shown],
            text=[number(ranks[path], 2) for path in shown],
            textposition="outside",
            cliponaxis=False,
            marker={"color": ACCENT},
            hovertemplate="%{y}: %{x:.2f}<extra></extra>",
        )
    )
    drawn.update_xaxes(title={"text": t("axis-rank", language)}, range=[-1.15, 1.15])
    return drawn
