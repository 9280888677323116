"""The command line. Each command imports what it needs, so none waits for the others' libraries."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import typer

from bot import logs
from bot.config import LANGUAGES, Config, load
from bot.errors import ConfigError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.db import Database
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
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]

DEAF = 3  # exit status of a bot that can hear no more, so that a supervisor starts it anew
NOT_UNDERSTOOD = 3

Moment = TypeVar("Moment")


@cli.command()
def run(config: ConfigOption = None) -> None:
    """Run against Telegram."""
    from bot.app import Storebot
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
        await bot.start()
        waits = [asyncio.create_task(bot.wait()), asyncio.create_task(stop.wait())]
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        error = next(iter(done)).exception() if waits[0] in done else None
        await bot.stop()
        if isinstance(error, Deaf):
            print(f"storebot: {error}", file=sys.stderr)
        elif error:
            raise error
        return DEAF if error else 0

    raise typer.Exit(asyncio.run(live()))


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
def check(config: ConfigOption = None) -> None:
    """A doctor: one line for each thing that could be wrong; exit 1 on any fault."""
    from bot import health
    from bot.db import Database

    settings = _config(config)
    database = Database(settings.database.url)
    findings = list(health.check(settings, database))
    for f in findings:
        print(f"{'ok  ' if f.ok else 'FAIL'} {f.name}{f': {f.advice}' if f.advice else ''}")
    raise typer.Exit(0 if all(f.ok for f in findings) else 1)


@store.command("add")
def store_add(
    key: str,
    name: Annotated[str, typer.Option()] = "",
    platform: Annotated[str, typer.Option()] = "other",
    currency: Annotated[str, typer.Option()] = "",
    timezone: Annotated[str, typer.Option()] = "",
    config: ConfigOption = None,
) -> None:
    """Add a store, and the team with the first one."""
    from babel.numbers import is_currency
    from sqlmodel import select

    from bot import teams
    from bot.db.people import Team

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
        team = s.exec(select(Team)).first()
        if team is None:
            team = Team(name=name or key, created_at=datetime.now(UTC))
            s.add(team)
            s.flush()
        teams.add_store(s, team.id or 0, new)
    print(f"{new.key} {new.name} {new.platform} {new.currency} {new.timezone}")


@store.command("list")
def store_list(config: ConfigOption = None) -> None:
    """List stores, one a line."""
    from sqlmodel import select

    from bot.db.people import Store

    with _database(_config(config)) as db, db.read() as s:
        for x in s.exec(select(Store)):
            print(x.key, x.name, x.platform, x.currency, x.timezone, sep="\t")


@cli.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    store: StoreOption = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Import export files: the same as in chat, with a progress bar."""
    from bot import ingest
    from bot.delivery import plain
    from bot.i18n import translator
    from bot.render import imports as render

    settings = _config(config)
    with _database(settings) as db:
        target = _store(db, store)
        for path in paths:
            if not path.is_file():
                raise ConfigError(f"{path}: no such file")
            try:
                with _progress(path.name, quiet=as_json) as progress:
                    number, report = ingest.take(db, target, path, datetime.now(UTC), progress)
            except UserError as e:
                _end(f"{path}: {translator('en')(f'error.{e.key}', **e.params)}", 1)
            if as_json:
                _print_json(report.to_json())
            else:
                t = translator(settings.defaults.language)
                print(plain(render.report(report, t, number, path.name)))


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
