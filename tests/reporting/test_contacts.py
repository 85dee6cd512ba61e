"""Whose address stands where: in tables, on pages, in calendars."""

import csv

import pytest

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.io import Invitation, calendar_file
from mmatch.io.contacts import addresses
from mmatch.reporting.folder import write_schedule_folder

ADDRESSES = {"a": "ann@x.org", "e": "eva@x.org", "f": "finn@x.org"}


@pytest.fixture(scope="module")
def group():
    """A mentor with a group of three, one of whom has given no address; and its dates."""
    cohort = mm.Cohort(
        [
            Participant("a", email=ADDRESSES["a"], offers=[Offer("data")], capacity=3),
            *(Participant(who, email=ADDRESSES.get(who, ""), requests=[Request("data")]) for who in ("e", "f", "g")),
        ]
    )
    result = mm.solve(cohort, mm.Program(group=(2, 3)))
    return cohort, result, mm.schedule(cohort, result, start="2027-01-11", end="2027-02-11")


@pytest.mark.parametrize(
    ("contact", "reader", "seen"),
    [
        ("partner", "a", {"e", "f"}),
        ("partner", "e", {"a"}),
        ("all", "a", {"e", "f"}),
        ("all", "e", {"a", "f"}),
        ("none", "a", set()),
        ("none", "e", set()),
    ],
)
def test_who_sees_whose_address_everywhere(group, contact, reader, seen, tmp_path):
    cohort, result, schedule = group
    (match,) = result.matching
    assert set(addresses(cohort, match, reader, contact)) == seen
    shown = {ADDRESSES[who] for who in seen}
    report = mm.report(cohort, result, schedule, contact=contact)
    letter = mm.letters(cohort, result, schedule, contact=contact).of(reader)[0].text
    write_schedule_folder(tmp_path, cohort, schedule, contact=contact)
    with (tmp_path / "mail_merge.csv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["person"] == reader]
    for place in (report.person(reader), letter, *(row["partner_emails"] for row in rows)):
        assert {address for address in ADDRESSES.values() if address in place} == shown
    assert {row["email"] for row in rows} == {ADDRESSES[reader]}


def test_tasks_have_the_address_of_whoever_does_them(group, tmp_path):
    cohort, _, schedule = group
    write_schedule_folder(tmp_path, cohort, schedule)
    with (tmp_path / "dues.csv").open(encoding="utf-8", newline="") as table:
        assert {(row["person"], row["email"]) for row in csv.DictReader(table)} <= {*ADDRESSES.items(), ("g", "")}


def test_calendars_have_addresses_only_if_asked(group):
    cohort, _, schedule = group
    options = {"now": "2027-01-04T12:00Z"}
    assert b"@x.org" not in calendar_file(cohort, schedule, **options)
    invited = calendar_file(cohort, schedule, invitation=Invitation("mia@x.org"), **options).decode()
    text = invited.replace("\r\n ", "")
    assert "ORGANIZER:mailto:mia@x.org" in text
    assert {address for address in ADDRESSES.values() if f":mailto:{address}" in text} == set(ADDRESSES.values())


@pytest.mark.parametrize("verb", ["letters", "report"])
def test_another_choice_is_refused(group, verb):
    cohort, result, _ = group
    with pytest.raises(mm.InputError, match='contact: found "everyone", expected one of partner, all, none'):
        getattr(mm, verb)(cohort, result, contact="everyone")
