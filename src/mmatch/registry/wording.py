"""Rules and aims in a coordinator's words: one table of texts, by the name of the part and what varies in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TEXTS = {
    # rules: each text says what must hold
    "AtMost": "nobody gets more than {n} places",
    "AtMost/1": "nobody gets more than one mentor",
    "Check": "the program's own check ({function}) allows it",
    "CommonSlot": "everybody in a group is free at its time",
    "CommonSlot/quorum": "enough of a group are free at its time",
    "CommonSlot/quorum rooms": "enough of a group are free at its time, and there is a room",
    "CommonSlot/rooms": "everybody in a group is free at its time, and there is a room",
    "Differs": "the two differ in {attribute}",
    "Differs/two": "the mentor's {mentor} is not the mentee's {mentee}",
    "DiffersWithin": "the people of a group differ in {attribute}",
    "Everyone/mentees": "every mentee gets a mentor",
    "Everyone/requests": "every request is met in full",
    "Exempt": "a rule holds with exceptions",
    "Forbid": "the program keeps them apart",
    "GroupCount/at least": "a group has at least {least} with {attribute} {value}",
    "GroupCount/at most": "a group has at most {most} with {attribute} {value}",
    "GroupCount/between": "a group has {least} to {most} with {attribute} {value}",
    "LevelGap": "the mentor's level is at least {least} above the mentee's",
    "LevelGap/between": "the mentor's level is {least} to {most} above the mentee's",
    "LevelGap/two": "the mentor's {mentor} is at least {least} above the mentee's {mentee}",
    "LevelGap/two between": "the mentor's {mentor} is {least} to {most} above the mentee's {mentee}",
    "LevelSpread": "levels in a group differ by {most} at most",
    "Linked": "people who are linked have the same mentor",
    "Lock": "pairs that are fixed stay together",
    "NoRepeat": "they have not met before",
    "NoRepeat/within": "nobody meets the same mentor twice",
    "Same": "the two share the same {attribute}",
    "Same/two": "the mentor's {mentor} is the mentee's {mentee}",
    "SharedTime": "both are free for {minutes} minutes at the same time",
    "SharedTime/several": "both are free for {minutes} minutes at {starts} times or more",
    "Stable": "no two people would rather have each other",
    "Together": "people who belong together sit in one group",
    # aims: each text names what is wanted
    "Cohesion": "groups that are alike in {attribute}",
    "Coverage/mentees": "mentees with a mentor",
    "Coverage/requests": "seats filled",
    "Diversity": "groups that are mixed in {attribute}",
    "EqualSides": "wishes of both sides met alike",
    "EvenLoad": "mentees spread evenly over mentors",
    "EvenSeats": "mentors spread evenly over mentees",
    "FeatureFit": "mentors strong in what mentees need",
    "Fit": "the sum of scores",
    "FitParity": "equal fit for everybody, by {attribute}",
    "Keep": "earlier matches kept",
    "Leximin": "the best for those who fare worst, one after the other",
    "LevelSteps": "levels that suit each other",
    "Nash": "a fair balance of everybody's fit",
    "NewConnections": "people who have not met",
    "NewMentors": "mentors who have not mentored yet",
    "NewTopics": "topics that a mentee has not talked about yet",
    "Parity": "equal chances by {attribute}",
    "Preference/both": "wishes of both sides",
    "Preference/mentees": "wishes of mentees",
    "Preference/mentors": "wishes of mentors",
    "Priority": "urgent requests first",
    "PriorityClasses": "the most urgent requests, class by class",
    "RankProfile": "as many first wishes as possible",
    "RelativeFit": "each person's own best mentors",
    "Score": "the program's own score ({function})",
    "Served": "those who had a mentor have one",
    "Served/in order": "those who wait get a mentor in their order",
    "Shares": "pairs who share {attribute}",
    "Shares/two": "the mentor's {mentor} as the mentee's {mentee}",
    "SizeNear": "groups of about {target}",
    "TopicFit": "topics that fit",
    "WorstOff": "the best for whoever fares worst",
}
WISHES = {  # what one match meets or misses
    "LevelSteps": "level",
    "NewConnections": "somebody new",
    "Preference/both": "the first wishes of both",
    "Preference/mentees": "the mentee's first wish",
    "Preference/mentors": "the mentor's first wish",
    "Shares": "{attribute}",
    "Shares/two": "{mentee}",
    "TopicFit": "topic",
}
COUNTS = {  # what else one match counts, before a number
    "FeatureFit": "fit",
    "Fit": "score",
    "Keep": "kept",
    "Priority": "urgency",
    "RelativeFit": "share of the best score",
    "Score": "{function}",
}
VARIANTS: dict[str, Callable[[Any], str]] = {
    "AtMost": lambda part: str(part.n),
    "CommonSlot": lambda part: " ".join(["quorum"] * (part.quorum < 1) + ["rooms"] * bool(part.rooms)),
    "Coverage": lambda part: part.of,
    "Differs": lambda part: "two" if part.mentor else "",
    "Everyone": lambda part: part.of,
    "GroupCount": lambda part: "at least" if part.most is None else "between" if part.least else "at most",
    "LevelGap": lambda part: " ".join(["two"] * bool(part.mentor) + ["between"] * (part.most is not None)),
    "NoRepeat": lambda part: "within" if part.within else "",
    "Preference": lambda part: part.of,
    "Same": lambda part: "two" if part.mentor else "",
    "SharedTime": lambda part: "several" if part.starts > 1 else "",
    "Served": lambda part: "in order" if part.in_order else "",
    "Shares": lambda part: "two" if part.mentor else "",
}


def in_words(part: Any, texts: Mapping[str, str] = TEXTS) -> str:
    """A rule or an aim as a coordinator would say it; one that nobody has put in words by its title.

    A part of another distribution has its own class attribute ``wording``, a text with its fields in braces.
    """
    vary = VARIANTS.get(part.name)
    key = f"{part.name}/{vary(part)}" if vary else part.name
    text = getattr(type(part), "wording", "") or texts.get(key) or texts.get(part.name, "")
    fields = {name: getattr(part, name) for name in type(part).__dataclass_fields__}
    shown = {name: getattr(value, "__name__", value) for name, value in fields.items()}
    return text.format_map(shown) if text else str(part.title)
