"""Linked chats: /link, how we hear there, /settings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

from bot import settings as rules
from bot.config import LANGUAGES
from bot.db.people import Store
from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.pushes import Setting
from bot.render.notices import rows, zone_name
from bot.settings import KINDS, View

# linking --------------------------------------------------------------------------------------


def choose(t: Translator, stores: Sequence[Store], chosen: Collection[int], topic: bool) -> Message:
    """Stores to tick; `link:<store>`, `link:all`, `link:done`."""
    ticks = [_tick(x.name, x.id in chosen, f"link:{x.id}") for x in stores]
    end = [Button(t("link.all"), data="link:all"), Button(t("link.ready"), data="link:done")]
    head = t("link.choose_topic" if topic else "link.choose")
    return Message(head, (*rows(ticks, 1), tuple(end if chosen else end[:1])))


def linked(t: Translator, view: View, asked: bool = False) -> Message:
    """What is bound, when the digest comes, and what reaches us here.

    `asked`: somebody wants to know, and is to type a plain word.
    """
    digest = next(x for x in view.pushes if x.kind == "digest")
    place = t("settings.topic" if view.topic else "settings.chat")
    lines = [t("link.done", place=place, stores=_names(t, view)), _digest(t, view, digest), ""]
    if view.hears_all:
        return Message("\n".join([*lines, t("hear.all")]), (_open(t, view),))
    lines += [t("hear.some"), t("hear.try" if asked else "hear.offer")]
    test = () if asked else (Button(t("hear.test"), data="link:test"),)
    return Message("\n".join(lines), ((*test, *_open(t, view)),))


def heard(t: Translator, view: View) -> Message:
    message = linked(t, view)
    return Message(f"{t('hear.yes')}\n\n{message.text}", message.keyboard)


def cannot_send(t: Translator, *, title: str) -> Message:
    return Message(t("link.mute", title=escape(title)))


def _open(t: Translator, view: View) -> tuple[Button, ...]:
    return (Button(t("settings.open"), data=f"set:{view.id}"),)


def _names(t: Translator, view: View) -> str:
    return t("link.and").join(escape(x) for x in view.stores)


def _digest(t: Translator, view: View, digest: Setting) -> str:
    if digest.mode == "off":
        return t("link.no_digest")
    return t("link.digest", at=digest.at, zone=zone_name(t, view.timezone))


# settings -------------------------------------------------------------------------------------


def mine(t: Translator, name: str, views: Sequence[View], leads: bool) -> Message:
    """/settings in private: what is mine, and for leadership the team's chats."""
    lines = [
        t("settings.mine", name=escape(name), language=t(f"settings.language.{t.language}.name"))
    ]
    if leads:
        lines.append(t("settings.chats" if views else "settings.no_chats"))
    buttons = [
        Button(f"{place(t, v)} › {t('link.and').join(v.stores)}", data=f"set:{v.id}") for v in views
    ]
    return Message("\n\n".join(lines), rows(buttons, 1))


def place(t: Translator, view: View) -> str:
    return f"{view.title} · {t('settings.topic')}" if view.topic else view.title


def page(t: Translator, view: View, at: str = "", *, private: bool) -> Message:
    """All settings, or the options of one."""
    if not at:
        return Message(summary(t, view), _main(t, view, private))
    if at == "unlink":
        yes = Button(t("unlink.yes"), data=f"set:{view.id}:unlink:yes")
        sure = t("unlink.sure", place=escape(place(t, view)))
        return Message(sure, ((yes, _back(t, view)),))
    head = f"<b>{escape(_label(t, at))}</b>｜{escape(place(t, view))}"
    hint = t("settings.hint_push" if at in KINDS else f"settings.hint.{at}", name=_label(t, at))
    return Message(f"{head}\n{hint}", (*_options(t, view, at), (_back(t, view),)))


def stores(t: Translator, view: View, every: Sequence[Store], chosen: Collection[int]) -> Message:
    ticks = [_tick(x.name, x.id in chosen, f"set:{view.id}:stores:{x.id}") for x in every]
    head = f"<b>{t('settings.stores')}</b>｜{escape(place(t, view))}"
    return Message(f"{head}\n{t('settings.hint.stores')}", (*rows(ticks, 1), (_back(t, view),)))


def unlinked(t: Translator, view: View, *, private: bool) -> Message:
    back = ((Button(t("settings.all_chats"), data="set:all"),),) if private else ()
    return Message(t("unlink.done", place=escape(place(t, view))), back)


def summary(t: Translator, view: View) -> str:
    lines = [f"⚙️ <b>{escape(place(t, view))}</b>"]
    lines.append(t("settings.line", name=t("settings.stores"), value=_names(t, view)))
    lines += [
        t("settings.line", name=_label(t, what), value=_value(t, view, what))
        for what in (*rules.FIELDS, *KINDS)
    ]
    lines.append(t("settings.hears" if view.hears_all else "settings.hears_some"))
    return "\n".join(lines)


def _main(t: Translator, view: View, private: bool) -> Keyboard:
    named = [(_label(t, w), w) for w in (*rules.FIELDS, *KINDS)]
    named += [(t("settings.stores"), "stores"), (t("unlink.button"), "unlink")]
    buttons = [Button(label, data=f"set:{view.id}:{what}") for label, what in named]
    end = ("settings.all_chats", "all") if private else ("settings.close", f"{view.id}:close")
    return (*rows(buttons), (Button(t(end[0]), data=f"set:{end[1]}"),))


def _options(t: Translator, view: View, what: str) -> Keyboard:
    def option(label: str, value: str, chosen: bool) -> Button:
        return Button(f"✓ {label}" if chosen else label, data=f"set:{view.id}:{what}:{value}")

    if what in KINDS:
        now = next(x for x in view.pushes if x.kind == what)
        modes = [option(t(f"settings.mode.{m}.name"), m, m == now.mode) for m in KINDS[what].modes]
        at = [option(x, x, x == now.at) for x in rules.times(what)] if KINDS[what].at else []
        return (*rows(modes), *rows(at, 3))
    if what == "zone":
        zones = [option(zone_name(t, z), z, z == view.timezone) for z in rules.ZONES]
        return rows(zones)
    values = {"language": LANGUAGES, "colours": rules.COLOURS, "costs": ("yes", "no")}[what]
    now_is = {
        "language": view.language, "colours": view.colours,
        "costs": "yes" if view.shows_costs else "no",
    }[what]  # fmt: skip
    return rows([option(t(f"settings.{what}.{v}.name"), v, v == now_is) for v in values], 1)


def _label(t: Translator, what: str) -> str:
    return t(f"push.{what}.name" if what in KINDS else f"settings.field.{what}.name")


def _value(t: Translator, view: View, what: str) -> str:
    if what in KINDS:
        now = next(x for x in view.pushes if x.kind == what)
        mode = t(f"settings.mode.{now.mode}.name")
        return mode if now.mode == "off" or not now.at else t("settings.at", at=now.at, mode=mode)
    if what == "zone":
        return zone_name(t, view.timezone)
    value = {
        "language": view.language, "colours": view.colours,
        "costs": "yes" if view.shows_costs else "no",
    }[what]  # fmt: skip
    return t(f"settings.{what}.{value}.name")


def _tick(label: str, on: bool, data: str) -> Button:
    return Button(f"{'☑️' if on else '⬜️'} {label}", data=data)


def _back(t: Translator, view: View) -> Button:
    return Button(t("settings.back"), data=f"set:{view.id}")
