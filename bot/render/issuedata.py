"""Issues for a terminal: the objects of `storebot issues --json`, and one line each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot import money
from bot.aftersales.views import EventView, IssueView
from bot.i18n import Translator
from bot.render import issues


def issue_json(view: IssueView, store: str, team: str) -> dict[str, Any]:
    """One issue. `store` is its store's key, `team` the team's name.

    Amounts are floats in major units of `currency`, times ISO in UTC; null: not known. `duplicate_of`
    is a number of the same team; the history begins with the opening.
    """
    return {
        "number": view.no,
        "team": team,
        "kind": view.kind,
        "stage": view.stage,
        "waiting_for": view.waiting_for,
        "store": store,
        "platform": view.platform,
        "order_no": view.order_no,
        "refund_no": view.refund_no,
        "waybill": view.waybill,
        "tail": view.tail,
        "product": view.product,
        "quantity": view.quantity,
        "type": view.type,
        "reason": view.reason,
        "responsible": view.responsible,
        "resolution": view.resolution,
        "currency": view.currency,
        "amount": _money(view.amount, view),
        "order_amount": _money(view.order_amount, view),
        "cost": _money(view.cost, view),
        "note": view.note,
        "urgent": view.urgent,
        "assignee": view.assignee,
        "reporter": view.reporter,
        "platform_status": view.platform_status,
        "due_at": _time(view.due_at),
        "due_from": view.due_from,
        "applied_at": _time(view.applied_at),
        "opened_at": _time(view.opened_at),
        "answered_at": _time(view.answered_at),
        "solved_at": _time(view.solved_at),
        "closed_at": _time(view.closed_at),
        "missed_at": _time(view.missed_at),
        "reopened": view.reopened,
        "duplicate_of": view.duplicate_of,
        "photos": view.photos,
        "history": [_event(e) for e in view.history],
        **_extra(view),
    }


def _extra(view: IssueView) -> dict[str, Any]:
    """Of a notice who confirmed when, of a live session its list and figures; else nothing."""
    if view.extra is None:
        return {}
    live = view.extra.live
    if live is None:
        asked = [{"name": r.name, "confirmed_at": _time(r.at)} for r in view.extra.receipts]
        return {"receipts": asked}
    figures = {k: _money(v, view) if k == "sales" else v for k, v in live.figures}
    checks = [{"text": c.text, "done": c.done} for c in live.checks]
    return {"checklist": checks, "started_at": _time(live.started_at), "figures": figures}


def line(view: IssueView, store: str, t: Translator) -> str:
    """#123, store, stage, what and why, order, product, who, deadline in the store's zone; by tabs."""
    what = " ".join(x for x in (issues.named(view, t), issues.why(view, t)) if x)
    pieces = f" ×{view.quantity}" if view.quantity else ""
    due = f"{view.due_at.astimezone(view.zone):%Y-%m-%d %H:%M}" if view.due_at else ""
    cells = (
        f"#{view.no}", store, issues.stage(view, t), what, view.order_no,
        f"{view.product}{pieces}", view.assignee, due,
    )  # fmt: skip
    return "\t".join(" ".join(x.split()) or "-" for x in cells)


def _event(e: EventView) -> dict[str, Any]:
    """`value` as the event has it: slugs, names of people, amounts in minor units."""
    return {
        "what": e.what, "by": e.who, "at": _time(e.at), "value": e.value, "note": e.note,
        "photos": e.photos, "undone": e.undone,
    }  # fmt: skip


def _money(minor: int | None, view: IssueView) -> float | None:
    """Without a store there is no currency: then hundredths, as of most."""
    return None if minor is None else round(minor / 10 ** money.digits(view.currency), 6)


def _time(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None
