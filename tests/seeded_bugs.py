"""Seeds bugs into a copy of the package, one at a time: the tests must catch each.

python tests/seeded_bugs.py [WORD] runs the bugs whose name has the word in it, or all.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("clusterxl", "templates", "rules", "tests", "setup.cfg", "pyproject.toml")
WORKERS = 2
SECONDS = 900

MASKS = ("tests/test_masks.py",)
LANGUAGE = ("tests/test_proof_of_language.py",)
MEANING = ("tests/test_proof_of_views.py", "-k", "meaning and all-checks")
MEANING_EN = ("tests/test_proof_of_views.py", "-k", "meaning and farm")
ROUNDING = ("tests/test_proof_of_views.py", "-k", "rounds")
FARM = ("tests/test_proof.py", "-k", "farm")
CHECKS = ("tests/test_proof.py", "-k", "all-checks")
REAL = ("tests/test_real_workbooks.py", "-k", "farm")

LEDGER = ("tests/test_ledger.py",)
CRASH = ("tests/test_ledger_crash.py",)

ANSWERS, VIEWS = "form/answers.py", "plan/views.py"
DATES = "plan/date_views.py"
FORMULAS, ARITHMETIC = "ruleset/formulas.py", "ruleset/arithmetic.py"
CALCULATIONS, MESSAGES = "ruleset/calculations.py", "ruleset/messages.py"


@dataclass(frozen=True, slots=True)
class Bug:
    """One bug.

    Attributes:
        name: What is wrong.
        file: File in the package.
        right: Text that stands there once.
        wrong: Text that takes its place.
        tests: The tests that are meant to catch it.
    """

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...]


BUGS = (
    Bug("<= is <", FORMULAS, '_SIGNS = {"=="', '_SIGNS = {"<=": "<", "=="', LANGUAGE),
    Bug("compared after five decimals", FORMULAS, ",{COMPARED_DECIMALS})", ",5)", LANGUAGE),
    Bug(
        "lists by COUNTIF",
        FORMULAS,
        'f"SUMPRODUCT(--EXACT({cells.listed(node.texts)},{text}))>0"',
        'f"COUNTIF({cells.listed(node.texts)},{text})>0"',
        LANGUAGE,
    ),
    Bug(
        "options whatever their case",
        FORMULAS,
        'f"EXACT({text},{literal(option)})"',
        'f"{text}={literal(option)}"',
        MEANING_EN,
    ),
    Bug(
        "same text whatever its case",
        FORMULAS,
        'f"EXACT({cells.text(node.key)},{cells.text(node.other)})"',
        'f"{cells.text(node.key)}={cells.text(node.other)}"',
        LANGUAGE,
    ),
    Bug(
        "first guard dropped",
        FORMULAS,
        "reversed(_guards(judgement.guards, cells))",
        "reversed(_guards(judgement.guards, cells)[1:])",
        FARM,
    ),
    Bug(
        "no word for errors",
        FORMULAS,
        """f'IFERROR({test},"")' if compares else test""",
        "test",
        LANGUAGE,
    ),
    Bug("AND for OR", FORMULAS, '_joined("OR", [condition', '_joined("AND", [condition', LANGUAGE),
    Bug(
        "none is a number nowhere",
        FORMULAS,
        "    if not node.none_word:\n        return number\n",
        "    return number\n",
        LANGUAGE,
    ),
    Bug("last separator names a thing", FORMULAS, "-IF(OR({at_end}),1,0)", "", LANGUAGE),
    Bug(
        "none is counted",
        FORMULAS,
        """f"({counted}{''.join(""",
        """f"({counted}{'' and ''.join(""",
        LANGUAGE,
    ),
    Bug(
        "telephones of 14 signs",
        FORMULAS,
        "OR(LEN({text})=12,LEN({text})=13)",
        "OR(LEN({text})=12,LEN({text})=14)",
        LANGUAGE,
    ),
    Bug("root of a number below zero", FORMULAS, "IF({base}<0,NA(),{base})", "{base}", LANGUAGE),
    Bug(
        "totals by SUM",
        FORMULAS,
        'return f"(({above})+({below}))"',
        """return f"SUM({','.join(areas)})\"""",
        LANGUAGE,
    ),
    Bug(
        "ROUND to even",
        ARITHMETIC,
        "whole = (below + (nudged - below >= _HALF)) / scale",
        "whole = np.round(nudged) / scale",
        ROUNDING,
    ),
    Bug(
        "floor of x + 0.5",
        ARITHMETIC,
        "np.copysign(whole, numbers)",
        "np.floor(numbers * scale + _HALF) / scale",
        ROUNDING,
    ),
    Bug("no slack at ties", ARITHMETIC, "_SLACK = 1 + 2.0**-50", "_SLACK = 1.0", ROUNDING),
    Bug("too much slack", ARITHMETIC, "_SLACK = 1 + 2.0**-50", "_SLACK = 1 + 2.0**-40", ROUNDING),
    Bug(
        "specks are differences",
        ARITHMETIC,
        "np.where(is_speck & ~is_exact, 0.0, found)",
        "found",
        LANGUAGE,
    ),
    Bug("truth values are numbers", VIEWS, 'IF(ISLOGICAL({cell}),"",{cell})', "{cell}", MEANING),
    Bug("no TRIM", VIEWS, "TRIM({inner})", "{inner}", MEANING),
    Bug("U+3000 stays", VIEWS, "'\"\\u3000\"', ", "", MEANING),
    Bug("line ends stay", VIEWS, '"CHAR(10)", ', "", MEANING),
    Bug("NBSP stays", ANSWERS, 'fromkeys("\\u00a0', 'fromkeys("', MEANING),
    Bug(
        "unset texts are answers",
        VIEWS,
        'IF(EXACT({cleaned},{literal(plain)}),"",{cleaned})',
        "{cleaned}",
        MEANING,
    ),
    Bug(
        "huge numbers as they come",
        VIEWS,
        'plain = f"OR({number}=0,AND',
        'plain = f"OR(TRUE,AND',
        MEANING,
    ),
    Bug(
        "marks of dates mixed",
        DATES,
        "IFERROR(FIND({sign},{compact},6),0)",
        "IFERROR(FIND(MID({compact},8,1),{compact},6),0)",
        MEANING,
    ),
    Bug(
        "days that are none",
        DATES,
        "AND(MONTH({found})=VALUE({month}),DAY({found})=VALUE({day}))",
        "MONTH({found})>0",
        MEANING,
    ),
    Bug("dates from 1900", DATES, "{number}>={first},", "{number}>=0,", MEANING),
    Bug(
        "divisor may be zero",
        CALCULATIONS,
        'Comparison(">", below, Number(0.0))',
        'Comparison(">=", below, Number(0.0))',
        MASKS,
    ),
    Bug(
        "growth without - 1", CALCULATIONS, 'Arithmetic("-", factor, Number(1.0))', "factor", MASKS
    ),
    Bug(
        "share without * 100",
        CALCULATIONS,
        'Arithmetic("*", _quotient(reader, part, whole), Number(PERCENT))',
        "_quotient(reader, part, whole)",
        MASKS,
    ),
    Bug(
        "base year off by one",
        "ruleset/language.py",
        "return self.names.form.base_year if",
        "return (self.names.form.base_year or 0) - 1 if",
        MASKS,
    ),
    Bug(
        "half the width of intervals",
        "ruleset/intervals.py",
        "Number(0.5 * 10.0**-decimals)",
        "Number(0.25 * 10.0**-decimals)",
        MASKS,
    ),
    Bug(
        "quotients of bounds turned",
        "ruleset/intervals.py",
        "else (right.high, right.low)",
        "else (right.low, right.high)",
        MASKS,
    ),
    Bug(
        "FIXED without ROUND",
        MESSAGES,
        "FIXED(ROUND({found},{decimals}),{decimals},TRUE)",
        "FIXED({found},{decimals}-1,TRUE)",
        FARM,
    ),
    Bug(
        "long answers cut at 21",
        MESSAGES,
        'f"LEFT({text},{SHOWN_CHARS - 1})',
        'f"LEFT({text},{SHOWN_CHARS})',
        CHECKS,
    ),
    Bug(
        "none explains",
        "plan/verdicts.py",
        "    if none:\n        tests",
        '    if none == "?":\n        tests',
        CHECKS,
    ),
    Bug(
        "list out of order",
        "plan/verdicts.py",
        "SMALL({ranks},{number})",
        "LARGE({ranks},{number})",
        REAL,
    ),
    Bug(
        "first blank is the second",
        "plan/verdicts.py",
        "{at}>0,{section.rank}",
        "{at}>1,{section.rank}",
        FARM,
    ),
    Bug(
        "ledger: recorded, then archived",
        "ledger/archive.py",
        "        write_file(path, data, force=True)\n",
        "        path.parent.mkdir(parents=True, exist_ok=True)\n        path.write_bytes(data)\n",
        CRASH,
    ),
    Bug(
        "ledger: what was refused stays",
        "ledger/store.py",
        'self.connection.execute("ROLLBACK")',
        'self.connection.execute("COMMIT")',
        LEDGER,
    ),
    Bug(
        "ledger: purged pages stay",
        "ledger/store.py",
        '"secure_delete = ON"',
        '"secure_delete = OFF"',
        LEDGER,
    ),
    Bug(
        "ledger: names stay in the journal",
        "ledger/decide.py",
        "            redact(ledger.connection, (found.sha256,))\n",
        "",
        LEDGER,
    ),
    Bug(
        "ledger: entries are not chained",
        "ledger/journal.py",
        'if name not in ("private", "hash")',
        'if name not in ("private", "hash", "reason")',
        LEDGER,
    ),
    Bug(
        "ledger: any newer file counts",
        "ledger/placing.py",
        "        return Doubt.TWICE\n",
        "        return Tie.REPLACES\n",
        LEDGER,
    ),
    Bug(
        "ledger: a dead process keeps it",
        "ledger/lock.py",
        'return birth not in ("?",',
        'return birth not in ("?", "",',
        CRASH,
    ),
)


def caught(bug: Bug) -> str:
    """Seed a bug into a copy and run its tests: `caught`, `SURVIVED` or what went wrong."""
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, copy / name, ignore=ignored)
            else:
                shutil.copy(source, copy / name)
        file = copy / "clusterxl" / bug.file
        text = file.read_text(encoding="utf-8")
        if text.count(bug.right) != 1:
            return f"BROKEN: stands there {text.count(bug.right)} times"
        file.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *bug.tests]
        done = subprocess.run(
            command,
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "CLUSTERXL_CI": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
    if done.returncode == 1 and "AssertionError" in done.stdout:
        return "caught"
    return "SURVIVED" if done.returncode == 0 else f"BROKEN: {done.stdout[-600:]}"


def main() -> int:
    """Try all bugs; 1 where one survives."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    bugs = [bug for bug in BUGS if word in bug.name]
    with ThreadPoolExecutor(WORKERS) as pool:
        said = list(pool.map(_told, bugs))
    print(f"{said.count('caught')} of {len(bugs)} caught")
    return int(said.count("caught") < len(bugs))


def _told(bug: Bug) -> str:
    said = caught(bug)
    print(f"{bug.name:30} {bug.file:26} {said}", flush=True)
    return said


if __name__ == "__main__":
    sys.exit(main())
