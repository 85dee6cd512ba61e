"""The session format of three sessions, with two rounds of feedback."""

from mmatch.formats._base import Format, Gap, Reflection, SessionSpec, Touchpoint

FORMAT = Format(
    "three_session",
    sessions=(
        SessionSpec(
            agenda=(
                "Who we are, and where the mentee stands (15 min)",
                "What the development area really is: examples from the mentee's work (25 min)",
                "A goal for three meetings, and the first step (20 min)",
            ),
        ),
        SessionSpec(
            agenda=(
                "What happened since, and the feedback on it (20 min)",
                "Reflecting together: what does this tell us? (20 min)",
                "Further ways forward, and the next step (20 min)",
            ),
        ),
        SessionSpec(
            agenda=(
                "What happened since, and the feedback on it (20 min)",
                "What the mentee can do now (20 min)",
                "How to go on without the mentor (20 min)",
            ),
        ),
    ),
    gaps=(Gap(touchpoints=(Touchpoint(),)), Gap(touchpoints=(Touchpoint(),))),
    before=Reflection(("Where do I want to grow?", "What would show that I did?"), 2),
    after=Reflection(("What can I do now?", "What is my next goal, and who can help?"), 3),
    good_for="broad development areas, work products in several rounds, and quick series of reflection",
)
