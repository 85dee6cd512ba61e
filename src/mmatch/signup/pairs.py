"""Which columns of a table name the mentor and the mentee of a pair."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mmatch.signup.heads import plain_head

if TYPE_CHECKING:
    from mmatch.signup.sheets import Column, Sheet

_WHO = re.compile(r"(mentor|mentee|导师|学生)s?(?: (?:id|name|email|e mail|e mail address|email address))?")
_ROLES = {"导师": "mentor", "学生": "mentee"}


def pair_columns(sheet: Sheet) -> tuple[Column, Column] | None:
    """(mentor column, mentee column) of a table of pairs; None where it has not one of each."""
    found: dict[str, list[Column]] = {"mentor": [], "mentee": []}
    for column in sheet.columns:
        match = _WHO.fullmatch(plain_head(column.head))
        if column.meaning in found:
            found[column.meaning].append(column)
        elif match and column.meaning in {"", "id", "name", "email"}:
            found[_ROLES.get(match[1], match[1])].append(column)
    mentor, mentee = found["mentor"], found["mentee"]
    return (mentor[0], mentee[0]) if mentor and mentee else None
