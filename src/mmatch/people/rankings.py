"""Cohorts from preference lists: who wants whom, best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmatch.errors import Problems, excerpt
from mmatch.people.facts import Offer, Participant, Request


def participants_from_rankings(
    mentees: Mapping[str, Sequence[Any]],
    mentors: Mapping[str, Sequence[Any]] | None,
    offers: Mapping[str, str] | None,
    limits: Mapping[str, int | Mapping[str, int]],
) -> list[Participant]:
    """People whose ranks are the lists. Where offers are given, each mentee asks on every topic that they rank.

    Raises:
        InputError: arguments that are no mappings, or limits for people whom nobody names.
    """
    problems = Problems()
    for name, value in (("mentees", mentees), ("mentors", mentors), ("offers", offers)):
        if (value is not None or name == "mentees") and not isinstance(value, Mapping):
            problems.add("type", name, f"found {type(value).__name__}, expected a dict")
    problems.raise_any()
    wishes = _copied("mentees", mentees, problems)
    orders = _copied("mentors", mentors or {}, problems)
    for offer, owner in (offers or {}).items():
        if type(owner) is not str:
            problems.add("id-type", f"offers[{excerpt(offer)}]", f"found {excerpt(owner)}, expected a mentor's id")
    problems.raise_any()
    owners = _mentor_ids(mentees, mentors, offers, limits)
    _known_limits(limits, owners, offers or {}, problems)
    problems.raise_any()
    made: dict[str, list[Offer]] = {name: [] for name in owners}
    for offer, owner in (offers or {}).items():
        made[owner].append(Offer(offer, id=offer, seats=_limit(limits["offer_capacity"], offer, 1)))
    return [
        Participant(
            name,
            offers=(tuple(made[name]) if offers is not None else (Offer(""),)) if name in made else (),
            requests=(Request(""),) if name in mentees else (),
            capacity=_limit(limits["capacity"], name, 1) if name in made else None,
            min_load=_limit(limits["min_load"], name, 0) if name in made else 0,
            ranks=wishes.get(name),
            mentee_ranks=orders.get(name),
        )
        for name in dict.fromkeys([*mentees, *owners])
    ]


def _mentor_ids(
    mentees: Mapping[str, Any],
    mentors: Mapping[str, Any] | None,
    offers: Mapping[str, str] | None,
    limits: Mapping[str, Any],
) -> list[str]:
    """All mentors: those who rank; else all whom the lists, the capacities or the offers name."""
    if mentors is not None:
        return list(dict.fromkeys([*mentors, *(offers or {}).values()]))
    listed = () if offers is not None else [name for ranks in mentees.values() for name in _opened(ranks)]
    named = limits["capacity"] if isinstance(limits["capacity"], Mapping) else ()
    return [name for name in dict.fromkeys([*listed, *named, *(offers or {}).values()]) if isinstance(name, str)]


def _opened(ranks: Any) -> list[Any]:
    entries = ranks if isinstance(ranks, list | tuple) else ()
    return [name for entry in entries for name in (entry if isinstance(entry, list | tuple) else (entry,))]


def _known_limits(limits: Mapping[str, Any], owners: list[str], offers: Mapping[str, str], problems: Problems) -> None:
    known = {"capacity": set(owners), "min_load": set(owners), "offer_capacity": set(offers)}
    for key, names in known.items():
        given = limits[key]
        for name in given if isinstance(given, Mapping) else ():
            if name not in names:
                problems.add("unknown-id", f"{key}[{excerpt(name)}]", f"unknown id {excerpt(name)}")


def _limit(given: int | Mapping[str, int], name: str, default: int) -> int:
    return given.get(name, default) if isinstance(given, Mapping) else given


def _copied(name: str, lists: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Every list as a tuple, ties as tuples in it; what is no list is left for the cohort to tell."""
    found = {}
    for who, ranks in lists.items():
        if not isinstance(ranks, list | tuple):
            found[who] = ranks
        elif set(map(type, ranks)) <= {str}:
            found[who] = tuple(ranks)
        else:
            found[who] = tuple(tuple(entry) if isinstance(entry, list | tuple) else entry for entry in ranks)
            if any(type(entry) is not str for entry in _opened(ranks)):
                problems.add("ranks", f"{name}[{excerpt(who)}]", "expected ids, or lists of tied ids")
    return found
