"""The texts that participants read, in their language: English is the source, each other language one TOML file.

A file ``locale/<language>.toml`` has ``plural``, the rule of the language as gettext catalogs have it, ``[texts]`` with
lines ``"source" = "translation"``, and ``[plurals]`` with lists of the forms under the singular source. Whoever writes
a text in code wraps it in ``_(...)``, ``ngettext(...)`` or, where it is translated later, in `gettext_noop`: a test
finds all of them in every language. Values are put in afterwards: ``_("With {people}").format(people=...)``.
"""

from __future__ import annotations

import gettext
import tomllib
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from mmatch.errors import InputError, Problem, excerpt

SOURCE = "en"


class Translations(gettext.NullTranslations):
    """The texts of one language; a text that its table lacks stays as it is."""

    def __init__(self, language: str = SOURCE, table: dict[str, Any] | None = None) -> None:
        super().__init__()
        table = table or {}
        self.language = language
        self.texts: dict[str, str] = table.get("texts", {})
        self.plurals: dict[str, list[str]] = table.get("plurals", {})
        self._form = gettext.c2py(table.get("plural", "n != 1"))

    def gettext(self, message: str) -> str:
        """The translation of a text."""
        return self.texts.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The translation of a text about n things, in the form that its language has for n."""
        return self.plurals.get(msgid1, [msgid1, msgid2])[self._form(n)]


def gettext_noop(message: str) -> str:
    """The text itself: marks a text that is translated where it is used."""
    return message


@cache
def languages() -> tuple[str, ...]:
    """The tags of the languages in which participants can read, English first."""
    files = resources.files(__name__).joinpath("locale").iterdir()
    return (SOURCE, *sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def translator(language: str = SOURCE) -> Translations:
    """The texts in a language, as gettext has them: a tag such as "de", or "de-AT" for what is written in "de".

    Raises:
        InputError: a language into which nobody has translated the texts.
    """
    tag = _known(language)
    if tag is None:
        text = f"found {excerpt(language)}, expected one of {', '.join(languages())}"
        raise InputError(Problem("language", "language", text, "letters and pages are not translated into others"))
    return _translations(tag)


def translator_for(stated: str, language: str = SOURCE) -> Translations:
    """The texts for a person: in the language that they state, where it is translated, else in ``language``.

    Raises:
        InputError: neither can be had: nobody has translated the texts into ``language``.
    """
    usual = translator(language)
    tag = _known(stated)
    return usual if tag is None else _translations(tag)


def _known(language: Any) -> str | None:
    """The tag of a language that is translated, without its region; None where none is."""
    tag = language.replace("_", "-").partition("-")[0].casefold() if type(language) is str else None
    return tag if tag in languages() else None


@cache
def _translations(tag: str) -> Translations:
    if tag == SOURCE:
        return Translations()
    file = resources.files(__name__).joinpath("locale", f"{tag}.toml")
    return Translations(tag, tomllib.loads(file.read_text(encoding="utf-8")))


_DAYS = tuple(map(gettext_noop, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")))


def day_text(when: datetime, texts: gettext.NullTranslations) -> str:
    """The weekday and the date, such as "Mon 2027-01-11"."""
    return f"{texts.gettext(_DAYS[when.weekday()])} {when:%Y-%m-%d}"
