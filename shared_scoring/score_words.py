"""A score with its texts: what each gate means, what should be known of a number."""

from msgspec import UNSET, structs

from shared_scoring.code_words import NOTES, OPEN_PAGE, PAGES
from shared_scoring.gate_words import consequence_words, reason_words
from shared_scoring.gates import GateState
from shared_scoring.pack import Pack
from shared_scoring.scene_words import SCENE_WORDS
from shared_scoring.score import Note, Score


def worded(score: Score, pack: Pack, lang: str) -> Score:
    """The same score with its texts; `lang` is `zh` or `en`."""
    return structs.replace(
        score,
        deductions=[structs.replace(one, text=SCENE_WORDS[one.scene].said(lang)) for one in score.deductions],
        gates=[structs.replace(one, text=gate_text(one, lang)) for one in score.gates],
        notes=[structs.replace(one, text=note_text(one, pack, lang)) for one in score.notes],
    )


def gate_text(state: GateState, lang: str) -> str:
    """What its state means, or why nothing can be said."""
    said = [consequence_words(state.consequence)] if state.consequence is not None else []
    said += [reason_words(state.reason)] if state.reason is not None else []
    return ("：" if lang == "zh" else ": ").join(one.said(lang) for one in said)


def note_text(note: Note, pack: Pack, lang: str) -> str:
    """What the reader of the number should know."""
    name = next((one.name.said(lang) for one in pack.indicators if one.key == note.indicator), "")
    coverage = "" if note.coverage is UNSET else f"{note.coverage:.0%}"
    said = NOTES[note.code].said(lang).format(name=name, coverage=coverage)
    if note.page is UNSET:
        return said
    return said + OPEN_PAGE.said(lang).format(page=PAGES[note.page].said(lang))
