"""The grammars of single cells and heads, in six languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmatch.signup import lists, values
from mmatch.signup.sheets import attribute_name
from mmatch.signup.values import Fault
from mmatch.signup.vocabulary import words_of

WORDS = words_of()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("0", 0), ("3", 3), ("3.0", 3), ("zero", 0), ("Just One", 1), ("Up to Two", 2), ("a couple", 2)),
        *(("One mentee only, please!", 1), ("I can handle this! Give me three mentees.", 3), ("no more than two", 2)),
        *(("4 people", 4), ("two, yes two", 2), ("TWENTY", 20), ("max. 2", 2), ("two, max", 2)),
        *(("bis zu 3", 3), ("eine", 1), ("Jusqu'à trois", 3), ("2 mentorés maximum", 2), ("1 seul", 1), ("Une", 1)),
        *(("Dos", 2), ("hasta tres", 3), ("até duas", 2), ("fino a quattro", 4), ("höchstens fünf", 5)),
        ("no limit", values.UNLIMITED),
    ],
)
def test_counts(text, expected):
    assert values.count(text, WORDS) == values.CountRead(expected)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        *(("one or two", 1), ("1-2", 1), ("1\u20133", 1), ("2 (max 3)", 2), ("5 or more", 5), ("at least two", 2)),
        *(("2+", 2), ("two, maybe three", 2), ("none", 0), ("zwei oder drei", 2), ("mindestens 2", 2)),
    ],
)
def test_counts_in_doubt_take_the_safe_end_and_say_so(text, safe):
    found = values.count(text, WORDS)
    assert found.value == safe
    assert found.doubt


@pytest.mark.parametrize(
    "text",
    [
        *("lots", "1.5", "1,5", "-1", "1 000", "1_000", "1'000", "99999999999", "half a dozen", "\u0663", "\u2155"),
        *("0x10", "1e3", "2026-03-02 00:00:00", "2-Mar", "not 2", ""),
    ],
)
def test_texts_that_are_no_count(text):
    with pytest.raises(Fault, match="count"):
        values.count(text, WORDS)


def test_a_range_that_a_spreadsheet_made_a_date_says_so():
    with pytest.raises(Fault) as caught:
        values.count("2026-03-02", WORDS)
    assert "spreadsheets make dates of texts such as 2-3" in caught.value.hint


@pytest.mark.parametrize(
    ("texts", "delimiter", "expected"),
    [
        ({"0,25", "0,5"}, ",", True),
        ({"8,5", "7", ""}, ";", True),
        ({"1,234", "2"}, ";", True),
        ({"1,234", "2"}, ",", False),  # a thousand, or one and a bit?
        ({"1.234,5"}, ",", True),
        ({"1.5", "2,5"}, ";", False),
        ({"3", "4"}, ";", False),
    ],
)
def test_decimal_commas_are_told_by_the_whole_column(texts, delimiter, expected):
    assert values.has_decimal_commas(texts, delimiter) is expected


@pytest.mark.parametrize(
    ("text", "expected"), [("0,25", 0.25), ("1.234,5", 1234.5), ("7", 7), ("25%", 0.25), ("12,5 %", 0.125)]
)
def test_numbers_with_decimal_commas_and_percent(text, expected):
    assert values.number(text, comma=True) == expected


@given(st.text(max_size=20))
def test_every_cell_is_a_value_or_a_fault(text):
    for read in (values.count, values.answer, values.roles, values.modes, values.priority):
        try:
            read(text, WORDS)
        except Fault as fault:
            assert fault.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("Definitely Yes", "yes"), ("Yes, but not my first choice", "maybe"), ("No", "no"), ("Definitely not", "no")),
        *(("y", "yes"), ("0", "no"), ("maybe!", "maybe"), ("If needed", "maybe"), ("是", "yes"), ("TRUE", "yes")),
        *(("No preference", "maybe"), ("Not sure", "maybe"), ("No problem", "yes"), ("don't mind", "maybe")),
        *(("No, I would rather not", "no"), ("Nein", "no"), ("tal vez", "maybe"), ("vrai", "yes"), ("egal", "maybe")),
    ],
)
def test_answers(text, expected):
    assert values.answer(text, WORDS) == expected


@pytest.mark.parametrize("text", ["", "perchance", "the answer is yes", "2", "Not on Mondays", "no idea at all"])
def test_answers_are_a_fixed_list(text):
    with pytest.raises(Fault):
        values.answer(text, WORDS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("online", {"virtual"}),
        ("In person", {"in_person"}),
        ("Face to face or remote", {"virtual", "in_person"}),
        ("both", {"virtual", "in_person"}),
    ],
)
def test_modes(text, expected):
    assert values.modes(text, WORDS) == expected


@pytest.mark.parametrize(("text", "expected"), [("3", 3), ("-0.5", -0.5), ("yes", 2), ("no", 1)])
def test_priorities(text, expected):
    assert values.priority(text, WORDS) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("Mentor", {"mentor"}), ("Mentoré(e)", {"mentee"}), ("Les deux", {"mentor", "mentee"})),
        *(("Mentor(a), Mentorado(a)", {"mentor", "mentee"}), ("Give help", {"mentor"}), ("Get help", {"mentee"})),
        *(("I would like to be mentored", {"mentee"}), ("I am looking for a mentor", {"mentee"})),
        *(("Both a mentor and a mentee", {"mentor", "mentee"}), ("Ich möchte Mentorin sein", {"mentor"})),
        *(("Both, depending on the topic", {"mentor", "mentee"}), ("mentorés", {"mentee"}), ("mentores", {"mentor"})),
    ],
)
def test_roles(text, expected):
    assert values.roles(text, WORDS) == expected


@pytest.mark.parametrize("text", ["not a mentor", "neither", "guest", ""])
def test_roles_that_are_none(text):
    with pytest.raises(Fault, match="role"):
        values.roles(text, WORDS)


def test_commas_in_brackets_separate_nothing():
    assert lists.split("a (b, c), d [e, f],, a (b, c)", "list ,") == ("a (b, c)", "d [e, f]")


@pytest.mark.parametrize(
    ("alone", "joined", "cell", "expected"),
    [
        # a comma inside an option: it stands alone elsewhere
        (
            ["Career, job search"],
            ["Career, job search, Law", "Law"],
            "Career, job search, Law",
            ("Career, job search", "Law"),
        ),
        # what follows the comma begins small where all options begin with a capital
        ([], ["Plans, budgets", "Law", "Plans, budgets, Law"], "Plans, budgets, Law", ("Plans, budgets", "Law")),
        # two pieces that never part are one option
        ([], ["Digital, Data", "Law, Digital, Data", "Law"], "Law, Digital, Data", ("Law", "Digital, Data")),
        # two options that also stand alone
        ([], ["Python, SQL", "SQL", "Python"], "Python, SQL", ("Python", "SQL")),
        # however long
        (
            ["How to write a letter of motivation for school"],
            [],
            "How to write a letter of motivation for school, Law",
            ("How to write a letter of motivation for school", "Law"),
        ),
    ],
)
def test_options_are_told_by_what_recurs(alone, joined, cell, expected):
    assert lists.Options(alone, joined).split(cell) == expected


@pytest.mark.parametrize(
    ("head", "least"),
    [
        ("How many mentees can you take?", 3),
        ("Tutees (max)", 3),
        ("Students they will take", 2),
        ("How many people could you look after?", 2),
        ("¿A cuántas personas quieres acompañar?", 2),
        ("Combien de mentorés pouvez-vous suivre ?", 3),
        ("So viele Neue kann ich begleiten", 2),
        ("Persone che puoi affiancare", 2),
        ("How many years have you worked here?", 0),
        ("How many hours a month can you give?", 0),
        ("Number of employees", 0),
        ("How many children do you have?", 0),
        ("Department", 0),
    ],
)
def test_heads_that_may_ask_how_many_people_somebody_takes(head, least):
    assert (WORDS.limit(head) >= least) if least else (WORDS.limit(head) == 0)


@pytest.mark.parametrize(
    ("head", "meaning"),
    [
        ("Do you want to sign up as a mentor?", "is_mentor"),
        ("Would you like to become a mentee?", "is_mentee"),
        ("Are you signing up as a mentor or mentee?", ""),
        ("Your first name", "first_name"),
        ("E-mail Address", "email"),
        ("howManyAreYouWillingToMentor", "capacity"),
        ("max_mentee_count", "capacity"),
        ("Which topics do you want to learn about?", "topic"),
        ("What topics can you teach?", "topic"),
        ("2nd choice", "choice"),
        ("Mentee choice 3", "choice"),
        ("Prénom", "first_name"),
        ("genders_pref_yes", None),
        ("profession", None),
        ("x" * 10_000, None),
    ],
)
def test_heads(head, meaning):
    assert WORDS.claim(head).meaning == (meaning or "")


@pytest.mark.parametrize(
    ("head", "name"),
    [("Your profession", "profession"), ("Job  Title", "job title"), ("jobTitle", "jobTitle"), ("Goals?", "goals")],
)
def test_attribute_names(head, name):
    assert attribute_name(head) == name


@pytest.mark.parametrize(
    ("head", "meaning", "side"),
    [
        ("Mentors: which topics are you happy to talk about?", "topic", "mentor"),
        ("Which topics would you like to be mentored on?", "topic", "mentee"),
        ("Which areas would you like to mentor in?", "topic", "mentor"),
        ("Sur quels sujets pouvez-vous accompagner ?", "topic", "mentor"),
        ("Sur quels sujets souhaitez-vous être accompagné(e) ?", "topic", "mentee"),
        ("¿En qué temas quieres que te orienten?", "topic", "mentee"),
        ("Wunschthemen", "requests", "mentee"),
        ("Thématique souhaitée (2e choix)", "requests", "mentee"),
        ("How many mentors would you like? [Postdocs]", "mentors", ""),
        ("How many years have you been a mentor?", "", "mentor"),
        ("Are there topics you prefer not to be matched on?", "", ""),
        ("Current role", "", ""),
        ("Manager email", "", ""),
    ],
)
def test_heads_in_six_languages(head, meaning, side):
    claim = WORDS.claim(head)
    assert (claim.meaning, claim.side if meaning in {"topic", "offers", "requests"} else side) == (meaning, side)


def test_a_program_adds_its_own_words(tmp_path):
    own = tmp_path / "ours.toml"
    own.write_text('[heads.en]\ncapacity = "beds"\n[roles]\nmentor = "sherpa"\n')
    words = words_of(own)
    assert words.claim("Beds").meaning == "capacity"
    assert values.roles("Sherpa", words) == {"mentor"}
    assert WORDS.claim("Beds").meaning == ""
