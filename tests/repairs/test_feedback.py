"""Feedback as forms give it becomes history, pairs kept apart and attendance of the next round."""

import pytest

import mmatch as mm
from mmatch import Meeting, Offer, Participant, Request
from mmatch.repairs import NotAFit, next_round, read_feedback, waiting


@pytest.fixture
def people():
    return mm.Cohort(
        [
            Participant("ann", name="Ann Lee", email="ann@example.org", offers=[Offer("data")], capacity=2),
            Participant("bob", name="Bob Ray", offers=[Offer("data")]),
            Participant("eva", name="Eva Ek", email="eva@example.org", requests=[Request("data")]),
            Participant("finn", name="Finn Fox", requests=[Request("data")]),
            Participant("gia", name="Gia Go", requests=[Request("data")]),
            Participant("hugo", name="Hugo Hall", requests=[Request("data")]),
        ]
    )


def read(people, tmp_path, text, **options):
    path = tmp_path / "feedback.csv"
    path.write_text(text, encoding="utf-8")
    return read_feedback(people, path, **options)


FORM = (
    "Timestamp,Your name,Who did you meet?,Did you meet?,Would you meet again?,How was it? (1-5),Date,Anything else?\n"
    "2027-02-01 10:00,Eva Ek,Bob Ray,Yes,No,2 stars,31.01.2027,too fast\n"
    "2027-02-01 11:00,Bob Ray,eva@example.org,Yes,Yes,4,,\n"
    "2027-02-01 12:00,Ann Lee,Finn Fox,No,,,,\n"
    ",,,,,,,\n"
)


def test_a_form_is_read_whoever_answers(people, tmp_path):
    found = read(people, tmp_path, FORM, columns={"How was it? (1-5)": "rating"})
    assert found.meetings == (Meeting("bob", "eva", date="2027-01-31"),)
    assert (found.missed, found.not_a_fit) == ((("ann", "finn"),), (NotAFit("bob", "eva"),))
    assert found.ratings == {("bob", "eva"): 3}
    assert found.ignored == ()


def test_a_plain_list_counts_as_met_and_other_columns_are_named(people, tmp_path):
    found = read(people, tmp_path, "mentor,mentee,room\nAnn Lee,Finn Fox,12\n")
    assert (found.meetings, found.ignored) == ((Meeting("ann", "finn"),), ("room",))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("who,what\na,b\n", r'feedback.csv: found the heads "who", "what", expected mentor and mentee'),
        ("mentor,mentee\nAnn Lee,Zoe\n", r'feedback.csv line 2 column "mentee": unknown mentee "Zoe"'),
        (
            "mentor,mentee,met\nAnn Lee,Finn Fox,perhaps so\n",
            r'line 2 column "met": found "perhaps so", expected yes or no',
        ),
        ("mentor,mentee,met\nAnn Lee,Finn Fox,yes\nAnn Lee,Finn Fox,no\n", r"line 3: here ann and finn did not meet"),
        (
            "mentor,mentee,date\nAnn Lee,Finn Fox,02/03/2027\n",
            r'column "date": found "02/03/2027", expected a date such as',
        ),
        ("mentor,mentee,rating\nAnn Lee,Finn Fox,good\n", r'column "rating": found "good", expected a number'),
        ("your name,partner\nEva Ek,Finn Fox\n", r'"eva" and "finn" are no mentor and mentee'),
    ],
)
def test_what_cannot_be_understood_is_named_by_its_line(people, tmp_path, text, fault):
    with pytest.raises(mm.InputError, match=fault):
        read(people, tmp_path, text)


def test_a_meaning_that_does_not_exist_is_named(people, tmp_path):
    with pytest.raises(mm.InputError, match='columns: found "coach", expected one of mentor'):
        read(people, tmp_path, FORM, columns={"Your name": "coach"})


def test_the_next_round_knows_what_the_last_one_left(people, tmp_path):
    """Eva has a new id and is known by her address; Finn has left; Gia, who waited, goes first."""
    result = mm.evaluate(people, mm.Program(), [("ann", "finn"), ("bob", "eva"), ("ann", "hugo")])
    assert waiting(people, result) == ("gia",)
    after = mm.Cohort(
        [
            Participant("ann", offers=[Offer("data")]),
            Participant("bob", offers=[Offer("data")]),
            Participant("e2", email="Eva@example.org", requests=[Request("data")]),
            Participant("gia", requests=[Request("data")]),
            Participant("hugo", requests=[Request("data")]),
        ]
    )
    said = read(people, tmp_path, FORM, columns={"How was it? (1-5)": "rating"})
    program = mm.Program(rules=[mm.rules.NoRepeat()])
    cohort, policy = next_round(after, program, (people, result), said, waiting_first=True)
    assert [(m.mentor, m.mentee) for m in cohort.history] == [("bob", "e2")]
    assert cohort["ann"].attributes == {"sessions missed": 1}
    assert mm.rules.Forbid([("bob", "e2")]) in policy.rules
    solved = mm.solve(cohort, policy)
    assert "gia" in solved.matching.seats.mentee
    assert mm.verify(cohort, policy, solved) == []
    plain, _ = next_round(after, program, (people, result))
    assert {(m.mentor, m.mentee) for m in plain.history} == {("ann", "finn"), ("bob", "e2"), ("ann", "hugo")}
