"""The command line. Each command imports what it needs, so none waits for the others' libraries."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import typer

from bot import logs
from bot.config import LANGUAGES, Config, Telegram, load
from bot.errors import ConfigError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlmodel import Session

    from bot.aftersales.worklist import Desk
    from bot.app import Storebot
    from bot.db import Database
    from bot.db.desk import Issue
    from bot.db.people import Store
    from bot.ingest import Progress

cli = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="The assistant of store teams, in their Telegram chats.",
)  # fmt: skip
store = typer.Typer(no_args_is_help=True, help="Stores of this installation.")
cli.add_typer(store, name="store")

ConfigOption = Annotated[Path | None, typer.Option("--config", help="config.toml to use")]
StoreOption = Annotated[str, typer.Option("--store", help="store key")]
TeamOption = Annotated[str, typer.Option(help="the store's team, where there are several")]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]

NOT_UNDERSTOOD = 3

Moment = TypeVar("Moment")


@cli.command()
def run(config: ConfigOption = None) -> None:
    """Run against Telegram."""
    from bot.app import Storebot
    from bot.health import DEAF
    from bot.polling import Deaf

    settings = _config(config)
    if not settings.telegram.token:
        raise ConfigError("telegram.token is empty: put it into config.toml or STOREBOT_TOKEN")
    logs.setup()

    async def live() -> int:
        bot = Storebot(settings)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        life = asyncio.create_task(_life(bot))
        done, _ = await asyncio.wait(
            [life, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED
        )
        life.cancel()
        error = life.exception() if life in done else None
        await asyncio.gather(life, return_exceptions=True)
        await bot.stop()
        if isinstance(error, Deaf):
            print(f"storebot: {error}", file=sys.stderr)
        elif error:
            raise error
        return DEAF if error else 0

    raise typer.Exit(asyncio.run(live()))


async def _life(bot: Storebot) -> None:
    await bot.start()
    await bot.wait()


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="port of the chat page")] = 8765,
    data: Annotated[Path | None, typer.Option(help="folder to keep; else a fresh one")] = None,
    now: Annotated[str, typer.Option(help="ISO time the demo starts at")] = "",
) -> None:
    """Try it: no token, no network, a sample company and a chat page in the browser."""
    from bot.demo import serve

    logs.setup()
    start = _iso("--now", now, datetime.fromisoformat)
    if start and start.tzinfo is None:
        start = start.astimezone()
    asyncio.run(serve(port, data, start))


@cli.command()
def init(
    config: ConfigOption = None,
    proxy: Annotated[str, typer.Option(help="http://, https:// or socks5://host:port")] = "",
    base_url: Annotated[str, typer.Option(help="another Bot API server")] = "",
) -> None:
    """Write config.toml, check the token, and print the link that makes its opener the owner."""
    from bot import init as first
    from bot.route import NoRoute, way, who

    path = config or Path("config.toml")
    if path.exists():
        raise ConfigError(f"{path} is there already: move it away, or edit it")
    usual = Config()
    outside = os.environ.get("STOREBOT_TOKEN", "")
    given = Telegram(
        outside or _ask_token(), base_url=base_url or usual.telegram.base_url, proxy=proxy
    )
    try:
        me = who(given)
    except NoRoute as e:
        _end(f"{e}{'' if proxy else '; here: storebot init --proxy URL'}", 1)
    settings = first.with_backups(replace(usual, telegram=given))
    kept = replace(given, token="") if outside else given
    first.write(path, replace(settings, telegram=kept))
    link = first.owner_link(load(path), me, datetime.now(UTC))
    print(
        f"{path} written, readable by you only" + ("; the token stays outside" if outside else "")
    )
    print(f"@{me.username} at {way(given)}")
    print(f"Whoever opens this link first, within 24 hours, owns the bot:\n{link}")
    print("Start it: storebot run" + (f" --config {config}" if config else ""))


@cli.command()
def owner(config: ConfigOption = None) -> None:
    """Print a new link that makes whoever opens it first, within 24 hours, the owner."""
    from bot import init as first
    from bot.route import NoRoute, who

    settings = _config(config)
    try:
        print(first.owner_link(settings, who(settings.telegram), datetime.now(UTC)))
    except NoRoute as e:
        _end(str(e), 1)


def _ask_token() -> str:
    """Unseen while it is typed; or a line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Token from @BotFather", hide_input=True)).strip()
    return sys.stdin.readline().strip()


@cli.command()
def check(config: ConfigOption = None) -> None:
    """A doctor: one line for each thing that could be wrong; exit 1 on any fault."""
    from bot import doctor
    from bot.db import Database

    settings = _config(config)
    database = Database(settings.database.url)
    well = True
    for f in doctor.check(settings, database):
        words = f.advice or f.detail
        print(f"{'ok  ' if f.ok else 'FAIL'} {f.name}{f': {words}' if words else ''}", flush=True)
        well = well and f.ok
    raise typer.Exit(0 if well else 1)


@cli.command()
def backup(path: Path, config: ConfigOption = None) -> None:
    """Copy the database into a file, also while the bot runs."""
    from bot import backup as copies

    if path.is_dir():
        raise ConfigError(f"{path}: a folder; name the file")
    with _database(_config(config)) as db:
        copies.make(db, path)
    print(f"{path} {path.stat().st_size / 1e6:.1f} MB, verified")


@cli.command()
def restore(path: Path, config: ConfigOption = None) -> None:
    """Replace the database by a backup; the bot must be stopped. Nothing is said twice after it."""
    from bot import backup as copies
    from bot.db import Database

    db = Database(_config(config).database.url)
    kept = copies.restore(path, db, datetime.now(UTC))
    db.close()
    print(f"restored from {path}" + (f"; the state before is kept as {kept}" if kept else ""))


@store.command("add")
def store_add(
    key: str,
    name: Annotated[str, typer.Option()] = "",
    platform: Annotated[str, typer.Option()] = "other",
    currency: Annotated[str, typer.Option()] = "",
    timezone: Annotated[str, typer.Option()] = "",
    team: TeamOption = "",
    config: ConfigOption = None,
) -> None:
    """Add a store, and the team with the first one."""
    from babel.numbers import is_currency

    from bot import teams

    settings = _config(config)
    _one_of("--platform", platform, [p.key for p in teams.PLATFORMS])
    if timezone:
        _zone(timezone)
    if currency and not is_currency(currency):
        raise ConfigError(f"--currency {currency}: not an ISO 4217 code, such as CNY")
    new = teams.new_store(
        key, name or key, platform, currency or settings.defaults.currency,
        timezone or settings.defaults.timezone, datetime.now(UTC),
    )  # fmt: skip
    with _database(settings) as db, db.write() as s:
        teams.add_store(s, _team(s, team, name or key), new)
    print(f"{new.key} {new.name} {new.platform} {new.currency} {new.timezone}")


def _team(s: Session, name: str, first: str) -> int:
    """The team of this name, or the only one there is; the first is made."""
    from sqlmodel import select

    from bot.db.people import Team

    teams = list(s.exec(select(Team)))
    if not teams:
        made = Team(name=name or first, created_at=datetime.now(UTC))
        s.add(made)
        s.flush()
        return made.id or 0
    found = [x for x in teams if x.name == name] if name else teams
    if len(found) != 1:
        known = ", ".join(x.name for x in teams)
        raise ConfigError(f"--team {name or 'is missing'}; known: {known}")
    return found[0].id or 0


@store.command("list")
def store_list(config: ConfigOption = None) -> None:
    """List stores, one a line; with their team where there are several."""
    from sqlmodel import select

    from bot.db.people import Store, Team

    with _database(_config(config)) as db, db.read() as s:
        teams = {x.id: x.name for x in s.exec(select(Team))}
        for x in s.exec(select(Store)):
            of = [teams[x.team_id]] if len(teams) > 1 else []
            print(x.key, x.name, x.platform, x.currency, x.timezone, *of, sep="\t")


@cli.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    store: StoreOption = "",
    kind: Annotated[str, typer.Option(help="orders, shop_days, ads, scores or refunds")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Import export files: the same as in chat, with a progress bar."""
    from bot import ingest
    from bot.delivery import plain
    from bot.i18n import translator
    from bot.ingest.formats.declare import KINDS
    from bot.render import imports as render

    if kind not in ("", *KINDS):
        raise ConfigError(f"--kind {kind}: one of {', '.join(KINDS)}")
    settings = _config(config)
    with _database(settings) as db:
        target = _store(db, store)
        for path in paths:
            if not path.is_file():
                raise ConfigError(f"{path}: no such file")
            try:
                with _progress(path.name, quiet=as_json) as progress:
                    now = datetime.now(UTC)
                    desk = _desk(settings, db)
                    number, report = ingest.take(db, target, path, now, progress, kind, desk)
            except UserError as e:
                _end(f"{path}: {translator('en')(f'error.{e.key}', **e.params)}", 1)
            if as_json:
                _print_json(report.to_json())
            else:
                t = translator(settings.defaults.language)
                print(plain(render.report(report, t, number, path.name)))
                with db.read() as s:
                    for day in ingest.asked(s, number):
                        print(render.day_open(day, t))


def _desk(settings: Config, db: Database) -> Desk:
    """The cards that follow a list of refunds; what shows them in chats is loaded when one changes."""
    from bot.aftersales import worklist

    def changed(s: Session, issue: Issue, now: datetime) -> None:
        from concurrent.futures import ThreadPoolExecutor

        from bot import desk
        from bot.clock import Clock
        from bot.context import House

        desk.changed(s, House(settings, db, Clock(), "", ThreadPoolExecutor(1)), issue, now)

    return worklist.Desk(changed)


@cli.command()
def ask(
    text: Annotated[str, typer.Argument()] = "",
    store: StoreOption = "",
    as_json: JsonOption = False,
    today: Annotated[str, typer.Option(help="business day to ask on, YYYY-MM-DD")] = "",
    language: Annotated[str, typer.Option(help="zh-hans, zh-hant or en")] = "",
    chart: Annotated[Path | None, typer.Option(help="write the picture to this PNG")] = None,
    file: Annotated[Path | None, typer.Option(help="one question per line")] = None,
    config: ConfigOption = None,
) -> None:
    """Ask as in chat; exit status 3 where something was not understood."""
    from bot.asking import Desk

    settings = _config(config)
    _one_of("--language", language, ["", *LANGUAGES])
    _iso("--today", today, date.fromisoformat)
    if file and not file.is_file():
        raise ConfigError(f"{file}: no such file")
    questions = file.read_text(encoding="utf-8").splitlines() if file else [text]
    with _database(settings) as db:
        chosen = _store(db, store) if store else None
        desk = Desk(db, settings, chosen, today, language or settings.defaults.language)
        answers = [desk.answer(q) for q in questions if q.strip() or not file]
    for answer in answers:
        if as_json:
            _print_json(answer.data)
        else:
            print(answer.text)
        _draw(answer.picture, chart)
    raise typer.Exit(0 if all(a.understood for a in answers) else NOT_UNDERSTOOD)


@cli.command()
def digest(
    store: StoreOption = "",
    day: Annotated[str, typer.Option("--date", help="business date it reports; yesterday")] = "",
    out: Annotated[Path | None, typer.Option(help="write the card to this PNG")] = None,
    language: Annotated[str, typer.Option(help="zh-hans, zh-hant or en")] = "",
    config: ConfigOption = None,
) -> None:
    """The morning digest, as it goes to a chat."""
    from bot.asking import Desk

    settings = _config(config)
    _one_of("--language", language, ["", *LANGUAGES])
    _iso("--date", day, date.fromisoformat)
    with _database(settings) as db:
        chosen = _store(db, store) if store else None
        desk = Desk(db, settings, chosen, "", language or settings.defaults.language)
        answer = desk.digest(day)
    print(answer.text)
    _draw(answer.picture, out)


@cli.command()
def issues(
    store: StoreOption = "",
    as_json: JsonOption = False,
    language: Annotated[str, typer.Option(help="zh-hans, zh-hant or en")] = "",
    config: ConfigOption = None,
) -> None:
    """The after-sales desk: every card, by number; with --json one list of objects."""
    from bot.aftersales import listing
    from bot.i18n import language_of, translator
    from bot.render import issuedata

    settings = _config(config)
    _one_of("--language", language, ["", *LANGUAGES])
    t = translator(language_of(language, settings.defaults.language))
    with _database(settings) as db:
        chosen = _store(db, store) if store else None
        with db.read() as s:
            found = listing.everything(s, chosen)
    if as_json:
        _print_json([issuedata.issue_json(*x) for x in found])
        return
    for view, key, _ in found:
        print(issuedata.line(view, key, t))


# shared ------------------------------------------------------------------------------------


def _path(given: Path | None) -> Path | None:
    default = Path("config.toml")
    return given or (default if default.exists() else None)


def _config(given: Path | None) -> Config:
    return load(_path(given))


def _one_of(option: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ConfigError(f"{option} {value}: one of {', '.join(filter(None, known))}")


def _iso(option: str, text: str, read: Callable[[str], Moment]) -> Moment | None:
    """A date or time of the command line; None for none. Raises ConfigError."""
    try:
        return read(text) if text else None
    except ValueError:
        raise ConfigError(f"{option} {text}: write it as 2026-11-23 or 2026-11-23T08:58") from None


def _zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise ConfigError(f"--timezone {name}: not a time zone, such as Asia/Shanghai") from None


@contextmanager
def _database(config: Config) -> Iterator[Database]:
    """A migrated database, closed at the end."""
    from bot.db import Database, migrate

    db = Database(config.database.url)
    migrate.upgrade(db)
    try:
        yield db
    finally:
        db.close()


def _store(db: Database, key: str) -> Store:
    """The store of a key; without one, the only store there is."""
    from sqlmodel import select

    from bot.db.people import Store

    with db.read() as s:
        stores = list(s.exec(select(Store)))
    found = [x for x in stores if x.key == key] if key else stores
    if len(found) != 1:
        known = ", ".join(x.key for x in stores) or "none; storebot store add KEY"
        raise ConfigError(f"--store {key or 'is missing'}; known: {known}")
    return found[0]


@contextmanager
def _progress(name: str, *, quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """A bar on standard error for what takes longer than a blink."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)

        def step(at: Progress) -> None:
            bar.update(task, completed=at.done, total=at.total or None, description=at.stage)

        yield step


def _draw(picture: str, path: Path | None) -> None:
    """Write the picture where one is wanted; an answer without one says so."""
    if path is None:
        return
    if not picture:
        print(f"storebot: {path} not written: this answer has no picture", file=sys.stderr)
        return
    from bot.render.draw import draw

    path.write_bytes(draw(picture))


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str))


def main() -> None:
    """Errors are one line on standard error: 2 for a wrong call or config, 1 for a failure."""
    from bot.i18n import translator

    try:
        sys.exit(cli(standalone_mode=False) or 0)
    except ConfigError as e:
        _end(str(e), 2)
    except UserError as e:
        _end(translator("en")(f"error.{e.key}", **e.params), 1)
    except OSError as e:
        _end(f"{e.filename or ''} {e.strerror or e}".strip(), 1)
    except Exception as e:
        # a wrong call: the class of these is not public in typer, their message is
        message = getattr(e, "format_message", None)
        if message is None:
            raise
        _end(f"{message()} (storebot --help)", 2)


def _end(line: str, status: int) -> NoReturn:
    print(f"storebot: {line}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
