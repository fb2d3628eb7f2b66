"""Appeals against deductions, one action a scene."""

from collections import defaultdict
from collections.abc import Iterator

from shared_scoring.actions.scene import Candidate, Ref, Scene
from shared_scoring.calendar import iso
from shared_scoring.records import Conduct


def appeal_conduct(scene: Scene) -> Iterator[Candidate]:
    """Every scene that costs points today. Several of one scene may share a cap, so they are appealed together."""
    costly: set[str] = {rule.scene for rule in scene.pack.deductions}
    scenes: defaultdict[str, list[tuple[int, Conduct]]] = defaultdict(list)
    for one in scene.known.conducts:
        if one.scene is not None and one.scene in costly and one.at is not None and one.count != 0:
            day = scene.calendar.day(one.at)
            if scene.first <= day < scene.as_of:
                scenes[one.scene].append((day, one))
    for name, found in scenes.items():
        found.sort(key=lambda pair: (pair[0], pair[1].id))
        first, last, conducts = found[0][0], found[-1][0], [one for _, one in found]
        drops_out = first + scene.pack.window_days + 1
        yield Candidate(
            "appeal_conduct",
            name,
            [Ref("conduct", one.id) for one in conducts],
            [Conduct(id=one.id, count=0) for one in conducts],
            gain_on=scene.as_of + 1,
            params={
                "scene": name,
                "count": sum(1 if one.count is None else one.count for one in conducts),
                "date": iso(drops_out),
            },
            deadline=scene.calendar.local(scene.calendar.start(last + scene.pack.window_days)),
            things=len(conducts),
        )
