"""The oracle of stability: definitions one pair at a time, and every stable matching by trying all matchings."""

from __future__ import annotations

from collections import Counter
from itertools import product

import hypothesis.strategies as st

from oracle import Oracle, rank
from strategies import matching_of

NOBODY = 10**9  # an empty seat, or a partner whom the list leaves out


class Slow:
    """The definitions, one pair at a time, over Participants."""

    def __init__(self, cohort, program, chosen, oracle=None):
        self.oracle = oracle or Oracle(cohort, program)
        self.requests, self.offers = self.oracle.requests, self.oracle.offers
        self.chosen = list(chosen)  # (request number, offer number) of each filled seat

    def mentee_rank(self, i, k):
        mentor, offer = self.offers[k]
        return rank(self.requests[i][0].ranks, offer.id, mentor.id) or NOBODY

    def mentor_rank(self, i, k):
        return rank(self.offers[k][0].mentee_ranks, self.requests[i][0].id) or NOBODY

    def mentee_says(self, i, k):
        """The rank given up, minus the rank won."""
        mine = [j for r, j in self.chosen if r == i]
        same = [j for j in mine if self.offers[j][0].id == self.offers[k][0].id]
        if same:
            given_up = self.mentee_rank(i, same[0])
        elif len(mine) < self.requests[i][1].mentors:
            given_up = NOBODY
        else:
            given_up = max(self.mentee_rank(i, j) for j in mine)
        return given_up - self.mentee_rank(i, k)

    def blocks(self, i, k, kind):
        (mentee, request), (mentor, offer) = self.requests[i], self.offers[k]
        if request.mentors == 0 or self.oracle.seats(mentor) == 0 or offer.seats == 0:
            return False
        if any(self.requests[r][0].id == mentee.id and j == k for r, j in self.chosen):
            return False
        gain = self.mentee_says(i, k)
        if gain < 0 or (gain == 0 and kind in {"weak", "envy"}):
            return False
        of_mentor = [(r, j) for r, j in self.chosen if self.offers[j][0].id == mentor.id]
        on_offer = [(r, j) for r, j in of_mentor if j == k]
        with_mentor = any(r == i for r, _ in of_mentor)
        offer_full = offer.seats is not None and len(on_offer) >= offer.seats
        mentor_full = len(of_mentor) >= self.oracle.seats(mentor)

        def beats_worst(seats, *, strictly):
            worst = max((self.mentor_rank(r, j) for r, j in seats), default=None)
            mine = self.mentor_rank(i, k)
            return worst is not None and (mine < worst or (mine == worst and not strictly))

        if kind == "envy":
            return gain > 0 and beats_worst(on_offer if offer_full else of_mentor, strictly=True)
        if kind == "weak":
            if offer_full:
                return beats_worst(on_offer, strictly=True)
            return not mentor_full or with_mentor or beats_worst(of_mentor, strictly=True)
        if kind == "super" or gain > 0:
            if offer_full:
                return beats_worst(on_offer, strictly=False)
            return not mentor_full or with_mentor or beats_worst(of_mentor, strictly=False)
        if offer_full:
            return beats_worst(on_offer, strictly=True)
        if with_mentor:
            return False
        return not mentor_full or beats_worst(of_mentor, strictly=True)

    def pairs(self, kind):
        return {
            (self.offers[k][0].id, self.requests[i][0].id, self.offers[k][1].topic)
            for i, k in self.oracle.edges
            if self.blocks(i, k, kind)
        }

    def matching(self):
        return matching_of(self.oracle, self.chosen)


# -- rankings of a few people ---------------------------------------------------------------------------------------


class Rankings:
    """Preference lists with every stable matching by enumeration; shares no code with the library or with `Slow`.

    A matching is a tuple with the offer of each mentee, or None; offers stand under mentors.
    """

    def __init__(self, mentees, mentors, owner, capacity, seats):
        self.mentees, self.mentors, self.owner = mentees, mentors, owner  # owner: {offer: mentor}
        self.capacity, self.seats = capacity, seats
        self.names = list(mentees)

    def likes(self, mentee, offer):
        """The rank that a mentee gives an offer; nobody at all is worse than everybody listed."""
        return NOBODY if offer is None else rank(tuple(map(_frozen, self.mentees[mentee])), offer)

    def wants(self, mentor, mentee):
        """The rank that a mentor gives a mentee, None where the list leaves them out."""
        return rank(tuple(map(_frozen, self.mentors[mentor])), mentee) if self.mentors is not None else 1

    def acceptable(self, mentee, offer):
        """Whether both list the other."""
        return self.likes(mentee, offer) is not None and self.wants(self.owner[offer], mentee) is not None

    def matchings(self):
        """Every matching within seats."""
        choices = [[None, *(o for o in self.owner if self.acceptable(e, o))] for e in self.names]
        for chosen in product(*choices):
            on = Counter(o for o in chosen if o is not None)
            of = Counter(self.owner[o] for o in chosen if o is not None)
            if all(n <= self.seats[o] for o, n in on.items()) and all(n <= self.capacity[m] for m, n in of.items()):
                yield chosen

    def blocks(self, chosen, mentee, offer, kind):
        """Whether a mentee and an offer would rather be together."""
        mentor, now = self.owner[offer], chosen[self.names.index(mentee)]
        if now == offer or not self.acceptable(mentee, offer) or not self.capacity[mentor] or not self.seats[offer]:
            return False
        gain = self.likes(mentee, now) - self.likes(mentee, offer)
        there = [e for e, o in zip(self.names, chosen, strict=True) if o is not None and self.owner[o] == mentor]
        on = [e for e, o in zip(self.names, chosen, strict=True) if o == offer]
        mine = self.wants(mentor, mentee)
        if kind == "envy":
            kept = on if len(on) == self.seats[offer] else there
            return gain > 0 and any(self.wants(mentor, e) > mine for e in kept)
        rivals = on if len(on) == self.seats[offer] else there if len(there) == self.capacity[mentor] else None
        moves_within = now is not None and self.owner[now] == mentor and len(on) < self.seats[offer]
        if rivals is None or moves_within:
            won = 1
        else:
            worst = max(self.wants(mentor, e) for e in rivals)
            won = (mine < worst) - (mine > worst)
        if kind == "weak":
            return gain > 0 and won > 0
        if kind == "super":
            return gain >= 0 and won >= 0
        if moves_within:
            return gain > 0  # the mentor neither gains nor loses by a move from one offer to another
        return (gain > 0 and won >= 0) or (gain >= 0 and won > 0)

    def is_stable(self, chosen, kind="weak"):
        """Whether nothing blocks."""
        return not any(self.blocks(chosen, e, o, kind) for e in self.names for o in self.owner)

    def stable(self, kind="weak"):
        """Every stable matching."""
        return [chosen for chosen in self.matchings() if self.is_stable(chosen, kind)]

    def cohort(self, mm, **options):
        """The same as a cohort; offers are named only where a mentor has several."""
        one_each = set(self.owner) == set(self.owner.values())
        offers = None if one_each else self.owner
        capacity = {m: min(c, self.seats[m]) for m, c in self.capacity.items()} if one_each else self.capacity
        return mm.Cohort.from_rankings(
            self.mentees,
            self.mentors,
            capacity=capacity,
            offers=offers,
            **({} if one_each else {"offer_capacity": self.seats}),
            **options,
        )

    def pairs(self, chosen):
        """A matching as (mentor, mentee, topic)."""
        one_each = set(self.owner) == set(self.owner.values())
        rows = [(e, o) for e, o in zip(self.names, chosen, strict=True) if o is not None]
        return sorted((self.owner[o], e, "" if one_each else o) for e, o in rows)

    def total(self, chosen, side):
        """(filled seats, minus the sum of one side's ranks)."""
        rows = [(e, o) for e, o in zip(self.names, chosen, strict=True) if o is not None]
        ranks = [self.likes(e, o) if side == "mentee" else self.wants(self.owner[o], e) for e, o in rows]
        return len(rows), -sum(ranks)


def _frozen(entry):
    return tuple(entry) if isinstance(entry, list) else entry


@st.composite
def rankings(draw, *, ties=False, projects=None, most_mentees=4, most_mentors=3):
    """Rankings of a few people: with or without ties, one offer a mentor or several."""
    mentors = [f"x{k}" for k in range(draw(st.integers(1, most_mentors)))]
    mentees = [f"e{k}" for k in range(draw(st.integers(1, most_mentees)))]
    projects = draw(st.booleans()) if projects is None else projects
    if projects:
        offers = [f"p{k}" for k in range(draw(st.integers(1, most_mentors + 1)))]
        owner = {offer: draw(st.sampled_from(mentors)) for offer in offers}
    else:
        owner = {mentor: mentor for mentor in mentors}
    capacity = {m: draw(st.sampled_from([1, 1, 1, 2, 2, 0, 3])) for m in mentors}
    seats = {o: draw(st.sampled_from([1, 1, 2, 0])) if projects else capacity[o] for o in owner}
    return Rankings(
        {e: draw(_list(list(owner), ties=ties)) for e in mentees},
        {m: draw(_list(mentees, ties=ties)) for m in mentors},
        owner,
        capacity,
        seats,
    )


@st.composite
def rivalries(draw):
    """Everybody lists everybody, and offers of one seat share mentors: about half have several stable matchings."""
    mentors = [f"x{k}" for k in range(draw(st.integers(2, 3)))]
    mentees = [f"e{k}" for k in range(draw(st.integers(3, 5)))]
    owner = {f"p{k}": mentors[k % len(mentors)] for k in range(draw(st.integers(3, 4)))}
    orders = {name: draw(st.permutations(list(owner))) for name in mentees}
    ranks = {name: draw(st.permutations(mentees)) for name in mentors}
    capacity = {name: draw(st.integers(1, 2)) for name in mentors}
    return Rankings(orders, ranks, owner, capacity, dict.fromkeys(owner, 1))


@st.composite
def _list(draw, names, *, ties):
    """Some of the names, in any order, neighbours tied at will; mostly all of them."""
    order = draw(st.permutations(names))
    order = order[: draw(st.sampled_from([len(order), len(order), len(order), len(order) - 1, 1]))]
    found = []
    for name in order:
        if found and ties and draw(st.booleans()):
            found[-1].append(name)
        else:
            found.append([name])
    return [entry if len(entry) > 1 else entry[0] for entry in found]
