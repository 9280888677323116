"""How a chat's pictures look: its language's face and its colours of change."""

from bot.config import Language
from bot.render.pictures import Face, Style


def style(language: Language, colours: str) -> Style:
    """`colours` is red-up or green-up: the colour of good news."""
    face: Face = "tc" if language == "zh-hant" else "sc"
    return Style(face=face, good="green" if colours == "green-up" else "red")
