"""Ten times as many returns: what `read` to Parquet takes of time and memory, a process each.

Run `make bench` (or `python benchmarks/scaling.py [--returns N]`; N returns and 10 N are read).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from measured import Taken, taken_by
from returns import FORM, made_returns

RETURNS = 40
TIMES = 10


def main() -> None:
    parser = argparse.ArgumentParser(description="Ten times as many returns.")
    parser.add_argument("--returns", type=int, default=RETURNS)
    few = parser.parse_args().returns
    with TemporaryDirectory() as made:
        folder = Path(made)
        made_returns(folder / "many", few * TIMES)
        (folder / "few").mkdir()
        for path in sorted((folder / "many").iterdir())[:few]:
            (folder / "few" / path.name).hardlink_to(path)
        print(f"returns of {FORM} read, checked and written as Parquet, one process each")
        one = read(folder, "few")
        show(few, one)
        ten = read(folder, "many")
        show(few * TIMES, ten)
        times, memory = ten.seconds / one.seconds, ten.megabytes / one.megabytes
        print(f"  {TIMES} times as many: {times:.1f} times the time, {memory:.2f} times the memory")


def read(folder: Path, name: str) -> Taken:
    """Read the returns of a folder into Parquet."""
    output = ("-o", str(folder / f"{name}.tables"), "--format", "parquet")
    return taken_by("-m", "clusterxl", "read", str(folder / name), *output)


def show(returns: int, taken: Taken) -> None:
    """Print a line of the table."""
    each = taken.seconds / returns * 1000
    print(
        f"  {returns:6} returns{taken.seconds:9.1f} s{each:8.0f} ms each{taken.megabytes:7.0f} MB"
    )


if __name__ == "__main__":
    main()
