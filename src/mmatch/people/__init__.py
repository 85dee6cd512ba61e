"""The facts: people, what they offer and ask for, and the cohort that holds them all."""

from mmatch.people.cohort import Cohort
from mmatch.people.facts import Meeting, Offer, Participant, Request
from mmatch.people.viewing import Supply

__all__ = ["Cohort", "Meeting", "Offer", "Participant", "Request", "Supply"]
