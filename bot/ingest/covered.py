"""Which days the imports of a store cover, and whether each was exported after it had ended.

Where nothing in a file tells that of its last day, somebody is asked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from sqlalchemy import case, delete, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.db.facts import Import, ImportedDay
from bot.db.people import Store
from bot.errors import UserError
from bot.ingest.report import AskedDay, Part, Report
from bot.periods import DAY, Period, at_local


def cover(s: Session, store: Store, report: Report) -> None:
    """Note the days of a report as imported; what is known of them already is never less."""
    rows = [x for part in report.covered for x in _of_kind(store, report, part)]
    if not rows:
        return
    bind = s.get_bind()
    insert = sqlite.insert if bind.dialect.name == "sqlite" else postgresql.insert
    statement = insert(ImportedDay)
    new, old = statement.excluded, ImportedDay
    later = new.exported_at > col(old.exported_at)
    statement = statement.on_conflict_do_update(
        index_elements=["store_id", "kind", "day"],
        set_={
            "exported_at": case((later, new.exported_at), else_=col(old.exported_at)),
            "whole": or_(new.whole, col(old.whole)),
        },
    )
    s.connection().execute(statement, rows)


def _of_kind(store: Store, report: Report, part: Part) -> list[dict[str, object]]:
    exported = datetime.fromtimestamp(part.exported_at, UTC)
    days = _days(part)
    if days and not part.told and days[-1].isoformat() in report.ended:
        exported = max(exported, _end(store, days[-1]))
    return [
        {
            "store_id": store.id, "kind": part.kind, "day": day, "exported_at": exported,
            "whole": exported >= _end(store, day),
        }
        for day in days
    ]  # fmt: skip


def _days(part: Part) -> list[date]:
    """Of orders every day from the first to the last is known: on some there were none."""
    days = [date.fromisoformat(x) for x in part.days]
    return list(Period(days[0], days[-1] + DAY)) if part.kind == "orders" and days else days


def _end(store: Store, day: date) -> datetime:
    return at_local(day + DAY, time_of_day(), ZoneInfo(store.timezone))


def recount(s: Session, store: Store, mine: Report, but: int = 0) -> None:
    """Days of `mine` are known only as far as the imports that stand, without `but`, know them."""
    kinds = {part.kind: _days(part) for part in mine.covered}
    for kind, days in kinds.items():
        gone = delete(ImportedDay).where(
            col(ImportedDay.store_id) == store.id, col(ImportedDay.kind) == kind,
            col(ImportedDay.day).in_(days),
        )  # fmt: skip
        s.connection().execute(gone)
    first = min((days[0] for days in kinds.values() if days), default=None)
    if first is None:
        return
    others = select(Import.report).where(
        Import.store_id == store.id, Import.state == "done", Import.id != but,
        # no file tells of a day before it began, wherever that was
        col(Import.created_at) >= datetime.combine(first, time_of_day(), UTC) - timedelta(days=1),
    )  # fmt: skip
    for other in map(Report.load, s.exec(others).all()):
        if kinds.keys() & {part.kind for part in other.covered}:
            cover(s, store, other)


# asking --------------------------------------------------------------------------------------


def asked(s: Session, import_id: int) -> tuple[AskedDay, ...]:
    """Days to ask about: those that no other import shows to be whole, and those answered."""
    row = s.get(Import, import_id)
    store = s.get(Store, row.store_id) if row and row.store_id else None
    if row is None or store is None or row.state != "done":
        return ()
    report = Report.load(row.report)
    found = []
    for day, kinds in _open(row, store, report).items():
        said = day.isoformat()
        if said in report.ended or said in report.running:
            found.append(AskedDay(day, said in report.ended))
        elif not _whole(s, store, day, kinds):
            found.append(AskedDay(day))
    return tuple(found)


def say_ended(s: Session, row: Import, day: str, ended: bool, now: datetime) -> bool:
    """Say whether a day was over when an import's file was exported; False: said before.

    Raises UserError where the file leaves no such question open.
    """
    s.refresh(row, with_for_update=True)
    store = s.get(Store, row.store_id) if row.store_id else None
    if row.state != "done" or store is None:
        raise UserError("import.not_asked")
    report = Report.load(row.report)
    if day not in map(str, _open(row, store, report)):
        raise UserError("import.not_asked")
    if day in (report.ended if ended else report.running):
        return False
    after = report.answered(day, ended)
    row.report, row.answered_at = after.dump(), now
    s.add(row)
    s.flush()
    if ended:
        cover(s, store, after)
    elif day in report.ended:
        recount(s, store, after)
    return True


def _open(row: Import, store: Store, report: Report) -> dict[date, list[str]]:
    """Last days, over by the time of the import, that its file may have been exported within."""
    found: dict[date, list[str]] = {}
    for part in report.covered:
        if part.told or not part.days or part.kind == "refunds":
            continue  # refunds come in all the time: their list is never asked about
        last = date.fromisoformat(part.days[-1])
        exported, end = datetime.fromtimestamp(part.exported_at, UTC), _end(store, last)
        if row.finished_at and exported < end <= row.finished_at:
            found.setdefault(last, []).append(part.kind)
    return dict(sorted(found.items()))


def _whole(s: Session, store: Store, day: date, kinds: list[str]) -> bool:
    rows = (s.get(ImportedDay, (store.id, kind, day)) for kind in kinds)
    return all(x is not None and x.whole for x in rows)
