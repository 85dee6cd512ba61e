"""The words of sign-up files: what heads and cells say in six languages, from one data file."""

from __future__ import annotations

import os
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

from mmatch.errors import InputError, Problem, excerpt

LONGEST_HEAD = 600
NAMES = ("name", "first_name", "last_name")
_GENDERED = re.compile(r"\((?:s|e|a|es|in|innen|en|n|as|os|o|i)\)|[:*_/](?:in|innen|frau|r|n)\b|(?<=\w)\u00b7e?s?\b")
_BRACKETS = re.compile(r"(.*\S)?\s*\[([^\[\]]+)\]\s*", re.DOTALL)
_SCALE = re.compile(r"\(?\d+\s*=\s*[^,;()\[\]]+[,;)]?")  # "0 = not at all, 3 = very well"
_TITLES = re.compile(
    r"^(?:(?:dr|prof|professor|mr|mrs|ms|miss|mx|herr|frau|m|mme|mlle|sr|sra|dott|dottssa|ing|mag|dra)\.?\s+)+",
    re.IGNORECASE,
)
_ROUND = re.compile(r"(.*\S)\s*\((.+)\)\s*", re.DOTALL)


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """A text in plain words: small letters, no accents, no punctuation, camelCase opened, "(s)" dropped."""
    if text.isascii() and (text.islower() or text.istitle()) and text.replace(" ", "").isalnum():
        return " ".join(text.lower().split())  # most names, and most words
    bare = _GENDERED.sub("", re.sub(r"\{\{.*?\}\}", " ", text).strip().replace("#", " number "))
    opened = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKD", bare))
    letters = "".join(c for c in opened if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", letters.casefold().replace("ß", "ss")).strip()


def folded(text: str) -> str:
    """A text for comparing: small letters, single spaces."""
    return " ".join(text.casefold().split())


def untitled(name: str) -> str:
    """A name without the titles before it."""
    return _TITLES.sub("", name).strip()


def name_key(name: str) -> str:
    """A name in any order of its words: "Lee, Ann" is "Ann Lee"."""
    return " ".join(sorted(plain(name).split()))


@lru_cache(maxsize=65536)
def spoken(text: str) -> tuple[str, ...]:
    """The words of a text with their accents: "mentorés" are mentees where "mentores" are mentors."""
    bare = _GENDERED.sub(lambda found: "e" if found[0] == "(e)" else "", text)
    return tuple(re.findall(r"[^\W_]+", unicodedata.normalize("NFC", bare).casefold()))


def opened_head(head: str) -> tuple[str, str]:
    """(question, option) of a head such as "Rate the topics [Data]", as grids of online forms write it."""
    found = _BRACKETS.fullmatch(head)
    return ((found[1] or "").strip(), found[2].strip()) if found else (head, "")


def rounded_head(head: str) -> tuple[str, str]:
    """(question, option) of a head such as "Topics (Data)", where the outer brackets at its end hold an option."""
    found = _ROUND.fullmatch(head)
    if not found:
        return head, ""
    depth = 0
    for k in range(len(head.rstrip()) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(head[k], 0)
        if depth == 0:
            return head[:k].strip(), head[k + 1 : len(head.rstrip()) - 1].strip()
    return head, ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a head says by itself: a meaning ("" for none), whether that is sure, and whose answers it holds."""

    meaning: str = ""
    sure: bool = False
    side: str = ""


class Words:
    """The words of a data file, looked up by heads and cells."""

    def __init__(self, tables: Iterable[Mapping[str, Any]]) -> None:
        self.heads: dict[str, str] = {}
        self._lists: dict[str, list[str]] = {}
        concepts: dict[str, list[str]] = {}
        for table in tables:
            for meanings in table.get("heads", {}).values():
                for meaning, heads in meanings.items():
                    self.heads.update((head.strip(), meaning) for head in heads.split("|"))
            for language in table.get("words", {}).values():
                for concept, words in language.items():
                    concepts.setdefault(concept, []).extend(words.split())
            for kind in ("roles", "answers", "numbers", "languages", "rows", "modes"):
                for name, words in table.get(kind, {}).items():
                    self._lists.setdefault(f"{kind}.{name}", []).append(words)
        self._concepts = {  # whole words, beginnings and ends
            name: (
                frozenset(w for w in words if "*" not in w),
                tuple(w[:-1] for w in words if w[-1] == "*"),
                tuple(w[1:] for w in words if w[0] == "*"),
            )
            for name, words in concepts.items()
        }

    @lru_cache(maxsize=256)  # noqa: B019 - one vocabulary lives as long as the process
    def listed(self, name: str) -> frozenset[str]:
        """The words of a list, or its phrases where "|" separates them."""
        texts = self._lists.get(name, [])
        return frozenset(w.strip() for text in texts for w in (text.split("|") if "|" in text else text.split()))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Number words and their values."""
        rows = [text.split("|") for text in self._lists.get("numbers.words", [])]
        return {word: value for row in rows for value, words in enumerate(row) for word in words.split()}

    @cached_property
    def languages(self) -> dict[str, str]:
        """Names of languages and their tags."""
        kinds = [kind.partition(".") for kind in self._lists]
        return {word: tag for kind, _, tag in kinds if kind == "languages" for word in self.listed(f"{kind}.{tag}")}

    @cached_property
    def answers(self) -> dict[str, str]:
        """Whole answers: yes, no or maybe."""
        return {phrase: given for given in ("maybe", "no", "yes") for phrase in self.listed(f"answers.{given}")}

    def has(self, concept: str, words: Iterable[str]) -> bool:
        """Whether one of some plain words belongs to a concept."""
        return self.times(concept, words) > 0

    def times(self, concept: str, words: Iterable[str]) -> int:
        """How many of some plain words belong to a concept."""
        exact, stems, ends = self._concepts.get(concept, (frozenset(), (), ()))
        return sum(word in exact or word.startswith(stems) or word.endswith(ends) for word in words)

    def limit(self, head: str, mentees: frozenset[str] = frozenset()) -> int:
        """How much a head asks how many people somebody takes: 0 not at all, 1 a number of something, 2 and 3 surely.

        Hours, sessions, years of experience and a manager's staff are counted, too, and are no limit. ``mentees`` are
        beginnings of the words by which a program calls its mentees.
        """
        words = plain(head).split()
        mentees_named = {plain(word) for word in spoken(head) if self.side_of([word]) == "mentee"}
        mentee = [word in mentees_named or word.startswith(tuple(mentees)) for word in words]
        people = [self.has("people", [word]) for word in words]
        at = next((k for k, word in enumerate(words) if self.has("many", [word])), len(words))
        counts_people = any(mentee[at + 1 : at + 4] + people[at + 1 : at + 4])
        if not counts_people and any(self.has(concept, words) for concept in ("time", "other", "past", "private")):
            return 0
        take, many, anybody = self.has("take", words), at < len(words), any(mentee + people)
        most = self.has("most", words) or self.has("room", words)
        if (any(mentee) and (many or most or take)) or (most and (take or anybody or len(words) < 5)):
            return 3
        if counts_people or (take and (many or anybody)) or (any(mentee) and len(words) < 6):
            return 2
        return int(many or most or anybody)

    def side_of(self, words: Iterable[str]) -> str:
        """Mentor or mentee, where only one of them is named; words keep their accents."""
        named = set(words)
        mentor, mentee = named & self.listed("roles.mentor"), named & self.listed("roles.mentee")
        return "" if bool(mentor) == bool(mentee) else "mentor" if mentor else "mentee"

    @lru_cache(maxsize=65536)  # noqa: B019 - one vocabulary lives as long as the process
    def claim(self, head: str, option: str = "") -> Claim:
        """What a head means by itself; ``option`` is what stands behind the question that it repeats."""
        if len(head) > LONGEST_HEAD:
            return Claim()
        question, side = self._sided(head)
        found = self._known(question)
        sides = {"offers": "mentor", "requests": "mentee"}
        if found:
            aside = plain(rounded_head(question)[1]).split()
            side_found = self._topic_side(aside, "") if found == "topic" and aside else sides.get(found, "")
            return Claim(found, sure=True, side=side or side_found)
        question = _SCALE.sub(" ", question)
        meaning, side_found = self._claim_of_question(question, plain(question).split())
        if not meaning and option and (found := self._known(option)):
            return Claim(found, sure=True, side=side or sides.get(found, ""))
        return Claim(meaning, side=side or side_found)

    def _sided(self, head: str) -> tuple[str, str]:
        """A head without "Mentors:" before it or "(mentors only)" behind it, and the side that this names."""
        for pattern in (
            r"\s*([^:?]{3,40}?)\s*(?::|\s[-\u2013\u2014]\s)\s*(.+)",
            r"(?:if|wenn|si|se)\s+([^,]{3,40}),\s*(.+)",
        ):
            found = re.fullmatch(pattern, head, re.DOTALL | re.IGNORECASE)
            side = self.side_of(spoken(found[1])) if found else ""
            if found and side:
                return found[2], side
        rest, option = rounded_head(head)
        side = self.side_of(spoken(option)) if option and len(option.split()) < 4 else ""
        return (rest, side) if side else (head, "")

    def _known(self, head: str) -> str:
        """The meaning of a head that stands in the table, also with polite words around it or a remark behind it."""
        forms = [plain(head)]
        rest, option = rounded_head(head)
        if option:
            forms.append(plain(rest))
        for form in list(forms):
            words = form.split()
            while words and self.has("extra", words[-1:]):
                words.pop()
            forms.append(" ".join(words))
            while words and self.has("polite", words[:1]):
                words = words[1:]
                forms.append(" ".join(words))
        return next((self.heads[form] for form in forms if form in self.heads), "")

    def _claim_of_question(self, question: str, words: list[str]) -> tuple[str, str]:
        """(meaning, side) of a question in several words; a meaning that only the cells can confirm."""
        side = self.side_of(spoken(question))
        many = next((k for k, word in enumerate(words) if self.has("many", [word])), len(words))
        numbered = re.search(r"[^+\d]\s*\d$", question.strip())
        ordinal = bool(numbered) or not self.listed("numbers.ordinals").isdisjoint(words)
        topical = self.has("topic", words) and not self.has("other", words[:2])
        free = self.has("free", words) and (self.has("when", words) or "availab" in question.casefold())
        prefers, others = self.has("prefer", words), self.has("other", words)
        negative = self.has(
            "negative", [w for w, after in pairwise([*words, "of"]) if (w, after) not in {("no", "of"), ("no", "que")}]
        )
        wishes = prefers and not others and bool(side or words[-1:] in (["with"], ["have"]))
        part = self._part_of_name(words)
        meanings = (
            ("timezone", self.has("zone", words) and not topical),
            ("mentors", self._counts_mentors(words[many + 1 :], question)),
            ("availability", free and not negative),
            ("topic", topical and not negative),
            ("", topical),
            ("avoids", negative),
            ("choice", ordinal and (prefers or bool(side) or len(words) < 3)),
            (part, bool(part) and not others),
            (f"is_{side}", bool(side) and (self.has("join", words) or self._is_bare(words, question))),
            ("mentee_ranks" if side == "mentee" else "ranks", wishes),
            ("email", not others and not {"email", "mail", "courriel", "correo"}.isdisjoint(words)),
        )
        meaning = next((meaning for meaning, holds in meanings if holds), "")
        if meaning == "topic" or (not meaning and not topical):
            side = self._topic_side(words, side)
        return meaning, side if meaning in {"", "topic", "choice"} and not (topical and negative) else ""

    def _is_bare(self, words: list[str], question: str) -> bool:
        """Whether a head says nothing but a role, such as "as mentor" or "I want to be a mentee"."""
        roles = {plain(word) for word in spoken(question) if self.side_of([word])}
        return all(word in roles or self.has("bare", [word]) for word in words)

    def _part_of_name(self, words: list[str]) -> str:
        """A name in a longer head: "And your last name?", "Pupil's name"."""
        text = f" {' '.join(words)} "
        for meaning in ("first_name", "last_name", "name"):
            for head, found in self.heads.items():
                if found == meaning and " " in head and f" {head} " in text and len(words) < len(head.split()) + 8:
                    return meaning
        last = self.heads.get(words[-1], "") if words else ""
        if last in {"first_name", "last_name"} and 1 < len(words) < 6:
            return last
        headed = self.heads.get(words[0], "") in NAMES and self.has("of", words[1:2]) if words else False
        return "name" if (headed or words[-1:] == ["name"]) and len(words) < 8 else ""

    def _counts_mentors(self, after: list[str], question: str) -> bool:
        """Whether a "how many" counts mentors, who are wanted."""
        accented = {plain(word): word for word in spoken(question)}
        mentors = self.listed("roles.mentor")
        k = next((k for k, word in enumerate(after[:5]) if accented.get(word, word) in mentors), None)
        if k is None or any(self.has(concept, after[:k]) for concept in ("past", "people", "other", "time")):
            return False
        return k == 0 or after[k - 1] not in {"you", "to", "i"}

    def _topic_side(self, words: list[str], side: str) -> str:
        """Whether a question is about what one offers or what one wants; "" where the words do not tell."""
        text = " ".join(words)
        if self.has("passive", words) and not re.search(r"\b(?:have|had)\b", text):
            return "mentee"
        if re.search(r"\b(?:to|could you|can you|would you|you|could i|i can|can) mentor\b|\bmentoring others\b", text):
            return "mentor"
        bare = all(self.has("topic", [w]) or self.side_of([w]) or self.has("bare", [w]) for w in words)
        if side and len(words) < 4 and bare:
            return side
        if side and re.search(r"\b(?:with|from|by|mit|avec|con|com)\b", text):
            return "mentor" if side == "mentee" else "mentee"
        offer, request = self.has("offer", words), self.has("request", words)
        return "" if offer == request else "mentor" if offer else "mentee"


@lru_cache(maxsize=8)
def words_of(path: str | os.PathLike[str] | None = None) -> Words:
    """The words that the reader knows, with those of a program's own file added.

    Raises:
        InputError: no such file, or not in the form of ``words.toml``.
    """
    shipped = tomllib.loads((resources.files("mmatch.signup") / "words.toml").read_text(encoding="utf-8"))
    if path is None:
        return Words([shipped])
    from mmatch.io.files import file_name, read_text

    try:
        return Words([shipped, tomllib.loads(read_text(path))])
    except (tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
        text = f'found {excerpt(str(error))}, expected tables such as [heads.en] with lines such as capacity = "beds"'
        raise InputError(Problem("words", file_name(path), text)) from None
