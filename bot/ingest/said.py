"""What a file says of a refund: made in the child, read where it is merged, which needs no frames."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Said:
    """A refund as one file tells it; amounts in minor units, times in seconds since 1970.

    None and "": the file does not tell. `step` is how far apart two exports may read the same
    deadline, 0 where it stands there as a moment; `loose` where the time of the export is a guess.
    """

    refund_no: str
    order_no: str = ""
    type: str = ""
    status: str = "open"
    platform_status: str = ""
    amount: int | None = None
    reason: str = ""  # a slug, or the platform's words where none fits
    product: str = ""
    quantity: int | None = None
    applied_at: int | None = None
    due_at: int | None = None
    step: int = 0
    loose: bool = False
    finished_at: int | None = None
    finished_day: str | None = None
    waybill: str = ""
    tail: str = ""  # of the buyer's phone; never stored with the refund


def dump(said: Said) -> str:
    return json.dumps(asdict(said), ensure_ascii=False)


def load(text: str) -> Said:
    return Said(**json.loads(text))
