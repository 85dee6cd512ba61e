"""From people as drafted to participants: names become ids, wish lists become ranks, topics get one spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from mmatch.cohort.participants import MODES, Offer, Participant, Request
from mmatch.errors import LimitError, Problem, excerpt
from mmatch.signup.answers import FormAnswer
from mmatch.signup.draft import Draft
from mmatch.signup.persons import MOST_SUGGESTED, FormPerson
from mmatch.signup.questions import answers
from mmatch.signup.values import UNLIMITED
from mmatch.signup.vocabulary import folded
from mmatch.signup.wishes import is_remark

MOST_TIED = 20_000_000
SHARED = ("name", "site", "timezone", "availability", "modes")
Entries = tuple[str | tuple[str, ...], ...]


class Assembler:
    """Turns each person of a draft into a `Participant`. One use."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.notes = draft.people.notes
        self.mentors = [p.spelling for p in draft.people if "mentor" in p.roles]
        self.mentees = [p.spelling for p in draft.people if "mentee" in p.roles]
        self._topics: dict[str, str] = {}
        self._tied = 0
        self.blank_topics = self.any_of = 0
        self._stated: dict[str, FormAnswer] = {}

    def participants(self) -> tuple[list[FormPerson], list[Participant]]:
        """Everybody with a role, as drafted and as a participant."""
        persons = [person for person in self.draft.people if person.roles]
        made = [self._participant(person) for person in persons]
        if self.blank_topics:
            text = f"{self.blank_topics} people left the topic blank: they meet every topic"
            self.notes.warn("blank-topic", "", text, "fill it in to restrict them")
        stated = any(p.capacity is not None or any(o.seats is not None for o in p.offers) for p in made)
        if self.mentors and self.mentees and not stated:
            text = "nobody states how many mentees a mentor takes: each gets one match"
            self.notes.warn("no-capacity", "", text, "add a column such as max mentees, or map one to capacity")
        if self.any_of:
            text = f"{self.any_of} people ticked several topics: each asks for one mentor, on any of them"
            self.notes.warn("any-of", "", text, "a column with the number of mentors wanted asks for more")
        self._suggest_topics(made)
        return persons, made

    def _suggest_topics(self, made: Sequence[Participant]) -> None:
        """Ask about topics that nobody offers and that are nearly one that somebody does: "Pyhton"."""
        offered = {offer.topic for person in made for offer in person.offers} - {""}
        wanted = {topic for person in made for request in person.requests for topic in request.topics} - {""}
        for topic in sorted(wanted - offered)[:MOST_SUGGESTED] if offered else ():
            near = get_close_matches(topic, offered, n=1, cutoff=0.8)
            answer = self._stated.get(topic)
            if near and answer is not None:
                sheet = answer.sheet
                head = next((c.head for c in sheet.of("requests", "topic") if topic in c.cell(answer.row)), "")
                text = f"nobody offers {excerpt(topic)}, and {excerpt(near[0])} is offered: the same?"
                how = answers(topic, near[0])
                self.notes.doubt(sheet.name, head, "spelling", text, near[0], likely=topic, how=how, key=topic)

    def _participant(self, person: FormPerson) -> Participant:
        mentor, mentee = (person.answers.get(role) for role in ("mentor", "mentee"))
        self._compare(person, mentor, mentee)
        fact, extra = person.facts().get, person.extra
        attributes, avoids = extra.get("attributes", {}), [*extra.get("avoids", ())]
        for answer in person.ordered():
            attributes = attributes | answer.attributes
            avoids += answer.facts.get("avoids", ())
        return Participant(
            person.spelling,
            name=fact("name") or person.name,
            email=fact("email") or person.email,
            language=fact("language") or "",
            offers=self._offers(mentor, fact("seats")) if "mentor" in person.roles else (),
            requests=self._requests(mentee, fact) if "mentee" in person.roles else (),
            capacity=max(1, len(self.mentees)) if fact("capacity") == UNLIMITED else fact("capacity"),
            groups=fact("groups"),
            min_load=fact("min_load") or 0,
            availability=fact("availability"),
            timezone=fact("timezone") or fact("hours_zone"),
            site=fact("site") or "",
            modes=fact("modes") or MODES,
            attributes=attributes,
            ranks=self._ranks(person, "ranks", self.mentors),
            mentee_ranks=self._ranks(person, "mentee_ranks", self.mentees),
            avoids=(*dict.fromkeys(self._ids(person, avoids, "avoids")), *extra.get("final_avoids", ())),
        )

    def _compare(self, person: FormPerson, mentor: FormAnswer | None, mentee: FormAnswer | None) -> None:
        """Report what one person says differently in two files; the last file counts."""
        if mentor is None or mentee is None or mentor is mentee:
            return
        pairs = [(key, mentor.facts.get(key), mentee.facts.get(key)) for key in SHARED]
        pairs += [(key, value, mentee.attributes.get(key)) for key, value in mentor.attributes.items()]
        for key, first, last in pairs:
            if first is not None and last is not None and first != last:
                text = f"{excerpt(key)} of {excerpt(person.spelling)} differs from {mentor.place()}: this one counts"
                self.notes.warn("contradiction", mentee.place(key), text)

    def _offers(self, answer: FormAnswer | None, seats: int | None) -> tuple[Offer, ...]:
        facts = answer.facts if answer else {}
        levels = facts.get("levels", {})
        topics = self._stated_topics(answer, "offers")
        return tuple(Offer(topic, level=levels.get(topic, facts.get("level")), seats=seats) for topic in topics)

    def _requests(self, answer: FormAnswer | None, fact: Callable[[str], Any]) -> tuple[Request, ...]:
        """One request for all topics that one row ticks; a row of its own for a topic is a request of its own."""
        facts = answer.facts if answer else {}
        choices, levels = facts.get("choice", {}), facts.get("levels", {})
        topics = self._stated_topics(answer, "requests")
        topics.sort(key=lambda topic: choices.get(topic, len(choices) + 1))
        several_rows = facts.get("rows", 1) > 1 and not choices
        together = len(topics) > 1 and not several_rows and len({levels[t] for t in topics if t in levels}) < 2
        self.any_of += together
        priority, mentors = fact("priority"), fact("mentors")
        return tuple(
            Request(
                tuple(topics) if together else topic,
                level=levels.get(topic, facts.get("level")),
                priority=1 if priority is None else priority,
                mentors=1 if mentors is None else mentors,
                format=facts.get("format"),
            )
            for topic in (topics[:1] if together else topics)
        )

    def _stated_topics(self, answer: FormAnswer | None, meaning: str) -> list[str]:
        """The topics that an answer states, in their first spelling; "" where it states none."""
        stated = [t for m in (meaning, "topic") for t in answer.facts.get(m, ())] if answer else []
        if answer is None or not stated:
            self.blank_topics += bool(answer and answer.sheet.has("topic", meaning))
            return [""]
        return list(dict.fromkeys(self._spelled(topic, answer) for topic in stated))

    def _spelled(self, topic: str, answer: FormAnswer) -> str:
        topic = self.draft.synonyms.get(folded(topic), topic)
        topic = self.draft.people.mapping.answer(topic) or topic
        first = self._topics.setdefault(folded(topic), topic)
        self._stated.setdefault(topic, answer)
        if first != topic:
            where = answer.place("topic", "offers", "requests")
            self.notes.warn("topic-spelling", where, f"the topic {excerpt(topic)} is taken for {excerpt(first)}")
        return first

    def _ranks(self, person: FormPerson, side: str, everybody: Sequence[str]) -> Entries | None:
        """A wish list as ranks: the people named, then one tie of all others unless the list is strict."""
        final = person.extra.get(f"final_{side}")
        if final is not None:
            return tuple(final)
        for meaning in (f"strict_{side}", side):
            wishes, source = self._wishes(person, meaning, side)
            if wishes is None:
                continue
            named = tuple(dict.fromkeys(self._ids(person, wishes, source)))
            if not named or meaning.startswith("strict"):
                return named or None
            rest = tuple(name for name in everybody if name not in {*named, person.spelling})
            self._tied += len(rest)
            if self._tied > MOST_TIED:
                text = f"wish lists followed by all others have more than {MOST_TIED:,} entries, limit {MOST_TIED:,}"
                raise LimitError(Problem("too-large", "", text, "map the wish lists to strict_ranks"))
            return (*named, rest) if len(rest) > 1 else named + rest
        return None

    def _wishes(self, person: FormPerson, meaning: str, side: str) -> tuple[Sequence[str] | None, str]:
        """The names in a wish list and the meaning of its column; a mentor's plain wish list is about mentees."""
        role, plain = ("mentee", "") if side == "ranks" else ("mentor", meaning.replace("mentee_", ""))
        if plain == "" and role not in person.roles:
            return None, meaning
        answer = person.answers.get(role)
        facts = answer.facts if answer else {}
        found = [(person.extra.get(meaning), meaning), (facts.get(meaning), meaning)]
        if plain and person.roles == {"mentor"}:
            found.append((person.extra.get(plain), plain))
        if plain and answer is not person.answers.get("mentee"):
            found.append((facts.get(plain), plain))
        return next(((wishes, source) for wishes, source in found if wishes is not None), (None, meaning))

    def _ids(self, person: FormPerson, texts: Iterable[str], meaning: str) -> Iterable[str]:
        """Ids of the people whom texts name; a text that names nobody is split at its commas before it is a problem."""
        for text in texts:
            source, head = person.source(meaning), text.partition(",")[0]
            if source and source[0].sheet.names_nobody(head) and is_remark(text, self.draft.people):
                continue  # "No, happy with anyone"
            for piece, known in self.draft.people.named(text):
                if known is not None:
                    if not self.draft.people.called(piece) and self.draft.people.find(piece) is None:
                        where = source[0].place(source[1]) if source else ""
                        self.notes.warn("first-name", where, f"{excerpt(piece)} is taken for {excerpt(known.spelling)}")
                    yield known.spelling
                elif source and self.draft.people.is_gone(piece):
                    source[0].warn("left-out", f"{excerpt(piece)} was rejected and is left out", row=source[1])
                elif source and meaning != "avoids" and is_remark(piece, self.draft.people):
                    source[0].warn("no-wish", f"{excerpt(piece)} names nobody, and is no wish", row=source[1])
                elif source:
                    source[0].note(source[1], self.draft.people.fault(piece))
