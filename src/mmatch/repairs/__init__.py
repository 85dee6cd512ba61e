"""After a match: what a change would cost, the smallest repair, and what would seat somebody."""

from __future__ import annotations

from mmatch.lazy import found_on_use

__all__, __getattr__, __dir__ = found_on_use(
    __name__,
    {
        "mmatch.cohort.changes": ("Asks", "Change", "Joined", "Left", "Seats"),
        "mmatch.repairs.changes": (
            *("Apart", "Declined", "Excepted", "NotAFit", "Place", "Swap"),
            "read_changes",
        ),
        "mmatch.repairs.explaining": ("explain",),
        "mmatch.repairs.feedback": ("Feedback", "next_round", "read_feedback"),
        "mmatch.repairs.recommending": ("RecommendedPlace", "alternates", "recommend"),
        "mmatch.repairs.releasing": ("release",),
        "mmatch.repairs.relaxing": ("Fix", "Fixes", "relax"),
        "mmatch.repairs.seat_worth": ("Recruit", "SeatValues", "recruits", "seat_values"),
        "mmatch.repairs.repairing": ("Cost", "Move", "Repair", "price", "repair", "waiting"),
    },
)
