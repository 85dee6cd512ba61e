"""What a proof is bound to: canonical bytes that cohort and program give of themselves."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.program import Program


def digest(cohort: Cohort, program: Program) -> str:
    """A SHA-256 over the cohort's digest and the resolved program; plain functions enter by qualified name."""
    return hashlib.sha256(f"{cohort.digest}\n{program.canonical}".encode()).hexdigest()
