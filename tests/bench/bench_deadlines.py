"""What the tick of the deadlines costs (processor time) over many open cards: idle, and in the evening.

`python tests/bench/bench_deadlines.py [--open N] [--closed N] [--teams N]`
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlmodel import func, select

from bot import teams
from bot.clock import Clock
from bot.config import Config
from bot.context import House
from bot.db import Database, migrate
from bot.db.desk import Issue, IssueWarning
from bot.db.people import Member, Team
from jobs import deadlines

TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
NIGHT = TEN + timedelta(hours=12)
RUNS = 15


def fill(db: Database, teams_: int, open_: int, closed: int) -> None:
    """Half the staff works late; what is open is due within the next three days, later than two hours."""
    rng = random.Random(11)
    with db.write() as s:
        for n in range(teams_):
            team = Team(name=f"team {n}", created_at=TEN)
            s.add(team)
            s.flush()
            new = teams.new_store("s", "s", "taobao", "CNY", "Asia/Shanghai", TEN)
            store = teams.add_store(s, team.id or 0, new)
            people = []
            for i in range(6):
                person = 10_000 + n * 10 + i
                role = "manager" if i == 0 else "staff"
                shift = "late" if i % 2 else "early"
                people.append(
                    Member(team_id=team.id or 0, telegram_id=person, name="x", role=role, shift=shift,
                           joined_at=TEN)
                )  # fmt: skip
                teams.chat(s, person, "private")
            s.add_all(people)
            s.flush()
            for i in range((open_ + closed) // teams_):
                is_open = i < open_ // teams_
                due = TEN + timedelta(minutes=rng.randint(140, 72 * 60))
                s.add(
                    Issue(
                        team_id=team.id or 0, no=i + 1, store_id=store.id, type="refund_only",
                        stage="doing" if is_open else "closed", opened_at=TEN, staged_at=TEN,
                        answered_at=TEN, due_from="table",
                        assignee_id=people[i % 6].id,
                        due_at=due if is_open else TEN - timedelta(days=rng.randint(1, 300)),
                    )
                )  # fmt: skip


def tick(house: House) -> float:
    """Milliseconds of processor time: what others do on the machine is not counted."""
    began = time.process_time()
    deadlines.tick(house)
    return (time.process_time() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=5000)
    parser.add_argument("--closed", type=int, default=50000)
    parser.add_argument("--teams", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/bench.db")
        migrate.upgrade(db)
        fill(db, options.teams, options.open, options.closed)
        clock = Clock(TEN)
        house = House(Config(), db, clock, "bench", ThreadPoolExecutor(1))
        tick(house)
        idle = [tick(house) for _ in range(RUNS)]
        print(f"{options.open} open, {options.closed} closed cards, {options.teams} teams")
        print(f"idle               {statistics.median(idle):7.1f} ms (worst {max(idle):.1f})")
        clock.set(NIGHT)
        print(f"22:00, first tick  {tick(house):7.1f} ms")
        with db.read() as s:
            said = s.exec(select(func.count()).select_from(IssueWarning)).one()
        after = [tick(house) for _ in range(RUNS)]
        print(f"  then             {statistics.median(after):7.1f} ms (worst {max(after):.1f})")
        print(f"  warnings said    {said:7}")
        db.close()


if __name__ == "__main__":
    main()
