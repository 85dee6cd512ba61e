"""The judge of reasons: every claim is derived again from all matchings that the oracle finds by trying.

It reads the facts of a reason, not its sentence, and knows nothing of networks, chains or solvers.
"""

from collections import Counter
from functools import cached_property

from claims_in_words import unsaid
from mmatch.registry.wording import COUNTS, WISHES, in_words
from oracle import Oracle, nearest, rank

MOST_EDGES = 11
NUMBERS = {"Fit", "Keep", "Priority", "RelativeFit", "Score"}
BEST = {  # what a wish is worth where it is met
    "LevelSteps": lambda aim: max(worth for _, worth in aim.points),
    "NewConnections": lambda aim: 1 + len(aim.across),
    "Preference": lambda aim: -2 if aim.of == "both" else -1,
    "Shares": lambda _: 1,
    "TopicFit": lambda _: 1,
}


class Judge:
    """Everything that may happen in one question, and what a reason may say about it."""

    def __init__(self, cohort, program, result):
        self.cohort, self.program, self.result = cohort, program, result
        self.oracle = Oracle(cohort, program)
        self.now = Counter((e, asked) for m in result.matching for e, asked in zip(m.mentees, m.requested, strict=True))

    @cached_property
    def matchings(self):
        """Every valid matching."""
        return list(self.oracle.matchings())

    @cached_property
    def best(self):
        """The greatest value of any."""
        return max((self.oracle.value(chosen) for chosen in self.matchings), default=None)

    def request(self, who, label):
        return next(i for i, (p, r) in enumerate(self.oracle.requests) if (p.id, r.label) == (who, label))

    def mentors_of(self, numbers):
        return {self.oracle.offers[k][0].id for i, k in self.oracle.edges if i in numbers}

    def most(self, numbers, among=None):
        return max(sum(i in numbers for i, _ in chosen) for chosen in (self.matchings if among is None else among))

    def knows(self, reason):
        """Whether it can judge a reason; most kinds need that all matchings can be tried."""
        few = len(self.oracle.edges) <= MOST_EDGES and self.result.trust != "heuristic"
        return few or reason.kind in {"score", "no_offer", "rules"}

    def faults(self, reason):
        """What is false about a reason; empty where all of it is true."""
        if reason.kind == "score":
            return [f"it does not say {text}" for text in unsaid(reason, self.cohort)] + list(self._score(reason))
        check = getattr(self, f"_{reason.kind}", None)
        if check is None:
            return [f"no judge knows the kind {reason.kind}"]
        found = [f"it does not say {text}" for text in unsaid(reason, self.cohort)]
        return found + list(check(reason, self.request(reason.who[0], reason.topic)))

    def _score(self, reason):
        """Some seat of the two meets and misses these wishes, and counts this much."""
        seats = [(*self.oracle.requests[i], *self.oracle.offers[k]) for i, k in self._chosen()]
        own = [row for row in seats if (row[2].id, row[0].id, row[3].topic) == (*reason.who, reason.topic)]
        counts = list(map(self._counted, own))
        if dict(reason.facts) not in counts:
            yield f"it counts {counts}"

    def _counted(self, row):
        """What one seat meets, misses and counts."""
        found = {"met": (), "missed": (), "counts": (), "steps": nearest(self.cohort, row[1], row[3])}
        for aim in (aim for tier in self.program.tiers for aim in tier):
            if aim.name in NUMBERS:
                worth = self.oracle.pair_score(aim, *row)
                found["counts"] += ((in_words(aim, COUNTS), int(worth) if worth == int(worth) else float(worth)),)
            elif aim.name in BEST:
                key = "met" if self.oracle.pair_score(aim, *row) == BEST[aim.name](aim) else "missed"
                found[key] += (in_words(aim, WISHES),)
        return found

    def _no_offer(self, reason, number):
        if any(i == number for i, _ in self.oracle.edges):
            yield "somebody may mentor them"
        if self._reaching(reason, number):
            yield "somebody offers it"

    def _reaching(self, reason, number):
        asked = self.oracle.requests[number][1]
        return [
            (m, o)
            for m, o in self.oracle.offers
            if m.id != reason.who[0] and nearest(self.cohort, asked, o) is not None
        ]

    def _rules(self, reason, number):
        if any(i == number for i, _ in self.oracle.edges):
            yield "a candidate is left"
        mentors = len({mentor.id for mentor, _ in self._reaching(reason, number)})
        if reason.facts["mentors"] != mentors:
            yield f"{mentors} mentors offer it"
        if reason.facts["removed"] != (counts := self._removed(reason, number)):
            yield f"they are ruled out: {counts}"

    def _removed(self, reason, number):
        """How many of the mentors who offer it each fact and each rule rules out, if any."""
        mentee, program, scores = self.oracle.requests[number][0], self.program, self.cohort.scores
        facts = [
            ("a wish to avoid each other", lambda m, _: mentee.id in m.avoids or m.id in mentee.avoids),
            ("the mentee's own list", lambda m, o: rank(mentee.ranks, o.id, m.id) is None),
            ("the mentor's own list", lambda m, _: rank(m.mentee_ranks, mentee.id) is None),
            ("a missing score", lambda m, _: scores is not None and (m.id, mentee.id) not in scores),
        ]
        allows, offers = self.oracle.rule_allows, self.oracle.offers
        for rule in program.rules:
            gone = lambda m, o, rule=rule: not allows(rule, number, offers.index((m, o)))  # noqa: E731
            facts.append((f"the rule that {rule.in_words}", gone))
        counts = {}
        for name, gone in facts:
            counts.setdefault(name, set()).update(m.id for m, o in self._reaching(reason, number) if gone(m, o))
        return {name: len(mentors) for name, mentors in counts.items() if mentors}

    def _limit(self, reason, number):
        if "seats" not in reason.facts:
            yield from self._tried(reason, number)
            return
        who = reason.who[0]
        own = {i for i, (person, _) in enumerate(self.oracle.requests) if person.id == who}
        mine = [edge for edge in self.oracle.edges if edge[0] in own]
        alone = [()]
        for edge in mine:
            alone += [(*chosen, edge) for chosen in alone if self.oracle.within_limits((*chosen, edge))]
        now = sum(count for (name, _), count in self.now.items() if name == who)
        if reason.facts["seats"] != now:
            yield f"they have {now} seats"
        if self.most(own, alone) > now:
            yield "one more seat would pass no limit of their own"

    def _shortage(self, reason, number):
        facts = reason.facts
        if "full" in facts:
            yield from self._tried(reason, number)
            return
        if "requests" not in facts:
            mentors = self.mentors_of({number})
            if set(facts["mentors"]) != mentors:
                yield f"their mentors are {sorted(mentors)}"
            if facts["wanted"] != self.oracle.requests[number][1].mentors or facts["wanted"] <= len(mentors):
                yield "there are enough mentors"
            return
        numbers = {self.request(*seat) for seat in facts["requests"]}
        if number not in numbers:
            yield "they are not among those who compete"
        if self.most(numbers) != facts["seats"]:
            yield f"{self.most(numbers)} seats can be filled"
        if not facts["seats"] < facts["wanted"] <= self._wanted(numbers):
            yield f"they want {self._wanted(numbers)}"
        if set(facts["mentors"]) != self.mentors_of(numbers):
            yield "others may mentor them"

    def _wanted(self, numbers):
        most = min([rule.n for rule in self.program.rules if rule.name == "AtMost"], default=10**9)
        each = Counter()
        for i in numbers:
            person, request = self.oracle.requests[i]
            each[person.id] += request.mentors
        return sum(min(n, most) for n in each.values())

    def _tried(self, reason, number):
        """With all else as it is, one more seat of the request passes a limit with every candidate."""
        chosen = tuple(self._chosen())
        for i, k in self.oracle.edges:
            mentor = self.oracle.offers[k][0].id
            more = (*chosen, (i, k))
            if i == number and (i, k) not in chosen and self.oracle.within_limits(more) and self.oracle.complete(more):
                yield f"{mentor} could take them"
        named = reason.facts.get("full", ())
        if len(set(named)) < len(named):
            yield "somebody is named twice"
        full = {self.oracle.offers[k][0].id for i, k in self.oracle.edges if i == number and self._full(k, chosen)}
        if not set(named) <= full:
            yield f"only {sorted(full)} are full"

    def _full(self, offer, chosen):
        """Whether one more place with an offer is too much for it or its mentor."""
        mentor, stated = self.oracle.offers[offer]
        load, taken = (
            sum(self.oracle.offers[k][0].id == mentor.id for _, k in chosen),
            sum(k == offer for _, k in chosen),
        )
        seats = stated.seats is not None and taken >= stated.seats
        return seats or load >= self.oracle.seats(mentor)

    def _chosen(self):
        names = {(m.id, o.topic, number): k for k, (m, o) in enumerate(self.oracle.offers) for number in [0]}
        for match in self.result.matching:
            for mentee, asked in zip(match.mentees, match.requested, strict=True):
                offer = next(
                    k
                    for k, (m, o) in enumerate(self.oracle.offers)
                    if m.id == match.mentor and o.topic == match.topic and (m.id, o.topic, 0) in names
                )
                yield self.request(mentee, asked), offer

    def _outranked(self, reason, number):
        yield from self._loses(reason, number)
        rival = reason.facts.get("rival")
        if rival is not None and not self.now[tuple(rival)]:
            yield "the rival has no seat"

    def _price(self, reason, number):
        if "mentor" not in reason.facts:
            yield from self._loses(reason, number)
        else:
            yield from self._taken(reason, number)

    def _taken(self, reason, number):
        """A mentor could take them with all else as it is, at the price that is named."""
        chosen, facts, offers = tuple(self._chosen()), reason.facts, self.oracle.offers
        seat = next((e for e in self.oracle.edges if e[0] == number and offers[e[1]][1].id == facts["offer"]), None)
        if seat is None or seat in chosen or offers[seat[1]][0].id != facts["mentor"]:
            yield "there is no such place"
            return
        more = (*chosen, seat)
        if not self.oracle.within_limits(more) or not self.oracle.complete(more):
            yield "that mentor cannot take them"
        loss, tier = first_loss(self.oracle.value(chosen), self.oracle.value(more))
        if tier != facts["tier"] or abs(float(loss) - float(facts["loss"])) > 1e-9:
            yield f"it loses {loss} in tier {tier}"

    def _loses(self, reason, number):
        """Filling one more seat of the request, whatever else must change, loses what the reason says."""
        if self.result.status != "optimal":
            return
        seats = self.now[reason.who[0], reason.topic] + 1
        forced = [self.oracle.value(c) for c in self.matchings if sum(i == number for i, _ in c) >= seats]
        if not forced:
            yield "no matching seats them"
            return
        loss, tier = first_loss(self.best, max(forced))
        if tier != reason.facts["tier"] or abs(float(loss) - float(reason.facts["loss"])) > 1e-9:
            yield f"it loses {loss} in tier {tier}"


def first_loss(before, after):
    """(what is lost in the first tier that changes, of a vector its first number that does; that tier)."""
    for tier, pair in enumerate(zip(before, after, strict=True)):
        one, other = (x if isinstance(x, tuple) else (x,) for x in pair)
        loss = next((a - b for a, b in zip(one, other, strict=False) if a != b), 0)
        if loss:
            return loss, tier
    return 0, None
