import datetime as dt

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from server.http.structs import schema_of
from shared_scoring.actions.answer import Actions
from shared_scoring.actions.effects import MeasuredEffect
from shared_scoring.actions.gain import Action

STATES = ("open", "done", "snoozed", "dismissed")
_LONGEST_SNOOZE = dt.timedelta(days=366)


class Listed(Action, frozen=True, kw_only=True):
    """An action with its life: `effect` is what was measured after it was done.

    `etag` is of its life alone, for the If-Match of a change.
    """

    state: str
    snoozed_until: dt.datetime | None
    changed_at: dt.datetime | None
    effect: MeasuredEffect | None
    etag: str


class ActionList(Actions, frozen=True, kw_only=True):
    """As `koubei actions` prints it, from what the worker found; `stale` while newer input waits to be looked at."""

    actions: list[Listed]  # type: ignore[assignment]  # each with its life beside it
    stale: bool
    computed_at: dt.datetime | None


class ListedSchema(schema_of(Listed, without=frozenset({"change"}))):  # type: ignore[misc]  # a schema made from a struct
    change = fields.List(
        fields.Dict(),
        required=True,
        metadata={"description": "Records as `what-if` takes them: what success makes true."},
    )


class ActionListSchema(schema_of(ActionList, without=frozenset({"actions"}))):  # type: ignore[misc]  # likewise
    actions = fields.List(fields.Nested(ListedSchema), required=True)


class ActionsQuerySchema(Schema):
    state = fields.String(
        load_default="open",
        validate=validate.OneOf([*STATES, "all"]),
        metadata={"description": "Which ones to list. A plan is made of the open ones."},
    )
    lang = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))
    target = fields.Float(load_default=None, metadata={"description": "The total to reach."})
    consumer = fields.Float(load_default=None, metadata={"description": "The figure shown to consumers to reach."})
    gate = fields.String(
        load_default=None, validate=validate.Regexp(r"^[a-z0-9_]{1,60}$"), metadata={"description": "The gate to open."}
    )
    by = fields.Date(
        load_default=None,
        validate=validate.Range(dt.date(1990, 1, 1), dt.date(2199, 12, 31)),
        metadata={"description": "The last day whose score must show it."},
    )

    @validates_schema
    def _one_target(self, data: dict[str, object], **_options: object) -> None:
        given = [name for name in ("target", "consumer", "gate") if data.get(name) is not None]
        if len(given) > 1:
            raise ValidationError("one of target, consumer and gate at a time", given[-1])
        if data.get("by") is not None and not given:
            raise ValidationError("needs a target, consumer or gate to reach by then", "by")


class LangQuerySchema(Schema):
    lang = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))


class ActionPatchSchema(Schema):
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    snoozed_until = fields.AwareDateTime(
        format="iso", load_default=None, allow_none=True, metadata={"description": "Needed to snooze, at most a year."}
    )

    @validates_schema
    def _snoozed(self, data: dict[str, object], **_options: object) -> None:
        until = data.get("snoozed_until")
        if (data["state"] == "snoozed") != isinstance(until, dt.datetime):
            raise ValidationError("goes with the state snoozed, and only with it", "snoozed_until")
        now = dt.datetime.now(dt.UTC)
        if isinstance(until, dt.datetime) and not now < until <= now + _LONGEST_SNOOZE:
            raise ValidationError("must lie ahead, by a year at most", "snoozed_until")
