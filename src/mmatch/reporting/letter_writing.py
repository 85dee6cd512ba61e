"""Letters for everybody: mentors, mentees, and those who are left over, each in their language and on their clock."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from gettext import NullTranslations
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from mmatch.display import Shown, Table, visible
from mmatch.errors import InputError, Problem, excerpt
from mmatch.events.values import Event
from mmatch.explanations import reasons
from mmatch.formats.handouts import session_title
from mmatch.io.calendars import slug
from mmatch.io.contacts import addresses, check_contact
from mmatch.io.csvs import rows_to_text
from mmatch.io.files import atomic_write, made_folder, read_text
from mmatch.reporting.dated import Calendar, day, when, where
from mmatch.reporting.event_facts import event_facts
from mmatch.reporting.overview import Material
from mmatch.reporting.pages import TITLE, check_parts
from mmatch.reporting.personal import MISSED
from mmatch.reporting.sections import ShownNames
from mmatch.reporting.templating import rendered_apart, rendered_here
from mmatch.text import suggestion
from mmatch.texts import languages, translator, translator_for

if TYPE_CHECKING:
    import os

    from mmatch.cohort import Cohort
    from mmatch.matching import Match, Matching
    from mmatch.result import Result
    from mmatch.scheduling.plans import Schedule

KINDS = ("mentor", "mentee", "left_over", "event")
SUBJECT = "Subject: "
MERGE_HEADS = (
    *("person", "name", "email", "letter", "language", "topics", "partners", "partner_emails"),
    *("dates", "zone", "subject", "text"),
)
_WORDED = re.compile(r'\{\{ _\("(.*?)"\)(?:\.format\((.*?)\))? \}\}')


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: to whom, of which kind ("mentor", "mentee", "left_over", "event"), which language, subject and text.

    ``email`` is empty where no address is known. ``facts`` are what the template could use.
    """

    to: str
    name: str
    email: str
    kind: str
    language: str
    subject: str
    text: str
    facts: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<Letter: {self.kind} {self.to}, {self.language}>"

    def as_eml(self, sender: str = "") -> bytes:
        """The letter as an e-mail that a mail program opens as a draft (RFC 5322); nothing is sent."""
        made = EmailMessage(SMTP.clone(utf8=False))
        made["Subject"] = " ".join(self.subject.split())
        if "@" in sender:
            made["From"] = sender
        to = _address(self.name, self.email)
        if to is not None:
            made["To"] = to
        made["X-Unsent"] = "1"
        made.set_content(self.text, cte="quoted-printable")
        made["Content-Language"] = self.language
        return made.as_bytes()


@dataclass(frozen=True, eq=False)
class Letters(Shown, Sequence[Letter]):
    """All letters of a match, mentors first, ready to be read, changed or written to files; nothing is ever sent."""

    letters: tuple[Letter, ...]
    sender: str = ""

    def __len__(self) -> int:
        return len(self.letters)

    @overload
    def __getitem__(self, index: int) -> Letter: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Letter, ...]: ...
    def __getitem__(self, index: int | slice) -> Letter | tuple[Letter, ...]:
        return self.letters[index]

    def of(self, who: str) -> tuple[Letter, ...]:
        """The letters to one person: two where somebody is a mentor and a mentee."""
        return tuple(letter for letter in self.letters if letter.to == who)

    def since(self, earlier: Matching, now: Matching, schedules: tuple[Schedule, Schedule] | None = None) -> Letters:
        """The letters to those whose matches, or with two schedules whose dates, are others than they were."""
        was, found = (_partners(matching) for matching in (earlier, now))
        moved = {who for who in was.keys() | found.keys() if was.get(who) != found.get(who)}
        if schedules is not None:
            before, after = map(_dates, schedules)
            moved |= {who for who in before.keys() | after.keys() if before.get(who) != after.get(who)}
        return Letters(tuple(letter for letter in self.letters if letter.to in moved), self.sender)

    def __repr__(self) -> str:
        return f"<Letters: {len(self)}, {sum(not letter.email for letter in self)} without an address>"

    def tables(self) -> Iterator[Table]:
        """One row a letter."""
        rows = [(letter.kind, letter.to, letter.language, letter.subject) for letter in self.letters]
        yield Table(("letter", "to", "language", "subject"), rows, "Letters", len(rows))

    def write(self, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
        """Write each letter as .txt and as .eml, and mail_merge.csv, which begins with a byte order mark for Excel.

        Raises:
            ExportError: the folder cannot be made or written.
        """
        place = Path(folder)
        made_folder(place)
        files: dict[str, bytes] = {}
        for number, letter in enumerate(self.letters, 1):
            name = f"{number:04}-{slug(letter.to)}-{letter.kind.replace('_', '-')}"
            files[f"{name}.txt"] = letter.text.encode()
            files[f"{name}.eml"] = letter.as_eml(self.sender)
        files["mail_merge.csv"] = rows_to_text(MERGE_HEADS, map(_merged, self.letters)).encode("utf-8-sig")
        for name, data in files.items():
            atomic_write(place / name, data)
        return tuple(place / name for name in files)


def _partners(matching: Matching) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for mentor, mentee, topic in matching.pairs():
        found.setdefault(mentor, set()).add((mentee, topic))
        found.setdefault(mentee, set()).add((mentor, topic))
    return found


def _dates(schedule: Schedule) -> dict[str, set[Any]]:
    """When and where each person meets whom, and what they have to do until when."""
    found: dict[str, set[Any]] = {}
    for plan in schedule.plans:
        for who in plan.people:
            dues = [(due.by, due.kind, due.what) for due in plan.dues if who in plan.doers(due)]
            sessions = [(s.start, s.minutes, s.mode, s.site, s.room, s.place) for s in plan.sessions]
            found.setdefault(who, set()).update((plan.match.mentor, *entry) for entry in (*sessions, *dues))
    return found


def letters(  # noqa: PLR0913 - what is written, and how
    cohort: Cohort,
    result: Result | Event,
    schedule: Schedule | None = None,
    *,
    templates: Mapping[str, str] | str | os.PathLike[str] | None = None,
    language: str = "en",
    title: str = TITLE,
    sender: str = "",
    contact: str = "partner",
) -> Letters:
    """Write to everybody: whom they meet and when, what to do next, and to those left over what happened.

    Each letter is in the person's own language where that is translated (English, German, French, Spanish), and its
    times are on the person's own clock. Reasons are told without a word about other people.

    Args:
        cohort: the facts; `Participant.email` and `.language` say where to and in which language.
        result: the answer; or an event, of which everybody learns whom they meet in each round.
        schedule: dates for the matches.
        templates: texts of your own, by name ("mentor", "mentee", "left_over", "event", or for one language
            "mentor.de"), or a folder with files such as mentor.txt; `letter_templates` gives some to begin with. A
            template begins with "Subject: "; it is a jinja2 template and runs in a sandbox.
        language: of people who state none, or one that is not translated.
        title: what the program is called.
        sender: who writes, such as "Mia Schulz <mia@example.org>".
        contact: whose addresses a letter shows: "partner", "all" (in a group the other mentees', too) or "none".

    Raises:
        InputError: parts that do not belong together, a language into which nobody has translated the texts, a
            template that cannot be read or takes too much time or memory.
    """
    if type(sender) is not str:
        raise InputError(Problem("type", "sender", f"found {excerpt(sender)}, expected a text"))
    check_contact(contact)
    translator(language)
    own = _templates(templates)
    if isinstance(result, Event):
        drafts = [("event", who, event_facts(cohort, result, who, language, sender, title)) for who in result.names]
    else:
        check_parts(cohort, result, schedule, None, title)
        material = Material(cohort, result, reasons(cohort, result), schedule, None, None, title)
        drafts = [
            (kind, who, _facts(material, (who, role), language, sender, contact))
            for kind, role, who in _readers(material)
        ]
    jobs, names = [], []
    for kind, _who, facts in drafts:
        name = f"{kind}.{facts['language']}"
        names.append(name if name in own else kind)
        jobs.append((names[-1], facts["language"], facts))
    render = rendered_here if templates is None else rendered_apart
    texts = render({**_defaults(), **own}, jobs)
    made = []
    for (kind, who, facts), text, name in zip(drafts, texts, names, strict=True):
        first, _, rest = text.lstrip().partition("\n")
        if not first.startswith(SUBJECT):
            hint = f'let it begin with a line such as "{SUBJECT}Your mentor"'
            raise InputError(Problem("template", f"{name}.txt", f"begins with {excerpt(first)}", hint))
        subject = " ".join(first.removeprefix(SUBJECT).split())
        body = re.sub(r"\n{3,}", "\n\n", rest.strip()) + "\n"
        email = cohort[who].email if _address("", cohort[who].email) is not None else ""
        made.append(Letter(who, facts["name"], email, kind, facts["language"], subject, body, facts))
    return Letters(tuple(made), sender)


def letter_templates(language: str = "en") -> dict[str, str]:
    """The letters as templates to begin with, in one language: {"mentor": text, "mentee": text, …}.

    Raises:
        InputError: a language into which nobody has translated the texts.
    """
    texts = translator(language)

    def plain(found: re.Match[str]) -> str:
        named = dict(item.split("=") for item in (found[2] or "").split(", ") if item)
        return texts.gettext(found[1]).format_map({name: f"{{{{ {fact} }}}}" for name, fact in named.items()})

    return {name: _WORDED.sub(plain, source) for name, source in _defaults().items()}


def _defaults() -> dict[str, str]:
    home = resources.files("mmatch.reporting").joinpath("templates", "letters")
    return {kind: home.joinpath(f"{kind}.txt").read_text(encoding="utf-8") for kind in KINDS}


def _templates(given: Any) -> dict[str, str]:
    """Templates of the user's own, by name.

    Raises:
        InputError: no folder, names of no letter, no texts.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        folder = Path(given)
        if not folder.is_dir():
            text = f"found {excerpt(str(given))}, expected a folder with {', '.join(f'{kind}.txt' for kind in KINDS)}"
            raise InputError(Problem("template", "templates", text))
        given = {path.name.removesuffix(".txt"): read_text(path) for path in sorted(folder.glob("*.txt"))}
    known = [f"{kind}{tag}" for kind in KINDS for tag in ("", *(f".{tag}" for tag in languages()))]
    for name, text in given.items():
        if name not in known or type(text) is not str:
            found = f"there is no letter {excerpt(str(name))}" if name not in known else "expected a text"
            raise InputError(Problem("template", "templates", found, suggestion(str(name), known)))
    return dict(given)


def _readers(found: Material) -> Iterator[tuple[str, str, str]]:
    """(kind of letter, role, id) of everybody who offers or asks for something: mentors, mentees, those left over."""
    cohort = found.cohort
    ids, seats = cohort.people.ids, found.result.matching.seats
    met = {"mentor": set(seats.mentor), "mentee": set(seats.mentee)}
    asking = cohort.requests.owner[cohort.requests.mentors > 0]
    people = {"mentor": sorted(set(cohort.offers.owner.tolist())), "mentee": sorted(set(asking.tolist()))}
    for role, rows in people.items():
        yield from ((role, role, ids[row]) for row in rows if ids[row] in met[role])
    for role, rows in people.items():
        yield from (("left_over", role, ids[row]) for row in rows if ids[row] not in met[role])


def _facts(found: Material, reader: tuple[str, str], language: str, sender: str, contact: str) -> dict[str, Any]:
    """What the letter to one person in one role may use: plain texts and lists, and nothing about others."""
    (who, role), cohort = reader, found.cohort
    texts = translator_for(cohort[who].language, language)
    _, names = texts.gettext, ShownNames(cohort)
    own = [match for match in found.matches_of.get(who, []) if (match.mentor == who) == (role == "mentor")]
    matches = [_match(found, match, who, texts, contact) for match in own]
    missed = found.missed_of.get(who, {}) if role == "mentee" else {}
    dated = bool(matches) and all(match["dates"] for match in matches)
    return {
        "name": visible(names.short(who)),
        "role": role,
        "program": visible(_(found.title)),
        "sender": visible(sender.partition("<")[0].strip() or _(found.title)),
        "language": texts.language,
        "matches": matches,
        "missed": [
            {
                "topic": visible(topic) or _("any topic"),
                "why": _(MISSED[kind]) if kind in MISSED else _("No place was found."),
            }
            for topic, kind in missed.items()
            if kind != "limit" or not matches  # whoever has a match has what they may have
        ],
        "dated": dated,
        "reachable": any(partner["email"] for match in matches for partner in match["partners"]),
        "zone": "" if found.schedule is None else Calendar(cohort, found.schedule, names).zone(who),
    }


def _match(found: Material, match: Match, who: str, texts: NullTranslations, contact: str) -> dict[str, Any]:
    """One match as its reader may see it."""
    names, known = ShownNames(found.cohort), addresses(found.cohort, match, who, contact)
    met = match.mentees if who == match.mentor else (match.mentor,)
    beside = [other for other in match.mentees if other != who] if who != match.mentor else []

    def person(other: str) -> dict[str, str]:
        return {"name": visible(names.short(other)), "email": visible(known.get(other, ""))}

    partners, others = [person(other) for other in met], [person(other) for other in beside]
    people, together = (", ".join(map(_written, group)) for group in (partners, others))
    if together:
        people = texts.gettext("{people}, together with {others}").format(people=people, others=together)
    dates, tasks = [match.slot] if match.slot else [], []
    for plan in found.plans_of.get(who, []):
        if plan.match == match and found.schedule is not None:
            zone = Calendar(found.cohort, found.schedule, names).zone(who)
            for k, meeting in enumerate(plan.sessions):
                title = session_title(k, len(plan.sessions), texts)
                dates.append(visible(f"{title}: {', '.join(when(meeting, zone, texts))}, {where(meeting, texts)}"))
            listed = ", ".join(map(names.short, plan.partners(who)))
            for due in sorted((due for due in plan.dues if who in plan.doers(due)), key=lambda due: due.by):
                line = texts.gettext("Until {date}: {task}")
                tasks.append(visible(line.format(date=day(due, zone, texts), task=due.text(listed, texts))))
    topic = visible(match.topic) or texts.gettext("any topic")
    return {
        "topic": topic[:1].upper() + topic[1:],
        "people": people,
        "partners": partners,
        "others": others,
        "dates": dates,
        "tasks": tasks,
    }


def _written(person: Mapping[str, str]) -> str:
    return f"{person['name']} <{person['email']}>" if person["email"] else person["name"]


def _address(name: str, email: str) -> Address | None:
    """A name and an address as a header takes them; None where the address is none."""
    try:
        return Address(" ".join(visible(name).split()), addr_spec=email) if email.count("@") == 1 else None
    except (ValueError, MessageError, LookupError):
        return None


def _merged(letter: Letter) -> tuple[str, ...]:
    """The row of one letter in the mail merge."""
    matches = letter.facts["matches"]
    partners = [person for match in matches for person in (*match["partners"], *match["others"])]
    return (
        *(letter.to, letter.name, letter.email, letter.kind, letter.language),
        "; ".join(match["topic"] for match in matches),
        "; ".join(person["name"] for person in partners),
        "; ".join(person["email"] for person in partners if person["email"]),
        "; ".join(date for match in matches for date in match["dates"]),
        *(letter.facts["zone"], letter.subject, letter.text),
    )
