"""The command line as a person meets it: a process, its words and its exit status."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from orders import HEADER, NAME, ROWS
from world import TOKEN, WORLD

from bot.clock import Clock
from bot.sandbox.api import Sandbox
from bot.sandbox.faults import Fault
from bot.sandbox.server import Server


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a store and a file of its orders."""
    (tmp_path / NAME).write_text(HEADER + "\n".join(ROWS), encoding="utf-8")
    call(tmp_path, "store", "add", "tmall", "--name", "天猫旗舰店", "--platform", "taobao")
    return tmp_path


def call(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def printed(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_import_reports_as_json(desk: Path) -> None:
    report = printed(call(desk, "import", NAME, "--store", "tmall", "--json"))
    assert (report["read"], report["new"], report["changed"], report["refused"]) == (5, 5, 0, 0)
    assert report["days"] == ["2026-11-15", "2026-11-23"]


def test_a_question_is_answered_as_json(desk: Path) -> None:
    call(desk, "import", NAME, "--store", "tmall")
    question = ("ask", "昨天 销售额 按商品 对比上周", "--today", "2026-11-23", "--json")
    answer = printed(call(desk, *question))
    understood = answer["understood"]
    assert (understood["metrics"], understood["by"]) == (["sales"], ["product"])
    assert (understood["start"], understood["end"]) == ("2026-11-22", "2026-11-23")
    assert answer["total"]["sales"] == 240.0
    assert {row["product"]: row["sales"] for row in answer["rows"]} == {"A01": 200.0, "B02": 40.0}


def test_questions_from_a_file_are_one_object_a_line(desk: Path) -> None:
    (desk / "q.txt").write_text("昨天 订单数\nsales yesterday\n", encoding="utf-8")
    call(desk, "import", NAME, "--store", "tmall")
    done = call(desk, "ask", "--file", "q.txt", "--today", "2026-11-23", "--json")
    totals = [json.loads(line)["total"] for line in done.stdout.splitlines()]
    assert totals == [{"orders": 2}, {"sales": 240.0}]


def test_what_is_not_understood_ends_with_three(desk: Path) -> None:
    done = call(desk, "ask", "昨天 翻斗乐", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["unknown"] == ["翻斗乐"]


def test_a_chart_and_a_card_are_pictures(desk: Path) -> None:
    call(desk, "import", NAME, "--store", "tmall")
    call(desk, "ask", "昨天 销售额 按商品", "--today", "2026-11-23", "--chart", "chart.png")
    call(desk, "digest", "--date", "2026-11-22", "--out", "card.png")
    for name in ("chart.png", "card.png"):
        assert (desk / name).read_bytes().startswith(b"\x89PNG")


def test_a_digest_of_a_day_not_over_is_no_figure(desk: Path) -> None:
    call(desk, "import", NAME, "--store", "tmall")
    text = call(desk, "digest", "--date", "2026-11-23").stdout
    assert text.startswith("昨日11‑23(一) 的订单只到 11‑23 08:20，不是完整的一天：天猫旗舰店。")
    assert "数据：订单✗｜截至11‑23 08:20" in text


def test_a_digest_names_what_is_missing(desk: Path) -> None:
    sheet = "日期,访客数\n2026-11-20,3000\n2026-11-21,3100\n"
    (desk / "sheet202611220900.csv").write_text(sheet, encoding="utf-8")
    call(desk, "import", NAME, "sheet202611220900.csv", "--store", "tmall")
    text = call(desk, "digest", "--date", "2026-11-22").stdout
    assert text.startswith("昨日11‑22(日) 支付¥240，较上周日 11‑15 −20.0%")
    assert "今天要办：补传 参谋" in text
    assert "数据：订单✓ 参谋✗｜截至08:20" in text  # as at nine on the 23rd, whenever it is asked


def test_an_import_says_where_a_day_may_not_be_over(desk: Path) -> None:
    (desk / "orders.csv").write_text(HEADER + ROWS[3], encoding="utf-8")
    text = call(desk, "import", "orders.csv", "--store", "tmall").stdout
    assert text.splitlines()[-1].startswith("⚠ 11‑22 按没完的一天计：")


def test_the_doctor_finds_rollups_equal_to_facts(desk: Path) -> None:
    call(desk, "import", NAME, "--store", "tmall")
    done = call(desk, "check")
    assert "ok   rollups" in done.stdout
    assert done.returncode == 1  # there is no token
    assert "FAIL token: no token: set telegram.token or STOREBOT_TOKEN" in done.stdout


def test_a_store_of_several_teams_names_its_own(desk: Path) -> None:
    import sqlite3

    with sqlite3.connect(desk / "storebot.db") as c:
        c.execute("INSERT INTO teams (name, created_at) VALUES ('邻家', '2026-11-23 00:00:00')")
    refused = call(desk, "store", "add", "jd")
    assert refused.stderr == "storebot: --team is missing; known: 天猫旗舰店, 邻家\n"
    call(desk, "store", "add", "jd", "--team", "邻家")
    assert call(desk, "store", "list").stdout.splitlines() == [
        "tmall\t天猫旗舰店\ttaobao\tCNY\tAsia/Shanghai\t天猫旗舰店",
        "jd\tjd\tother\tCNY\tAsia/Shanghai\t邻家",
    ]


def test_the_doctor_finds_a_rollup_that_differs(desk: Path) -> None:
    import sqlite3

    call(desk, "import", NAME, "--store", "tmall")
    with sqlite3.connect(desk / "storebot.db") as c:
        c.execute("UPDATE sales_rollups SET sales = sales + 1 WHERE dim = 0 AND grain = 0")
    assert "FAIL rollups" in call(desk, "check").stdout


@pytest.mark.parametrize(
    ("args", "line", "status"),
    [
        (("ask", "x", "--store", "nope"), "storebot: --store nope; known: tmall", 2),
        (("import", "no.csv", "--store", "tmall"), "storebot: no.csv: no such file", 2),
        (("run", "--config", "bad.toml"), "storebot: bad.toml: unknown key telegram.tokn", 2),
        (("run",), "storebot: telegram.token is empty", 2),
        (("dance",), "storebot: No such command 'dance'.", 2),
        (("store", "add", "tmall"), "storebot: The store key tmall is taken.", 1),
        (("store", "add", "x", "--platform", "foo"), "storebot: --platform foo: one of taobao,", 2),
        (("store", "add", "x", "--timezone", "Foo/Bar"), "storebot: --timezone Foo/Bar:", 2),
        (("store", "add", "x", "--currency", "ABCD"), "storebot: --currency ABCD:", 2),
        (("ask", "x", "--today", "soon"), "storebot: --today soon: write it as 2026-11-23", 2),
        (("ask", "x", "--language", "fr"), "storebot: --language fr: one of zh-hans,", 2),
        (("ask", "--file", "no.txt"), "storebot: no.txt: no such file", 2),
        (("digest", "--date", "soon"), "storebot: --date soon: write it as 2026-11-23", 2),
        (("import", "bad.toml"), "storebot: bad.toml: This is not a table I can import.", 1),
        (("demo", "--now", "soon"), "storebot: --now soon: write it as 2026-11-23", 2),
    ],
)
def test_an_error_is_one_line(desk: Path, args: tuple[str, ...], line: str, status: int) -> None:
    (desk / "bad.toml").write_text('[telegram]\ntokn = "x"\n')
    done = call(desk, *args)
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1
    assert done.returncode == status


async def test_a_bot_that_is_deaf_ends_with_three(tmp_path: Path) -> None:
    server = await Server(Sandbox(WORLD, Clock(), TOKEN)).start()
    server.sandbox.faults.add(Fault("getUpdates", "409", times=0))
    (tmp_path / "config.toml").write_text(
        f'[telegram]\ntoken = "{TOKEN}"\nbase_url = "{server.url}"\n'
    )
    done = await asyncio.to_thread(call, tmp_path, "run")
    assert done.stderr.endswith("storebot: another process polls with this token\n")
    assert done.returncode == 3
    await server.stop()
