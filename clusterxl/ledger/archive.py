"""The archive: the bytes of every file that came in, under their hash, never changed."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from clusterxl.errors import LedgerError
from clusterxl.finding import Finding, Severity
from clusterxl.outputs import not_writable, sync_folder, write_file
from clusterxl.sentences import say

_PARTIAL = "*.part"
_START = re.compile(r"[0-9a-f]{12,64}")
_NAME = re.compile(r"[0-9a-f]{64}")


class Archive:
    """A folder of originals: `ab/ab12…`, named by SHA-256, read-only.

    Attributes:
        folder: Where it lies.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Return where the bytes of a hash lie.

        Raises:
            LedgerError: It is no hash.
        """
        if not _NAME.fullmatch(sha256):
            raise LedgerError(say("ledger.no_hash", text=sha256), code="ledger.no_hash")
        return self.folder / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep bytes; those that are there already stay as they are.

        When this returns, they outlast a power cut: written aside, synced, renamed, and the
        folders synced. Bytes on the disk that are not what their name says are replaced.

        Args:
            data: The bytes.

        Returns:
            Their SHA-256.

        Raises:
            OutputError: They cannot be written.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        if path.exists() and self._is_whole(path):
            self._lock(path)
            return sha256
        is_new = not path.parent.is_dir()
        self._unlock(path)
        write_file(path, data, force=True)
        self._lock(path)
        if is_new:
            sync_folder(self.folder)
            sync_folder(self.folder.parent)
        return sha256

    def has(self, sha256: str) -> bool:
        """Whether there are bytes under a hash."""
        return self.path(sha256).is_file()

    def read(self, sha256: str) -> bytes:
        """Return the bytes of a hash.

        Raises:
            LedgerError: They are gone, or are no longer what came in.
        """
        path = self.path(sha256)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise LedgerError(
                say("ledger.archive_missing", file=self._shown(path)),
                code="ledger.archive_missing",
            ) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise LedgerError(
                say("ledger.archive_changed", file=self._shown(path)),
                code="ledger.archive_changed",
            )
        return data

    def find(self, start: str) -> bytes | None:
        """Return the bytes whose hash begins with some digits; None where not just one does.

        Raises:
            LedgerError: They are no longer what came in.
        """
        if not _START.fullmatch(start):
            return None
        found = [path.name for path in (self.folder / start[:2]).glob(f"{start}*")]
        return self.read(found[0]) if len(found) == 1 else None

    def remove(self, sha256: str) -> None:
        """Remove the bytes of a hash for good; nothing happens when they are gone.

        Raises:
            OutputError: They cannot be removed.
        """
        path = self.path(sha256)
        if not path.exists():
            return
        try:
            self._unlock(path)
            path.unlink()
        except OSError as error:
            raise not_writable(path, error) from error
        sync_folder(path.parent)

    def sweep(self) -> None:
        """Remove what a write left behind that was broken off."""
        for left in self.folder.glob(f"*/{_PARTIAL}"):
            # Whatever holds it, it is no original; verify tells what stays.
            with suppress(OSError):
                left.unlink()

    def verify(self, expected: Collection[str]) -> tuple[Finding, ...]:
        """Hash everything anew and compare it with what should be there.

        Args:
            expected: Hashes of all files that came in and were not purged.

        Returns:
            A finding for each file that changed, is missing or does not belong, by name.
        """
        missing = set(expected)
        findings = []
        for path in sorted(self._files()):
            name = path.name
            placed = bool(_NAME.fullmatch(name)) and path == self.path(name)
            if not placed or name not in expected:
                # No harm, and nothing is lost: a receive that was broken off leaves this, too.
                findings.append(
                    self._told("LED-FOREIGN", "archive_foreign", path, Severity.WARNING)
                )
            elif not self._is_whole(path):
                findings.append(self._told("LED-CHANGED", "archive_changed", path))
            missing.discard(name if placed else "")
        findings += [
            self._told("LED-MISSING", "archive_missing", self.path(name))
            for name in sorted(missing)
        ]
        return tuple(findings)

    def _files(self) -> Iterator[Path]:
        return (path for path in self.folder.rglob("*") if path.is_symlink() or not path.is_dir())

    def _is_whole(self, path: Path) -> bool:
        try:
            with path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == path.name
        except OSError:
            return False

    def _told(
        self, code: str, name: str, path: Path, severity: Severity = Severity.ERROR
    ) -> Finding:
        shown = self._shown(path)
        return Finding(
            code=code,
            severity=severity,
            message=say(f"ledger.{name}", file=shown),
            file=shown,
        )

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.folder.parent).as_posix()

    def _lock(self, path: Path) -> None:
        # On Windows this is the mark "read-only".
        self._set_mode(path, stat.S_IRUSR)

    def _unlock(self, path: Path) -> None:
        if path.exists():
            self._set_mode(path, stat.S_IRUSR | stat.S_IWUSR)

    def _set_mode(self, path: Path, mode: int) -> None:
        try:
            if stat.S_IMODE(path.stat().st_mode) != mode or os.name == "nt":
                path.chmod(mode)
        except OSError as error:
            raise not_writable(path, error) from error
