"""Texts of participants: all of them in every language, with the same fields, and nothing that no text needs."""

from __future__ import annotations

import ast
import datetime as dt
import gettext
import re
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.formats import FORMATS, format_of
from mmatch.texts import day_text, languages, translator, translator_for

HOME = Path(mm.__file__).parent
MARKS = {"_", "gettext", "gettext_noop"}
FIELD = re.compile(r"\{[^}]*\}")


def constants(node):
    """The texts in an expression: of a marked tuple, each."""
    return [item.value for item in ast.walk(node) if isinstance(item, ast.Constant) and type(item.value) is str]


def marked():
    """(texts, {singular: plural}) that the code wraps in _(...), gettext(...), gettext_noop(...) or ngettext(...)."""
    texts, plurals = set(), {}
    for path in HOME.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in MARKS and node.args:
                texts.update(constants(node.args[0]))
            elif name == "map" and getattr(node.args[0], "id", "") == "gettext_noop":
                texts.update(constants(node.args[1]))
            elif name == "ngettext" and isinstance(node.args[0], ast.Constant):
                plurals[node.args[0].value] = node.args[1].value
    return texts, plurals


def of_formats():
    """All texts of the formats that ship which participants read."""
    for form in map(format_of, FORMATS):
        yield from (form.title, *form.mentee_notes, *form.mentor_notes)
        for reflection in (form.before, form.after, *(gap.reflection for gap in form.gaps)):
            yield from (*reflection.questions, *reflection.mentor_questions) if reflection else ()
        for contact in (form.follow_up, *(touch for gap in form.gaps for touch in gap.touchpoints)):
            yield from (contact.mentee_sends, contact.mentor_sends) if contact else ()
            yield from filter(None, [getattr(contact, "mentee_then", "")])
        yield from (point for session in form.sessions for point in session.agenda)


def of_templates():
    """The texts that templates wrap in _("...")."""
    for path in (*HOME.rglob("*.html"), *HOME.rglob("templates/**/*.txt")):
        yield from re.findall(r"""\b_\("([^"]+)"\)""", path.read_text(encoding="utf-8"))


TEXTS, PLURALS = marked()
TEXTS |= {*of_formats(), *of_templates()}
OTHERS = languages()[1:]


def test_four_languages_are_shipped():
    assert languages() == ("en", "de", "es", "fr")
    assert len(TEXTS) > 100


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_nothing_else(language):
    table = translator(language)
    assert sorted(TEXTS - table.texts.keys()) == []
    assert sorted(table.texts.keys() - TEXTS) == []
    assert sorted(PLURALS.keys() ^ table.plurals.keys()) == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_fields_of_their_sources(language):
    table = translator(language)
    every = chain(table.texts.items(), ((PLURALS[one], form) for one, forms in table.plurals.items() for form in forms))
    for source, translation in every:
        assert translation.strip() == translation != "", source
        assert sorted(set(FIELD.findall(translation))) == sorted(set(FIELD.findall(source))), source


@pytest.mark.parametrize("language", OTHERS)
def test_every_number_has_a_form(language):
    table = translator(language)
    for one, forms in table.plurals.items():
        for number in (0, 1, 2, 5, 11, 100):
            assert table.ngettext(one, PLURALS[one], number) in forms
    assert table._form(2) == 1
    assert table._form(0) == (language != "fr")


def test_translations_are_those_of_gettext():
    for language in languages():
        assert isinstance(translator(language), gettext.NullTranslations)
    assert translator().gettext("Mon") == "Mon"
    assert translator().ngettext("one", "many", 1) == "one"
    assert translator().ngettext("one", "many", 0) == "many"
    assert translator("de").gettext("what no table knows") == "what no table knows"


@pytest.mark.parametrize("tag", ["de", "de-AT", "de_CH", "DE"])
def test_regions_read_their_language(tag):
    assert translator(tag).language == "de"


@given(
    st.one_of(st.text(max_size=9), st.none(), st.integers()).filter(lambda x: str(x)[:2].casefold() not in languages())
)
def test_a_language_that_nobody_translated_is_one_clear_error(tag):
    with pytest.raises(mm.InputError, match="expected one of en, de, es, fr") as caught:
        translator(tag)
    assert [p.code for p in caught.value.problems] == ["language"]


@pytest.mark.parametrize(
    ("stated", "language", "read"), [("fr-CA", "de", "fr"), ("", "de", "de"), ("pt-BR", "es", "es")]
)
def test_a_person_reads_their_language_where_it_is_translated(stated, language, read):
    assert translator_for(stated, language).language == read
    with pytest.raises(mm.InputError, match='found "pt"'):
        translator_for(stated, "pt")


def test_days_of_the_week_are_translated():
    assert [day_text(dt.datetime(2027, 1, 11, tzinfo=dt.UTC), translator(tag)) for tag in languages()] == [
        "Mon 2027-01-11",
        "Mo 2027-01-11",
        "lun. 2027-01-11",
        "lun. 2027-01-11",
    ]
