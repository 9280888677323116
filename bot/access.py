"""Who may do what where: one rule per command, press and push, decided by one pure function."""

from dataclasses import dataclass
from enum import Enum

OWNER, MANAGER, STAFF, LEADER, VIEWER = ROLES = ("owner", "manager", "staff", "leader", "viewer")

LEADERSHIP = frozenset({OWNER, MANAGER})
DESK = frozenset({OWNER, MANAGER, STAFF})
READERS = frozenset({OWNER, MANAGER, STAFF, VIEWER})
MEMBERS = frozenset(ROLES)
ANYBODY = frozenset({*ROLES, "stranger"})

PRIVATE = frozenset({"private"})
GROUPS = frozenset({"group", "supergroup"})
ANYWHERE = PRIVATE | GROUPS


@dataclass(frozen=True)
class Rule:
    """Roles that may, and kinds of chat where."""

    roles: frozenset[str]
    chats: frozenset[str]


class Verdict(Enum):
    ALLOW = "allow"
    REFUSE = "refuse"  # a member who may not: one line saying who may
    ELSEWHERE = "elsewhere"  # a member in the wrong kind of chat: one line saying where
    STRANGER = "stranger"  # nobody we know, in private: one polite line
    SILENT = "silent"  # nobody we know, in a group: not a word


def decide(rule: Rule | None, role: str | None, chat_kind: str) -> Verdict:
    """Deny by default: no rule, no role or an unknown kind of chat lets nobody through."""
    if role is None and (rule is None or "stranger" not in rule.roles):
        return Verdict.STRANGER if chat_kind in PRIVATE else Verdict.SILENT
    if rule is None or (role or "stranger") not in rule.roles:
        return Verdict.REFUSE
    if chat_kind not in rule.chats:
        return Verdict.ELSEWHERE if role else Verdict.SILENT
    return Verdict.ALLOW
