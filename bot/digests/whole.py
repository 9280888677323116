"""What makes a store's day whole: the kinds of file it needs, who brings each, and what is in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select
from sqlmodel import Session, col

from bot.db.facts import Import, ImportedDay
from bot.db.people import Member, Store, StoreKind
from bot.errors import UserError

KINDS = ("orders", "shop_days", "ads", "scores")  # in the order of the data line
LATELY = timedelta(days=14)  # what was not sent for so long is no longer waited for


@dataclass(frozen=True)
class Piece:
    """One kind of file of a store's day. `exported_at` None: none came; `who` brings it, or ""."""

    kind: str
    whole: bool
    exported_at: datetime | None = None
    who: str = ""
    member_id: int | None = None


@dataclass(frozen=True)
class StoreState:
    """What of a store's day is in, for each kind that makes it whole."""

    store_id: int
    name: str
    platform: str
    day: date
    pieces: tuple[Piece, ...]

    @property
    def lacking(self) -> tuple[Piece, ...]:
        return tuple(p for p in self.pieces if not p.whole)

    @property
    def whole(self) -> bool:
        return not self.lacking

    @property
    def sold(self) -> bool:
        """Sales are known: from whole orders, or without any from the platform's own sheet."""
        pieces = {p.kind: p for p in self.pieces}
        orders, sheet = pieces.get("orders"), pieces.get("shop_days")
        if orders and (orders.whole or orders.exported_at):
            return orders.whole
        return bool(sheet and sheet.whole)

    @property
    def as_of(self) -> datetime | None:
        """How far the data reaches: the oldest of the whole files, else of those that came."""
        came = [p for p in self.pieces if p.exported_at]
        ends = [p.exported_at for p in ([p for p in came if p.whole] or came) if p.exported_at]
        return min(ends, default=None)


Wanted = tuple[int, date]  # a store and its day


def states(s: Session, wanted: Collection[Wanted]) -> dict[Wanted, StoreState]:
    """The state of many stores' days, read at once."""
    ids = {store for store, _ in wanted}
    if not ids:
        return {}
    stores = (
        s.connection()
        .execute(
            select(col(Store.id), col(Store.name), col(Store.platform)).where(
                col(Store.id).in_(ids)
            )
        )
        .all()
    )
    words = {row[0]: (row[1], row[2]) for row in stores}
    kinds, known = _kinds(s, ids), _imported(s, wanted)
    lately = _lately(s, ids, wanted)
    return {
        (store, day): StoreState(
            store, *words[store], day,
            tuple(_piece(known.get((store, day, kind)), kind, *who)
            for kind, who in (kinds.get(store) or lately[store]).items()),
        )
        for store, day in wanted if store in words
    }  # fmt: skip


Who = tuple[str, int | None]
Days = dict[tuple[int, date, str], tuple[datetime, bool]]


def _piece(row: tuple[datetime, bool] | None, kind: str, who: str, member_id: int | None) -> Piece:
    at, whole = row or (None, False)
    return Piece(kind, whole, at, who, member_id)


def _kinds(s: Session, ids: Collection[int]) -> dict[int, dict[str, Who]]:
    """What stores were set to need; who has left brings nothing any more."""
    here = and_(col(Member.id) == col(StoreKind.member_id), col(Member.left_at).is_(None))
    rows = s.connection().execute(
        select(
            col(StoreKind.store_id), col(StoreKind.kind),
            func.coalesce(func.nullif(col(Member.nickname), ""), col(Member.name), ""),
            col(Member.id),
        )
        .outerjoin(Member, here)
        .where(col(StoreKind.store_id).in_(ids))
    ).all()  # fmt: skip
    found: dict[int, dict[str, Who]] = defaultdict(dict)
    for store, kind, who, member in sorted(rows, key=lambda r: _place(r[1])):
        found[store][kind] = (who, member)
    return found


def _place(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def _lately(
    s: Session, ids: Collection[int], wanted: Iterable[Wanted]
) -> dict[int, dict[str, Who]]:
    """Until a store was set: the orders, and whatever else it has been sending of late."""
    since = min(day for _, day in wanted) - LATELY
    rows = (
        s.connection()
        .execute(
            select(col(ImportedDay.store_id), col(ImportedDay.kind))
            .where(col(ImportedDay.store_id).in_(ids), col(ImportedDay.day) >= since)
            .distinct()
        )
        .all()
    )
    sent = {store: {"orders"} for store in ids}
    for store, kind in rows:
        sent[store].add(kind)
    return {x: {k: ("", None) for k in KINDS if k in kinds} for x, kinds in sent.items()}


def _imported(s: Session, wanted: Collection[Wanted]) -> Days:
    by_day: dict[date, set[int]] = defaultdict(set)
    for store, day in wanted:
        by_day[day].add(store)
    rows = s.connection().execute(
        select(
            col(ImportedDay.store_id), col(ImportedDay.day), col(ImportedDay.kind),
            col(ImportedDay.exported_at), col(ImportedDay.whole),
        ).where(
            or_(*(
                and_(col(ImportedDay.day) == day, col(ImportedDay.store_id).in_(stores))
                for day, stores in by_day.items()
            ))
        )
    ).all()  # fmt: skip
    return {(store, day, kind): (at, whole) for store, day, kind, at, whole in rows}


def last_imports(s: Session, ids: Collection[int]) -> dict[int, datetime]:
    """When the newest file of each store was in, and what was asked about one was answered."""
    query = (
        select(
            col(Import.store_id),
            func.max(col(Import.finished_at)),
            func.max(col(Import.answered_at)),
        )
        .where(col(Import.store_id).in_(ids), col(Import.state) == "done")
        .group_by(col(Import.store_id))
    )
    rows = s.connection().execute(query).all()
    return {
        store: max(imported, answered or imported)
        for store, imported, answered in rows
        if store is not None and imported is not None
    }


# what a store needs --------------------------------------------------------------------------


def toggle(s: Session, store: Store, kind: str, day: date) -> bool:
    """Let a kind belong to a whole day, or no longer; whether it now does.

    Raises UserError for the last one.
    """
    needed = _settle(s, store, day)
    if kind not in KINDS:
        raise UserError("store.gone")
    if kind in needed:
        if len(needed) == 1:
            raise UserError("store.last_kind")
        s.connection().execute(
            delete(StoreKind).where(
                col(StoreKind.store_id) == store.id, col(StoreKind.kind) == kind
            )
        )
    else:
        s.add(StoreKind(store_id=store.id or 0, kind=kind))
    s.flush()
    return kind not in needed


def bring(s: Session, store: Store, kind: str, member_id: int | None, day: date) -> None:
    """Say who brings a kind. Raises UserError where the store does not need it."""
    needed = _settle(s, store, day)
    if kind not in needed:
        raise UserError("store.gone")
    row = s.get(StoreKind, (store.id, kind))
    assert row
    row.member_id = member_id
    s.add(row)
    s.flush()


def _settle(s: Session, store: Store, day: date) -> dict[str, Piece]:
    """From the first change on what a store needs stands in rows, and no longer in its habits."""
    assert store.id
    state = states(s, [(store.id, day)])[store.id, day]
    for piece in state.pieces:
        if s.get(StoreKind, (store.id, piece.kind)) is None:
            s.add(StoreKind(store_id=store.id, kind=piece.kind))
    s.flush()
    return {p.kind: p for p in state.pieces}
