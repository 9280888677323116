"""What a start costs: seconds of import, and the heaviest modules that must not be among them."""

import resource
import subprocess
import sys

BANNED = ("pandas", "matplotlib", "alembic", "psycopg", "numpy", "rich")


def main() -> int:
    began = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import bot.app, bot.__main__"],
        capture_output=True, text=True, check=True,
    ).stderr.splitlines()  # fmt: skip
    total = sum(int(line.split("|")[0].split(":")[1]) for line in began[1:]) / 1e6
    names = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in began[1:]}
    found = sorted(names.intersection(BANNED))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"start: {total:.2f} s of imports, {peak:.0f} MB at their end")
    if found:
        print(f"on the start-up path, where they must not be: {', '.join(found)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
