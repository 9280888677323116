"""Milliseconds and megabytes of a KPI card: alone, and from the studio's two processes.

`python tests/bench/bench_card.py [--cards N]`
"""

import argparse
import asyncio
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.render.draw import draw
from bot.render.pictures import to_json
from bot.render.studio import Studio
from tests.render.gallery import card, lines, rankings, waterfalls


def specs(count: int) -> list[str]:
    """Cards that differ in every figure, so that no text is drawn from a cache."""
    whole = card()
    return [
        to_json(
            replace(
                whole,
                hero=f"¥{200_000 + 7 * n:,}",
                line=tuple(v + n for v in whole.line),
                tiles=tuple(
                    replace(tile, value=f"{n * 31 + i:,}") for i, tile in enumerate(whole.tiles)
                ),
            )
        )
        for n in range(count)
    ]


def alone(spec: str) -> tuple[float, int]:
    began = time.perf_counter()
    picture = draw(spec)
    return (time.perf_counter() - began) * 1000, len(picture)


async def together(cards: list[str]) -> tuple[float, float, float]:
    """Seconds to the first picture, and ms a card with one and with two processes."""
    studio = Studio()
    began = time.perf_counter()
    await studio.draw(cards[0])
    first = time.perf_counter() - began
    began = time.perf_counter()
    for spec in cards:
        await studio.draw(spec)
    one = (time.perf_counter() - began) * 1000 / len(cards)
    await asyncio.gather(*map(studio.draw, cards[:8]))  # wakes the second process
    began = time.perf_counter()
    await asyncio.gather(*map(studio.draw, cards))
    two = (time.perf_counter() - began) * 1000 / len(cards)
    studio.close()
    return first, one, two


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=60)
    cards = specs(parser.parse_args().cards)
    cold, _ = alone(cards[0])
    times, sizes = zip(*map(alone, cards), strict=True)
    rows = [
        ("card, first of a process", f"{cold:.0f} ms", ""),
        ("card, warm", f"{statistics.median(times):.0f} ms", f"{max(sizes) // 1024} kB"),
        ("card, warm, p95", f"{sorted(times)[int(len(times) * 0.95) - 1]:.0f} ms", ""),
    ]
    others = {"line": lines()["compare"], "ranking": rankings()["ten"]}
    for name, picture in (others | {"waterfall": waterfalls()["fall"]}).items():
        took = [alone(to_json(picture)) for _ in range(10)]
        size = took[0][1] // 1024
        rows.append(
            (f"{name}, warm", f"{statistics.median(t for t, _ in took):.0f} ms", f"{size} kB")
        )
    first, one, two = asyncio.run(together(cards))
    rows += [
        ("studio, first picture", f"{first * 1000:.0f} ms", ""),
        ("studio, one process", f"{one:.0f} ms", ""),
        ("studio, two processes", f"{two:.0f} ms", ""),
    ]
    for name, took_ms, size_kb in rows:
        print(f"{name:28}{took_ms:>10}{size_kb:>10}")


if __name__ == "__main__":
    main()
