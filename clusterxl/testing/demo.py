"""The whole loop on sample data, in one folder: blanks, returns, their comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from clusterxl.aggregate import aggregate_records
from clusterxl.check import check_records
from clusterxl.form.model import Form
from clusterxl.form.roster import Unit, load_roster, units_of
from clusterxl.issue import Places, serial_of, slots_of
from clusterxl.issuer import Issuer
from clusterxl.normalise import normalise_returns
from clusterxl.outputs import Outputs, safe_name
from clusterxl.report import write_comparison
from clusterxl.returns import read_returns
from clusterxl.testing.profile import Profile, folder_of, load_profile
from clusterxl.testing.returns import simulate_return

ROSTER = "sample_roster.csv"
RETURNS = 48
SEED = 2023
ISSUED, RETURNED, COMPARISON = "issued", "returned", "comparison.xlsx"

Slot = tuple[Unit | None, int]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What a demonstration wrote.

    Attributes:
        issued: Number of blank workbooks.
        returned: Number of filled ones.
        groups: Number of groups they came from.
        findings: Number of findings in them.
    """

    issued: int
    returned: int
    groups: int
    findings: int


def make_demo(
    form: Form,
    folder: Path,
    *,
    returns: int = RETURNS,
    seed: int = SEED,
    force: bool = False,
    progress: Progress | None = None,
) -> Demo:
    """Play the whole loop: blank workbooks, returns with a few defects, their comparison.

    Args:
        form: The form.
        folder: Where everything is written: `issued/`, `returned/`, `comparison.xlsx`.
        returns: Number of returns.
        seed: The same seed gives the same bytes.
        force: Replace files of other content.
        progress: Told how many of how many steps are done.

    Returns:
        What was written.

    Raises:
        DefinitionError: The simulate.toml of the form is wrong.
        RosterError: Its sample roster is wrong.
        OutputError: The folder cannot be written, or other files are in the way.
    """
    profile = load_profile(form)
    units = sample_units(form)
    slots: Sequence[Slot] = list(slots_of(units)) or [(None, 1)]
    filers = list(islice(filing_slots(profile, units, seed), returns))
    issuer = Issuer(form)
    places = Places(units)
    steps = _Steps(len(slots) + len(filers) + 1, progress)
    with Outputs(force=force) as files, TemporaryDirectory() as inbox:
        files.require_folder(folder)
        for unit, slot in slots:
            serial = serial_of(unit, slot) if unit else ""
            content = issuer.workbook(unit, serial=serial)
            files.add(folder / ISSUED / _path(form, unit, slot, places), content)
            steps.take()
        for number, (unit, slot) in enumerate(filers, start=1):
            defects = profile.demo_defects.get(number, ())
            content = simulate_return(form, unit=unit, seed=seed, subject_no=slot, defects=defects)
            path = _path(form, unit, slot, places)
            files.add(folder / RETURNED / path, content)
            (Path(inbox) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(inbox) / path).write_bytes(content)
            steps.take()
        comparison, findings = _compared(form, Path(inbox))
        files.add(folder / COMPARISON, comparison)
        steps.take()
    groups = {unit.group for unit, _ in filers if unit}
    return Demo(issued=len(slots), returned=len(filers), groups=len(groups), findings=findings)


def sample_units(form: Form) -> tuple[Unit, ...]:
    """Return the units of the sample roster in the form's folder, else those of its lists."""
    roster = folder_of(form) / ROSTER
    return load_roster(roster, form) if roster.is_file() else units_of(form)


def _path(form: Form, unit: Unit | None, slot: int, places: Places) -> Path:
    if unit:
        return places.of(unit, slot)
    return Path(f"{safe_name(form.id)}-{slot}.xlsx" if slot > 1 else f"{safe_name(form.id)}.xlsx")


def filing_slots(profile: Profile, units: Sequence[Unit], seed: int) -> Iterator[Slot]:
    """Go through who files what: first those the profile names, then others of their groups.

    Some groups file nothing, as in life; where all have filed, further subjects follow.
    """
    random = Random(f"{seed}:filers")  # noqa: S311 (sample data)
    by_code = {unit.code: unit for unit in units}
    first = [by_code[code] for code in profile.demo_units if code in by_code]
    groups = list(dict.fromkeys(unit.group for unit in units))
    filing = {unit.group for unit in first} or set(random.sample(groups, -(-2 * len(groups) // 3)))
    rest = [unit for unit in units if unit not in first]
    random.shuffle(rest)
    near = [unit for unit in rest if unit.group in filing]
    far = [unit for unit in rest if unit.group not in filing]
    yield from slots_of((*first, *near, *far))
    for more in count(1):
        yield from ((unit, unit.subjects + more) for unit in units)
        if not units:
            yield None, more


def _compared(form: Form, inbox: Path) -> tuple[bytes, int]:
    read = read_returns(inbox, forms=(form,))
    records = normalise_returns(read.returns)
    findings = check_records(records)
    comparison = aggregate_records(records, findings)
    return write_comparison(comparison, sample=True, folder=RETURNED), len(findings)


class _Steps:
    """Counts the steps of a long work and tells whoever wants to know."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total = total
        self._progress = progress
        self._done = 0

    def take(self) -> None:
        """Count one step."""
        self._done += 1
        if self._progress:
            self._progress(self._done, self._total)
