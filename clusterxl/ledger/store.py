"""The ledger opened: one SQLite file beside the archive, one process at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

from clusterxl.errors import LedgerError, OutputError
from clusterxl.ledger.archive import Archive
from clusterxl.ledger.journal import Deed, Entry, Signature, append
from clusterxl.ledger.lock import PATIENCE, locked
from clusterxl.ledger.model import canonical
from clusterxl.ledger.process import host_name, user_name
from clusterxl.ledger.replay import apply
from clusterxl.ledger.schema import TABLES, migrate, version_of
from clusterxl.outputs import not_writable
from clusterxl.sentences import say

LEDGER = "ledger.sqlite"
LOCK = "ledger.lock"
ARCHIVE = "archive"
# Facts that every entry of the journal names.
FORM_VERSION, RULES_HASH = "form_version", "rules_hash"

# What the system refuses, not what the ledger holds: the remedy is another.
_UNWRITABLE = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


def utc_now() -> datetime:
    """Return the time; the one clock of the ledger unless another is given."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A batch's memory, open.

    Attributes:
        path: The SQLite file.
        archive: The originals.
        connection: To the file; written only through `transaction`.
        clock: Tells the time of every entry.
        who: Whom the entries name.
    """

    path: Path
    archive: Archive
    connection: sqlite3.Connection
    clock: Callable[[], datetime]
    who: str

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of the `with` block, durably, or nothing of it.

        Raises:
            OutputError: The disk is full or cannot be written; what was there before still is.
            LedgerError: The file is damaged, or another process writes it.
        """
        with speaking(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                # After some errors SQLite has rolled back by itself.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def enter(self, deed: Deed) -> Entry:
        """Enter a deed into the journal and do it to the tables, inside a transaction."""
        signature = Signature(
            at=timestamp(self.clock()),
            who=self.who,
            tool=_tool(),
            form=self.fact(FORM_VERSION),
            rules=self.fact(RULES_HASH),
        )
        entry = append(self.connection, deed, signature)
        apply(self.connection, entry)
        return entry

    def fact(self, name: str) -> str:
        """Return a fact of the batch; empty when it was never set."""
        found = self.connection.execute("SELECT value FROM facts WHERE name = ?", (name,))
        row = found.fetchone()
        return str(row[0]) if row else ""

    def dump(self) -> str:
        """Return all tables as canonical JSON, a row a line: the same content, the same text."""
        return dump_tables(self.connection, TABLES)


@cache
def _tool() -> str:
    return version("clusterxl")


def dump_tables(connection: sqlite3.Connection, tables: tuple[str, ...]) -> str:
    """Return some tables as canonical JSON, a row a line, in an order that rows alone decide."""
    lines = [canonical({"version": version_of(connection)})]
    for table in sorted(tables):
        cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608
        names = [column[0] for column in cursor.description]
        rows = (canonical({table: dict(zip(names, row, strict=True))}) for row in cursor)
        lines += sorted(rows)
    return "\n".join(lines) + "\n"


def timestamp(moment: datetime) -> str:
    """Return a time as the ledger writes it: UTC, whole seconds.

    >>> timestamp(datetime(2023, 3, 1, 8, 0, 0, 5, tzinfo=UTC))
    '2023-03-01T08:00:00Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def open_ledger(
    folder: str | Path,
    *,
    create: bool = False,
    clock: Callable[[], datetime] = utc_now,
    who: str = "",
    patience: float = PATIENCE,
) -> Iterator[Ledger]:
    """Open the ledger of a batch folder for as long as the `with` block runs.

    What an earlier process left half-done is tidied up first.

    Args:
        folder: The batch folder.
        create: Make a new ledger where there is none.
        clock: Tells the time of every entry.
        who: Whom entries name; the user and computer when empty.
        patience: Seconds to wait for another process that has it open.

    Raises:
        LedgerError: There is none, it is damaged or of a newer clusterxl, or another has it open.
        OutputError: It cannot be written.
    """
    folder = Path(folder)
    path = folder / LEDGER
    if not create and not path.is_file():
        raise LedgerError(say("ledger.none", folder=folder), code="ledger.none")
    _make_folder(folder)
    with (
        locked(folder / LOCK, at=timestamp(clock()), patience=patience),
        speaking(path),
        closing(_connect(path, create=create)) as connection,
    ):
        ledger = Ledger(
            path=path,
            archive=Archive(folder / ARCHIVE),
            connection=connection,
            clock=clock,
            who=who or f"{user_name()}@{host_name()}",
        )
        _tidy(ledger)
        yield ledger


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(folder, error) from error


def _make_private(path: Path) -> None:
    """Let nobody else read a ledger; what it holds was written to whoever collects."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
    except OSError as error:
        raise not_writable(path, error) from error


def _connect(path: Path, *, create: bool) -> sqlite3.Connection:
    if not path.exists():
        _make_private(path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
    try:
        # What a purge deletes is overwritten; a power cut takes no commit away.
        for pragma in ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        _require_sound(connection, path, create=create)
        migrate(connection, name=path.name)
    except BaseException:
        connection.close()
        raise
    return connection


def _require_sound(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    is_sound = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    # SQLite takes an emptied file for a new one: what it held would be forgotten silently.
    is_emptied = not create and not version_of(connection)
    if not is_sound or is_emptied:
        raise LedgerError(say("ledger.damaged", file=path), code="ledger.damaged")


def _tidy(ledger: Ledger) -> None:
    """End what a process that died had begun: files half-written, bytes of purged returns."""
    ledger.archive.sweep()
    for sha256 in purged_bytes(ledger.connection):
        ledger.archive.remove(sha256)


def purged_bytes(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the hashes of all files that were purged, and of those that said the same."""
    found = connection.execute(
        "SELECT DISTINCT arrivals.sha256 FROM arrivals JOIN returns ON returns.sha256 = of "
        "WHERE purged = 1 ORDER BY 1"
    )
    return tuple(str(row[0]) for row in found)


@contextmanager
def speaking(path: Path) -> Iterator[None]:
    """Turn what SQLite cannot do into one sentence.

    Args:
        path: The file, for the sentence.

    Raises:
        OutputError: The disk is full, or the file cannot be written.
        LedgerError: It is damaged, or another process writes it.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = str(getattr(error, "sqlite_errorname", ""))
        if name.startswith(_BUSY):
            raise LedgerError(say("ledger.busy", file=path), code="ledger.busy") from error
        if name.startswith(_UNWRITABLE):
            raise OutputError(
                say("ledger.not_writable", file=path, reason=error), code="ledger.not_writable"
            ) from error
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        raise LedgerError(say("ledger.damaged", file=path), code="ledger.damaged") from error


@contextmanager
def undamaged(path: Path) -> Iterator[None]:
    """Turn what stands in the ledger and nobody of us wrote there into one sentence.

    Args:
        path: The file, for the sentence.

    Raises:
        LedgerError: It was changed by hand.
    """
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError(say("ledger.damaged", file=path), code="ledger.damaged") from error
