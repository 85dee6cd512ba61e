"""Column heads as people write them, and what they mean: aliases first, then questions."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from functools import lru_cache

NEAR = 0.85  # how much of two heads must agree, of 1, for one to be a misspelling of the other
FEWEST_LETTERS = 5

MEANINGS = {
    "id": "the person's id, unique in the program",
    "email": "an e-mail address; the id where there is no id column",
    "name": "the full name; the id where there is neither id nor e-mail",
    "first_name": "the given name, part of the full name",
    "last_name": "the family name, part of the full name",
    "role": "mentor, mentee or both",
    "is_mentor": "yes: takes part as a mentor",
    "is_mentee": "yes: takes part as a mentee",
    "both": "yes: takes part as mentor and mentee",
    "topic": "topics: offered by a mentor, asked for by a mentee",
    "offers": "topics that this person can teach",
    "requests": "topics that this person wants to learn",
    "level": "level of expertise, a number; kept as an attribute too",
    "capacity": "most mentees, a whole number, also in words",
    "seats": "most mentees on each topic offered",
    "groups": "most groups led",
    "min_load": "fewest mentees",
    "priority": "urgency, greater is more urgent",
    "mentors": "how many different mentors are wanted",
    "format": "the session format wanted",
    "availability": "weekly windows such as Mon 9-12; Wed 14-16",
    "timezone": "a time zone name or UTC offset",
    "site": "where in-person meetings can be",
    "modes": "virtual, in person, or both",
    "ranks": "a wish list, best first; all others follow as one tie",
    "strict_ranks": "a wish list, best first; nobody else is accepted",
    "mentee_ranks": "a mentor's wish list of mentees; all others follow as one tie",
    "strict_mentee_ranks": "a mentor's wish list of mentees; no other mentee is accepted",
    "avoids": "people never to meet",
    "choices": "one column a person, yes / maybe / no: yes before maybe, no is not accepted",
    "accepts": "one column a person, 1 or 0: 1 is accepted",
    "scores": "one column a person, numbers; a blank cell is a pair that is not allowed",
    "hours": "one column an hour of the week, 1 or 0: availability",
    "mentor": "in a file of pairs: the mentor",
    "mentee": "in a file of pairs: the mentee",
    "score": "in a file of pairs: the score",
    "date": "in a file of pairs: when they met",
    "attribute": "kept under the column's name, for rules; attribute:NAME keeps it under another name",
    "ignore": "not read",
}

_ALIASES = {
    "id": "id|user id|userid|participant id|person id|mentor id|mentee id|wwid|employee id|employee number|employee no|"
    "staff id|staff number|student id|student number|member id|identifier|uid|username|user name|学号|工号|编号",
    "email": "email|e mail|email address|e mail address|mail|mail address|work email|work email address|contact email|"
    "邮箱|电子邮件|电子邮箱|correo|correo electronico|courriel",
    "name": "name|full name|fullname|participant|participant name|person|mentor name|mentee name|first and last name|"
    "name and surname|姓名|中文姓名|中文名|名字|导师姓名|学生姓名|nombre completo|nom complet",
    "first_name": "first name|firstname|given name|forename|vorname|prenom|nombre",
    "last_name": "last name|lastname|surname|family name|nachname|nom|apellido|apellidos",
    "role": "role|roles|mentor or mentee|mentor mentee|participant type|sign up as|signing up as|participating as|"
    "i am a|i want to be a|are you a mentor or mentee|are you a mentor or a mentee|角色|身份",
    "is_mentor": "is mentor|wants to mentor|willing to mentor|sign up as mentor|mentor yes no",
    "is_mentee": "is mentee|wants to be mentored|sign up as mentee|mentee yes no",
    "both": "both|both roles|both mentor and mentee|mentor and mentee|both mentee and mentor",
    "topic": "topic|topics|subject|subjects|skill|skills|theme|themes|topic of interest|topics of interest|主题|话题",
    "offers": "offer|offers|expertise|area of expertise|areas of expertise|expert in|can teach|teaches|can help with|"
    "topics offered|skills offered|offered topics|offering|can mentor on",
    "requests": "request|requests|wants to learn|want to learn|learn|would like to learn|needs|needs help with|"
    "topics requested|requested topics|topics wanted|skills wanted|wanted topics|development area|development areas|"
    "learning goals|help with",
    "level": "level|skill level|expertise level|position level|grade|年级",
    "capacity": "capacity|max|maximum|quota|quotas|limit|max mentee count|max mentees|maximum mentees|"
    "max number of mentees|maximum number of mentees|number of mentees|no of mentees|mentee count|mentees|"
    "mentee capacity|how many are you willing to mentor|学生容量|容量|名额",
    "seats": "seats|places|seats per topic",
    "groups": "groups|max groups|number of groups",
    "min_load": "min load|minimum load|min|minimum|min mentees|minimum mentees",
    "priority": "priority|urgency|优先级",
    "mentors": "mentors|number of mentors|mentors wanted|max mentors|no of mentors",
    "format": "format|session format",
    "availability": "availability|available|available times|free times|time slots|when are you available|空闲时间",
    "timezone": "timezone|time zone|tz|utc offset|gmt offset|时区",
    "site": "site|work site|office site|地点",
    "modes": "mode|modes|meeting mode|meeting modes|virtual or in person",
    "ranks": "rank|ranks|ranking|rankings|preferences|wish|wishes|wish list|wishlist|wwid pref|preferred mentor|"
    "preferred mentors|mentor preference|mentor preferences|mentor choice|mentor choices|choice|choices|"
    "should match with|mentor wishes|favourite mentor|favourite mentors|favorite mentor|favorite mentors|志愿|意向导师",
    "mentee_ranks": "mentee ranks|preferred mentee|preferred mentees|mentee preference|mentee preferences|"
    "mentee choice|mentee choices|mentee wishes|意向学生",
    "avoids": "avoid|avoids|not with|exclude|excludes|excluded|exclude option|exclude options|do not match with|"
    "never match with|should not match with|回避",
    "mentor": "mentor|导师",
    "mentee": "mentee|学生",
    "score": "score|scores|value|weight|rating|points|utility|allowed|分数|评分",
    "date": "date|met on|meeting date|日期",
    "ignore": "timestamp|submitted at|submission date|completion time|时间戳",
}
_KNOWN = {alias: meaning for meaning, aliases in _ALIASES.items() for alias in aliases.split("|")}
_LONG = [alias for alias in _KNOWN if len(alias) >= FEWEST_LETTERS and alias.isascii()]
_ORDINAL = r"(?:\d+(?:st|nd|rd|th)?|first|second|third|fourth|fifth)"
_JOIN = r"(?:sign(?:ing)? up|register(?:ing)?|apply(?:ing)?|volunteer(?:ing)?|participat\w+)"
_QUESTIONS = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (r"mentor (?:and|or|and or) (?:a )?mentee\b.*", "role"),
        (r".*\bas an? (?:mentor or (?:an? )?mentee|mentee or (?:an? )?mentor)", "role"),
        (rf".*\b{_JOIN} (?:as|to be) an? mentor", "is_mentor"),
        (rf".*\b{_JOIN} (?:as|to be) an? mentee", "is_mentee"),
        (r"(?:do you|would you|are you)\b.* (?:be|become|are you) an? mentor", "is_mentor"),
        (r"(?:do you|would you|are you)\b.* (?:be|become|are you) an? mentee", "is_mentee"),
        (r"are you an? mentor", "is_mentor"),
        (r"are you an? mentee", "is_mentee"),
        (r"(?:(?:what|which) (?:topic|topic s|topics|skills?)\b.*|.*\bin which topics?\b.*)\blearn\b.*", "requests"),
        (r"(?:what|which) (?:topic|topic s|topics|skills?)\b.*\b(?:teach|mentor|offer|share|help)\b.*", "offers"),
        (r"what (?:do|would) you (?:want|like) to learn.*", "requests"),
        (r"what can you teach.*", "offers"),
        (
            r"how many mentees\b.*|how many (?:people|students)\b.*\bmentor.*|max(?:imum)? (?:number of )?mentees?\b.*",
            "capacity",
        ),
        (r"how many mentors\b.*", "mentors"),
        (r"(?:when are you|times? you are) (?:free|available)\b.*", "availability"),
        (r"(?:what|which) time ?zone\b.*", "timezone"),
        (rf"{_ORDINAL} (?:mentor )?(?:choice|preference|wish)(?: of mentor| mentor)?", "ranks"),
        (
            rf"{_ORDINAL} mentee (?:choice|preference|wish)|{_ORDINAL} (?:choice|preference|wish) (?:of )?mentee",
            "mentee_ranks",
        ),
        (rf"(?:mentor )?(?:choice|preference|pref|wish|rank) ?{_ORDINAL}|preferred mentor ?{_ORDINAL}", "ranks"),
        (rf"mentee (?:choice|preference|pref|wish|rank) ?{_ORDINAL}|preferred mentee ?{_ORDINAL}", "mentee_ranks"),
        (rf"(?:topic|skill|subject) ?{_ORDINAL}|{_ORDINAL} (?:topic|skill|subject)", "topic"),
    )
)
_POLITE = re.compile(
    r"^(?:please |kindly )?(?:(?:enter|state|give|write|select|choose) )?(?:what (?:is|are) )?(?:your|my|the) "
)


@lru_cache(maxsize=65536)
def plain_head(head: str) -> str:
    """A head in plain words: lower case, camelCase opened, no punctuation, without "your" and "what is"."""
    opened = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKD", head.strip()))
    bare = "".join(c for c in opened if not unicodedata.combining(c))
    words = re.sub(r"[\W_]+", " ", bare).strip().casefold()
    words = re.sub(r" (?:optional|required)$", "", words)
    return _POLITE.sub("", words)


@lru_cache(maxsize=65536)
def meaning_of(head: str) -> str | None:
    """What a head means by itself, or None where only a person or the mapping can say."""
    if len(head) > 300:
        return None
    words = plain_head(head)
    if words in _KNOWN:
        return _KNOWN[words]
    return next((meaning for pattern, meaning in _QUESTIONS if pattern.fullmatch(words)), None)


def misspelled(head: str) -> str:
    """The head that somebody may have meant by one that means nothing; empty where none is near."""
    words = plain_head(head)
    near = get_close_matches(words, _LONG, n=1, cutoff=NEAR) if words.isalpha() else []
    return near[0] if near else ""


def attribute_name(head: str) -> str:
    """The attribute that an unknown column becomes: lower case unless camelCase, without "your"."""
    text = " ".join(head.split())
    if not re.search(r"[a-z][A-Z]", text):
        text = text.lower()
    return _POLITE.sub("", text).rstrip("?:* ") or text
