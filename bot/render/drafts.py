"""An issue that is being filled in: what was understood, and the one thing that is asked next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.aftersales.views import IssueView
from bot.i18n import Translator
from bot.message import Button, Keyboard, Message
from bot.render.html import bold, cut, escape
from bot.render.issue_menus import Choice, per_row
from bot.render.issues import across, known, named, row

_LABEL = 28  # cells of a choice on a button


def draft(
    view: IssueView, t: Translator, now: datetime, draft_id: str, asking: str,
    choices: Sequence[Choice] = (), same: IssueView | None = None,
) -> Message:  # fmt: skip
    """`choices`: values and names of what is asked; `same`: the open issue it seems to be."""
    lines = [_head(view, t), *known(view, t)]
    if same:
        lines += [t("draft.same", no=same.no), row(same, t, now)]
        return Message("\n".join(lines), _which(t, draft_id, same.no))
    lines.append(f"{bold(t(f'draft.ask.{asking}'))} {escape(t('draft.how'))}")
    buttons = [
        Button(cut(label, _LABEL), data=f"d:{draft_id}:{asking}:{value}")
        for value, label in choices
    ]
    across_ = 2 if asking == "store" else per_row(t)
    return Message("\n".join(lines), (*across(buttons, across_), _end(t, draft_id, asking)))


def _head(view: IssueView, t: Translator) -> str:
    what = named(view, t) if view.type else ""
    head = " · ".join(x for x in (t("draft.head"), what) if x)
    urgent = "❗" if view.urgent else ""
    return f"📝 {urgent}{bold(head)}"


def _which(t: Translator, draft_id: str, no: int) -> Keyboard:
    add = Button(t("draft.add", no=no), data=f"d:{draft_id}:same:add")
    anyway = Button(t("draft.anyway"), data=f"d:{draft_id}:same:no")
    return ((add, anyway), (Button(t("draft.cancel"), data=f"d:{draft_id}:cancel"),))


def _end(t: Translator, draft_id: str, asking: str) -> tuple[Button, ...]:
    return (
        Button(t("draft.skip"), data=f"d:{draft_id}:skip:{asking}"),
        Button(t("draft.cancel"), data=f"d:{draft_id}:cancel"),
    )


def cancelled(t: Translator) -> Message:
    return Message(t("draft.cancelled"))


def over(t: Translator) -> Message:
    """In place of a draft whose day is over."""
    return Message(t("error.draft.over"))


def deleted(t: Translator) -> Message:
    return Message(t("draft.deleted"))


def merged(t: Translator, no: int) -> Message:
    """In place of a draft that went into an issue there was."""
    return Message(t("draft.merged", no=no))


def how(t: Translator) -> Message:
    """To `/issue` without anything."""
    return Message(t("draft.hint"))


def hidden(t: Translator, kinds: Sequence[str], delete: str) -> Message:
    """Somebody's number was written: it is not kept, and should not stand there; `delete` is the
    data of the button that takes it away, empty where the bot may not."""
    what = t("answer.comma").join(t(f"draft.hidden.{x}") for x in kinds)
    buttons = ((Button(t("draft.delete"), data=delete),),) if delete else ()
    return Message(t("draft.hide", what=what), buttons)
