"""A topic tree or synonyms, one row a topic: ``topic,parent`` or ``topic,synonym``."""

from __future__ import annotations

from mmatch.signup.draft import Draft
from mmatch.signup.shapes import Shape
from mmatch.signup.sheets import Column, Sheet
from mmatch.signup.vocabulary import folded


def _topic_columns(sheet: Sheet) -> tuple[Column, Column] | None:
    """The column of topics and that of the topics above them or of other names for them."""
    others = [c for c in sheet.columns if c.claim.meaning in {"topic_parent", "topic_synonym"}]
    return (sheet.of("topic")[0], others[0]) if len(sheet.of("topic")) == len(others) == 1 else None


def _fits(sheet: Sheet, _: frozenset[str]) -> bool:
    return _topic_columns(sheet) is not None and not sheet.has("id", "email", "name", "first_name", "mentor", "mentee")


def _read(sheet: Sheet, draft: Draft) -> None:
    """Add the tree and the synonyms; the assembling of people replaces synonyms by their topics."""
    topic, other = _topic_columns(sheet) or (None, None)
    if topic is None or other is None:
        return
    topic.meaning, other.meaning = "topic", "attribute"
    for row in sheet.rows:
        child, text = topic.cell(row), other.cell(row)
        if child and text and other.claim.meaning == "topic_parent":
            draft.tree[child] = text
        elif child and text:
            draft.synonyms |= {folded(synonym): child for synonym in text.split(";")}


SHAPES = (Shape("topics", 5, _fits, _read),)
