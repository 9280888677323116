"""Pin every package that the project resolves to, in pyproject.toml itself.

    uv run python .ci/pin.py            take the newest of everything and write the pins
    uv run python .ci/pin.py --check    fail where a pin is missing, stale or superfluous

There is no committed lock file, since it would record where packages were downloaded from.
"""

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path("pyproject.toml")
BLOCK = re.compile(r"^constraint-dependencies = \[\n.*?^\]\n", re.DOTALL | re.MULTILINE)


def export() -> list[str]:
    """What uv resolves to now, one requirement a line, with its markers."""
    command = (
        "uv export --quiet --no-hashes --no-emit-project --no-annotate --no-header --all-groups"
    )
    out = subprocess.run(command.split(), capture_output=True, text=True, check=True).stdout
    return [line for line in out.splitlines() if line and not line.startswith("#")]


def block(pins: list[str]) -> str:
    lines = "".join(f"    {line!r},\n" if '"' in line else f'    "{line}",\n' for line in pins)
    return f"constraint-dependencies = [\n{lines}]\n"


def main() -> int:
    text = PROJECT.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        current = BLOCK.search(text)
        if current and current.group(0) == block(export()):
            return 0
        print("the pins in pyproject.toml are stale: uv run python .ci/pin.py")
        return 1
    unpinned = BLOCK.sub("constraint-dependencies = [\n]\n", text)
    PROJECT.write_text(unpinned, encoding="utf-8")
    subprocess.run(["uv", "lock", "--quiet", "--upgrade"], check=True)
    PROJECT.write_text(BLOCK.sub(lambda _: block(export()), unpinned), encoding="utf-8")
    subprocess.run(["uv", "lock", "--quiet"], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
