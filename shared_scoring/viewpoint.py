"""Whose cases these are and in whose days they fall: what a case cannot know by itself."""

from typing import NamedTuple

from shared_scoring.calendar import DEFAULT_ZONE, Calendar
from shared_scoring.records import Record, Subject

DEFAULT_PLATFORM = "douyin"


class Viewpoint(NamedTuple):
    """`creator` is the subject's id where it is a creator, who shares orders with others.

    `industry` is the newest word on it: some are given more time.
    """

    calendar: Calendar
    creator: str | None
    platform: str
    industry: str | None = None

    @classmethod
    def of(cls, subject: Record | None) -> "Viewpoint":
        """The viewpoint of a subject's merged record; of a shop in the default time zone where there is none."""
        if not isinstance(subject, Subject):
            return cls(Calendar(DEFAULT_ZONE), None, DEFAULT_PLATFORM)
        creator = subject.id if subject.type == "creator" else None
        calendar = Calendar(subject.time_zone or DEFAULT_ZONE)
        return cls(calendar, creator, subject.platform or DEFAULT_PLATFORM, subject.industry)
