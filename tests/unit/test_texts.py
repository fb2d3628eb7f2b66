"""Every text a person reads exists in both languages, with the same parameters in both."""

import re

import pytest

from server.cli.doctor_texts import TEXTS as DOCTOR
from server.cli.people_texts import TEXTS as PEOPLE
from server.cli.texts import TEXTS as COMMAND_LINE
from server.demo.texts import TEXTS as DEMO
from server.runtime.texts import TEXTS as RUNTIME
from shared_scoring.pack import bundled

HAN = re.compile(r"[\u4e00-\u9fff]")
PARAMETER = re.compile(r"\{(\w+)[^}]*\}")


@pytest.mark.parametrize(
    "table", [COMMAND_LINE, PEOPLE, DOCTOR, DEMO, RUNTIME], ids=["command line", "people", "doctor", "demo", "runtime"]
)
def test_no_text_has_a_gap(table: dict[str, tuple[str, str]]) -> None:
    for key, (chinese, english) in table.items():
        assert chinese.strip(), key
        assert english.strip(), key
        assert set(PARAMETER.findall(chinese)) == set(PARAMETER.findall(english)), key
        assert not HAN.search(english), key


def test_every_name_in_a_pack_has_both_languages() -> None:
    for pack in bundled().values():
        named = [pack.name, *(one.name for group in (pack.indicators, pack.bonuses, pack.gates) for one in group)]
        for words in named:
            assert words.zh.strip(), pack.id
            assert words.en.strip(), pack.id
            assert not HAN.search(words.en), pack.id
