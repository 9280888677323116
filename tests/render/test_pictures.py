"""Specs: what travels from the bot to the process that draws."""

import subprocess
import sys

import pytest

from bot.render.pictures import Usual, cut, from_json, to_json
from tests.render.gallery import card, everything


@pytest.mark.parametrize("name", everything())
def test_a_spec_survives_its_journey(name: str) -> None:
    picture = everything()[name]
    assert from_json(to_json(picture)) == picture


def test_a_spec_is_one_line() -> None:
    assert "\n" not in to_json(card())


@pytest.mark.parametrize("text", ["", "{}", '{"kind": "pie"}', '{"kind": "card", "store": "A"}'])
def test_what_is_no_spec_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(text)


def test_values_above_1_7_times_the_usual_edge_are_cut() -> None:
    line = (100, 100, 170, 171, None, 100, 100, 100, 400)
    assert cut(line, Usual(80, 100, "")) == (3, 8)


def test_nothing_is_cut_before_there_is_a_usual_range() -> None:
    assert cut((100,) * 6 + (900,), Usual(80, 100, "")) == ()
    assert cut((100,) * 29 + (900,), None) == ()


def test_specs_and_studio_bring_no_drawing_library() -> None:
    heavy = "{'matplotlib', 'numpy', 'PIL', 'pandas'}"
    code = f"import sys, bot.render.pictures, bot.render.studio; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
