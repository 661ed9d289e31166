"""Everything that follows from archive and journal, made anew elsewhere: the same bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from batch_play import begun, filled
from crash_rig import COMMAND
from ledger_play import files_below
from ledger_rig import run_script

# All tables but the journal are dropped; then everything is written that follows from them.
ANEW = """
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from clusterxl.batch.folder import open_batch
from clusterxl.batch.judge import judge_return
from clusterxl.cli.group import cli
from clusterxl.ledger import rebuild
clock = lambda: datetime(2025, 1, 10, 12, tzinfo=UTC)
root = Path(sys.argv[1])
out = root / "reports"
batch = open_batch(root, clock=clock)
with batch.ledger() as ledger:
    before = ledger.dump()
    rebuild(ledger, partial(judge_return, batch))
    assert ledger.dump() == before
for asked in (
    ["issue"],
    ["correct", "--deadline", "2025-02-28"],
    ["aggregate", "-o", f"{out}/comparison.xlsx"],
    ["aggregate", "--include", "questioned", "-o", f"{out}/wider.xlsx"],
    ["status", "--format", "xlsx", "-o", f"{out}/status.xlsx"],
    ["status", "--format", "json", "-o", f"{out}/status.json"],
    ["export", "-o", f"{out}/frames"],
):
    cli(["batch", *asked, "--batch", str(root)], obj=clock, standalone_mode=False)
with batch.ledger() as ledger:
    (root / "dump").write_bytes(ledger.dump().encode())
"""
ELSEWHERE = (
    {"PYTHONHASHSEED": "0"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C", "CLUSTERXL_LANG": "en"},
    {"PYTHONHASHSEED": "77", "TZ": "Pacific/Kiritimati", "LC_ALL": "zh_CN.GBK", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "random", "TZ": "Pacific/Pago_Pago", "LC_ALL": "POSIX", "PYTHONUTF8": "1"},
)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a batch with accepted and questioned returns, and one that was sent back."""
    folder = tmp_path_factory.mktemp("given")
    batch = begun(folder)
    inbox = folder / "in"
    inbox.mkdir()
    for name, data in {
        "a.xlsx": filled(batch, "1101"),
        "b.xlsx": filled(batch, "1102", wheat_2024="约3"),
        "c.xlsx": filled(batch, "2201", wheat_2024="many"),
        "d.xlsx": filled(batch, "2201", 2),
        "scan.pdf": b"%PDF",
    }.items():
        (inbox / name).write_bytes(data)
    for asked in (["receive", str(inbox)], ["correct", "--deadline", "2025-02-28"]):
        assert run_script(COMMAND, "batch", *asked, "--batch", str(batch.root)).code in (0, 1)
    return batch.root


def made_anew(given: Path, folder: Path, environment: dict[str, str]) -> dict[str, bytes]:
    """Take away what follows, make it anew in a process of its own, and return all files."""
    shutil.copytree(given, folder)
    for name in ("issued", "corrections"):
        shutil.rmtree(folder / name)
    ran = run_script(ANEW, str(folder), **environment)
    assert ran.code == 0, ran.said
    return files_below(folder)


def test_made_anew_elsewhere_all_of_it_is_the_same(given: Path, tmp_path: Path) -> None:
    here, *others = (
        made_anew(given, tmp_path / str(number), environment)
        for number, environment in enumerate(ELSEWHERE)
    )
    sent = [name for name in here if name.startswith("corrections/")]
    assert len(sent) >= 3
    # What was handed out and sent back is made anew just as it was.
    assert files_below(given).items() <= here.items()
    for other in others:
        assert [name for name in here if here[name] != other.get(name)] == []
        assert here.keys() == other.keys()
