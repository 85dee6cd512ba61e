"""Letters: to whom, what stands in them, in which language and on whose clock; and templates of anybody's own."""

import csv
import email
import email.policy
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.reporting import letter_templates
from mmatch.texts import languages
from strategies import cohorts, examples

MENTOR = "Subject: Hello {{ name }}\n\n{% for match in matches %}{{ match.people }}{% endfor %}\n"


@pytest.fixture(scope="module")
def people():
    return mm.Cohort(
        [
            Participant("a", name="Ann Lee", email="ann@x.org", offers=[Offer("data")], timezone="America/New_York"),
            Participant("b", name="Bob Ray", email="bob@x.org", offers=[Offer("law")], language="de"),
            Participant(
                "e",
                name="Eva Ek",
                email="eva@x.org",
                requests=[Request("data")],
                language="fr",
                timezone="Europe/Paris",
            ),
            Participant("f", name="Finn Fox", requests=[Request("data")], language="es"),
            Participant("g", name="Gia Go", email="gia@x.org", requests=[Request("tax")], language="nl"),
        ],
        scores={("a", "e"): 5, ("a", "f"): 1, ("a", "g"): 1},
    )


@pytest.fixture(scope="module")
def result(people):
    return mm.solve(people, mm.Program(aims=[mm.aims.Fit()]))


@pytest.fixture(scope="module")
def schedule(people, result):
    return mm.schedule(people, result, mm.Dates(start="2027-01-11", end="2027-02-11", zone="Europe/Paris"))


def test_everybody_gets_a_letter_of_their_kind(people, result):
    made = mm.letters(people, result)
    assert [(letter.kind, letter.to) for letter in made] == [
        ("mentor", "a"),
        ("mentee", "e"),
        ("left_over", "b"),
        ("left_over", "f"),
        ("left_over", "g"),
    ]
    assert [letter.language for letter in made] == ["en", "fr", "de", "es", "en"]
    assert repr(made) == "<Letters: 5, 1 without an address>"


def test_partners_are_named_with_their_addresses(people, result):
    ann, eva = mm.letters(people, result)[:2]
    assert ann.subject == "Your mentees in Mentoring program"
    assert "Data: Eva Ek <eva@x.org>" in ann.text
    assert "Data: Ann Lee <ann@x.org>" in eva.text
    assert eva.text.startswith("Bonjour Eva Ek,\n\n")


def test_those_left_over_are_told_why_without_a_word_about_others(people, result):
    *_, finn, gia = mm.letters(people, result)
    assert "- tax: Nobody offers this topic at present." in gia.text
    for letter in (finn, gia):
        assert not any(name in letter.text for name in ("Ann", "Eva", "Bob"))


def test_whoever_has_nothing_is_told_whatever_stood_in_the_way():
    """A letter about a wish that a rule about several people prevents once said nothing."""
    people = [mm.Participant("ann", offers=[mm.Offer("data")], capacity=1)]
    people += [mm.Participant(name, requests=[mm.Request("data")]) for name in ("eva", "finn")]
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, mm.Program(rules=[mm.rules.Linked([("eva", "finn")])]))
    (eva,) = (letter for letter in mm.letters(cohort, result) if letter.to == "eva")
    assert "No place was found." in eva.text


def test_dates_are_on_the_readers_clock(people, result, schedule):
    ann, eva = mm.letters(people, result, schedule)[:2]
    (start,) = [meeting.begins for meeting in schedule.plans[0].sessions]
    assert f"{start('America/New_York'):%Y-%m-%d, %H:%M}, 60 min" in ann.text
    assert f"{start('Europe/Paris'):%Y-%m-%d, %H:%M}, 60 min" in eva.text
    assert "All times are in the time zone America/New_York." in ann.text
    assert len([line for line in ann.text.splitlines() if line.startswith("- Until ")]) == len(
        [due for due in schedule.plans[0].dues if due.who == "mentor"]
    )


@pytest.mark.parametrize(("contact", "shown"), [("partner", 1), ("all", 2), ("none", 0)])
def test_whose_addresses_a_letter_shows_is_a_choice(contact, shown):
    cohort = mm.Cohort(
        [
            Participant("a", email="a@x.org", offers=[Offer()], capacity=2),
            *(Participant(who, email=f"{who}@x.org", requests=[Request()]) for who in ("e", "f")),
        ]
    )
    result = mm.solve(cohort, mm.Program(group=(2, 3)))
    letter = mm.letters(cohort, result, contact=contact).of("e")[0]
    assert letter.text.count("@x.org") == shown
    assert "together with f" in letter.text


@pytest.mark.parametrize("language", languages())
def test_no_sentence_stays_untranslated(people, result, schedule, language):
    """Every line of a letter, but names and facts, differs from the English one."""
    facts = {"", "Data: Ann Lee <ann@x.org>", "Data: Eva Ek <eva@x.org>"}
    spoken, english = (
        mm.letters(mm.Cohort([replace(p, language=tag) for p in people], scores=people.scores), result, schedule)
        for tag in (language, "en")
    )
    for letter, other in zip(spoken, english, strict=True):
        assert (letter.language, letter.to) == (language, other.to)
        same = set(letter.text.splitlines()) & set(other.text.splitlines()) - facts
        assert letter.language == "en" or same == set()


def test_files_are_texts_drafts_and_a_table(people, result, tmp_path):
    made = mm.letters(people, result, sender="Mia Schulz <mia@x.org>")
    files = made.write(tmp_path / "letters")
    assert len(files) == 2 * len(made) + 1
    parsed = email.message_from_bytes((tmp_path / "letters/0002-e-mentee.eml").read_bytes(), policy=email.policy.SMTP)
    assert (parsed["to"], parsed["from"]) == ("Eva Ek <eva@x.org>", "Mia Schulz <mia@x.org>")
    assert (parsed["X-Unsent"], parsed["Content-Language"]) == ("1", "fr")
    assert parsed.get_content().replace("\r\n", "\n") == made[1].text
    assert parsed.get_content().rstrip().endswith("Mia Schulz")
    table = (tmp_path / "letters/mail_merge.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(table.decode("utf-8-sig").splitlines()))
    assert (rows[1]["person"], rows[1]["partner_emails"]) == ("e", "ann@x.org")
    assert email.message_from_bytes((tmp_path / "letters/0004-f-left-over.eml").read_bytes())["to"] is None


def test_templates_to_begin_with_are_plain_in_each_language(people, result):
    own = letter_templates("de")
    assert own["mentor"].startswith("Subject: Ihre Mentees: {{ program }}\n\nGuten Tag, {{ name }},")
    assert "_(" not in "".join(own.values())
    german = [letter.text for letter in mm.letters(people, result, language="de") if letter.language == "de"]
    again = mm.letters(people, result, templates=own, language="de")
    assert [letter.text for letter in again if letter.language == "de"] == german


def test_a_folder_of_templates_has_one_for_one_language(people, result, tmp_path):
    (tmp_path / "mentor.txt").write_text(MENTOR)
    (tmp_path / "mentee.fr.txt").write_text("Subject: Salut\n\n{{ name }}, {{ matches[0].topic }}.\n")
    ann, eva, *_ = mm.letters(people, result, templates=tmp_path)
    assert (ann.subject, ann.text) == ("Hello Ann Lee", "Eva Ek <eva@x.org>\n")
    assert (eva.subject, eva.text) == ("Salut", "Eva Ek, Data.\n")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Subject: x\n{% for %}", r"mentor.txt line 2: no template"),
        ("Subject: x\n{{ nam }}", r"mentor.txt: uses what there is not: 'nam' is undefined"),
        ("Subject: x\n{% include '/etc/passwd' %}", r"mentor.txt: cannot be used"),
        ("Subject: x\n{{ name.__class__.__mro__ }}", r"mentor.txt: (cannot be used|uses what there is not)"),
        ("Subject: x\n{{ ''.join.__globals__ }}", r"mentor.txt: (cannot be used|uses what there is not)"),
        ("Subject: x\n{{ 1 / 0 }}", r"mentor.txt: cannot be used: \"division by zero\""),
        ("Subject: x\n{{ 'x' * 200000 }}", r"mentor.txt: makes a text of more than 100,000 characters"),
        ("Subject: x\n{{ 'x' * 10 ** 10 }}", r"too much time or memory|cannot be used"),
        ("Hello\n", r"mentor.txt: begins with \"Hello\""),
        ("", r"mentor.txt: begins with"),
    ],
)
def test_templates_that_cannot_be_used_are_named(people, result, text, fault):
    with pytest.raises(mm.InputError, match=fault):
        mm.letters(people, result, templates={"mentor": text})


def test_a_template_that_never_ends_is_stopped(people, result, monkeypatch):
    from mmatch.reporting import templating

    monkeypatch.setattr(templating, "SECONDS", 1)
    endless = "Subject: x\n" + "{% for a in range(99999) %}" * 3 + "{% endfor %}" * 3
    begun = time.monotonic()
    with pytest.raises(mm.InputError, match="too much time or memory"):
        mm.letters(people, result, templates={"mentor": endless})
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"language": "nl"}, 'language: found "nl", expected one of en, de, es, fr'),
        ({"contact": "friends"}, "expected one of partner, all, none"),
        ({"templates": {"mentro": "Subject: x"}}, 'there is no letter "mentro".*did you mean "mentor"'),
        ({"templates": "nowhere"}, 'found "nowhere", expected a folder'),
        ({"sender": 5}, "sender: found 5, expected a text"),
    ],
)
def test_wrong_options_are_refused(people, result, options, fault):
    with pytest.raises(mm.InputError, match=fault):
        mm.letters(people, result, **options)


HOSTILE = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\u202e{}%<>@,;:\"'&="), min_size=1, max_size=30
)


@given(name=HOSTILE, topic=HOSTILE, address=HOSTILE | st.just("x@y.org"))
@examples(60)
def test_hostile_names_stay_in_their_place(name, topic, address):
    """Whatever people are called, a letter has one subject, one recipient at most, and no invisible characters."""
    try:
        cohort = mm.Cohort(
            [
                Participant("a", name=name, email=address, offers=[Offer(topic)]),
                Participant("e", name=name, email=address, requests=[Request(topic)]),
            ]
        )
    except mm.InputError:
        return
    for letter in mm.letters(cohort, mm.solve(cohort), title=name):
        parsed = email.message_from_bytes(letter.as_eml(name), policy=email.policy.SMTP)
        assert len(parsed.get_all("subject")) == 1
        assert len(getattr(parsed["to"], "addresses", ())) == (1 if letter.email else 0)
        assert parsed.keys().count("Bcc") == 0
        assert "\u202e" not in letter.text
        assert parsed.get_content().replace("\r\n", "\n") == letter.text


@given(cohort=cohorts(least_loads=False))
@examples(40)
def test_everybody_who_takes_part_is_written_to_once_a_role(cohort):
    result = mm.solve(cohort)
    made = mm.letters(cohort, result)
    roles = [(person.id, "offers") for person in cohort if person.offers]
    roles += [(person.id, "requests") for person in cohort if sum(request.mentors for request in person.requests)]
    assert len(made) == len(roles)
    assert {letter.to for letter in made} == {who for who, _ in roles}


def test_after_a_repair_only_those_are_written_to_whose_matches_are_others(people, result):
    made = mm.repair(people, result, [mm.repairs.Left("e")])
    told = mm.letters(made.cohort, made.result).since(result.matching, made.result.matching)
    assert {letter.to for letter in told} == {"a", "f"}
    again = mm.letters(people, result)
    assert len(again.since(result.matching, result.matching)) == 0
