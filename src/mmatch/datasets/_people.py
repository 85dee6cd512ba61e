"""Seeded draws, and the words from which people are invented; nobody in particular is meant.

Everything is built on `Generator.random`, which is the same on every platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from mmatch.cohort import Participant
from mmatch.datasets._example import check_counts

T = TypeVar("T")


def _names(firsts: str, lasts: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(firsts.split()), tuple(lasts.split())


NAMES = (
    _names("Amara Chidi Ngozi Emeka Ifeoma Tunde Zainab Kofi", "Okafor Adeyemi Mensah Balogun Eze Danjuma Boateng"),
    _names("Ana Tiago Inês Rui Beatriz Duarte Mariana João", "Costa Ferreira Almeida Ramos Pinto Carvalho Moreira"),
    _names("Mei Jun Lan Hao Ying Wei Xiu Bo", "Chen Lin Huang Zhao Wu Zhou Xu"),
    _names("Priya Arjun Kavya Rohan Meera Vikram Ananya Dev", "Iyer Sharma Nair Kulkarni Reddy Menon Bose"),
    _names("Leïla Karim Yasmine Samir Nadia Omar Salma Idris", "Haddad Benali Mansour Khalil Saïdi Rahmani Nasser"),
    _names("Ingrid Lars Astrid Nils Freja Erik Signe Henrik", "Lindqvist Berg Dahl Holm Nyström Lund Ek"),
    _names("Lucía Mateo Camila Diego Valentina Andrés Sofía Pablo", "García Rojas Herrera Núñez Vargas Castillo Peña"),
    _names("Aiko Haruto Yui Ren Sakura Daichi Hina Kenji", "Tanaka Mori Kobayashi Ito Nakamura Hayashi Ono"),
    _names("Marta Piotr Katarina Jakub Eva Tomáš Irena Marek", "Nowak Novák Horvat Kowalska Dvořák Kovač Zielinska"),
    _names("Aroha Tane Moana Wiremu Grace Owen Fiona Callum", "Ngata Parata Walker Hughes Campbell Morgan Reid"),
)

# each department with the roles in it; roles are what mentees ask about
DEPARTMENTS = {
    "Research": ("research scientist", "lab manager"),
    "Data": ("data analyst", "data engineer"),
    "Engineering": ("software engineer", "site reliability engineer", "test engineer"),
    "Design": ("product designer", "user researcher"),
    "Product": ("product manager", "business analyst"),
    "Finance": ("controller", "procurement officer"),
    "People": ("recruiter", "learning partner"),
    "Communications": ("press officer", "event manager"),
    "Operations": ("logistics planner", "quality manager"),
    "Legal": ("contract lawyer", "privacy officer"),
}
POPULAR_ROLES = ("data analyst", "product manager", "product designer", "user researcher", "software engineer")

SITES = {
    "Lisbon": "Europe/Lisbon",
    "Nairobi": "Africa/Nairobi",
    "Montréal": "America/Toronto",
    "Pune": "Asia/Kolkata",
    "Osaka": "Asia/Tokyo",
    "São Paulo": "America/Sao_Paulo",
}

ORGANISATIONS = (
    *("Agency for Bridges and Roads", "Bureau of Weather", "Census Office", "Coastal Agency", "Court Service"),
    *("Department of Forests", "Department of Schools", "Food Office", "Land Registry", "Museum Service"),
    *("Pensions Office", "Port Authority", "Revenue Office", "Water Agency"),
)
PROFESSIONS = (
    *("Policy", "Operational Delivery", "Analysis", "Digital", "Project Delivery", "Finance", "Commercial"),
    *("Human Resources", "Communications", "Law", "Science", "Property"),
)
JOB_TITLES = ("Officer", "Adviser", "Team leader", "Analyst", "Delivery manager", "Head of unit", "Caseworker")
IDENTITIES = (
    *("Carer", "Parent of young children", "First in family to study", "Career changer", "Apprentice"),
    *("Part-time worker", "Remote worker", "Grew up in another country"),
)
BIOGRAPHIES = (
    "I came in through the apprenticeship scheme, moved twice since then, and like to talk about both moves.",
    "Ten years in casework; now I look after a small team that is spread over three towns and never meets.",
    "I would like to understand how other organisations plan their year, and what they stopped doing.",
)


class Person(NamedTuple):
    """An invented person: an id and a full name."""

    id: str
    name: str

    def signs_up(self, **facts: Any) -> Participant:
        """The person as a participant with these facts."""
        return Participant(self.id, name=self.name, **facts)


class Draws:
    """Random draws from one seed."""

    def __init__(self, seed: int) -> None:
        from numpy.random import default_rng

        self._random = default_rng(seed).random

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return bool(self._random() < share)

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + int(self._random() * (most - least + 1))

    def pick(self, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of the options; without weights each is as likely."""
        if weights is None:
            return options[int(self._random() * len(options))]
        left = self._random() * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            left -= weight
            if left < 0:
                return option
        return options[-1]

    def several(self, options: Sequence[T], n: int) -> tuple[T, ...]:
        """Different options, fewer than n where there are fewer."""
        left = list(options)
        return tuple(left.pop(int(self._random() * len(left))) for _ in range(min(n, len(left))))

    def people(self, n: int) -> list[Person]:
        """Invented people p001, p002, … ; each has a name from one of several cultures."""
        width = max(len(str(n)), 3)
        names = (self.pick(NAMES) for _ in range(n))
        return [
            Person(f"p{k:0{width}}", f"{self.pick(firsts)} {self.pick(lasts)}")
            for k, (firsts, lasts) in enumerate(names, 1)
        ]

    def windows(self, options: Sequence[str], n: int) -> str:
        """Some weekly windows, in their order, in one cell."""
        return "; ".join(options[k] for k in sorted(self.several(range(len(options)), n)))


def scenario_people(scenario: str, seed: int, mentors: int, mentees: int) -> tuple[Draws, list[Person], list[Person]]:
    """The draws of a scenario, and the invented people on both sides.

    Raises:
        InputError: a seed or a number of people out of range.
    """
    check_counts(scenario, seed=seed, mentors=mentors, mentees=mentees)
    draws = Draws(seed)
    people = draws.people(mentors + mentees)
    return draws, people[:mentors], people[mentors:]
