"""From spec to PNG: what the worker process and the command line both call."""

from bot.render.cards import card
from bot.render.pictures import AnyPicture, Card, from_json
from bot.render.sheet import Sheet


def drawing(picture: AnyPicture) -> Sheet:
    """The finished sheet of any picture."""
    match picture:
        case Card():
            return card(picture)
    raise NotImplementedError


def draw(spec_json: str) -> bytes:
    """PNG of a spec's JSON; ValueError when it is not a spec."""
    return drawing(from_json(spec_json)).png()
