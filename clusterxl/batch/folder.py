"""The folder of a batch: what lies where in it, made once, opened by every command."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from clusterxl.errors import BatchError, UnusableKeyError
from clusterxl.excel.signing import key_id
from clusterxl.form.file import load_form
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit, load_roster
from clusterxl.identity import Issued
from clusterxl.ledger import Ledger, open_ledger, set_facts
from clusterxl.ledger.receive import WARNINGS_HOLD
from clusterxl.ledger.store import ARCHIVE, FORM_VERSION, LEDGER, LOCK, RULES_HASH, utc_now
from clusterxl.outputs import not_writable, require_extra, sweep, write_file
from clusterxl.ruleset.load import rules_version
from clusterxl.sentences import say

HEAD, ROSTER, FORM, RULES = "batch.toml", "roster.csv", "form", "rules"
KEYS, KEY, PASSWORDS = "keys", "keys/batch.key", "keys/passwords.txt"
ISSUED, CORRECTIONS, REPORTS = "issued", "corrections", "reports"
# What of the folder is ours to write, and so nothing to receive.
WRITTEN = (ISSUED, CORRECTIONS, REPORTS, FORM, KEYS)
OURS = (*WRITTEN, ARCHIVE)
# All that a batch keeps beside its head, which comes last.
KEPT = frozenset({ROSTER, LEDGER, LOCK, f"{LEDGER}-journal", *OURS})
ROSTER_HASH, BATCH_ID, DEADLINE, ZONE = "roster_hash", "batch", "deadline", "zone"
_TEXTS = ("id", "form", "version", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What batch.toml says, but for the deadline.

    Attributes:
        batch: Id of the batch; the stamps carry it.
        form: Id of its form.
        version: Version of that form's definition, as it was frozen.
        base_year: Its base year; 0 for a form without years.
        key_id: Public name of the key that signs.
        warnings_hold: Whether open warnings hold a return.
        zone: Time zone in which days are told, like `+08:00`; empty for that of the computer.
    """

    batch: str
    form: str
    version: str
    base_year: int
    key_id: str
    warnings_hold: bool = False
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch, open.

    Attributes:
        root: Its folder.
        facts: What holds for all of it.
        form: The form and rules it uses: only the copy in its folder.
        units: Who is to answer.
        key: What signs its workbooks; None while it is lost.
        deadline: The last day for returns; None where there is none.
        clock: Tells the time.
        who: Whom the journal names; the user and computer when empty.
        passwords: What opens files that came with a password, as their bytes are kept so.
    """

    root: Path
    facts: Facts
    form: Form = field(repr=False)
    units: tuple[Unit, ...] = field(repr=False)
    key: bytes | None = field(repr=False)
    deadline: date | None = None
    clock: Callable[[], datetime] = field(default=utc_now, repr=False)
    who: str = ""
    passwords: tuple[str, ...] = field(default=(), repr=False)

    def local(self, moment: datetime) -> datetime:
        """Return a moment as the clock on the wall tells it where the batch is at home."""
        return moment.astimezone(_zone(self.facts.zone) if self.facts.zone else None)

    @property
    def issued(self) -> Issued:
        """What its workbooks carry, to judge stamps by."""
        return Issued(
            batch=self.facts.batch,
            form=self.facts.form,
            version=self.facts.version,
            base_year=self.facts.base_year,
            rules=rules_version(self.form),
            key=self.key,
            units={unit.code: unit for unit in self.units},
        )

    @property
    def signing_key(self) -> bytes:
        """What signs what is handed out and sent back.

        Raises:
            UnusableKeyError: It is lost: nothing that is signed now could be known again.
        """
        if self.key is None:
            raise UnusableKeyError(say("batch.no_key", file=self.root / KEY), code="batch.no_key")
        return self.key

    @contextmanager
    def ledger(
        self, *, changing_rules: bool = False, only_reading: bool = False
    ) -> Iterator[Ledger]:
        """Open its ledger for as long as the `with` block runs; one process at a time.

        What an earlier process left half-written in its folders is removed; so whoever writes
        there does it inside the block.

        Args:
            changing_rules: The rules are just being changed, so that the ledger may name others.
            only_reading: Nothing is entered, not even that roster or deadline were edited.

        Raises:
            BatchError: The ledger is of another batch, or the rules are not those it names.
            LedgerError: There is none, it is damaged, or another process has it open.
            OutputError: It cannot be written.
        """
        with open_ledger(self.root, clock=self.clock, who=self.who) as ledger:
            if ledger.fact(BATCH_ID) != self.facts.batch:
                raise cannot("other_ledger", file=ledger.path, batch=self.facts.batch)
            if not changing_rules and ledger.fact(RULES_HASH) != rules_version(self.form):
                raise cannot("other_rules", folder=self.root)
            if not only_reading:
                for name in WRITTEN:
                    sweep(self.root / name)
                set_facts(ledger, settings_of(self))
            yield ledger


def open_batch(
    path: str | Path, *, clock: Callable[[], datetime] = utc_now, who: str = ""
) -> Batch:
    """Open the batch in a folder.

    Args:
        path: The folder.
        clock: Tells the time.
        who: Whom the journal names; the user and computer when empty.

    Raises:
        BatchError: There is none, its head is damaged, or its form is not the one it began with.
        DefinitionError: Its form or rules have mistakes.
        RosterError: Its roster has mistakes.
        UnusableKeyError: The key is of another batch, or passwords cannot be read.
    """
    root = Path(path)
    head = _read_head(root)
    facts = Facts(
        batch=head["id"],
        form=head["form"],
        version=head["version"],
        base_year=head.get("base_year", 0),
        key_id=head["key"],
        warnings_hold=head.get("warnings_hold", False),
        zone=head.get("zone", ""),
    )
    form = load_form(root / FORM, base_year=facts.base_year or None)
    if (form.id, form.version) != (facts.form, facts.version):
        raise cannot("other_form", folder=root / FORM)
    return Batch(
        root=root,
        facts=facts,
        form=form,
        units=load_roster(root / ROSTER, form),
        key=_read_key(root, facts),
        deadline=head.get("deadline"),
        clock=clock,
        who=who,
        passwords=_read_passwords(root),
    )


def keep_passwords(batch: Batch, passwords: Iterable[str]) -> Batch:
    """Keep passwords beside the key, and return the batch that knows them.

    Files are archived as they came, so that every later command needs what opened them.

    Raises:
        OutputError: They cannot be written, or the extra that tries them is missing.
    """
    known = tuple(dict.fromkeys((*batch.passwords, *passwords)))
    if known == batch.passwords:
        return batch
    require_extra("crypto", module="msoffcrypto")
    write_secret(batch.root / PASSWORDS, "".join(f"{one}\n" for one in known).encode())
    return replace(batch, passwords=known)


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, where the system knows owners.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(path, content, force=True)
        path.chmod(0o600)
    except OSError as error:
        raise not_writable(path, error) from error


def require_free(batch: Batch, path: Path) -> None:
    """See that nobody writes over what a batch lives on; only results may lie in its folder.

    Raises:
        BatchError: It is, or lies in, what the batch itself keeps.
    """
    place, root = path.resolve(), batch.root.resolve()
    if place.is_relative_to(root):
        first = place.relative_to(root).parts[:1]
        if not first or first[0].lower() in {HEAD, *KEPT} - {REPORTS}:
            raise cannot("own_output", path=path)


def cannot(name: str, /, **figures: Any) -> BatchError:
    """Return the error that says what a folder lacks to be a batch."""
    return BatchError(say(f"batch.{name}", **figures), code=f"batch.{name}")


def settings_of(batch: Batch) -> Mapping[str, str]:
    """Return the facts that may change while a batch runs, as the ledger keeps them."""
    return {
        WARNINGS_HOLD: str(int(batch.facts.warnings_hold)),
        DEADLINE: batch.deadline.isoformat() if batch.deadline else "",
        ZONE: batch.facts.zone,
        ROSTER_HASH: _hash_of_units(batch.units),
    }


def lasting_facts(batch: Batch) -> Mapping[str, str]:
    """Return the facts of a batch that stay, as the ledger keeps them."""
    return {
        BATCH_ID: batch.facts.batch,
        FORM_VERSION: batch.facts.version,
        RULES_HASH: rules_version(batch.form),
    }


def head_text(facts: Facts, deadline: date | None) -> str:
    """Return the content of batch.toml."""
    values: dict[str, Any] = {
        "id": facts.batch,
        "form": facts.form,
        "version": facts.version,
        **({"base_year": facts.base_year} if facts.base_year else {}),
        "key": facts.key_id,
        **({"deadline": deadline} if deadline else {}),
        "warnings_hold": facts.warnings_hold,
        **({"zone": facts.zone} if facts.zone else {}),
    }
    return "".join(f"{name} = {_toml(value)}\n" for name, value in values.items())


def _toml(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def _hash_of_units(units: tuple[Unit, ...]) -> str:
    rows = [(u.group, u.name, u.code, u.type, u.subjects) for u in units]
    return hashlib.sha256(json.dumps(rows).encode("ascii")).hexdigest()[:12]


def _read_head(root: Path) -> dict[str, Any]:
    path = root / HEAD
    try:
        head = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise cannot("none", folder=root) from error
    except (OSError, ValueError) as error:
        raise cannot("bad_head", file=path, reason=error) from error
    wrong = [name for name in _TEXTS if not isinstance(head.get(name), str)]
    if not isinstance(head.get("base_year", 0), int):
        wrong.append("base_year")
    if type(head.get("deadline", date.min)) is not date:
        wrong.append("deadline")
    if not isinstance(head.get("warnings_hold", False), bool):
        wrong.append("warnings_hold")
    if not _is_zone(head.get("zone", "")):
        wrong.append("zone")
    if wrong:
        raise cannot("bad_head", file=path, reason=", ".join(wrong))
    return head


def _is_zone(value: object) -> bool:
    try:
        return value == "" or _zone(str(value)) is not None
    except ValueError:
        return False


def _zone(text: str) -> tzinfo | None:
    # Zones by name are not known on every Windows; an offset is everywhere.
    return datetime.strptime(text, "%z").tzinfo


def _read_passwords(root: Path) -> tuple[str, ...]:
    path = root / PASSWORDS
    try:
        return tuple(filter(None, path.read_text(encoding="utf-8").split("\n")))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise UnusableKeyError(
            say("batch.bad_passwords", file=path), code="batch.bad_passwords"
        ) from error


def _read_key(root: Path, facts: Facts) -> bytes | None:
    """Return the key; None where it is lost, which costs signatures and nothing else."""
    path = root / KEY
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UnusableKeyError(say("batch.bad_key", file=path), code="batch.bad_key") from error
    if key_id(key) != facts.key_id:
        raise UnusableKeyError(say("batch.bad_key", file=path), code="batch.bad_key")
    return key
