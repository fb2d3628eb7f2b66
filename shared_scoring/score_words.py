"""A score with its texts: what each gate means."""

from msgspec import structs

from shared_scoring.gate_words import consequence_words, reason_words
from shared_scoring.gates import GateState
from shared_scoring.score import Score


def worded(score: Score, lang: str) -> Score:
    """The same score with its texts; `lang` is `zh` or `en`."""
    return structs.replace(score, gates=[structs.replace(one, text=gate_text(one, lang)) for one in score.gates])


def gate_text(state: GateState, lang: str) -> str:
    """What its state means, or why nothing can be said."""
    said = [consequence_words(state.consequence)] if state.consequence is not None else []
    said += [reason_words(state.reason)] if state.reason is not None else []
    return ("：" if lang == "zh" else ": ").join(one.zh if lang == "zh" else one.en for one in said)
