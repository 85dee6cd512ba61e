"""The grammars of single cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmatch.signup import lists, values, weeks
from mmatch.signup.heads import attribute_name, meaning_of
from mmatch.signup.values import Fault


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("0", 0), ("3", 3), ("3.0", 3), ("zero", 0), ("Just One", 1), ("Up to Two", 2), ("a couple", 2)),
        *(("One mentee only, please!", 1), ("I can handle this! Give me three mentees.", 3), ("no more than two", 2)),
        *(("4 people", 4), ("two, yes two", 2), ("TWENTY", 20)),
    ],
)
def test_counts(text, expected):
    assert values.count(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "one or two",
            "1-2",
            "1\u20133",
            "2 (max 3)",
            "twenty-one",
            "5 or more",
            "no one",
            "none",
            "lots",
            "1.5",
            "1,5",
            "-1",
        ),
        *(
            "1 000",
            "1_000",
            "1'000",
            "99999999999",
            "half a dozen",
            "at least two",
            "\u0663",
            "\u2155",
            "unlimited",
            "0x10",
        ),
    ],
)
def test_counts_that_are_ambiguous(text):
    with pytest.raises(Fault, match="count"):
        values.count(text)


@given(st.text(max_size=20))
def test_every_cell_is_a_value_or_a_fault(text):
    for read in (values.count, values.number, values.answer, values.roles, values.zone, values.modes, values.priority):
        try:
            read(text)
        except Fault as fault:
            assert fault.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("Definitely Yes", "yes"), ("Yes, but not my first choice", "maybe"), ("No", "no"), ("Definitely not", "no")),
        *(("y", "yes"), ("0", "no"), ("maybe!", "maybe"), ("If needed", "maybe"), ("是", "yes"), ("TRUE", "yes")),
    ],
)
def test_answers(text, expected):
    assert values.answer(text) == expected


@pytest.mark.parametrize("text", ["", "perchance", "the answer is yes", "2"])
def test_answers_are_a_fixed_list(text):
    with pytest.raises(Fault):
        values.answer(text)


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
    assert values.modes(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("3", 3), ("-0.5", -0.5), ("yes", 2), ("no", 1)])
def test_priorities(text, expected):
    assert values.priority(text) == expected


@pytest.mark.parametrize("text", ["UTC+5:30", "+15", "-13:00", "GMT+99"])
def test_offsets_without_a_zone(text):
    with pytest.raises(Fault, match="timezone"):
        values.zone(text)


@pytest.mark.parametrize("text", ["not a mentor", "neither", "guest", ""])
def test_roles_that_are_none(text):
    with pytest.raises(Fault, match="role"):
        values.roles(text)


def test_commas_in_brackets_separate_nothing():
    assert lists.split("a (b, c), d [e, f],, a (b, c)", "list ,") == ("a (b, c)", "d [e, f]")


def test_long_texts_are_no_lists():
    story = "I was born here; then we moved to a very different place; and now"
    assert lists.list_style([story], expected=False) == "text"


def test_windows_join_neighbours_and_end_at_midnight():
    slots = [(6, 1380), (0, 540), (0, 600), (0, 720), (2, 870)]
    assert weeks.windows(slots, 60) == "Mon 9-11; Mon 12-13; Wed 14:30-15:30; Sun 23-24"


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        (["Mon 9", "Mon 10"], ([(0, 540), (0, 600)], 60, True)),
        (["Monday 9:00-9:30", "Monday 9:30-10:00"], ([(0, 540), (0, 570)], 30, True)),
        (["Fri 12am", "Fri 1pm"], ([(4, 0), (4, 780)], 60, True)),
        (["周一 9:00", "周日 9:00"], ([(0, 540), (6, 540)], 60, True)),
        (["Mon 25", "Mon 9"], None),
        (["a", "b"], None),
        ([], None),
    ],
)
def test_heads_of_a_week(heads, expected):
    assert weeks.slots_of(heads) == expected


@pytest.mark.parametrize(
    ("head", "meaning"),
    [
        ("Do you want to sign up as a mentor?", "is_mentor"),
        ("Would you like to become a mentee?", "is_mentee"),
        ("Are you signing up as a mentor or mentee?", "role"),
        ("Your first name", "first_name"),
        ("E-mail Address", "email"),
        ("howManyAreYouWillingToMentor", "capacity"),
        ("How many mentees can you take?", "capacity"),
        ("max_mentee_count", "capacity"),
        ("Which topics do you want to learn about?", "requests"),
        ("What topics can you teach?", "offers"),
        ("2nd choice", "ranks"),
        ("Mentee choice 3", "mentee_ranks"),
        ("Prénom", "first_name"),
        ("genders_pref_yes", None),
        ("profession", None),
        ("x" * 10_000, None),
    ],
)
def test_heads(head, meaning):
    assert meaning_of(head) == meaning


@pytest.mark.parametrize(
    ("head", "name"),
    [("Your profession", "profession"), ("Job  Title", "job title"), ("jobTitle", "jobTitle"), ("Goals?", "goals")],
)
def test_attribute_names(head, name):
    assert attribute_name(head) == name
