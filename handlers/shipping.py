"""/fh, 待发货: what is paid and not sent yet."""

from __future__ import annotations

from dataclasses import replace

from bot.aftersales import shipping
from bot.context import Turn
from bot.context import number as row_id
from bot.db.people import Store
from bot.errors import UserError
from bot.message import Message
from bot.render import shipping as render


def show(turn: Turn) -> None:
    """`/fh`, `/fh 天猫旗舰店`: a store by its key or name."""
    words = turn.event.text.strip().casefold()
    named = [x for x in turn.stores if words and words in (x.key.casefold(), x.name.casefold())]
    if words and not named:
        raise UserError("store.gone")
    turn.say(_page(turn, named[0].id or 0 if named else 0, ""))


def turn_to(turn: Turn) -> None:
    """`fh:<store, 0 for all>:<group or all>:<page>`."""
    store, _, rest = turn.event.data.partition(":")
    group, _, number = rest.partition(":")
    if group not in (*shipping.GROUPS, "all"):
        raise UserError("stale")
    group = "" if group == "all" else group
    turn.edit(_page(turn, row_id(store), group, row_id(number) or 1))


def _page(turn: Turn, store_id: int, group: str, number: int = 1) -> Message:
    stores: list[Store] = turn.stores
    asked = [x for x in stores if not store_id or x.id == store_id]
    if not asked:
        raise UserError("store.gone")
    found = shipping.page(turn.s, asked, turn.now, group, number)
    return render.page(replace(found, store_id=store_id), stores, turn.t, turn.now)
