"""The commands of a batch as an operator meets them: lines, exit codes, sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from batch_play import GOOD, HARVEST, blank, typed
from click.testing import Result
from test_batch import RULE

from clusterxl.batch.folder import Batch, open_batch
from clusterxl.ledger import find_returns, head

Run = Callable[..., Result]
ROSTER = "city,unit,code,type,subjects\nNorthshire,Aston,1101,,1\nNorthshire,Beeley,1102,,1\n"


@pytest.fixture
def root(run: Run, tmp_path: Path) -> Path:
    """Return a batch that was begun and handed out by commands."""
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    root = tmp_path / "batch"
    asked = ("--form", HARVEST, "--base-year", "2024", "--roster", roster)
    assert run("batch", "new", root, *asked, "--deadline", "2025-01-31").exit_code == 0
    assert run("batch", "issue", "--batch", root).exit_code == 0
    return root


def answers(batch: Batch) -> dict[str, bytes]:
    """Return two files as they come back: one good, one with an error."""
    return {
        "a.xlsx": typed(blank(batch, "1101"), GOOD),
        "b.xlsx": typed(blank(batch, "1102"), {**GOOD, "wheat_2024": "many"}),
    }


@pytest.fixture
def inbox(root: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, data in answers(open_batch(root)).items():
        (folder / name).write_bytes(data)
    (folder / "scan.pdf").write_bytes(b"%PDF")
    return folder


def head_of(root: Path) -> str:
    with open_batch(root).ledger() as ledger:
        return head(ledger.connection)


def test_receive_prints_a_line_a_file_then_the_sum_and_the_head(
    run: Run, root: Path, inbox: Path
) -> None:
    done = run("--lang", "en", "batch", "receive", inbox, "--batch", root)
    lines = done.output.splitlines()
    assert done.exit_code == 1
    assert re.fullmatch(r"accepted  [0-9a-f]{12}  1101 Northshire Aston  .*a\.xlsx  .*", lines[0])
    assert re.fullmatch(r"questioned  [0-9a-f]{12}  1102 .*b\.xlsx  .*\[GEN-NUM\]", lines[1])
    assert lines[2].startswith("skipped  scan.pdf")
    assert lines[3].startswith("3 files in = 1 accepted + 1 questioned + 0 repeated")
    assert lines[4].endswith(head_of(root))
    again = run("batch", "receive", inbox, "--batch", root)
    assert again.exit_code == 1
    assert head_of(root) in again.output


def test_each_step_says_which_command_comes_next(
    run: Run, root: Path, inbox: Path, tmp_path: Path
) -> None:
    at = ("--batch", root)
    roster = tmp_path / "roster.csv"
    asked = ("--form", HARVEST, "--base-year", "2024", "--roster", roster)
    again = run("batch", "new", root, *asked, "--deadline", "2025-01-31")
    assert "2025-01-31" in again.stderr
    assert str(root / "keys") in again.stderr
    steps = {
        "issue": again,
        "receive": run("batch", "issue", *at),
        "correct": run("batch", "receive", inbox, *at),
        "status": run("batch", "receive", inbox / "a.xlsx", *at),
    }
    steps |= {"receive ": run("batch", "correct", *at)}
    steps |= {"aggregate": run("batch", "accept", "1102", "--reason", "示例", *at)}
    steps |= {"verify": run("batch", "aggregate", *at)}
    for name, done in steps.items():
        line = done.stderr.splitlines()[-1]
        assert f"clusterxl batch {name.strip()}" in line
        assert f"--batch {root}" in line
        assert "clusterxl batch" not in done.stdout


def test_a_resubmission_is_told_answer_by_answer(run: Run, root: Path, inbox: Path) -> None:
    run("batch", "receive", inbox, "--batch", root)
    better = inbox.parent / "better.xlsx"
    better.write_bytes(typed(blank(open_batch(root), "1102"), GOOD))
    done = run("batch", "receive", better, "--batch", root)
    assert done.exit_code == 0
    assert re.search(r"wheat_2024.*many → 11.*GEN-NUM", done.output)


def test_decisions_rules_verify_and_purge(run: Run, root: Path, inbox: Path) -> None:
    at = ("--batch", root)
    run("batch", "receive", inbox, *at)
    for act in ("exclude", "accept"):
        done = run("batch", act, "1101", "--reason", "示例", *at)
        assert (done.exit_code, head_of(root) in done.output) == (0, True)
    rule = inbox.parent / "10-more.toml"
    rule.write_text(RULE.replace("<= 20", "<= 5").replace("21", "6").replace("20", "5"), "utf-8")
    done = run("batch", "rules", rule, "--reason", "示例", *at)
    assert done.exit_code == 0
    assert "1101-1" in done.output
    done = run("batch", "verify", "--noted", head_of(root), *at)
    assert (done.exit_code, "values" in done.output) == (0, True)
    done = run("batch", "purge", "b.xlsx", "--reason", "示例", *at)
    assert done.exit_code == 0
    with open_batch(root).ledger() as ledger:
        assert [one.purged for one in find_returns(ledger)] == [False, True]
    ((file,),) = [[p for p in (root / "archive").rglob("*") if p.is_file()]]
    file.chmod(0o600)
    file.write_bytes(b"x")
    assert run("batch", "verify", *at).exit_code == 1


def test_what_a_decision_leaves_undone_is_told(run: Run, root: Path, inbox: Path) -> None:
    at = ("--reason", "示例", "--batch", root)
    run("batch", "receive", inbox, "--batch", root)
    done = run("--lang", "en", "batch", "accept", "1102", *at)
    assert "still has 1 to correct" in done.stderr
    before = head_of(root)
    again = run("--lang", "en", "batch", "accept", "1102", *at)
    assert "nothing changed" in again.output
    assert head_of(root) == before
    compared = run("--lang", "en", "batch", "aggregate", "--batch", root)
    assert compared.exit_code == 1
    assert "1 to correct" in compared.stderr
    # The end of the journal, after the comparison was noted in it.
    assert compared.stdout.splitlines()[-1].endswith(head_of(root))
    assert "nothing is owed" in run("--lang", "en", "batch", "exclude", "1102", *at).stderr


def test_who_is_not_in_the_roster_cannot_be_counted(run: Run, root: Path, inbox: Path) -> None:
    roster = root / "roster.csv"
    rows = roster.read_text("utf-8-sig").splitlines(keepends=True)
    roster.write_text("".join(row for row in rows if ",1101," not in row), encoding="utf-8")
    run("batch", "receive", inbox, "--batch", root)
    refused = run("batch", "accept", "a.xlsx", "--reason", "示例", "--batch", root)
    assert refused.exit_code == 2
    assert "roster.csv" in refused.stderr
    named = ("--unit", "1102", "--serial", "1102-2", "--reason", "示例", "--batch", root)
    assert run("batch", "accept", "a.xlsx", *named).exit_code == 0


def test_a_head_that_is_none_is_a_slip_of_the_pen(run: Run, root: Path) -> None:
    done = run("batch", "verify", "--noted", "abcd", "--batch", root)
    assert done.exit_code == 2
    assert "abcd" in done.stderr
    assert run("batch", "verify", "--noted", head_of(root), "--batch", root).exit_code == 0


def test_the_current_folder_is_the_batch_by_default(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    assert run("batch", "issue").exit_code == 0
    monkeypatch.chdir(root.parent)
    assert run("batch", "issue").exit_code == 2
    assert run("batch", "--batch", root, "issue").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("accept", "1101"),
        ("accept", "nobody", "--reason", "x"),
        ("exclude", "1101", "--reason", " "),
        ("purge", "--reason", "x"),
        ("rules", "nothing.toml", "--reason", "x"),
        ("receive", "nowhere"),
        ("receive", "."),
        ("new", "other", "--form", "no-such-form"),
        ("new", "other", "--form", str(HARVEST), "--deadline", "31.1.2025"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run: Run, root: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    before = head_of(root)
    done = run("batch", *arguments)
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert head_of(root) == before


def test_a_file_that_was_changed_is_left_alone_with_a_line(run: Run, root: Path) -> None:
    path = next((root / "issued").rglob("1101*"))
    path.write_bytes(b"mine")
    done = run("batch", "issue", "--batch", root)
    assert (done.exit_code, path.read_bytes()) == (0, b"mine")
    assert path.name in done.stderr
    run("batch", "issue", "--batch", root, "--force")
    assert path.read_bytes() != b"mine"


def test_a_batch_of_the_packaged_form(run: Run, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("city,unit,code,type,subjects\n深圳市,宝安区,440306,,2\n", encoding="utf-8")
    root = tmp_path / "b"
    asked = ("--form", "gd-cluster-2023", "--base-year", "2022", "--roster", roster)
    assert run("batch", "new", root, *asked).exit_code == 0
    assert run("batch", "issue", "--batch", root).exit_code == 0
    batch = open_batch(root)
    data = filled_official(batch)
    (tmp_path / "x.xlsx").write_bytes(data)
    done = run("batch", "receive", tmp_path / "x.xlsx", "--batch", root)
    assert done.exit_code == 1
    assert "440306" in done.output
    assert run("batch", "verify", "--batch", root).exit_code == 0


def filled_official(batch: Batch) -> bytes:
    return typed(blank(batch, "440306", 2), {batch.form.subject: "示例数据集群"})
