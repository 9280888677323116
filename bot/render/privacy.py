"""What is kept of customers, in words; no number of theirs is ever among them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.config import Privacy
from bot.i18n import Translator
from bot.message import Message
from bot.privacy import Count, State
from bot.render.html import bold, pre


def about(t: Translator, state: State, keep: Privacy) -> Message:
    """How much there is, how long it stays, and what may be asked for."""
    lines = [
        bold(t("privacy.about.head")),
        t("privacy.about.kept", cards=state.cards, photos=state.photos),
        t("privacy.about.time", issues=keep.issue_days, photos=keep.evidence_days),
        t("privacy.about.door"),
    ]
    if state.held:
        lines.append(t("privacy.about.held", cards=_cards(state.held)))
    lines += ["", t("privacy.about.ask")]
    return Message("\n".join(lines))


def held(t: Translator, found: Count) -> str:
    return f"{t('privacy.copy')}\n{_much(t, found)}"


def ask(t: Translator, found: Count, number: str) -> Message:
    """How much would go, what stays, and the phrase to type."""
    lines = [bold(t("privacy.ask.head")), _much(t, found)]
    if found.open:
        lines.append(t("privacy.ask.open", cards=_cards(found.open)))
    lines += _kept(t, found)
    phrase = f"/privacy {t('privacy.verb.confirm')} {number}"
    lines += [t("privacy.ask.stays"), "", t("privacy.ask.type"), pre([phrase])]
    return Message("\n".join(lines))


def done(t: Translator, found: Count) -> Message:
    return Message("\n".join([t("privacy.done"), _much(t, found), *_kept(t, found)]))


def _much(t: Translator, found: Count) -> str:
    """1 张卡片 · 2 张图片 · 1 条退款 · 1 个订单."""
    sizes = {
        "cards": found.cards, "photos": found.photos, "refunds": found.refunds,
        "drafts": found.drafts, "orders": found.orders,
    }  # fmt: skip
    parts = [t(f"privacy.much.{name}", n=n) for name, n in sizes.items() if n]
    return " · ".join(parts) or t("privacy.much.nothing")


def _kept(t: Translator, found: Count) -> list[str]:
    return [t("privacy.ask.held", cards=_cards(found.held))] if found.held else []


def _cards(numbers: Iterable[int]) -> str:
    return " ".join(f"#{n}" for n in list(numbers)[:20])
