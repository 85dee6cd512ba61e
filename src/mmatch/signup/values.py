"""The grammars of single cells: numbers, counts in words, yes / maybe / no, roles, time zones, modes."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from mmatch.cohort.participants import MODES
from mmatch.errors import excerpt
from mmatch.exact import LARGEST_COUNT

_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_TIDY = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?", re.ASCII)
_COUNTED = (
    "zero|one single|two couple pair|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|nineteen|twenty"
)
_WORDS = {word: value for value, words in enumerate(_COUNTED.split("|")) for word in words.split()}
_UNSURE = frozenset(
    {"no", "not", "none", "never", "nobody", "nothing", "half", "dozen", "hundred", "thousand"}
    | {"least", "minimum", "more", "fewer", "less", "over"}
)
_RANGE = re.compile(r"[-\u2212+][0-9]|[0-9]\s*[-\u2013/]")
_UP_TO = re.compile(r"\b(?:no|not) more than\b")
_YES = frozenset(
    {
        "yes",
        "y",
        "true",
        "t",
        "1",
        "ja",
        "oui",
        "si",
        "x",
        "ok",
        "okay",
        "definitely",
        "absolutely",
        "certainly",
        "✓",
        "✔",
        "是",
    }
)
_NO = frozenset(["no", "n", "false", "f", "0", "nein", "non", "never", "not", "否"])
_MAYBE = frozenset(["maybe", "perhaps", "possibly", "也许"])
_MENTOR = frozenset({"mentor", "mentors", "coach", "coaches", "expert", "experts", "tutor", "tutors", "导师"})
_MENTEE = frozenset(
    {
        "mentee",
        "mentees",
        "protege",
        "proteges",
        "learner",
        "learners",
        "student",
        "students",
        "tutee",
        "tutees",
        "学生",
    }
)
_OFFSET = re.compile(
    r"\(?(?:UTC|GMT|Z)?\s*(?:([+\u2212-])\s*(\d{1,2})(?::?(\d{2}))?)?\)?(?:\s+\D.*)?", re.ASCII | re.IGNORECASE
)


class Fault(Exception):  # noqa: N818 - never leaves the package: readers turn it into a Problem
    """A cell that does not fit its column: code, what was found and expected, and a hint."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        self.code, self.message, self.hint = code, message, hint
        super().__init__(code)


def number(text: str) -> int | float:
    """A number in plain digits, such as 3, -2.5 or 1e6."""
    if not _NUMBER.fullmatch(text):
        hint = "plain digits with a point, no separators of thousands" if re.search(r"\d", text) else ""
        raise Fault("number", f"found {excerpt(text)}, expected a number such as 3 or 2.5: not a number", hint)
    value = int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else float(text)
    if isinstance(value, float) and value in {float("inf"), float("-inf")}:
        raise Fault("number", f"found {excerpt(text)}, expected a finite number: not finite")
    return value


def is_tidy_number(text: str) -> bool:
    """Whether a text is a number and nothing else: no plus sign, no leading zero (007 is a code), at most 15 digits."""
    return _TIDY.fullmatch(text) is not None


def count(text: str) -> int:
    """A whole number from 0, in digits or in a sentence that names exactly one: "Give me three mentees."."""
    plain = re.fullmatch(r"([0-9]{1,9})(?:\.0)?", text)
    if plain:
        return int(plain.group(1))
    words = _UP_TO.sub("", _ascii_words(text))
    tokens = re.findall(r"[0-9]+(?:[.,'_ ][0-9]+)*|[^\W\d_]+", words)
    found = [value for value in map(_counted, tokens) if value is not None]
    unsure = _UNSURE.intersection(tokens) or _RANGE.search(words)
    if unsure or len(set(found)) != 1 or not 0 <= found[0] <= LARGEST_COUNT:
        hint = "write one number" if found else ""
        raise Fault("count", f"found {excerpt(text)}, expected one whole number from 0, in digits or words", hint)
    return found[0]


def _counted(token: str) -> int | None:
    """The value of a word or of digits, None for any other word, -1 for digits with separators."""
    if token.isdigit():
        return int(token) if len(token) < 16 else -1
    return -1 if token[0].isdigit() else _WORDS.get(token)


def _ascii_words(text: str) -> str:
    """Lower case, or a Fault where digits of another script stand in it: nobody should have to guess them."""
    if any(unicodedata.category(c) in {"Nd", "No", "Nl"} and not c.isascii() for c in text):
        raise Fault("count", f"found {excerpt(text)}, expected one whole number in the digits 0 to 9: not a number")
    return text.casefold().replace("\u2019", "'")


def answer(text: str) -> str:
    """yes, maybe or no, also in a sentence that begins with it: "Yes, but not my first choice" is a maybe."""
    words = re.findall(r"[^\W_]+|[✓✔]", text.casefold())
    first = words[0] if words else ""
    if first in _MAYBE or (first in _YES and "but" in words) or " ".join(words[:2]) in {"if necessary", "if needed"}:
        return "maybe"
    if first in _NO or " ".join(words[:2]) in {"definitely not", "absolutely not", "certainly not"}:
        return "no"
    if first in _YES:
        return "yes"
    raise Fault("answer", f"found {excerpt(text)}, expected yes, maybe or no")


def yes_or_no(text: str) -> bool:
    """A plain yes or no."""
    given = answer(text)
    if given == "maybe":
        raise Fault("answer", f"found {excerpt(text)}, expected yes or no")
    return given == "yes"


def roles(text: str) -> frozenset[str]:
    """Who a person is in the program: mentor, mentee, or both."""
    words = set(re.findall(r"[^\W_]+", text.casefold().replace("é", "e")))
    found = {role for role, names in (("mentor", _MENTOR), ("mentee", _MENTEE)) if words & names}
    if words & {"both", "beides", "两者"}:
        found = {"mentor", "mentee"}
    if not found or words & {"not", "no", "neither", "never"}:
        raise Fault("role", f"found {excerpt(text)}, expected mentor, mentee or both")
    return frozenset(found)


def zone(text: str) -> str:
    """A time zone name; an offset of whole hours becomes the Etc name, whose sign is turned round."""
    found = _OFFSET.fullmatch(text)
    if not found or not (found.group(1) or text.strip("() ").upper() in {"UTC", "GMT", "Z"}):
        return text
    sign, hours, minutes = found.groups()
    if not sign or (int(hours) == 0 and int(minutes or 0) == 0):
        return "Etc/UTC"
    limit = 14 if sign == "+" else 12
    if int(minutes or 0) or int(hours) > limit:
        expected = "expected a name such as Asia/Kolkata: only offsets of whole hours from -12 to +14 have one"
        raise Fault("timezone", f"found {excerpt(text)}, {expected}")
    return f"Etc/GMT{'-' if sign == '+' else '+'}{int(hours)}"


def modes(text: str) -> frozenset[str]:
    """How a person can meet: virtual, in person, or both."""
    words = set(re.findall(r"[a-z]+", text.casefold()))
    found = set()
    if words & {"virtual", "virtually", "online", "remote", "remotely", "video"}:
        found.add("virtual")
    if words & {"person", "inperson", "onsite", "face", "site"}:
        found.add("in_person")
    if words & {"both", "either", "any", "hybrid"}:
        found = set(MODES)
    if not found or words & {"not", "no", "never"}:
        raise Fault("modes", f"found {excerpt(text)}, expected virtual, in person or both")
    return frozenset(found)


def priority(text: str) -> Any:
    """How urgent: a number, or yes for 2 and no for 1."""
    if _NUMBER.fullmatch(text):
        return number(text)
    try:
        return 2 if yes_or_no(text) else 1
    except Fault:
        found = f"found {excerpt(text)}, expected a number (greater is more urgent), or yes or no"
        raise Fault("number", found) from None
