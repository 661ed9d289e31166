"""A workbook that came back as a `Return`: raw cells with their addresses, no meaning yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from clusterxl.attachments import shown_name
from clusterxl.errors import (
    ClusterxlError,
    NothingFoundError,
    UnknownWorkbookError,
    UnreadableWorkbookError,
)
from clusterxl.excel.engines import read_workbook
from clusterxl.excel.peek import peek_stamp
from clusterxl.excel.raw import RawBook, RawCell
from clusterxl.excel.stamp import Stamp, carriers
from clusterxl.finding import Finding, Severity
from clusterxl.form.answers import canonical_text, unset_text
from clusterxl.form.file import load_form, packaged_forms
from clusterxl.form.model import Form, Input
from clusterxl.identity import judge_stamps
from clusterxl.inbox import InboxFile
from clusterxl.integrity import Account, Unclaimed, inspect_return
from clusterxl.locate import FoundCell, find_cells
from clusterxl.outputs import require_extra
from clusterxl.replies import Reply, read_replies
from clusterxl.sentences import say

Engine = Literal["package", "openpyxl"]
_ID_LENGTH = 12
RETURN = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A workbook that came back.

    Attributes:
        return_id: First twelve digits of its hash.
        file: Its name as found.
        sha256: Hash of its bytes.
        form: The form it answers, at its base year.
        stamp: Its identity: the stamp that counts.
        cells: One cell an input, by key, in form order.
        findings: What is wrong with its cells, and what is not as it was issued.
        counts: Numbers of `inputs`, `found`, `lost`, `filled`, `formulas`, `errors`.
        account: What became of each cell of the workbook that holds something.
        unclaimed: What stands in the workbook and belongs to no question.
        carriers: What each carrier of a stamp holds, for who knows more of what was issued.
        replies: What was answered to the lines of a correction; none in any other return.
    """

    return_id: str
    file: str
    sha256: str
    form: Form
    stamp: Stamp | None
    cells: Mapping[str, FoundCell]
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    account: Account = field(default_factory=Account)
    unclaimed: tuple[Unclaimed, ...] = ()
    carriers: Mapping[str, str] = field(default_factory=dict)
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose a workbook is.

    Attributes:
        stamp: The stamp that counts; None where there is none.
        carriers: What each carrier of a stamp holds.
        findings: What is wrong with them.
    """

    stamp: Stamp | None
    carriers: Mapping[str, str]
    findings: tuple[Finding, ...]


def read_return(
    path: str | Path,
    *,
    forms: Sequence[Form | str | Path] = (),
    engine: Engine = "package",
    passwords: Sequence[str] = (),
) -> Return:
    """Read one workbook that came back.

    Args:
        path: The file.
        forms: Forms it may answer, loaded or as folders; packaged ones are known anyway.
        engine: What reads it: our reader of packages, or openpyxl, by which ours is judged.
        passwords: Tried where it has one; the extra `crypto` must be there.

    Returns:
        Its cells.

    Raises:
        OutputError: Passwords are given, and the extra is missing.
        NothingFoundError: There is no such file.
        UnreadableWorkbookError: No workbook, with a password, damaged.
        UnknownWorkbookError: Not ours, no return, or of another form or edition.
        DefinitionError: One of the forms given has mistakes.
    """
    path = Path(path)
    if not path.is_file():
        raise NothingFoundError(say("read.no_such_path", path=path), code="read.no_such_path")
    # A link that is given by hand is meant; only what lies in folders is never followed.
    file = InboxFile(name=shown_name(path.name), path=path.resolve())
    require_crypto(passwords)
    return read_bytes(file.read_bytes(), file.name, KnownForms(forms), engine, passwords)


class KnownForms:
    """The forms a return may answer, each loaded once a base year."""

    def __init__(self, forms: Sequence[Form | str | Path]) -> None:
        self._given = [form if isinstance(form, Form) else load_form(form) for form in forms]
        self._loaded: dict[tuple[str, int | None], Form] = {}

    def form_of(self, stamp: Stamp, file: str) -> Form:
        """Return the form a stamp names; the name is looked up, never used as a path."""
        given = [form for form in self._given if form.id == stamp.form]
        # Two editions may be given under one id: the one that was issued, or else any.
        given.sort(key=lambda form: form.version != stamp.version)
        form = given[0] if given else None
        if form is None and stamp.form in packaged_forms():
            form = self._load(stamp.form, None)
        if form is None:
            raise _unknown("no_form", file=file, form=stamp.form)
        if form.version != stamp.version:
            raise _unknown("version", file=file, form=form.id)
        if (form.base_year or 0) == stamp.base_year:
            return form
        try:
            return self._load(form.source, stamp.base_year)
        except ClusterxlError as error:
            raise _unknown("base_year", file=file, year=stamp.base_year) from error

    def _load(self, source: str, base_year: int | None) -> Form:
        key = (source, base_year)
        if key not in self._loaded:
            self._loaded[key] = load_form(source, base_year=base_year)
        return self._loaded[key]


def read_bytes(
    data: bytes, file: str, known: KnownForms, engine: Engine, passwords: Sequence[str]
) -> Return:
    """Read one workbook that came back.

    Args:
        data: Its bytes.
        file: Its name.
        known: The forms it may answer.
        engine: What reads it.
        passwords: Tried where it has one.

    Raises:
        UnreadableWorkbookError: No workbook, with a password, damaged.
        UnknownWorkbookError: Not ours, no return, or of another form or edition.
    """
    try:
        book = _read_with(engine, data, file, passwords)
    except UnreadableWorkbookError as error:
        # A comparison of a whole province is larger than any return may be.
        if says_other_kind(data, file):
            raise _unknown("other_kind", file=file) from error
        raise
    held = carriers(book)
    stamp, _ = judge_stamps(held, language="")
    if stamp is None:
        raise _unknown("not_ours", file=file)
    if stamp.kind != RETURN:
        raise _unknown("other_kind", file=file)
    form = known.form_of(stamp, file)
    told = judge_stamps(held, language=form.language)[1]
    identity = Identity(stamp=stamp, carriers=held, findings=told)
    return read_as(form, book, data, file=file, identity=identity)


def read_as(form: Form, book: RawBook, data: bytes, *, file: str, identity: Identity) -> Return:
    """Read a workbook that was opened as the answers to a form.

    Args:
        form: The form.
        book: The workbook.
        data: Its bytes.
        file: Its name.
        identity: Whose it is.
    """
    located = find_cells(form, book)
    inspection = inspect_return(form, book, located)
    findings = (
        *identity.findings,
        *_of_the_whole(form, book, file, located.cells, inspection.damaged),
        *located.findings,
        *inspection.findings,
    )
    digest = sha256(data).hexdigest()
    return_id = digest[:_ID_LENGTH]
    return Return(
        return_id=return_id,
        file=file,
        sha256=digest,
        form=form,
        stamp=identity.stamp,
        cells=located.cells,
        findings=tuple(replace(f, return_id=return_id, file=file) for f in findings),
        counts=_counts(located.cells),
        account=inspection.account,
        unclaimed=inspection.unclaimed,
        carriers=identity.carriers,
        replies=read_replies(form, book),
    )


def says_other_kind(data: bytes, file: str) -> bool:
    """Whether bytes say that they are a workbook of ours that is no return, read or not."""
    stamp = peek_stamp(data, file)
    return stamp is not None and stamp.kind != RETURN


def require_crypto(passwords: Sequence[str]) -> None:
    """Say what is missing where passwords are to be tried.

    Raises:
        OutputError: The extra `crypto`.
    """
    if passwords:
        require_extra("crypto", module="msoffcrypto")


def _read_with(engine: Engine, data: bytes, file: str, passwords: Sequence[str]) -> RawBook:
    if engine == "package":
        return read_workbook(data, file, passwords)
    # Imported when asked for: openpyxl takes longer to load than many returns to read.
    from clusterxl.excel.reference import read_with_openpyxl  # noqa: PLC0415

    return read_with_openpyxl(data, file)


def _counts(cells: Mapping[str, FoundCell]) -> dict[str, int]:
    kinds = Counter(cell.raw.kind for cell in cells.values())
    lost = sum(cell.found_by == "lost" for cell in cells.values())
    return {
        "inputs": len(cells),
        "found": len(cells) - lost,
        "lost": lost,
        "filled": len(cells) - kinds["blank"],
        "formulas": sum(bool(cell.raw.formula) for cell in cells.values()),
        "errors": kinds["error"],
    }


def id_of(data: bytes) -> str:
    """Return the id of a return: the first digits of its hash."""
    return sha256(data).hexdigest()[:_ID_LENGTH]


def _unknown(name: str, /, **figures: Any) -> UnknownWorkbookError:
    return UnknownWorkbookError(say(f"read.{name}", **figures), code=f"read.{name}")


def _of_the_whole(
    form: Form,
    book: RawBook,
    file: str,
    cells: Mapping[str, FoundCell],
    damaged: Sequence[str],
) -> Iterator[Finding]:
    """Tell, once each, what is doubtful about a return as a whole."""
    if not book.is_as_issued:
        yield _warning(form, "READ-LEGACY", "legacy", file=file, format=book.origin)
    if _is_unanswered(form, cells):
        message = say("read.blank", lang=form.language, file=file)
        yield Finding(code="READ-BLANK", severity=Severity.ERROR, message=message)
    if book.formats == 0 or any(book.lacks_format(cell.raw) for cell in cells.values()):
        yield _warning(form, "READ-STYLES", "styles")
    if damaged:
        yield _warning(form, "READ-HIDDEN", "hidden", sheets=", ".join(damaged))


def _warning(form: Form, code: str, name: str, **figures: str) -> Finding:
    message = say(f"read.{name}", lang=form.language, **figures)
    return Finding(code=code, severity=Severity.WARNING, message=message)


def _is_unanswered(form: Form, cells: Mapping[str, FoundCell]) -> bool:
    """Whether a workbook is as it was handed out: only where it goes to is written in it.

    One whose cells are lost is another matter: nobody knows what stood there.
    """
    found = [cell for cell in cells.values() if cell.found_by != "lost"]
    return bool(found) and all(
        cell.key in form.levels or _is_unset(form.by_key[cell.key], cell.raw, form)
        for cell in found
    )


def _is_unset(asked: Input, raw: RawCell, form: Form) -> bool:
    unset = canonical_text(unset_text(form, asked))
    return not raw.formula and canonical_text(raw.value) in ("", unset)


def finding_of(error: ClusterxlError, file: str) -> Finding:
    """Tell of a file that gave no return; the code follows the sentence (`read.not_ours`)."""
    name = error.code.rpartition(".")[2].replace("_", "").upper()
    return Finding(code=f"READ-{name}", severity=Severity.ERROR, message=str(error), file=file)
