"""Names, addresses and phone numbers are dropped at the door."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HEAD = (
    "订单编号,买家会员名,买家支付宝账号,总金额,买家实际支付金额,订单状态,买家留言,收货人姓名,收货地址,联系手机,"
    "订单创建时间,订单付款时间,宝贝标题,宝贝种类,宝贝总数量"
)
ROW = (
    "A1,秋天的风,qiutian@example.com,10.00,10.00,交易成功,放门卫张大爷处,欧阳锋,"
    "广东省 佛山市 南海区 桃花岛路7号,13812345678,2026-11-20 10:00:00,2026-11-20 10:05:00,红富士,1,2"
)
SECRETS = (
    "秋天的风",
    "qiutian",
    "张大爷",
    "欧阳锋",
    "佛山",
    "南海",
    "桃花岛",
    "13812345678",
    "5678",
)


def test_nothing_of_a_customer_is_in_the_database(desk: Any) -> None:
    report = desk.rows(ROW, head=HEAD)
    assert report.personal
    assert desk.value("SELECT name FROM regions") == "广东"
    tables = desk.all(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        if not desk.db.is_sqlite
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    dump = repr([desk.all(f'SELECT * FROM "{name}"') for (name,) in tables])
    assert "红富士" in dump
    assert [x for x in SECRETS if x in dump] == []


def test_nothing_of_a_customer_is_in_the_bytes_of_the_file(desk: Any) -> None:
    if not desk.db.is_sqlite:
        return
    desk.rows(ROW, head=HEAD)
    files = [desk.db.path, desk.db.path.with_name(desk.db.path.name + "-wal")]
    raw = b"".join(p.read_bytes() for p in files if p.exists())
    assert "红富士".encode() in raw
    assert [x for x in SECRETS if x.encode() in raw] == []


def test_nothing_of_a_customer_leaves_the_child(tmp_path: Path) -> None:
    path, scratch = tmp_path / "a.csv", tmp_path / "scratch.db"
    path.write_text(
        f"{HEAD}\n{ROW}\nA2{ROW[2:]}\n".replace("A2,秋天的风,qiutian@example.com,10.00", "A2,x,y,z")
    )
    job = {
        "path": str(path), "file_name": path.name, "scratch": str(scratch), "key": "00" * 32,
        "currency": "CNY", "timezone": "Asia/Shanghai", "memory": 2**30, "cpu": 30,
    }  # fmt: skip
    child = subprocess.run(
        [sys.executable, "-m", "bot.ingest.child"], input=json.dumps(job), text=True,
        capture_output=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    said = child.stdout.encode().decode("unicode_escape") + child.stderr
    assert '"refused": 1' in said
    assert [x for x in SECRETS if x in said or x.encode() in scratch.read_bytes()] == []


def test_a_buyer_has_the_same_hash_in_every_file_and_another_with_another_key(desk: Any) -> None:
    desk.rows(ROW, head=HEAD)
    desk.rows(ROW.replace("A1", "A2"), head=HEAD)
    assert desk.value("SELECT COUNT(*) FROM buyers") == 1
    first = desk.value("SELECT hash FROM buyers")
    with desk.db.write() as s:
        from sqlalchemy import text

        s.connection().execute(text("UPDATE secrets SET value = :v"), {"v": "11" * 32})
    desk.rows(ROW.replace("A1", "A3"), head=HEAD)
    assert first in {x[0] for x in desk.all("SELECT hash FROM buyers")}
    assert desk.value("SELECT COUNT(*) FROM buyers") == 2


def test_a_long_digit_string_in_a_refused_row_is_not_quoted_from_personal_columns(
    desk: Any,
) -> None:
    report = desk.rows(ROW.replace("2026-11-20 10:00:00", "soon"), head=HEAD)
    assert [(p.code, p.column, p.value) for p in report.problems] == [
        ("time", "订单创建时间", "soon")
    ]


AMAZON = (
    "amazon-order-id\tpurchase-date\torder-status\tproduct-name\tsku\tquantity\tcurrency"
    "\titem-price\tbuyer-email\trecipient-name\tship-address-1\tship-city\tship-state\tship-phone-number\n"
    "112-1\t2026-11-20T10:00:00+00:00\tShipped\tFuji\tA01\t1\tCNY\t10.00\tqiutian@example.com"
    "\t欧阳锋\t桃花岛路7号\t佛山\tGD\t13812345678\n"
)
DAYS = (
    "日期,访客数,花费,描述相符,服务态度,物流服务,联系手机,收货人姓名,备注\n"
    "2026-11-22,3200,500,4.8,4.9,4.8,13812345678,欧阳锋,桃花岛路7号\n"
)


def dump(desk: Any) -> str:
    names = desk.all(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        if not desk.db.is_sqlite
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    return repr([desk.all(f'SELECT * FROM "{name}"') for (name,) in names])


@pytest.mark.parametrize(("content", "kept"), [(AMAZON, "112-1"), (DAYS, "3200")])
def test_nothing_of_a_customer_comes_in_with_other_kinds(
    desk: Any, content: str, kept: str
) -> None:
    report = desk.take(desk.file(content))
    assert report.personal
    assert report.new == {"112-1": 1, "3200": 3}[kept]
    found = dump(desk)
    assert kept in found
    assert [x for x in SECRETS if x in found] == []


def test_a_refused_day_quotes_nothing_of_a_customer(desk: Any) -> None:
    report = desk.take(desk.file(DAYS.replace("3200", "many")))
    assert report.problems[0].value == "many"
    assert [x for x in SECRETS if x in repr(report)] == []
