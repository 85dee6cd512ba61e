"""The session format of two sessions, with something tried between them."""

from mmatch.formats._base import Format, Gap, Reflection, SessionSpec, Touchpoint

FORMAT = Format(
    "two_session",
    sessions=(
        SessionSpec(
            agenda=(
                "Who we are, and what the mentee wants to be able to do (10 min)",
                "How the mentor goes about it (20 min)",
                "A plan: what the mentee will try or make until we meet again (20 min)",
                "What the mentee sends, and by when (10 min)",
            ),
        ),
        SessionSpec(
            agenda=(
                "What was tried, and what came of it (20 min)",
                "What worked, what did not, and why (20 min)",
                "Next steps without the mentor (20 min)",
            ),
        ),
    ),
    gaps=(
        Gap(
            touchpoints=(
                Touchpoint("product", "a plan, a report of action steps, or a work product", "feedback by e-mail"),
            )
        ),
    ),
    before=Reflection(("What do I want to be able to do?", "What have I tried already?"), 2),
    after=Reflection(("What will I keep doing?", "What did the feedback change?"), 3),
    good_for="topics where something is tried, or a work product gets feedback, between two talks",
)
