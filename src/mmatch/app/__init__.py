"""The coordinator's page: sign-ups in, doubts answered, a proved matching, edits with their price, letters out.

Every step is a verb of the library and its judge; the state is a folder of the files that the command line writes.
"""

from __future__ import annotations

from mmatch.lazy import found_on_use

__all__, __getattr__, __dir__ = found_on_use(__name__, {"mmatch.app.serving": ("serve",)})
