"""Appeals against deductions, one action a scene."""

from collections import defaultdict
from collections.abc import Iterator

from shared_scoring.actions.scene import Candidate, Ref, Scene
from shared_scoring.calendar import iso
from shared_scoring.records import Conduct


def appeal_conduct(scene: Scene) -> Iterator[Candidate]:
    """Every scene that still costs points when an appeal shows.

    Several of one scene may share a cap, so they are appealed together.
    """
    gain_on = scene.as_of + 1
    costly: set[str] = {rule.scene for rule in scene.pack.deductions}
    scenes: defaultdict[str, list[tuple[int, Conduct]]] = defaultdict(list)
    for one in scene.known.conducts:
        if one.scene is not None and one.scene in costly and one.at is not None and one.count != 0:
            day = scene.calendar.day(one.at)
            if day < scene.as_of and gain_on < _drops_out(scene, day):
                scenes[one.scene].append((day, one))
    for name, found in scenes.items():
        found.sort(key=lambda pair: (pair[0], pair[1].id))
        first, last, conducts = found[0][0], found[-1][0], [one for _, one in found]
        yield Candidate(
            "appeal_conduct",
            name,
            [Ref("conduct", one.id) for one in conducts],
            [Conduct(id=one.id, count=0) for one in conducts],
            gain_on=gain_on,
            params={
                "scene": name,
                "count": sum(1 if one.count is None else one.count for one in conducts),
                "date": iso(_drops_out(scene, first)),
            },
            deadline=scene.calendar.local(scene.calendar.start(_drops_out(scene, last) - 1)),
            things=len(conducts),
        )


def _drops_out(scene: Scene, day: int) -> int:
    """The first as-of day whose window is without a day."""
    return day + scene.pack.window_days + 1
