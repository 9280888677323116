"""The one function that lets people through, and the tables it is fed from."""

import pytest

from bot.access import ANYBODY, ANYWHERE, LEADERSHIP, PRIVATE, READERS, Rule, Verdict, decide

TEAM = Rule(READERS, ANYWHERE)
BOSSES = Rule(LEADERSHIP, PRIVATE)
ALL = Rule(ANYBODY, PRIVATE)


@pytest.mark.parametrize(
    ("rule", "role", "chat", "verdict"),
    [
        (TEAM, "staff", "private", Verdict.ALLOW),
        (TEAM, "staff", "supergroup", Verdict.ALLOW),
        (TEAM, "leader", "private", Verdict.REFUSE),
        (TEAM, None, "private", Verdict.STRANGER),
        (TEAM, None, "supergroup", Verdict.SILENT),
        (BOSSES, "manager", "private", Verdict.ALLOW),
        (BOSSES, "staff", "private", Verdict.REFUSE),
        (BOSSES, "manager", "group", Verdict.ELSEWHERE),
        (ALL, None, "private", Verdict.ALLOW),
        (ALL, None, "group", Verdict.SILENT),
        (TEAM, "staff", "channel", Verdict.ELSEWHERE),
        (None, "owner", "private", Verdict.REFUSE),
        (None, None, "private", Verdict.STRANGER),
        (None, None, "group", Verdict.SILENT),
    ],
)
def test_a_rule_is_decided(
    rule: Rule | None, role: str | None, chat: str, verdict: Verdict
) -> None:
    assert decide(rule, role, chat) is verdict
