"""The capture specs a server offers: those of the product, newer ones that the operator added, and ids put out of use.

Added specs are files of the folder `capture-specs` in the home; `disabled.json` beside them is the kill switch.
"""

from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from server.capture_specs.check import Spec, SpecError, bundled, load_spec

DISABLED: Final = "disabled.json"


class Unusable(NamedTuple):
    path: Path
    faults: list[str]


class Offer(NamedTuple):
    """`specs` holds the newest of each id; `files` names the file of those that were added."""

    specs: dict[str, Spec]
    files: dict[str, Path]
    disabled: list[str]
    unusable: list[Unusable]


class SpecFolder:
    """What a home offers, read anew each time: it is asked for a few times a day."""

    def __init__(self, home: Path) -> None:
        self.path = home / "capture-specs"

    def read(self) -> Offer:
        specs, files, unusable = bundled(), dict[str, Path](), list[Unusable]()
        for file in sorted(self.path.glob("*.json")):
            if file.name == DISABLED:
                continue
            try:
                spec = load_spec(file.read_bytes())
            except SpecError as error:
                unusable.append(Unusable(file, error.faults))
                continue
            except OSError as error:
                unusable.append(Unusable(file, [f"cannot be read: {error.strerror or error}"]))
                continue
            known = specs.get(spec["id"])
            if known is None or spec["version"] > known["version"]:
                specs[spec["id"]], files[spec["id"]] = spec, file
        return Offer(specs, files, self._disabled(unusable), unusable)

    def add(self, text: bytes) -> tuple[Spec, Path]:
        """Put a checked spec into the folder. Raises SpecError where it is none, or not newer than what is known."""
        spec = load_spec(text)
        known = self.read().specs.get(spec["id"])
        if known is not None and spec["version"] <= known["version"]:
            raise SpecError([f"/version is {spec['version']}, and version {known['version']} is known: count it up"])
        if known is not None and (known["page"], known["kind"]) != (spec["page"], spec["kind"]):
            raise SpecError(["/page and /kind of a spec never change: give it another id"])
        place = self.path / f"{spec['id']}.json"
        self._write(place, text)
        return spec, place

    def switch(self, id_: str, *, on: bool) -> None:
        """Put a spec out of use in every browser that asks here, or back into it."""
        now = set(self._disabled([]))
        now = now - {id_} if on else now | {id_}
        self._write(self.path / DISABLED, msgspec.json.encode(sorted(now)))

    def _disabled(self, unusable: list[Unusable]) -> list[str]:
        file = self.path / DISABLED
        try:
            return msgspec.json.decode(file.read_bytes(), type=list[str])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError) as error:
            unusable.append(Unusable(file, [str(error)]))
            return []

    def _write(self, place: Path, text: bytes) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A process that looks meanwhile sees all of it or nothing.
        half = place.with_suffix(".part")
        half.write_bytes(text)
        half.replace(place)
