"""aiogram as judge: an independent model of the Bot API reads what went over the wire.

Its models let unknown names pass, so they are looked for on every level; lengths are the
sandbox's own business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import aiogram.methods
import pytest
from aiogram.types import BufferedInputFile
from pydantic import BaseModel, TypeAdapter, ValidationError

Call = dict[str, Any]


def complaints(calls: Iterable[Call]) -> list[str]:
    """One line for everything in the sandbox's log that is not Bot API."""
    return [f"{call['n']} {call['method']}: {fault}" for call in calls for fault in _faults(call)]


def _faults(call: Call) -> Iterator[str]:
    model = _model(call["method"])
    if model is None:
        yield "there is no such method"
        return
    params = _with_files(call["params"])
    if unknown := params.keys() - model.model_fields.keys():
        yield f"unknown parameters {sorted(unknown)}"
    try:
        request = model.model_validate({k: v for k, v in params.items() if k not in unknown})
        yield from _extras(request, "params")
    except ValidationError as error:
        yield f"params: {_first(error)}"
    if call["status"] == 200:
        try:
            answer = _answer(call["method"]).validate_python(call["result"])
            yield from _extras(answer, "result")
        except ValidationError as error:
            yield f"result: {_first(error)}"


def _model(method: str) -> Any:
    return getattr(aiogram.methods, method[:1].upper() + method[1:], None)


@cache
def _answer(method: str) -> TypeAdapter[Any]:
    return TypeAdapter(_model(method).__returning__)


def _with_files(value: Any) -> Any:
    """The log's outlines of uploads become files again."""
    if isinstance(value, dict):
        if value.keys() == {"file_name", "size", "sha256"}:
            return BufferedInputFile(b"", value["file_name"])
        return {key: _with_files(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_files(item) for item in value]
    return value


def _extras(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for name in value.model_extra or {}:
            yield f"{path}.{name} is unknown"
        for name in type(value).model_fields:
            yield from _extras(getattr(value, name, None), f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _extras(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _extras(item, f"{path}.{key}")


def _first(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"


@pytest.fixture
def judge() -> Callable[[Iterable[Call]], None]:
    """`judge(sandbox.log.calls)` fails with one line for everything that is not Bot API."""

    def check(calls: Iterable[Call]) -> None:
        found = complaints(calls)
        assert not found, "\n".join(found)

    return check
