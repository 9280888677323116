"""The studio: pictures from processes that may die."""

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from bot.render.draw import draw
from bot.render.pictures import to_json
from bot.render.studio import DrawError, Studio
from tests.render.gallery import card, lines

SPEC = to_json(card())


@pytest.fixture
def studio() -> Iterator[Studio]:
    opened = Studio()
    yield opened
    opened.close()


async def test_a_worker_draws_what_the_command_line_draws(studio: Studio) -> None:
    assert await studio.draw(SPEC) == draw(SPEC)


async def test_pictures_asked_at_once_are_not_mixed_up(studio: Studio) -> None:
    specs = [SPEC, to_json(lines()["compare"])] * 2
    assert await asyncio.gather(*map(studio.draw, specs)) == [draw(spec) for spec in specs]


async def test_what_cannot_be_drawn_is_refused_and_the_worker_lives_on(studio: Studio) -> None:
    await studio.draw(SPEC)
    before = studio.pids
    with pytest.raises(DrawError, match="ValidationError"):
        await studio.draw("{}")
    assert studio.pids == before


async def test_a_dead_worker_is_replaced(studio: Studio) -> None:
    await studio.draw(SPEC)
    (dead,) = studio.pids
    os.kill(dead, signal.SIGKILL)
    assert await studio.draw(SPEC) == draw(SPEC)
    assert dead not in studio.pids


async def test_a_picture_that_takes_too_long_is_given_up() -> None:
    hasty = Studio(timeout=0.01)
    with pytest.raises(DrawError, match="took more than"):
        await hasty.draw(SPEC)
    assert hasty.pids == []
    hasty.close()


async def test_workers_without_work_are_let_go() -> None:
    brief = Studio(rest=0.05)
    await brief.draw(SPEC)
    assert len(brief.pids) == 1
    await asyncio.sleep(0.3)
    assert brief.pids == []
    brief.close()


async def test_closing_ends_every_worker() -> None:
    studio = Studio()
    await studio.draw(SPEC)
    (pid,) = studio.pids
    studio.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
