"""The benchmarks by name: `uv run python tests/bench/run.py [NAME …] [--lines N]`.

Each prints one table, beside a peer on the same work in the same run where there is one.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NAMES = sorted(p.stem.removeprefix("bench_") for p in HERE.glob("bench_*.py"))
TAKES_LINES = ("ask", "import")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; else all")
    parser.add_argument("--lines", type=int, help="order lines, where a benchmark takes them")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; known: {', '.join(NAMES)}")
    worst = 0
    for name in options.names or NAMES:
        print(f"== {name}", flush=True)
        lines = ["--lines", str(options.lines)] if options.lines and name in TAKES_LINES else []
        script = HERE / f"bench_{name}.py"
        worst = max(worst, subprocess.run([sys.executable, str(script), *lines]).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
