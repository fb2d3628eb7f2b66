"""Hours of the day in which chats wait longer than they need to."""

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from shared_scoring.actions.scene import Candidate, Ref, Scene
from shared_scoring.cohorts import is_in_service_hours
from shared_scoring.measures import UNANSWERED_SECONDS
from shared_scoring.records import Chat

_SLOW = 1.5  # times the other hours' mean
_FEWEST_ROUNDS = 20
_ROUNDS_AN_AGENT = 30.0  # rounds one agent answers promptly in an hour; graded ?, used where no agent is known


class _Hour(NamedTuple):
    chats: list[Chat]
    spent: float
    rounds: int


def cover_hours(scene: Scene) -> Iterator[Candidate]:
    """Each run of slow hours. Success means they answer like the others do."""
    hours = _hours(scene)
    for first, last in _slow_runs(hours):
        inside = [hours[hour] for hour in range(first, last + 1)]
        outside = [one for hour, one in hours.items() if not first <= hour <= last]
        rest = _mean(outside)
        chats = [chat for one in inside for chat in one.chats if _seconds(chat) > rest * (chat.rounds or 0)]
        rounds = sum(one.rounds for one in inside)
        busiest = max(one.rounds for one in inside) / scene.pack.window_days
        yield Candidate(
            "cover_hours",
            f"{first}-{last}",
            [Ref("chat", chat.id) for chat in chats],
            [
                Chat(id=chat.id, rounds=chat.rounds, unanswered_rounds=0, reply_seconds=rest * (chat.rounds or 0))
                for chat in chats
            ],
            gain_on=scene.as_of + scene.pack.window_days,
            params={
                "from": first,
                "to": last + 1,
                "people": max(1, math.ceil(busiest / _rounds_an_agent(outside, scene))),
                "seconds": round(_mean(inside)),
                "rest": round(rest),
                "rounds": rounds,
            },
        )


def _hours(scene: Scene) -> dict[int, _Hour]:
    chats: defaultdict[int, list[Chat]] = defaultdict(list)
    for case in scene.iter_cases():
        for chat in case.chats:
            if scene.in_window(chat.started_at) and chat.started_at is not None and chat.rounds:
                local = scene.calendar.local(chat.started_at)
                if is_in_service_hours(local) and (chat.reply_seconds is not None or chat.unanswered_rounds):
                    chats[local.hour].append(chat)
    return {
        hour: _Hour(own, sum(map(_seconds, own)), sum(chat.rounds or 0 for chat in own))
        for hour, own in sorted(chats.items())
    }


def _seconds(chat: Chat) -> float:
    return (chat.reply_seconds or 0) + UNANSWERED_SECONDS * (chat.unanswered_rounds or 0)


def _mean(hours: list[_Hour]) -> float:
    rounds = sum(one.rounds for one in hours)
    return sum(one.spent for one in hours) / rounds if rounds else 0.0


def _slow_runs(hours: dict[int, _Hour]) -> Iterator[tuple[int, int]]:
    """First and last hour of each run of hours that are slower than the others."""
    slow = [
        hour
        for hour, own in hours.items()
        if own.rounds >= _FEWEST_ROUNDS
        and (rest := _mean([one for other, one in hours.items() if other != hour])) > 0
        and _mean([own]) > _SLOW * rest
    ]
    start = 0
    for at, hour in enumerate(slow):
        if at + 1 == len(slow) or slow[at + 1] != hour + 1:
            yield slow[start], hour
            start = at + 1


def _rounds_an_agent(outside: list[_Hour], scene: Scene) -> float:
    """What one agent answers in an hour of the better ones, from the agents seen."""
    agents = {chat.agent_id for one in outside for chat in one.chats if chat.agent_id}
    if not agents or not outside:
        return _ROUNDS_AN_AGENT
    busiest = max(one.rounds for one in outside) / scene.pack.window_days
    return max(busiest / len(agents), 1.0)
