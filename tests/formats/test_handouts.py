"""Hand-outs of formats: each role reads what it does, in its language, and no text is markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.formats import FORMATS, Format, SessionSpec, format_of, handout
from mmatch.formats.handouts import plain
from mmatch.texts import languages
from strategies import examples


def test_hand_outs_say_what_each_side_does():
    mentee, mentor = (handout(format_of("two_session_plan"), who) for who in ("mentee", "mentor"))
    assert "- Half-way between the sessions: Send your mentor a plan: what to do, with whom, and by when" in mentee
    assert "- Within 3 working days: You get from your mentor: feedback on the plan" in mentee
    assert "- Until the next session: Carry out the plan" in mentee
    assert "- Half-way between the sessions: You get from your mentee: a plan: what to do" in mentor
    assert "- Within 3 working days: Answer your mentee with feedback on the plan" in mentor
    assert "Carry out the plan" not in mentor
    assert "- 2 days before: Think about: What do I want to be able to do?" in mentee
    assert "- 2 days before: Think about: What helped me most when I began?" in mentor
    for text in (mentee, mentor):
        assert re.findall("^## (.*)", text, re.MULTILINE) == [
            "Keep in mind",
            "Before the first session",
            "Session 1 of 2: 60 minutes, virtual or in person",
            "Between sessions 1 and 2",
            "Session 2 of 2: 60 minutes, virtual or in person",
            "After the last session",
        ]
    single = handout(format_of("single"), "mentee")
    assert "- 30 days after the session: Send your mentor a short note: what came of the next steps" in single
    assert "## The session: 60 minutes" in single
    with pytest.raises(mm.InputError, match="mentor, mentee"):
        handout(format_of("single"), "boss")


def test_a_blend_says_which_session_is_which():
    text = handout(format_of("two_session_product_in_person_virtual"), "mentee")
    assert "## Session 1 of 2: 60 minutes, in person" in text
    assert "## Session 2 of 2: 60 minutes, virtual" in text


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("who", ["mentor", "mentee"])
def test_hand_outs_are_translated_line_by_line(name, who):
    """As many lines in every language, and each of them another one than in English."""
    english, *others = (handout(format_of(name), who, language).splitlines() for language in languages())
    for other in others:
        assert len(other) == len(english)
        same = [line for line, source in zip(other, english, strict=True) if line == source and line]
        assert same == []
    with pytest.raises(mm.InputError, match='found "xx"'):
        handout(format_of(name), who, "xx")


HOSTILE = [
    "# head",
    "- item",
    "*a* _b_ `c`",
    "<script>alert(1)</script>",
    "[x](javascript:y)",
    "a\n\n## b",
    "\\",
    "&lt;",
]


@given(st.sampled_from(HOSTILE) | st.text(max_size=40))
@examples(100)
def test_no_text_of_a_format_is_markup(text):
    form = Format("own", (SessionSpec(30, agenda=(text,)),), title=text, mentee_notes=(text,))
    found = handout(form, "mentee")
    assert [line[:2] for line in found.splitlines() if line] == ["# ", "##", "- ", "##", "- "][
        : 5 if text else 3
    ] or text == ""
    assert not re.search(r"<|(?<!\\)[>*_`\[\]]", found.replace("\\\\", ""))


def test_a_link_alone_stays_a_link():
    assert plain("https://example.org/a_b?c=d") == "<https://example.org/a_b?c=d>"
    assert plain("https://example.org/ <b>") == "https://example.org/ &lt;b\\>"
    assert plain("javascript:alert(1)") == "javascript:alert(1)"
    assert plain("R&D &lt; &#60;") == "R&D &amp;lt; &amp;#60;"
