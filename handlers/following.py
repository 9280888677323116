"""Whether what somebody sends goes on about an issue: asked before its door is chosen."""

from __future__ import annotations

from bot import desk
from bot.aftersales import drafts
from bot.context import Event, House


def speaks(house: House, event: Event) -> bool:
    """They answer a card, a draft's question, or what was said of an issue."""
    if event.quoted is None:
        return False
    at = event.chat, event.quoted.message_id
    with house.db.read() as s:
        return bool(drafts.of_message(s, *at) or desk.issue_of(s, *at))


def continues(house: House, event: Event) -> bool:
    """One more photo of an album that was logged."""
    album = event.media.album if event.media else ""
    with house.db.read() as s:
        return bool(drafts.of_album(s, album) or drafts.logged_album(s, album))
