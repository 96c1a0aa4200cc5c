"""A sentence in both languages, carried as one text: ``English / 中文``."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "zh"]
_BETWEEN = " / "


def both(english: str, chinese: str) -> str:
    """One text of both."""
    return f"{english}{_BETWEEN}{chinese}"


def in_language(text: str, language: Language) -> str:
    """The half of ``English / 中文`` that is meant; any other text as it is."""
    english, between, chinese = text.rpartition(_BETWEEN)
    if not between or not has_chinese(chinese) or has_chinese(english):
        return text
    return chinese if language == "zh" else english


def headed(head: str, text: str) -> str:
    """The text with ``head: `` before each of its languages; the head may be in both too."""
    english, chinese = in_language(text, "en"), in_language(text, "zh")
    if english == chinese:
        return f"{in_language(head, 'en')}: {text}"
    return both(f"{in_language(head, 'en')}: {english}", f"{in_language(head, 'zh')}：{chinese}")


def either(english: str, chinese: str, language: Language) -> str:
    """The one that is meant; the other where it is empty."""
    meant = (chinese or english) if language == "zh" else (english or chinese)
    return in_language(meant, language)


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return any("一" <= letter <= "鿿" for letter in text)
