"""The facts: people, what they offer and ask for, and the cohort that holds them all."""

from mmatch.cohort.cohort import Cohort
from mmatch.cohort.participants import Meeting, Offer, Participant, Request
from mmatch.cohort.views import Supply

__all__ = ["Cohort", "Meeting", "Offer", "Participant", "Request", "Supply"]
