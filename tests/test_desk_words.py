"""Every slug of the desk has a name in the three languages."""

import pytest

from bot.aftersales import stages, words
from bot.config import LANGUAGES, Language
from bot.i18n import catalogue

AXES = {
    "type": words.TYPES, "reason": words.REASONS, "responsible": words.RESPONSIBLE,
    "wait": words.WAITS, "resolution": words.RESOLUTIONS, "stage": stages.STAGES,
    "kind": words.KINDS,
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("axis", AXES)
def test_each_slug_has_its_own_name(language: Language, axis: str) -> None:
    known = catalogue(language)
    names = [known[f"desk.{axis}.{slug}"] for slug in AXES[axis]]
    named = {k for k in known if k.startswith(f"desk.{axis}.")}
    assert (len(set(names)), len(named)) == (len(AXES[axis]), len(AXES[axis]))
