"""A topic tree or synonyms, one row a topic: ``topic,parent`` or ``topic,synonym``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft
    from mmatch.signup.sheets import Column, Sheet


class TopicsShape:
    """Topics with the topic above each, or with other names for it."""

    name = "topics"
    rank = 5

    def fits(self, sheet: Sheet, known: frozenset[str]) -> bool:  # noqa: ARG002 - the heads tell
        """Where the table has a topic beside a parent or a synonym, and nobody's name."""
        return _beside(sheet) is not None and not sheet.has("id", "email", "name", "first_name", "mentor", "mentee")

    def read(self, sheet: Sheet, draft: Draft) -> None:
        """Add the tree and the synonyms; the assembling of people replaces synonyms by their topics."""
        found = _beside(sheet)
        if found is None:
            return
        topic, other = found
        topic.meaning, other.meaning = "topic", "attribute"
        for row in sheet.rows:
            child, text = sheet.cell(row, topic), sheet.cell(row, other)
            if not child or not text:
                continue
            if other.claim.meaning == "topic_parent":
                draft.tree[child] = text
            else:
                for synonym in text.split(";"):
                    draft.synonyms[" ".join(synonym.casefold().split())] = child


def _beside(sheet: Sheet) -> tuple[Column, Column] | None:
    topics = [c for c in sheet.columns if c.meaning == "topic"]
    others = [c for c in sheet.columns if c.claim.meaning in {"topic_parent", "topic_synonym"}]
    return (topics[0], others[0]) if len(topics) == 1 and len(others) == 1 else None


SHAPE = TopicsShape()
