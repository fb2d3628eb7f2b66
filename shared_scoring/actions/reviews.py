"""Low reviews while they count, newest first."""

import datetime as dt
from collections.abc import Iterator

from shared_scoring.actions.scene import Candidate, Ref, Scene
from shared_scoring.calendar import iso
from shared_scoring.records import Review

_LOW = 2
_MOST = 100
_FRESH = dt.timedelta(hours=24)
_FRESH_SUCCESS = 0.15  # a review handled within a day; the catalogue's own figure is for older ones


def answer_review(scene: Scene) -> Iterator[Candidate]:
    """One- and two-star reviews that still count when handling them shows.

    Success means the platform takes the review out of the score.
    """
    gain_on = scene.as_of + 1
    by_review = scene.pack.scope.type == "creator"
    found: list[tuple[dt.datetime, int, Review]] = []
    for case in scene.iter_cases():
        for review in case.reviews:
            if review.created_at is None or (review.stars or 5) > _LOW or review.counts is False:
                continue
            delivered = None if case.order is None else case.order.delivered_at
            counted = review.created_at if by_review else delivered
            if not case.is_valid or counted is None or not scene.in_window(counted):
                continue
            until = scene.calendar.day(counted) + scene.pack.window_days + 1
            if gain_on < until:
                found.append((review.created_at, until, review))
    found.sort(key=lambda row: (-row[0].timestamp(), row[2].id))
    for written, until, review in found[:_MOST]:
        fresh = written + _FRESH
        is_fresh = fresh > scene.now
        yield Candidate(
            "answer_review",
            review.id,
            [Ref("review", review.id)],
            [Review(id=review.id, counts=False)],
            gain_on=gain_on,
            params={"id": review.id, "stars": review.stars or 0, "date": iso(until)},
            deadline=scene.calendar.local(fresh if is_fresh else scene.calendar.start(until - 1)),
            success=_FRESH_SUCCESS if is_fresh else None,
        )
