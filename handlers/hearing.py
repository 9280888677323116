"""Whether everything said in a linked chat reaches us: what proves it, and who is told."""

from __future__ import annotations

from sqlmodel import Session

from bot import links, outbox
from bot import settings as rules
from bot.context import House, Reach
from bot.i18n import language_of, translator
from bot.render import chats as render


def heard(house: House, update_id: int, telegram_id: int) -> None:
    """Plain talk reached us here: whoever waits for that is told, once."""
    with house.db.read() as s:
        if not links.deaf(s, telegram_id):
            return
    with house.db.write() as s:
        _tell(house, s, telegram_id, update_id)


def moved(house: House, s: Session, update_id: int, telegram_id: int, reach: Reach) -> None:
    """Our place in the chat was changed: an administrator hears everything, at once."""
    if reach.hears_all:
        _tell(house, s, telegram_id, update_id)
    else:
        links.hears(s, telegram_id, reach.hears_all)


def _tell(house: House, s: Session, telegram_id: int, update_id: int) -> None:
    for b in links.deaf(s, telegram_id):
        b.hears_all = True
        if b.hearing:
            t = translator(language_of(b.language, house.config.defaults.language))
            to = outbox.Address(b.chat_id, thread_id=b.thread_id)
            outbox.enqueue(
                s, f"heard:{house.bot_id}:{update_id}:{b.id}", to,
                render.heard(t, rules.view(s, b)), house.clock.now(),
                method="edit", target=b.hearing,
            )  # fmt: skip
        b.hearing = ""
        s.add(b)
