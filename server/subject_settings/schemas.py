from msgspec import Struct

from server.http.structs import schema_of
from shared_scoring.preferences import Preferences


class SubjectSettings(Struct, frozen=True):
    """`version` counts changes; 0 while nothing was ever set."""

    version: int
    settings: Preferences


SubjectSettingsSchema = schema_of(SubjectSettings)
PreferencesSchema = schema_of(Preferences)
