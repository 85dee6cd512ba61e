"""The session format of one session."""

from mmatch.formats._base import Format, Reflection, SessionSpec

FORMAT = Format(
    "single",
    sessions=(
        SessionSpec(
            agenda=(
                "Who we are, and what brought the mentee here (10 min)",
                "The one question: what the mentee wants to know or decide (10 min)",
                "The mentor's experience with it, and options (25 min)",
                "What the mentee takes away: one or two next steps (15 min)",
            ),
        ),
    ),
    before=Reflection(("What do I want to know at the end?", "What have I tried or read already?"), 2),
    after=Reflection(("What will I do differently?", "Whom else should I talk to?"), 3),
    good_for="informational interviews, fresh perspectives and one narrowly defined topic",
)
