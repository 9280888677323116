"""From spec to PNG: the command line calls it, and the studio's worker process serves it."""

import os
import sys
from typing import BinaryIO

from bot.render.bars import ranking, waterfall
from bot.render.cards import card
from bot.render.charts import line
from bot.render.desk import desk
from bot.render.pictures import (
    AnyPicture,
    Card,
    Desk,
    Footer,
    Line,
    Ranking,
    Stores,
    Style,
    Waterfall,
    from_json,
)
from bot.render.several import several
from bot.render.sheet import Sheet

ADDRESS_SPACE = 2 * 1024**3  # bytes; a picture needs a tenth of it


def drawing(picture: AnyPicture) -> Sheet:
    """The finished sheet of any picture."""
    match picture:
        case Card():
            return card(picture)
        case Stores():
            return several(picture)
        case Line():
            return line(picture)
        case Ranking():
            return ranking(picture)
        case Waterfall():
            return waterfall(picture)
        case Desk():
            return desk(picture)


def draw(spec_json: str) -> bytes:
    """PNG of a spec's JSON; ValueError when it is not a spec."""
    return drawing(from_json(spec_json)).png()


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each line of JSON with `ok <length>` or `refused <length>` and that many bytes.

    A spec that cannot be drawn is refused and the next one served; the end of the requests,
    which the bot's own end brings too, ends the worker.
    """
    for request in requests:
        try:
            word, body = b"ok", draw(request.decode())
        except Exception as error:
            word, body = b"refused", f"{type(error).__name__}: {error}".encode()[:500]
        answers.write(b"%s %d\n%s" % (word, len(body), body))
        answers.flush()


def main() -> None:
    """Be a worker on standard input and output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing a library prints may mix with the pictures
    try:
        import resource
    except ImportError:  # not on Windows
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(5)  # the bot comes first
    drawing(Card(Style(), "", "", "", "0", Footer(""))).png()  # warms up faces and caches
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
