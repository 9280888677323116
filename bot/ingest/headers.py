"""Headers nobody declared: asked about once, and remembered for the team."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from bot.db import insert_new
from bot.db.facts import HeaderMap, Import
from bot.errors import UserError
from bot.ingest.formats import told
from bot.ingest.formats.declare import KINDS
from bot.ingest.report import Report


def unknown(s: Session, team_id: int, header: Sequence[str]) -> HeaderMap:
    """The form for a header, begun or gone on with."""
    digest = told.digest(header)
    row = {"team_id": team_id, "digest": digest, "header": json.dumps(header, ensure_ascii=False),
           "kind": "", "columns": "{}", "known": False}  # fmt: skip
    insert_new(s, HeaderMap, row)
    query = select(HeaderMap).where(HeaderMap.team_id == team_id, HeaderMap.digest == digest)
    return s.exec(query).one()


def cells(form: HeaderMap) -> list[str]:
    found: list[str] = json.loads(form.header)
    return found


def say_kind(form: HeaderMap, kind: str) -> None:
    """What the table is; its columns are proposed by their names."""
    if kind not in KINDS:
        raise UserError("header.gone")
    form.kind = kind
    _keep(form, told.propose(kind, cells(form)))  # type: ignore[arg-type]  # looked up above


def say_column(form: HeaderMap, number: int) -> None:
    """Which column is the one that lacks."""
    (field, _), header = lacks(form), cells(form)
    if not field or not 0 <= number < len(header) or not header[number]:
        raise UserError("header.gone")
    columns = json.loads(form.columns)
    kept = {name: cell for name, cell in columns.items() if cell != header[number]}
    _keep(form, kept | {field: header[number]})


def say_none(form: HeaderMap) -> None:
    """There is no such column; another may do instead."""
    field, instead = lacks(form)
    if not field or not instead:
        raise UserError("header.gone")
    _keep(form, json.loads(form.columns) | {field: ""})


def lacks(form: HeaderMap) -> tuple[str, bool]:
    """The field to ask for, empty when the form is filled in; whether another may do instead."""
    if not form.kind:
        return "", False
    return told.missing(form.kind, json.loads(form.columns))  # type: ignore[arg-type]  # a kind once said


def _keep(form: HeaderMap, columns: dict[str, str]) -> None:
    form.columns = json.dumps(columns, ensure_ascii=False)
    form.known = not lacks(form)[0]


def of(s: Session, row: Import) -> HeaderMap | None:
    """What is remembered of the header that an import was read by."""
    digest = Report.load(row.report).header if row.report else ""
    query = select(HeaderMap).where(HeaderMap.team_id == row.team_id, HeaderMap.digest == digest)
    return s.exec(query.where(HeaderMap.known)).first() if digest else None


def forget(s: Session, form: HeaderMap, row: Import, now: datetime) -> Import:
    """Forget what a header means: the file as a new import that waits for the answer.

    Raises UserError where that was done before, or where something of the import is still there.
    """
    if not left_nothing(row) or of(s, row) != form:
        raise UserError("header.gone")
    form.kind, form.columns, form.known = "", "{}", False
    anew = Import(
        team_id=row.team_id, store_id=row.store_id, member_id=row.member_id, chat_id=row.chat_id,
        thread_id=row.thread_id, message_id=row.message_id, progress_key=row.progress_key,
        file_name=row.file_name, file_id=row.file_id, state="asked", created_at=now,
    )  # fmt: skip
    s.add_all([form, anew])
    s.flush()
    return anew


def left_nothing(row: Import) -> bool:
    """It is undone, or none of its rows could be used."""
    report = Report.load(row.report) if row.report else None
    used = report.new + report.changed + report.unchanged if report else 0
    return row.state == "undone" or (row.state == "done" and not used)


def known(s: Session, team_id: int) -> list[dict[str, object]]:
    """What the team said of headers, for the child that parses its files."""
    query = select(HeaderMap).where(HeaderMap.team_id == team_id, HeaderMap.known)
    return [
        {"digest": x.digest, "kind": x.kind, "columns": json.loads(x.columns)}
        for x in s.exec(query)
    ]
