"""`storebot issues`: the desk on the command line, as a process."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import NOW, Shop

from bot.aftersales import issues, listing
from bot.aftersales.issues import New
from bot.db import Database
from bot.db.people import Store
from bot.i18n import translator
from bot.render import issuedata
from tests.aftersales.desk import Desk, member


@pytest.fixture
def logged(db: Database, desk: Desk, shop: Shop) -> Database:
    with db.write() as s:
        staff = member(s, shop.staff)
        due = NOW + timedelta(hours=18, minutes=42)
        issue = desk.open(
            s, New(order_no="2611220093", type="refund_only", reason="missing", amount=2990,
                   product="苹果礼盒", quantity=2, responsible="warehouse", due_at=due),
        )  # fmt: skip
        issues.act(s, issue, "resolve", staff, NOW, "partly_refunded:1500", "协商一半")
        again = desk.open(s, New(store_id=shop.shopify))
        issues.act(s, again, "duplicate", staff, NOW, "1")
        desk.theirs(s)
    return db


def test_every_card_as_data(logged: Database, shop: Shop) -> None:
    with logged.read() as s:
        first, second, other = (issuedata.issue_json(*x) for x in listing.everything(s))
    assert (first["number"], first["store"], first["stage"]) == (1, "tmall", "solved")
    assert (first["amount"], first["cost"], first["resolution"]) == (29.9, 15.0, "partly_refunded")
    assert (first["reporter"], first["assignee"], first["reopened"]) == ("小陈", "小陈", 0)
    assert first["due_at"] == "2026-11-23T19:12:00+00:00"
    assert [(e["what"], e["by"], e["value"], e["note"]) for e in first["history"]] == [
        ("open", "小陈", "", ""),
        ("resolve", "小陈", "partly_refunded:1500", "协商一半"),
    ]
    assert (second["duplicate_of"], second["store"], second["amount"]) == (1, "hk", None)
    assert (other["number"], other["team"], other["reporter"]) == (1, "邻家", "沈老板")


def test_one_store_in_lines(logged: Database, shop: Shop) -> None:
    with logged.read() as s:
        found = listing.everything(s, s.get(Store, shop.tmall))
    assert [issuedata.line(v, key, translator("zh-hans")) for v, key, _ in found] == [
        "#1\ttmall\t已解决\t仅退款 少件漏发\t2611220093\t苹果礼盒 ×2\t小陈\t2026-11-24 03:12"
    ]


def test_the_process(logged: Database, shop: Shop, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[database]\nurl = "{logged.url}"\n', encoding="utf-8")

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", "issues", "--config", str(config), *args]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert [x["number"] for x in json.loads(run("--json", "--store", "hk").stdout)] == [2]
    wrong = run("--store", "nowhere")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
