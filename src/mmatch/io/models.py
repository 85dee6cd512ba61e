"""The JSON form of a cohort as strict types: what pydantic checks, and what the JSON Schema says.

Imported only where JSON is read or described: pydantic takes its time.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

Number = StrictInt | StrictFloat
Exact = Annotated[StrictInt | StrictFloat | StrictStr, Field(description='A number, or a fraction as text: "1/3".')]
Count = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
Plain = StrictBool | StrictInt | StrictFloat | StrictStr
Ranks = list[StrictStr | list[StrictStr]]


class Strict(BaseModel):
    """No unknown fields, no silent conversions, no values in messages."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class JsonOffer(Strict):
    """What somebody can teach; the topic "" meets every topic."""

    topic: StrictStr = ""
    level: Number | None = None
    seats: Count | None = None
    group: Annotated[list[Count], Field(min_length=2, max_length=2)] | None = None
    id: StrictStr | None = None


class JsonRequest(Strict):
    """What somebody wants to learn; the topic "" meets every topic."""

    topic: StrictStr = ""
    level: Number | None = None
    priority: Number = 1
    mentors: Count = 1
    format: StrictStr | None = None


class JsonParticipant(Strict):
    """One person; everything but the id may be left out."""

    id: StrictStr
    name: StrictStr = ""
    offers: list[JsonOffer] = []
    requests: list[JsonRequest] = []
    capacity: Count | None = None
    groups: Count | None = None
    min_load: Count = 0
    availability: StrictStr | list[StrictStr] | None = None
    timezone: StrictStr | None = None
    site: StrictStr = ""
    modes: list[Literal["virtual", "in_person"]] = ["in_person", "virtual"]
    attributes: dict[StrictStr, Plain | list[Plain] | None] = {}
    ranks: Ranks | None = None
    mentee_ranks: Ranks | None = None
    avoids: list[StrictStr] = []


class JsonMeeting(Strict):
    """A mentor and a mentee who have met before."""

    mentor: StrictStr
    mentee: StrictStr
    topic: StrictStr = ""
    date: StrictStr | None = None


class JsonCohort(Strict):
    """A whole cohort."""

    schema_: Annotated[Literal["mmatch/cohort"], Field(alias="schema")]
    version: Literal[1]
    participants: list[JsonParticipant]
    topics: dict[StrictStr, StrictStr] = {}
    history: list[JsonMeeting] = []
    scores: list[Annotated[tuple[StrictStr, StrictStr, Exact], Field(strict=False)]] | None = (
        None  # JSON has only lists
    )
