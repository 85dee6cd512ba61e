"""Session formats: how often people meet and what happens between. One format, one file, found by listing the folder.

Formats are data (`Format`): those that ship are TOML files beside this one; others are a few lines of a program's
own, in Python, in its JSON, or in a file of the same form.
"""

from mmatch.formats._base import FollowUp, Format, Gap, Reflection, SessionSpec, Touchpoint
from mmatch.formats._json import FORMATS, format_of
from mmatch.formats.handouts import handout
from mmatch.formats.recommending import Recommendation, recommend_format

__all__ = [
    "FORMATS",
    "FollowUp",
    "Format",
    "Gap",
    "Recommendation",
    "Reflection",
    "SessionSpec",
    "Touchpoint",
    "format_of",
    "handout",
    "recommend_format",
]
