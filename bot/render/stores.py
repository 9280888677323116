"""The stores of a team: what each needs every day, who brings it, and one more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from bot.config import Defaults
from bot.db.people import Member, Store
from bot.digests.whole import KINDS, StoreState
from bot.i18n import Translator
from bot.message import Button, Message
from bot.render import datastate, notices
from bot.teams import Platform, called


def overview(t: Translator, stores: Sequence[tuple[Store, StoreState]], *, adds: bool) -> Message:
    """Every store with what it needs; a button opens it. `adds`: the reader may add one."""
    blocks = [f"<b>{escape(x.name)}</b>\n{_place(t, x)}\n{_needs(t, state)}" for x, state in stores]
    buttons = [Button(x.name, data=f"stores:{x.id}") for x, _ in stores]
    add = ((Button(t("stores.add"), data="stores:add"),),) if adds else ()
    text = "\n\n".join(blocks) or t("stores.none")
    return Message(text, (*notices.rows(buttons), *add))


def _place(t: Translator, store: Store) -> str:
    words = (
        t(f"platform.{store.platform}") if t.has(f"platform.{store.platform}") else store.platform,
        store.currency,
        notices.zone_name(t, store.timezone),
    )
    return escape(" · ".join(x for x in words if x))


def _needs(t: Translator, state: StoreState) -> str:
    pieces = [
        f"{datastate.kind(t, p.kind, state.platform)}({p.who})"
        if p.who
        else datastate.kind(t, p.kind, state.platform)
        for p in state.pieces
    ]
    return escape(t("stores.needs", files=t("digest.and").join(pieces)))


def one(t: Translator, store: Store, state: StoreState) -> Message:
    """A store: a row for each kind of file, needed or not, and who brings it."""
    head = f"<b>{escape(store.name)}</b>\n{_place(t, store)}"
    who = {p.kind: p.who for p in state.pieces}
    rename = t("stores.rename", key=escape(store.key))
    return Message(
        "\n\n".join([head, t("stores.whole"), rename]),
        (*(_row(t, store, kind, who) for kind in KINDS), (_back(t, "list"),)),
    )


def _row(t: Translator, store: Store, kind: str, who: dict[str, str]) -> tuple[Button, ...]:
    name = datastate.kind(t, kind, store.platform)
    if kind not in who:
        return (Button(t("stores.not_needed", file=name), data=f"stores:{store.id}:kind:{kind}"),)
    bringer = t("stores.who", who=who[kind]) if who[kind] else t("stores.nobody")
    return (
        Button(t("stores.needed", file=name), data=f"stores:{store.id}:kind:{kind}"),
        Button(bringer, data=f"stores:{store.id}:who:{kind}"),
    )


def who(t: Translator, store: Store, kind: str, people: Iterable[Member]) -> Message:
    """Who of the desk brings this file."""
    file = datastate.kind(t, kind if kind in KINDS else KINDS[0], store.platform)
    data = f"stores:{store.id}:who:{kind}"
    buttons = [Button(called(m), data=f"{data}:{m.id}") for m in people]
    buttons.append(Button(t("stores.nobody"), data=f"{data}:0"))
    text = t("stores.ask_who", store=escape(store.name), file=file)
    return Message(text, (*notices.rows(buttons), (_back(t, str(store.id)),)))


def platforms(t: Translator, every: Iterable[Platform]) -> Message:
    buttons = [Button(t(f"platform.{p.key}"), data=f"stores:add:{p.key}") for p in every]
    return Message(t("setup.platform"), (*notices.rows(buttons), (_back(t, "list"),)))


def places(t: Translator, platform: Platform, defaults: Defaults) -> Message:
    """Money and zone; the platform's own first."""
    buttons = [
        Button(
            f"{currency} · {notices.zone_name(t, zone)}",
            data=f"stores:add:{platform.key}:{currency}:{zone}",
        )
        for currency, zone in notices.places(platform, defaults)
    ]
    return Message(t("setup.place"), (*notices.rows(buttons), (_back(t, "add"),)))


def offered(platform: Platform, currency: str, zone: str, defaults: Defaults) -> bool:
    """Whether a button said so: a forged one may name a zone there is not."""
    return (currency, zone) in notices.places(platform, defaults)


def _back(t: Translator, where: str) -> Button:
    return Button(t("stores.back"), data=f"stores:{where}")
