"""``cbam.html``: what is in a tonne, what it costs and what would make it cheaper; one file in both languages"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from importlib import metadata
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zeropark.cbam.cost import CostOptions
from zeropark.cbam.lever_changes import Lever
from zeropark.cbam.levers import lever_tables, usual_levers
from zeropark.cbam.result import CbamResult
from zeropark.figures.numbers import LANGUAGES, Language
from zeropark.passport.cbam_view import Paper, context_of
from zeropark.passport.cbam_words import t


def page_of(
    result: CbamResult,
    levers: Sequence[Lever] | None = None,
    options: CostOptions | None = None,
    tonnes: float | None = None,
    digest: str = "",
    paid_eur_per_tco2: float = 0.0,
    chinese: Mapping[str, str] | None = None,
) -> str:
    """The whole page.

    levers: of the park (``levers_of``); None: those that can be asked of any installation. options: year, certificate
    price and route of the cost. tonnes: of a consignment. digest: hash of the installation's data, as in ``cbam.json``.
    paid_eur_per_tco2: carbon price paid in the country of origin already, beside what the options say of it for each
    tonne of the good: the higher one counts. chinese: name → 中文.
    """
    chosen = options or CostOptions()
    tables = lever_tables(
        result.source,
        usual_levers() if levers is None else levers,
        chosen.price_eur_per_t,
        paid_eur_per_tco2,
        route=chosen.route,
        paid_eur_per_t=chosen.paid_eur_per_t,
    )
    paper = Paper(result, tables, chosen, tonnes, digest, chinese or {}, paid_eur_per_tco2)
    environment = _environment()
    contexts = {language: context_of(paper, language) for language in LANGUAGES}
    template = environment.get_template("cbam_body.html.j2")

    def body(context: dict[str, Any], language: Language) -> Markup:
        words = partial(t, language=language)
        return Markup(
            template.render(c=context, language=language, t=words, version=metadata.version("zeropark"))
        )

    style = "\n".join(environment.get_template(name).render() for name in ("passport.css", "cbam.css"))
    return environment.get_template("passport.html.j2").render(
        contexts=contexts,
        titles={
            language: f"{contexts[language]['name']} · {contexts[language]['title']}"
            for language in LANGUAGES
        },
        style=Markup(style),
        body=body,
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("zeropark.passport", "templates"),
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
