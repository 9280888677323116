"""Milliseconds of the desk's lists over 20,000 issues: pages with filters, somebody's own, finding.

`python tests/bench/bench_issues.py [--issues N] [--url URL]`
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import insert

from bot import teams
from bot.aftersales import issues, listing
from bot.aftersales.issues import New
from bot.aftersales.listing import Filter
from bot.aftersales.words import REASONS, TYPES
from bot.db import Database, migrate
from bot.db.desk import Issue, IssueEvent
from bot.db.people import Member, Team

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
RUNS = 30
REACH = 50.0  # ms


def fill(db: Database, n: int) -> Member:
    """Eight of a hundred are open, 20 stores, 12 people; each has three events."""
    rng = random.Random(7)
    with db.write() as s:
        team = Team(name="果然鲜", created_at=NOW)
        s.add(team)
        s.flush()
        team_id = team.id or 0
        for i in range(20):
            store = teams.new_store(f"s{i}", f"第{i}店", "taobao", "CNY", "Asia/Shanghai", NOW)
            teams.add_store(s, team_id, store)
        people = [teams.add_member(s, team_id, 100 + i, f"人{i}", "staff", NOW) for i in range(12)]
        stores = [x.id for x in teams.stores(s, team_id)]
        rows = [_row(rng, i, n, team_id, stores, people) for i in range(n)]
        s.connection().execute(insert(Issue), rows)
        s.connection().execute(
            insert(IssueEvent),
            [
                {"issue_id": i + 1, "at": NOW, "what": what, "value": "", "note": "", "before": ""}
                for i in range(n)
                for what in ("open", "take", "note")
            ],
        )
        return people[0]


def _row(rng, i, n, team_id, stores, people):
    is_open = i > n * 0.92
    stage = rng.choice(("new", "assigned", "doing", "waiting") if is_open else ("solved", "closed"))
    at = NOW - timedelta(minutes=20 * (n - i))
    return {
        **Issue(
            team_id=team_id, no=i + 1, store_id=rng.choice(stores),
            order_no=f"26{rng.randrange(10**8):08}", tail=f"{rng.randrange(10**4):04}",
            product=rng.choice(["苹果", "梨", "车厘子", "鸡蛋", "牛奶", "小番茄"]), type=rng.choice(TYPES),
            reason=rng.choice(REASONS), stage=stage, amount=2990, note="买家说少了两件，打包视频在查",
            assignee_id=rng.choice(people).id, reporter_id=rng.choice(people).id, opened_at=at,
            staged_at=at, due_at=NOW + timedelta(hours=rng.randrange(-30, 60)) if is_open else at,
        ).model_dump(exclude={"id"}),
    }  # fmt: skip


def clock(name: str, work: Callable[[], object]) -> float:
    took, busy = [], []
    for _ in range(RUNS):
        began, worked = time.perf_counter(), time.process_time()
        work()
        took.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
    p95, cpu = statistics.quantiles(took, n=20)[-1], statistics.median(busy)
    print(f"{name:<44}{statistics.median(took):>8.1f}{p95:>8.1f}{cpu:>8.1f}", flush=True)
    return p95


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=20_000)
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = Database(options.url or f"sqlite:///{folder}/bench.db")
        migrate.upgrade(db)
        me = fill(db, options.issues)
        team, one = me.team_id, {1, 2, 3}
        print(f"{options.issues:,} issues: ms{'median':>35}{'p95':>8}{'CPU':>8}")
        with db.read() as s:
            pages = [
                ("/issues", Filter(), None, 1),
                ("/issues, last page", Filter(), None, 999),
                ("/issues of three of twenty stores", Filter(), one, 1),
                ("/issues all, by reason", Filter("all", reason="missing"), None, 1),
                ("/issues all, deep in", Filter("all"), None, 1500),
                ("/issues late", Filter("late"), None, 1),
            ]
            worst = [
                clock(
                    name,
                    lambda w=w, x=x, n=n: listing.page(s, team, w, x, NOW, member=me, number=n),
                )
                for name, w, x, n in pages
            ]
            worst.append(clock("/mine", lambda: listing.mine(s, me, NOW)))
            worst += [
                clock(f"/find {words}", lambda w=words: listing.find(s, team, w, None))
                for words in ("0093", "车厘子", "#12345", "2600000000")
            ]
            card = issues.by_no(s, team, options.issues)
            assert card
            clock("a card with its history", lambda: issues.view(s, card, NOW))
        with db.write() as s:
            clock("an issue opened", lambda: issues.open(s, team, New(store_id=1), NOW, me.id))
        db.close()
    return 0 if max(worst) <= REACH else 1


if __name__ == "__main__":
    sys.exit(main())
