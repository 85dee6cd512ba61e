"""Whose e-mail address a letter, a page or a table may show to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.errors import choice

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.matching import Match

CONTACTS = ("partner", "all", "none")


def check_contact(contact: str) -> None:
    """Raise an InputError where ``contact`` is none of "partner", "all" and "none"."""
    choice(contact, "contact", CONTACTS)


def addresses(cohort: Cohort, match: Match, reader: str, contact: str = "partner") -> dict[str, str]:
    """The e-mail addresses that one person of a match may see, by id: never their own, and only those that are known.

    With "partner" a mentee sees the mentor's address and a mentor the mentees'; with "all" the mentees of a group see
    one another's, too; with "none" nobody sees any.
    """
    people = cohort.people
    if contact == "none" or people.emails is None:
        return {}
    met = (match.mentor, *match.mentees) if contact == "all" or reader == match.mentor else (match.mentor,)
    known = {who: people.emails[people.index[who]] for who in met if who != reader}
    return {who: address for who, address in known.items() if address}
