"""Cohorts from preference lists: who wants whom, best first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np

from mmatch.arrays import NONE, Ints, Rows, frozen_ints
from mmatch.cohort.columns import Listed, Offers, Opened, People, Requests, Topics, opened_rows
from mmatch.cohort.participants import Offer, Participant, Request
from mmatch.errors import Problem, Problems, excerpt
from mmatch.exact import LARGEST_COUNT
from mmatch.text import note_unknown, plain_ids

Plain = tuple[People, Offers, Requests, Topics]
_ROW = re.compile(r"participants\[(\d+)\]\.(id|ranks|mentee_ranks|capacity|min_load)(.*)")


def plain_rankings(
    mentees: Mapping[str, Sequence[Any]],
    mentors: Mapping[str, Sequence[Any]] | None,
    limits: Mapping[str, int | Mapping[str, int]],
) -> Plain | None:
    """The columns of lists in which nothing needs a second look; None where anything does.

    What `participants_from_rankings` leads to, without a person built on the way: it is asked where this gives None,
    and tells what is wrong.
    """
    if not _plain_lists(mentees) or not (mentors is None or _plain_lists(mentors)):
        return None
    if mentors is None and not _names_or_ties(mentees.values()):
        return None
    owners = list(mentors if mentors is not None else _mentor_ids(mentees, None, None, limits))
    ids = list(dict.fromkeys(chain(mentees, owners)))
    capacity = _plain_counts(limits["capacity"], owners, 1)
    least = _plain_counts(limits["min_load"], owners, 0)
    offers = tuple(f"{name}/" for name in owners)
    index = dict(zip(ids, range(len(ids)), strict=True))
    named_well = bool(mentees) and plain_ids(ids) and index.keys().isdisjoint(offers)
    if not named_well or capacity is None or least is None or (least > capacity).any():
        return None
    gives = np.fromiter(map(index.__getitem__, owners), dtype=np.int64, count=len(owners))
    names = tuple(ids)
    wishes = _opened(mentees, names, index, owners)
    orders = _opened(mentors, names, index, list(mentees)) if mentors else None
    if wishes is None or (mentors and orders is None):
        return None
    named_twice = (wishes.listed.by_person, *(() if orders is None else (orders.listed.by_other,)))
    if any((np.diff(keys) == 0).any() for keys, _ in named_twice):
        return None
    people = People(
        ids=names,
        capacity=_at(gives, capacity, len(ids), NONE),
        groups=frozen_ints(np.full(len(ids), NONE)),
        min_load=_at(gives, least, len(ids), 0),
        ranks=wishes,
        mentee_ranks=orders,
    )
    order = np.argsort(gives, kind="stable")
    given = Offers.on_any_topic(gives[order], [offers[k] for k in order.tolist()])
    return people, given, Requests.on_any_topic(np.ones(len(mentees), np.int64)), Topics(("",), frozen_ints([NONE]))


def _plain_lists(lists: Any) -> bool:
    """Whether these are lists by text."""
    if not isinstance(lists, Mapping) or not set(map(type, lists)) <= {str}:
        return False
    return set(map(type, lists.values())) <= {list, tuple}


def _plain_counts(given: Any, owners: list[str], default: int) -> Ints | None:
    """A limit of each mentor; None where it is no plain count, or is for somebody else."""
    named = isinstance(given, Mapping)
    if named and not given.keys() <= set(owners):
        return None
    values = [given.get(name, default) for name in owners] if named else [given] * len(owners)
    if not {*map(type, values), *map(type, () if named else (given,))} <= {int}:
        return None
    within = not values or (min(values) >= 0 and max(values) <= LARGEST_COUNT)
    return np.array(values, dtype=np.int64) if within else None


def _opened(
    lists: Mapping[str, Sequence[str]], ids: tuple[str, ...], index: Mapping[str, int], likely: list[str]
) -> Opened | None:
    """The lists as columns; None where one names no id or oneself. A small index of likely names is quicker."""
    stated = np.fromiter(map(lists.__contains__, ids), dtype=bool, count=len(ids))
    rows = np.flatnonzero(stated)
    values = [lists[ids[row]] for row in rows.tolist()]
    size = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    quick = {name: index[name] for name in likely}
    named, ties = _looked_up(values, quick), None
    if named is None and _names_or_ties(values):
        ties = [entry if type(entry) is not str else (entry,) for names in values for entry in names]
        named = _looked_up(ties, quick)
        named = _looked_up(ties, index) if named is None else named
    if named is None:
        return None
    who, rank = opened_rows(rows, size)
    if ties is not None:
        times = np.fromiter(map(len, ties), dtype=np.int64, count=len(ties))
        who, rank = np.repeat(who, times), np.repeat(rank, times)
    return None if (who == named).any() else Opened(Listed(who, named, rank, (), stated), ids)


def _names_or_ties(lists: Iterable[Sequence[Any]]) -> bool:
    """Whether lists hold texts, and lists of texts, alone."""
    entries = list(chain.from_iterable(lists))
    ties = [entry for entry in entries if type(entry) is not str]
    if not set(map(type, ties)) <= {list, tuple} or not all(ties):
        return False
    return set(map(type, chain.from_iterable(ties))) <= {str}


def _looked_up(lists: Sequence[Sequence[str]], index: Mapping[str, int]) -> Rows | None:
    """The rows of all names on some lists, one list after the other; None where a name has no row."""
    found = (itemgetter(*names)(index) if len(names) > 1 else map(index.__getitem__, names) for names in lists)
    try:
        return np.fromiter(chain.from_iterable(found), dtype=np.int32, count=sum(map(len, lists)))
    except (KeyError, TypeError):
        return None


def _at(rows: Ints, values: Ints, n: int, default: int) -> Ints:
    """A column with values at some rows."""
    column = np.full(n, default, dtype=np.int64)
    column[rows] = values
    return frozen_ints(column)


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
    if offers is None and limits["offer_capacity"] != 1 and not isinstance(limits["offer_capacity"], Mapping):
        problems.add("argument", "offer_capacity", "there are no offers", "give offers, or mean capacity")
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


def placed(problems: Iterable[Problem], people: Sequence[Participant]) -> list[Problem]:
    """Problems with the arguments of `Cohort.from_rankings` as places: who wrote it stands beside what is wrong."""
    return [replace(problem, where=_place(problem.where, people)) for problem in problems]


def _place(where: str, people: Sequence[Participant]) -> str:
    found = _ROW.fullmatch(where)
    if found is None:
        return where
    person = people[int(found[1])]
    who, name, rest = excerpt(person.id), found[2], found[3]
    owners = "mentees" if person.requests else "mentors"
    argument = {"id": owners, "ranks": "mentees", "mentee_ranks": "mentors"}.get(name, name)
    return f"{argument}[{who}]{rest}"


def _mentor_ids(
    mentees: Mapping[str, Any],
    mentors: Mapping[str, Any] | None,
    offers: Mapping[str, str] | None,
    limits: Mapping[str, Any],
) -> list[str]:
    """All mentors: those who rank; else all whom the lists, the capacities or the offers name."""
    if mentors is not None:
        return list(dict.fromkeys([*mentors, *(offers or {}).values()]))
    listed = () if offers is not None else [name for ranks in mentees.values() for name in _flat(ranks)]
    named = limits["capacity"] if isinstance(limits["capacity"], Mapping) else ()
    return [name for name in dict.fromkeys([*listed, *named, *(offers or {}).values()]) if isinstance(name, str)]


def _flat(ranks: Any) -> list[Any]:
    entries = ranks if isinstance(ranks, list | tuple) else ()
    return [name for entry in entries for name in (entry if isinstance(entry, list | tuple) else (entry,))]


def _known_limits(limits: Mapping[str, Any], owners: list[str], offers: Mapping[str, str], problems: Problems) -> None:
    known = {"capacity": set(owners), "min_load": set(owners), "offer_capacity": set(offers)}
    for key, names in known.items():
        given = limits[key]
        for name in given if isinstance(given, Mapping) else ():
            if name not in names:
                note_unknown(problems, f"{key}[{excerpt(name)}]", name, names)


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
            if not all(isinstance(entry, str) for entry in _flat(ranks)):
                problems.add("ranks", f"{name}[{excerpt(who)}]", "expected ids, or lists of tied ids")
    return found
