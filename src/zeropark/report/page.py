"""A page of figures and words in both languages, for the reports of other services: one file, no network."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from zeropark.figures.base import TEMPLATE
from zeropark.figures.numbers import Language
from zeropark.report.html import linked, script_json

Drawn = Mapping[Language, Mapping[str, Mapping[str, dict[str, Any]]]]
"""Language → place on the page → what can be chosen there → figure, as ``html.shell`` makes it."""


def figure_page(title: str, title_zh: str, bodies: Mapping[Language, str], figures: Drawn) -> str:
    """The whole page. bodies: HTML in each language, with an empty figure for every place."""
    environment = page_environment("zeropark.report")
    return environment.get_template("page.html.j2").render(
        bodies={language: Markup(body) for language, body in bodies.items()},
        title=title,
        title_zh=title_zh or title,
        data=Markup(script_json({"figures": figures, "template": TEMPLATE})),
        plotly=Markup(get_plotlyjs().replace("</script", "<\\/script")),
        style=Markup(environment.get_template("page.css").render()),
        script=Markup(environment.get_template("figures.js").render()),
    )


@lru_cache(maxsize=4)
def page_environment(package: str) -> Environment:
    """Templates of a package, and those of the report behind them."""
    packages = dict.fromkeys((package, "zeropark.report"))
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(name, "templates") for name in packages]),
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["linked"] = linked
    return environment
