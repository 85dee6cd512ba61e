"""Grades what was read from a folder of sign-up files against what a coordinator would say they mean.

A case is a folder with files, a case.md and an expected.json. RIGHT: every facet in "must" is right, and nothing that
decides is asked. ASKED: each wrong
facet has a question about one of its columns, or the files were refused with a way out. NOTED: a warning names a column
of each wrong facet. WRONG: something is wrong and nobody is told.
"""

import datetime as dt
import functools
import itertools
import json
import re
import unicodedata
import zoneinfo

import mmatch as mm

FACETS = ("people", "roles", "topics", "capacity", "email", "name", "avoids", "prefers", "availability", "timezone")
HOUSEKEEPING = {
    "trimmed",
    "empty-rows",
    "delimiter",
    "email-id",
    "same-file",
}  # notes that say nothing about the meaning of a column
NEEDLESS = ", where nobody would doubt"
WAY_OUT = re.compile(
    r"\b(say|give|name|write|map|mapping|add|set|choose|pass|use|rename|save|mend|remove|expected|did you mean)\b",
    re.IGNORECASE,
)


# ------------------------------------------------------------------ texts
def plain(text):
    """A text for comparing: composed letters, single spaces, no difference of case."""
    return " ".join(unicodedata.normalize("NFC", str(text)).split()).casefold()


def words(text):
    """The words of a name in any order, without commas."""
    return frozenset(plain(text).replace(",", " ").split())


def mentions(text, head):
    """Whether a message names a column: in quotes, in full where the head has several words, or cut short by "…"."""
    text, head = plain(text), plain(head)
    opening, closing = "\"'`\u201c\u2018\u00ab", "\"'`\u201d\u2019\u00bb"
    quoted = re.search(rf"[{opening}(\[]\s*{re.escape(head)}\s*[{closing})\]]", text)
    cut = any(head.startswith(begin) for begin in re.findall(rf"[{opening}]([^\"\u2026]{{8,}})(?:\u2026|\.\.\.)", text))
    return bool(quoted) or cut or (" " in head and head in text)


def told(problem):
    """All that a problem, question or exception says, in one text."""
    parts = [str(problem)] + [str(getattr(problem, part, "") or "") for part in ("column", "where", "message", "hint")]
    return " ".join(parts + [told(p) for p in getattr(problem, "problems", ())])


def alternatives(value):
    return value if isinstance(value, list) else [value]


# ------------------------------------------------------------------ who is who
def addresses(person):
    """Everything about a person that looks like an e-mail address."""
    values = [person.id, getattr(person, "email", None), getattr(person, "contact", None)]
    for value in person.attributes.values():
        values += list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
    return {plain(v) for v in values if isinstance(v, str) and "@" in v}


def shown_name(person):
    return person.name or person.id


def likeness(wanted, person):
    name = shown_name(person)
    same = [n for n in alternatives(wanted["name"]) if n and (plain(n) == plain(name) or words(n) == words(name))]
    mail = wanted["email"] and plain(wanted["email"]) in addresses(person)
    number = plain(wanted.get("match", {}).get("id", "")) == plain(person.id)
    return 3 * bool(same) + 2 * bool(mail) + number


def pair_up(people, cohort):
    """{index of an expected person: participant}, most alike first, one to one."""
    scores = [(likeness(w, p), i, j) for i, w in enumerate(people) for j, p in enumerate(cohort)]
    found, taken = {}, set()
    for score, i, j in sorted(scores, key=lambda s: (-s[0], s[1], s[2])):
        if score and i not in found and j not in taken:
            found[i] = cohort[j]
            taken.add(j)
    return found, [p for j, p in enumerate(cohort) if j not in taken]


def label(wanted):
    return alternatives(wanted["name"])[0] or wanted["email"]


def key(wanted):
    return wanted["email"] or label(wanted)


# ------------------------------------------------------------------ facets: each yields what is wrong
class Comparison:
    def __init__(self, reading, expected):
        self.cohort = reading.guess
        self.expected = expected["people"]
        self.out = expected.get("out", [])
        self.found, self.others = pair_up(self.expected, list(self.cohort))
        self.pairs = [(self.expected[i], p) for i, p in sorted(self.found.items())]
        self.index = {p.id: i for i, p in self.found.items()}
        self.by_key = {key(w): i for i, w in enumerate(self.expected)}

    def people(self):
        for i, w in enumerate(self.expected):
            if i not in self.found:
                yield f"{label(w)} is missing"
        for p in self.others:
            gone = [o for o in self.out if likeness(o, p)]
            twice = [w for w in self.expected if likeness(w, p)]
            if twice:
                yield f"{label(twice[0])} is there twice, also as {p.id}"
            elif not gone:
                yield f"{shown_name(p)!r} ({p.id}) is nobody who signed up"
            elif p.offers or p.requests:
                yield f"{shown_name(p)!r} takes part, though: {gone[0]['why']}"

    def roles(self):
        for w, p in self.pairs:
            for role, is_so in (("mentor", bool(p.offers) and p.capacity != 0), ("mentee", bool(p.requests))):
                if is_so != (w[role] is not None):
                    yield f"{label(w)} is {'a' if is_so else 'no'} {role}"

    def topics(self):
        for w, p in self.pairs:
            for role, items in (("mentor", p.offers), ("mentee", p.requests)):
                if w[role] is None or w[role]["topics"] is None or not items:
                    continue
                has = {plain(topic) for item in items for topic in topics_of(item)}
                wanted = [{plain(t) for t in alternatives(topic)} for topic in w[role]["topics"]]
                lost = [min(t) for t in wanted if not t & has]
                extra = sorted(has.difference(*wanted)) if wanted else sorted(has - {""})
                if lost or extra:
                    yield f"{label(w)} as {role}: lost {lost}, extra {extra}"

    def capacity(self):
        mentees = sum(w["mentee"] is not None for w in self.expected)
        for w, p in self.pairs:
            wanted = w["mentor"]["capacity"] if w["mentor"] else "?"
            if wanted == "?":
                continue
            if wanted == "no limit":
                right = p.capacity is not None and p.capacity >= mentees
            else:
                right = p.capacity in (None, 1) if wanted is None else p.capacity == wanted
            if not right:
                yield f"{label(w)}: {p.capacity}, expected {wanted}"

    def email(self):
        for w, p in self.pairs:
            if w["email"] and plain(w["email"]) not in addresses(p):
                yield f"{label(w)}: {w['email']} is nowhere"

    def name(self):
        for w, p in self.pairs:
            if plain(shown_name(p)) not in {plain(n) for n in alternatives(w["name"])}:
                yield f"{label(w)} is called {shown_name(p)!r}"

    def avoids(self):
        def both_ways(field):
            return {
                frozenset((i, self.by_key[k]))
                for i, w in enumerate(self.expected)
                for k in w.get(field, ())
                if k in self.by_key
            }

        wanted, allowed = both_ways("avoids"), both_ways("may_avoid")
        has = {frozenset((i, self.index.get(other, other))) for i, p in self.found.items() for other in p.avoids}
        for pair in sorted(wanted - has, key=str):
            yield "not kept apart: " + " and ".join(label(self.expected[i]) for i in sorted(pair))
        for pair in sorted(has - wanted - allowed, key=str):
            yield "kept apart without being asked: " + " and ".join(
                label(self.expected[i]) if isinstance(i, int) else str(i) for i in sorted(pair, key=str)
            )

    def prefers(self):
        for w, p in self.pairs:
            if "scores" in w:
                yield from self.order_of_scores(w, p)
                continue
            for field, ranks in (("prefers", p.ranks), ("prefers_mentees", p.mentee_ranks)):
                wanted = [self.by_key[k] for k in w.get(field, ())]
                tiers = [[self.index.get(one, one) for one in ([t] if isinstance(t, str) else t)] for t in ranks or ()]
                has = []
                for tier in tiers:
                    if len(has) >= len(wanted):
                        break
                    has += sorted(tier, key=lambda one: (one not in wanted, wanted.index(one) if one in wanted else 0))
                named = [label(self.expected[i]) if isinstance(i, int) else str(i) for i in has[: len(wanted)]]
                if has[: len(wanted)] != wanted:
                    yield f"{label(w)} wishes for {named}, expected {[label(self.expected[i]) for i in wanted]}"
                elif not wanted and len(tiers) > 1:
                    yield f"{label(w)} prefers some people, and named nobody"

    def order_of_scores(self, w, p):
        ids = {label(self.expected[i]): q.id for i, q in self.found.items()}
        given = self.cohort.scores or {}
        ranked = [one for t in p.ranks or () for one in ([t] if isinstance(t, str) else t)]
        value = {}
        for mentor in w["scores"]:
            there = ids.get(mentor)
            value[mentor] = given.get((there, p.id)) if given else -ranked.index(there) if there in ranked else None
        for (a, x), (b, y) in itertools.combinations(w["scores"].items(), 2):
            if x != y and (value[a] is None or value[b] is None or (value[a] > value[b]) != (x > y)):
                yield f"{label(w)}: {a} {x} and {b} {y} are read as {value[a]} and {value[b]}"

    def availability(self):
        for w, p in self.pairs:
            for kind in ("free", "busy"):
                for slot in w.get("availability", {}).get(kind, ()):
                    text = (
                        p.availability
                        if p.availability is None or isinstance(p.availability, str)
                        else tuple(p.availability)
                    )
                    answer = is_free(text, slot)
                    if answer is not (kind == "free"):
                        yield f"{label(w)} is {kind} on {slot}, read as {p.availability!r}" + (
                            f": {answer}" if isinstance(answer, str) else ""
                        )

    def timezone(self):
        for w, p in self.pairs:
            if w.get("timezone") and not same_clock(w["timezone"], p.timezone):
                yield f"{label(w)}: {p.timezone!r}, expected {w['timezone']}"


@functools.cache
def is_free(availability, slot):
    """Whether weekly windows as they were read leave a slot free, by mmatch's own understanding of them."""
    if not availability:
        return False
    people = [
        mm.Participant("a", offers=[mm.Offer("t")], availability=availability, timezone="UTC"),
        mm.Participant("b", requests=[mm.Request("t")], availability="Mon-Sun 0-24", timezone="UTC"),
    ]
    try:
        result = mm.solve(mm.Cohort(people), mm.Program(rules=[mm.rules.CommonSlot([slot])]))
    except mm.MmatchError as error:
        return str(error)
    return len(result.matching.pairs()) == 1


def same_clock(one, other):
    """Two zones that show the same time in winter and in summer."""
    if one == other:
        return True
    try:
        zones = [zoneinfo.ZoneInfo(name) for name in (one, other)]
    except (TypeError, ValueError, KeyError, OSError):
        return False
    days = [dt.datetime(2027, month, 15, 12, tzinfo=dt.UTC) for month in (1, 7)]
    return all(day.astimezone(zones[0]).utcoffset() == day.astimezone(zones[1]).utcoffset() for day in days)


# ------------------------------------------------------------------ one case
def topics_of(item):
    """The topics of an offer or a request; a request may take any one of several."""
    return getattr(item, "topics", None) or (item.topic,)


def judge_reading(reading, expected):
    compared = Comparison(reading, expected)
    wrong = {}
    for facet in FACETS:
        if facet in expected["must"]:
            faults = list(getattr(compared, facet)())
            if facet != "people" and 2 * len(compared.found) < len(expected["people"]):
                faults = ["most people cannot be recognised, by name, address or id"]
            if faults:
                wrong[facet] = faults
    if not wrong:
        return "RIGHT", "", []
    questions = list(getattr(reading, "questions", ()))
    notes = [n for n in reading.warnings if getattr(n, "code", "") not in HOUSEKEEPING]
    how = {f: how_told(expected["columns"].get(f, []), questions, notes) for f in wrong}
    verdict = next(v for v in ("WRONG", "NOTED", "ASKED") if v in how.values())
    lines = [f"{facet} ({how[facet].lower()}): {fault}" for facet, faults in wrong.items() for fault in faults]
    needless = NEEDLESS if verdict == "ASKED" and not set(wrong) <= set(expected["may_ask"]) else ""
    return (
        verdict,
        ", ".join(wrong) + needless,
        lines + [f"note: {n}" for n in notes] + [f"question: {q}" for q in questions],
    )


def how_told(heads, questions, notes):
    """Whether somebody is asked, or at least told, about one of these columns."""
    for verdict, messages in (("ASKED", questions), ("NOTED", notes)):
        if any(plain(getattr(m, "column", "")) == plain(h) or mentions(told(m), h) for m in messages for h in heads):
            return verdict
    return "WRONG"


def judge_refusal(error, expected):
    text = told(error)
    heads = {h for columns in expected["columns"].values() for h in columns}
    named = any(name in text for name in expected["files"]) or any(mentions(text, h) for h in heads)
    helps = any(getattr(p, "hint", "") for p in getattr(error, "problems", ())) or WAY_OUT.search(text)
    lines = [f"refused: {line}" for line in str(error).splitlines()]
    if not (named and helps):
        return "CRASH", "refused, without naming a file or column" if not named else "refused, without a way out", lines
    doubtful = any(mentions(text, h) for f in expected["may_ask"] for h in expected["columns"].get(f, []))
    return "ASKED", "refused" + ("" if doubtful else NEEDLESS), lines


def grade(folder):
    """(verdict, in short, in full) of one case."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    try:
        reading = mm.read_files(*(folder / name for name in expected["files"]))
        verdict = judge_reading(reading, expected)
    except mm.errors.InputError as error:
        return judge_refusal(error, expected)
    asked = [str(question) for question in reading.questions if question.decides]
    return ("ASKED", "understood, and asked all the same", asked) if verdict[0] == "RIGHT" and asked else verdict
