"""Whether a sentence says what its facts say: each number and each name of the facts stands in the message."""

import re

MOST_NAMES, MOST_RULED = 5, 3
COUNTS = ("seats", "wanted", "asked", "full", "away", "roomy", "closed", "smaller", "more", "places", "size", "wish")
NAMES = ("mentors", "preferred", "busy", "apart", "full", "ruled")


def unsaid(reason, cohort):
    """The numbers and names that the facts have and the sentence has not."""
    return list(dict.fromkeys(_unsaid(reason.facts, reason, cohort)))


def _unsaid(facts, reason, cohort):
    for key, value in facts.items():
        if isinstance(value, dict) and key in {"larger", "instead"}:
            told = {name: v for name, v in value.items() if key == "larger" or name not in {"slot", "mentor"}}
            yield from _unsaid(told, reason, cohort)
        elif key in COUNTS and isinstance(value, int) and not _counted(reason, key, value):
            yield f"{key} {value}"
        elif key in NAMES and isinstance(value, tuple):
            most = MOST_RULED if key == "ruled" else MOST_NAMES
            yield from (f"{key} {who}" for who in value[:most] if not _has(reason, cohort.people.called[who]))
        elif key == "most" and {"smaller", "against"}.isdisjoint(facts) and not _has(reason, value):
            yield f"most {value}"
        elif not _other(reason, key, value, cohort):
            yield f"{key} {value}"


def _other(reason, key, value, cohort):  # noqa: PLR0912 - one branch a fact
    """Whether what is said of a fact of another kind is said."""
    called = cohort.people.called
    match key:
        case "open":
            return _has(reason, value) if value else "group" in reason.message and "no " in reason.message
        case "loss":
            return _has(reason, abs(value)) if value else "lowers" not in reason.message
        case "mentor":
            return _has(reason, called.get(value, value))
        case "own":
            return all(_has(reason, called[who]) and topic in reason.message for who, topic in value)
        case "least":
            return _has(reason, value)
        case "slot":
            return not value or _has(reason, value)
        case "mentees":
            return value == reason.who[1:] or "room in the group" in reason.message or _has(reason, len(value))
        case "gains":
            return all(f"{name} {'+' if gain > 0 else ''}{_written(gain)}" in reason.message for name, gain in value)
        case "alike":
            return all(_has(reason, called.get(name, name)) for pair in value for name in pair)
        case "rival":
            return value[0] == reason.who[0] or _has(reason, called[value[0]])
        case "seed":
            return value is None or f"(seed {value})" in reason.message
        case "limit":
            return value in reason.message
        case "counts":
            return all(f"{name} {_written(worth)}" in reason.message for name, worth in value)
        case "met" | "missed":
            return all(name in reason.message for name in value)
        case "steps":
            return not value or _has(reason, value)
        case "against":
            return all(text in reason.message for text in value)
        case "removed":
            return all(_has(reason, name) for name in value)
        case "groups":
            return any(_has(reason, word) for word in (f"{value}th", ["first", "second", "third"][min(value, 3) - 1]))
    return True


def _counted(reason, key, value):
    if key in {"full", "away", "roomy", "closed"} and not value:
        return True
    if key == "seats" and not value:
        return re.search("none|nobody", reason.message) is not None
    return _has(reason, value) or (key in {"wanted", "seats"} and "the only mentor" in reason.message)


def _written(number):
    return f"{number:,}" if isinstance(number, int) else f"{number:,.6g}"


def _has(reason, value):
    text = re.escape(value if isinstance(value, str) else _written(value))
    return re.search(rf"(?<![\w.,-]){text}(?![\w]|[.,]\d)", reason.message) is not None
