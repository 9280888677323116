"""A week at the desk, played from `desk_week.txt`: final state and every warning as written there."""

from pathlib import Path

from tests.e2e import desk_week


def test_a_week_at_the_desk_ends_as_its_script_says(tmp_path: Path) -> None:
    assert desk_week.differences(desk_week.SCRIPT, tmp_path) == []
