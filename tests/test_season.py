"""A season, from the first blank to the comparison: late, twice, wrong, old, damaged, right."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from batch_play import (
    DEADLINE,
    GOOD,
    Type,
    answered,
    begun,
    blank,
    codes,
    correct,
    fates,
    filled,
    issued_for,
    older,
    on,
    receive,
    typed,
    typed_in_libreoffice,
    typed_in_openpyxl,
)

from clusterxl.aggregate import Comparison, aggregate_records
from clusterxl.batch.decide import accept_return, exclude_return
from clusterxl.batch.folder import Batch
from clusterxl.batch.judge import examine
from clusterxl.batch.verify import verify_batch
from clusterxl.check import check_records
from clusterxl.ledger import (
    Fate,
    Ledger,
    Report,
    State,
    fates_of,
    find_returns,
    record_report,
)
from clusterxl.normalise import normalise_returns
from clusterxl.report import write_comparison


def day(month: int, number: int) -> datetime:
    return datetime(2025, month, number, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "type_in",
    [
        pytest.param(typed_in_openpyxl, id="openpyxl"),
        pytest.param(typed_in_libreoffice, id="libreoffice", marks=pytest.mark.needs_libreoffice),
    ],
)
def test_a_season(tmp_path: Path, type_in: Type) -> None:
    batch = begun(tmp_path)
    first_days(batch, tmp_path)
    corrections_go_round(batch, tmp_path, type_in)
    last_days(batch, tmp_path)
    how_it_ends(batch)


def first_days(batch: Batch, tmp_path: Path) -> None:
    good = filled(batch, "1101")
    wrong_number = filled(batch, "1102", wheat_2024="plenty")
    receipt = receive(
        on(batch, day(1, 12)),
        tmp_path / "day 1",
        {
            "1101 Aston.xlsx": good,
            "by mail/copy of Aston.xlsx": good,
            "beeley.xlsx": wrong_number,
            "calder cut.xlsx": filled(batch, "2201")[:3000],
            "scan.pdf": b"%PDF-1.4",
        },
    )
    assert fates(receipt) == {
        "1101 Aston.xlsx": "accepted",
        "by mail/copy of Aston.xlsx": "repeated",
        "beeley.xlsx": "questioned",
        "calder cut.xlsx": "rejected",
        "scan.pdf": "skipped",
    }
    assert codes(receipt, "beeley.xlsx") == {"GEN-NUM"}
    receipt = receive(
        on(batch, day(1, 14)),
        tmp_path / "day 2",
        {
            "calder.xlsx": filled(batch, "2201", wheat_2024=5),
            "calder 2.xlsx": filled(batch, "2201", 2, wheat_2024=7),
            "1102 sent by Beeley.xlsx": filled(batch, "1101", wheat_2024=99),
            "old.xlsx": typed(
                issued_for(batch, "1102", older(batch.form)), {**GOOD, "estate": "Old"}
            ),
        },
    )
    # Each of two subjects of one unit counts; the file of another unit and the old edition do not.
    assert fates(receipt) == {
        "calder.xlsx": "accepted",
        "calder 2.xlsx": "accepted",
        "1102 sent by Beeley.xlsx": "questioned",
        "old.xlsx": "questioned",
    }
    assert "STAMP-SENDER" in codes(receipt, "1102 sent by Beeley.xlsx")
    assert "STAMP-VERSION" in codes(receipt, "old.xlsx")


def corrections_go_round(batch: Batch, tmp_path: Path, type_in: Type) -> None:
    exclude_return(batch, "1102 sent by Beeley.xlsx", reason="meant for nobody")
    exclude_return(batch, "old.xlsx", reason="an old edition")
    again = receive(
        on(batch, day(1, 16)),
        tmp_path / "day 3",
        {"beeley.xlsx": filled(batch, "1102", wheat_2024="some")},
    )
    assert fates(again) == {"beeley.xlsx": "questioned"}
    with batch.ledger() as ledger:
        (asked,) = find_returns(ledger, State.QUESTIONED)
        content = correct(batch, ledger, asked)
    # Said to be corrected, and left as it was.
    receipt = receive(
        on(batch, day(1, 20)),
        tmp_path / "day 4",
        {"answer.xlsx": type_in(content, answered(1), tmp_path)},
    )
    assert fates(receipt) == {"answer.xlsx": "questioned"}
    assert codes(receipt, "answer.xlsx") == {"GEN-NUM", "COR-SAME"}
    with batch.ledger() as ledger:
        (asked,) = find_returns(ledger, State.QUESTIONED)
        assert asked.round == 1
        content = correct(batch, ledger, asked)
    receipt = receive(
        on(batch, day(1, 25)),
        tmp_path / "day 5",
        {"answer 2.xlsx": type_in(content, answered(1, wheat_2024=3), tmp_path)},
    )
    (answer,) = receipt.files
    assert (answer.fate, answer.findings) == (Fate.ACCEPTED, ())
    assert answer.changes
    assert [(c.key, c.old, c.new, c.settled) for c in answer.changes.answers] == [
        ("wheat_2024", "some", "3", ("GEN-NUM", "COR-SAME"))
    ]


def last_days(batch: Batch, tmp_path: Path) -> None:
    # Two different files of one subject at once: a person decides.
    late = on(batch, day(2, 3))
    receipt = receive(
        late,
        tmp_path / "day 6",
        {
            "calder a.xlsx": filled(batch, "2201", wheat_2024=5.5),
            "calder b.xlsx": filled(batch, "2201", wheat_2024=6),
        },
    )
    assert set(fates(receipt).values()) == {"questioned"}
    assert codes(receipt, "calder a.xlsx") == {"STAMP-TWICE"}
    done = accept_return(late, "calder b.xlsx", reason="confirmed by telephone")
    assert [one.file for one in done.superseded] == ["calder a.xlsx"]


def how_it_ends(batch: Batch) -> None:
    with batch.ledger() as ledger:
        accepted = find_returns(ledger, State.ACCEPTED)
        assert [(one.serial, one.file) for one in accepted] == [
            ("1101-1", "1101 Aston.xlsx"),
            ("1102-1", "answer 2.xlsx"),
            ("2201-1", "calder b.xlsx"),
            ("2201-2", "calder 2.xlsx"),
        ]
        assert [o.file for o in accepted if o.received[:10] > DEADLINE.isoformat()] == [
            "calder b.xlsx"
        ]
        assert Counter(fates_of(ledger.connection)) == {
            Fate.ACCEPTED: 4,
            Fate.SUPERSEDED: 5,
            Fate.REPEATED: 1,
            Fate.EXCLUDED: 2,
            Fate.REJECTED: 1,
            Fate.SKIPPED: 1,
        }
        comparison = compared(batch, ledger)
        totals = comparison.totals.set_index("key")
        assert [totals[name]["wheat_2024"] for name in ("value", "n", "returns")] == [27, 4, 4]
        content = write_comparison(comparison)
        path = batch.root / "reports" / "comparison.xlsx"
        path.parent.mkdir()
        path.write_bytes(content)
        rests_on = tuple(one.sha256 for one in accepted)
        digest = hashlib.sha256(content).hexdigest()
        report = Report(sha256=digest, file="reports/comparison.xlsx", returns=rests_on)
        record_report(ledger, report)
    proof = verify_batch(
        batch, remake=lambda one, ledger: [write_comparison(compared(one, ledger))]
    )
    assert (proof.findings, proof.reports, proof.remade) == ((), 1, ("reports/comparison.xlsx",))


def compared(batch: Batch, ledger: Ledger) -> Comparison:
    """Return the comparison of the accepted returns, made from the archive."""
    returns = [
        examine(batch, ledger.archive.read(one.sha256), one.file).returned
        for one in find_returns(ledger, State.ACCEPTED)
    ]
    records = normalise_returns(returns, form=batch.form)
    return aggregate_records(records, check_records(records))


def test_nobody_answered_anything_yet(tmp_path: Path) -> None:
    batch = begun(tmp_path)
    receipt = receive(batch, tmp_path / "in", {"blank.xlsx": blank(batch, "1101")})
    assert fates(receipt) == {"blank.xlsx": "questioned"}
    assert "READ-BLANK" in codes(receipt, "blank.xlsx")
