"""``passport.html``: the passport on paper, one file in both languages that asks nothing of the network"""

from __future__ import annotations

from functools import lru_cache
from importlib import metadata
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zeropark.figures.numbers import LANGUAGES, Language
from zeropark.park.model import Park
from zeropark.passport.code import payload_of, svg_of
from zeropark.passport.view import context_of
from zeropark.statement.model import Statement


def passport_page(statement: Statement, park: Park, signed: bool = False) -> str:
    """The whole page."""
    environment = _environment()
    code = Markup(svg_of(payload_of(statement)))
    contexts = {
        language: context_of(statement, park, language) | {"code": code, "signed": signed}
        for language in LANGUAGES
    }
    template = environment.get_template("passport_body.html.j2")

    def body(context: dict[str, Any], language: Language) -> Markup:
        def told(english: str, chinese: str) -> str:
            return english if language == "en" else chinese

        return Markup(
            template.render(c=context, language=language, t=told, version=metadata.version("zeropark"))
        )

    return environment.get_template("passport.html.j2").render(
        contexts=contexts,
        titles={language: contexts[language]["title"] for language in LANGUAGES},
        style=Markup(environment.get_template("passport.css").render()),
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
