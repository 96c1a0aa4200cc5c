from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from zeropark.figures.series import flow_lines
from zeropark.outcome import Outcome
from zeropark.report import view
from zeropark.report.compact import GAP, calendar, joined, packed, steps_joined
from zeropark.report.html import linked, report_html

Build = Callable[..., Outcome]


class Page(HTMLParser):
    """Every tag with its attributes, and the text outside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in ("script", "style") else self._inside

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == self._inside else self._inside

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.texts.append(data)

    @property
    def words(self) -> str:
        """All text."""
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def html(outcome: Outcome) -> str:
    return report_html(outcome)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def data_of(html: str) -> dict[str, dict[str, dict[str, object]]]:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert match
    data: dict[str, dict[str, dict[str, object]]] = json.loads(match[1])
    return data


# --- one file --------------------------------------------------------------------------------------


def test_nothing_is_loaded_from_anywhere(page: Page, html: str) -> None:
    loading = {"link", "img", "iframe", "object", "embed", "audio", "video", "source", "base", "form"}
    assert not [tag for tag, _ in page.tags if tag in loading]
    assert not [attrs for _, attrs in page.tags if "src" in attrs or "srcset" in attrs or "action" in attrs]
    assert {tag for tag, attrs in page.tags if "href" in attrs} <= {"a"}
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_the_browser_is_told_to_load_nothing(page: Page) -> None:
    policy = [attrs["content"] or "" for tag, attrs in page.tags if tag == "meta" and "http-equiv" in attrs]
    assert len(policy) == 1
    assert policy[0].startswith("default-src 'none'")
    assert "http" not in policy[0]


def test_size(html: str, build: Build) -> None:
    assert len(html.encode()) < 8e6
    assert len(report_html(build(days=366, start="2024-01-01", step=15)).encode()) < 10e6


def test_plotly_is_there_once(html: str) -> None:
    assert html.count("plotly.js v") == 1


def test_names_and_notes_cannot_break_out(html: str, page: Page) -> None:
    assert "<script>alert(1)" not in html
    assert "<rare-earth>" not in html
    assert "recalled <script>alert(1)</script>" in page.words
    assert len([1 for tag, _ in page.tags if tag == "script"]) == 3


def test_links_are_only_made_of_web_addresses() -> None:
    text = str(linked('see https://example.org/a?b=1&c="x" and javascript:alert(1) <b>'))
    assert 'href="https://example.org/a?b=1&amp;c="' in text
    assert text.count("<a ") == 1
    assert "&lt;b&gt;" in text


# --- what it says ----------------------------------------------------------------------------------


def test_both_languages_say_the_same(page: Page) -> None:
    bodies = [attrs for tag, attrs in page.tags if tag == "div" and "data-language" in attrs]
    assert [attrs["lang"] for attrs in bodies] == ["en", "zh-CN"]
    for words in (
        "Meets 2 of 3 rule packs; keeps the park's own limits; costs 979 million CNY a year.",
        "3 套规则中满足 2 套；满足园区自定限值；年费用 97,905 万元。",
        "No plan can be cheaper than 979.0494 million CNY",
        "任何方案的费用都不会低于 97,904.94 万元",
        "loads and weather are synthetic",
        "负荷与气象均为合成数据",
        "R: recalled"[3:],
        "凭记忆、未核实",
    ):
        assert words in page.words


def test_sections_stand_in_order(html: str) -> None:
    heads = re.findall(r"<h2>(.*?)</h2>", html)
    english = heads[: len(heads) // 2]
    assert english == [
        "Capacities and cost",
        "Hour by hour",
        "Seven days",
        "Where everything goes",
        "What each hour is worth",
        "Rules",
        "Accounts",
        "Assumptions",
        "Certificate",
    ]


def test_figures_are_the_same_in_both_languages(html: str) -> None:
    drawn = data_of(html)["figures"]
    assert {p: list(f) for p, f in drawn["en"].items()} == {p: list(f) for p, f in drawn["zh"].items()}  # type: ignore[call-overload]
    assert drawn["en"] != drawn["zh"]


def test_missing_values_are_dashes(outcome: Outcome) -> None:
    rows = {row.cells[0]: row for _, rows in view.rule_rows(outcome, "en") for row in rows}
    slag = rows["Slag reused"]
    assert (slag.cells[1], slag.cells[4], slag.cells[5]) == ("—", "—", "—")
    assert slag.state == "untold"


def test_readings_have_no_prices_and_say_so(read_outcome: Outcome) -> None:
    html = report_html(read_outcome)
    words = Page(html).words
    assert "nothing was optimised" in words
    assert "未作优化" in words
    assert "What each hour is worth" not in words
    assert data_of(html)["figures"]["en"]["prices"] == {}
    assert "costs 393.3 million CNY over 10 days" in words
    assert "nan" not in words.lower().split()


def test_an_unsound_certificate_is_loud(outcome: Outcome) -> None:
    assert outcome.certificate
    loose = replace(outcome, certificate=replace(outcome.certificate, relative_gap=0.2))
    state, words = view.certificate_words(loose, "en")
    assert state == "bad"
    assert "Do not use" in words


def test_pack_states(outcome: Outcome) -> None:
    states = {name: view.pack_state(verdicts) for name, verdicts in view.packs_of(outcome).items()}
    assert states == {"cn-910": "meets", "cn-650": "meets", "cn-nm": "fails", "limits": "meets"}
    free = [replace(v, met=False) if v.rule.rule == "export" else v for v in view.packs_of(outcome)["cn-650"]]
    assert view.pack_state(free) == "partly"
    assert view.pack_state([replace(v, met=None) for v in free]) == "untold"


def test_electricity_and_hours(outcome: Outcome) -> None:
    used = view.electricity_used_mwh(outcome)
    net = outcome.flows.net
    expected = -sum(net[a, "bus"].sum() for a in ("smelter", "magnets", "electrolyser", "e-boiler"))
    assert used == pytest.approx(expected)
    pv = outcome.capacities[0]
    assert view.full_load_hours(outcome, pv) == pytest.approx(net["pv", "bus"].sum() / 520)
    assert view.unused_share(outcome, pv) == 0.0


# --- packed lines ----------------------------------------------------------------------------------


def test_packing_keeps_zero_gaps_and_four_digits(outcome: Outcome) -> None:
    values = outcome.flows.net["grid", "bus"].copy()
    values[5] = np.nan
    values[6] = 0.0
    back = packed(values)
    assert back.codes[5] == GAP
    assert back.values()[6] == 0.0
    assert np.nanmax(np.abs(back.values() - values)) <= (np.nanmax(values) - np.nanmin(values)) / 65000
    assert packed(np.full(3, np.nan)).values().tolist() != [0.0, 0.0, 0.0]
    assert packed(np.zeros(3)).values().tolist() == [0.0, 0.0, 0.0]


def test_the_page_holds_the_flows(outcome: Outcome, html: str) -> None:
    stored = data_of(html)["lines"]
    for key, line in flow_lines(outcome).items():
        entry = stored[key]
        codes = np.frombuffer(base64.b64decode(str(entry["b"])), dtype="<u2").astype(float)
        back = (codes + float(str(entry["o"]))) * float(str(entry["s"]))
        assert np.allclose(
            back, line.values, atol=np.ptp(line.values) / 60000 + 1e-9 + abs(line.values).max() / 60000
        )


def test_long_periods_are_drawn_as_hours(build: Build) -> None:
    clock = build(days=2, step=15).flows.clock
    assert steps_joined(clock, 40) == 1
    assert steps_joined(replace(clock, steps=4 * 8760 * 2), 40) == 4
    assert joined(np.array([1.0, 3.0, np.nan, 2.0]), 2).tolist()[0] == 2.0


def test_calendar_of_a_zone_with_summer_time(build: Build) -> None:
    days = calendar(build("2025-03-29", 3, 60, "Europe/Berlin").flows.clock)
    assert days["days"] == [0, 24, 47]
    assert days["offset"] == [60, 60, 120]
    assert days["names"] == ["2025-03-29", "2025-03-30", "2025-03-31"]
    assert days["wall"][1] - days["wall"][0] == 86_400_000


def test_noise_is_not_shown_as_room_or_worth(outcome: Outcome) -> None:
    peak = next(v for v in outcome.rules if v.rule.rule == "peak")
    close = replace(peak, margin=3e-6, shadow_price=1e-6)
    assert view.margin_text(close, "en") == "at the limit"
    assert view.shadow_text(close, outcome.bill, "zh") == "≈ 0"
    share = replace(peak, rule=replace(peak.rule, unit="%", limit=20.0), margin=1.25, shadow_price=2.89e6)
    assert view.margin_text(share, "en") == "+1.25 pp"
    assert view.shadow_text(share, outcome.bill, "en") == "2.89 million CNY / pp"
