"""Plays a whole season and writes what each command prints into docs/操作手册.md.

`python docs/season.py` writes it anew; a test compares. What differs from run to run, such as the
key and with it every hash, is shown by a made-up value that is the same each time.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from click.testing import CliRunner

from clusterxl.batch.folder import Batch, open_batch
from clusterxl.cli.group import cli
from clusterxl.excel.raw import parse_reference
from clusterxl.form.answers import Answer
from clusterxl.form.file import load_form
from clusterxl.form.model import defined_name
from clusterxl.form.roster import Unit, find_unit
from clusterxl.generate import plan_return, write_plan
from clusterxl.issue import serial_of
from clusterxl.issuer import Issuer
from clusterxl.ledger import find_returns
from clusterxl.read import read_return
from clusterxl.replies import ReplyKind, reply_name, reply_words
from clusterxl.testing.defects import simulate_defects

MANUAL = Path(__file__).with_name("操作手册.md")
FORM, BASE_YEAR = "gd-cluster-2023", 2022
SEASON, ROSTER = "申报2023", "名册.csv"
UNITS = """city,unit,code,type,subjects
深圳市,宝安区,440306,,2
深圳市,示例园区,,园区,1
汕尾市,城区,441502,,1
汕尾市,海丰县,441521,,1
"""
_BLOCK = re.compile(r"(<!-- 运行：(\S+) -->\n).*?(<!-- 完 -->)", re.DOTALL)
_HASH = re.compile(r"\b[0-9a-f]{12}(?:[0-9a-f]{52})?\b")
_BATCH = re.compile(r"\b2022-[0-9a-f]{8}\b")
_SHOWN_LINES = 40


@dataclass(kw_only=True)
class Season:
    """A season under way: the day, and what was printed so far."""

    now: datetime = datetime(2023, 4, 3, 2, tzinfo=UTC)
    printed: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def on(self, month: int, day: int) -> None:
        """Let it be another day."""
        self.now = datetime(2023, month, day, 2, tzinfo=UTC)

    def run(self, name: str, *arguments: str) -> None:
        """Run a command and keep what it prints."""
        done = CliRunner().invoke(
            cli, ["--lang", "zh", *arguments], prog_name="clusterxl", obj=lambda: self.now
        )
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        shown = " ".join(f'"{one}"' if " " in one or not one else one for one in arguments)
        lines = self._steady(done.output).rstrip("\n").split("\n")
        if len(lines) > _SHOWN_LINES:
            lines = [*lines[:_SHOWN_LINES], f"……（以下略，共 {len(lines)} 行）"]
        code = f"（返回码 {done.exit_code}）" if done.exit_code else ""
        text = "\n".join([f"> clusterxl {self._steady(shown)}", *lines, *([code] if code else [])])
        self.printed[name] = f"{self.printed[name]}\n\n{text}" if name in self.printed else text

    def _steady(self, text: str) -> str:
        """Replace what a key or the computer, and so chance, decides."""
        text = text.replace(Path.cwd().as_posix(), "D:/填报")
        text = _BATCH.sub(f"{BASE_YEAR}-3f9a1c7e", text)
        return _HASH.sub(lambda found: self._name(found[0]), text)

    def _name(self, digits: str) -> str:
        number = len(self.names)
        made = sha256(f"示例数据 {number}".encode()).hexdigest()
        return self.names.setdefault(digits[:12], made)[: len(digits)]


def play() -> Mapping[str, str]:
    """Play the season and return what was printed, by the name of its block."""
    season = Season()
    with TemporaryDirectory() as folder, chdir(folder), _in_china():
        Path(ROSTER).write_text(UNITS, encoding="utf-8")
        _open(season)
        _first_files(season)
        _answers(season)
        _end(season)
    return season.printed


def manual(text: str, printed: Mapping[str, str]) -> str:
    """Return the manual with what was printed in its blocks."""
    missing = set(printed) - {name for _, name, _ in _BLOCK.findall(text)}
    if missing:
        raise ValueError(f"blocks that the manual lacks: {sorted(missing)}")

    def filled(found: re.Match[str]) -> str:
        return f"{found[1]}\n```text\n{printed[found[2]]}\n```\n\n{found[3]}"

    return _BLOCK.sub(filled, text)


def _open(season: Season) -> None:
    year = str(BASE_YEAR)
    asked = ("--form", FORM, "--base-year", year, "--roster", ROSTER, "--deadline", "2023-04-20")
    season.run("新建", "batch", "new", SEASON, *asked)
    season.run("下发", "batch", "issue", "--batch", SEASON)
    season.run("开始时的情况", "batch", "status", "--batch", SEASON)


def _first_files(season: Season) -> None:
    """Take in the first files: good, bad, damaged, of another county, and no workbook at all."""
    season.on(4, 18)
    batch = open_batch(SEASON)
    bad = _filled(batch, "440306", 2, defects=("text_number", "measure", "blank"))
    inbox = Path("收到0418")
    _put(inbox, "440306 宝安区.xlsx", _filled(batch, "440306", 1))
    _put(inbox, "440306 宝安区-2.xlsx", bad)
    _put(inbox, "海丰县申报表.xlsx", _filled(batch, "441521", 1)[:9000])
    _put(inbox, "441521 海丰县.xlsx", _filled(batch, "441502", 1))
    _put(inbox, "现场照片.jpg", b"\xff\xd8\xff\xe0 JFIF")
    season.run("第一次接收", "batch", "receive", inbox.name, "--batch", SEASON)
    season.run("再接收一次", "batch", "receive", inbox.name, "--batch", SEASON)
    season.run("第一次情况", "batch", "status", "--batch", SEASON)
    season.run("看一份", "batch", "show", "440306-2", "--batch", SEASON)
    season.run("退回", "batch", "correct", "--batch", SEASON, "--deadline", "2023-04-25")
    season.run("退回", "batch", "correct", "--batch", SEASON, "--deadline", "2023-04-25")


def _answers(season: Season) -> None:
    """Take in an answer, and a file that comes late; decide about the one of another county."""
    season.on(4, 24)
    batch = open_batch(SEASON)
    inbox = Path("收到0424")
    (sent,) = Path(SEASON, "corrections").rglob("*宝安区-2*.xlsx")
    _put(inbox, sent.name, _answered(batch, sent))
    _put(inbox, "园区.xlsx", _filled(batch, "4403Z01", 1))
    season.run("第二次接收", "batch", "receive", inbox.name, "--batch", SEASON)
    wrong = _id_of(season, "441521 海丰县.xlsx")
    reason = ("--reason", "海丰县误发了城区的表，已电话核实，按城区的表接受")
    season.run("认定", "batch", "accept", wrong, "--batch", SEASON, *reason)
    broken = _id_of(season, "海丰县申报表.xlsx")
    reason = ("--reason", "文件损坏，已请海丰县重发")
    season.run("排除", "batch", "exclude", broken, "--batch", SEASON, *reason)
    season.run("催报", "batch", "status", "--batch", SEASON, "--format", "xlsx", "--with-contacts")
    season.run("第二次情况", "batch", "status", "--batch", SEASON)


def _end(season: Season) -> None:
    """Compare, change a rule, compare again, prove it, and purge."""
    season.on(5, 10)
    season.run("汇总", "batch", "aggregate", "--batch", SEASON)
    wide = ("-o", "对比表（含待改）.xlsx", "--include", "questioned")
    season.run("汇总含待改", "batch", "aggregate", "--batch", SEASON, *wide)
    season.run("导出", "batch", "export", "--batch", SEASON)
    rules = Path("新规则")
    shutil.copytree(Path(SEASON, "form", "rules"), rules)
    _shorten(rules)
    reason = ("--reason", "经研究，停用一条规则")
    season.run("换规则", "batch", "rules", rules.name, "--batch", SEASON, *reason)
    season.run("核验", "batch", "verify", "--batch", SEASON)
    reason = ("--reason", "海丰县申请撤回并删除")
    gone = _id_of(season, "441521 海丰县.xlsx")
    season.run("清除", "batch", "purge", gone, "--batch", SEASON, *reason)
    season.run("最后的情况", "batch", "status", "--batch", SEASON)


def _filled(batch: Batch, code: str, subject: int, *, defects: Sequence[str] = ()) -> bytes:
    """Return the workbook of a unit as a respondent would send it."""
    unit: Unit = find_unit(batch.units, code)
    form = load_form(FORM, base_year=BASE_YEAR)
    made = simulate_defects(form, unit=unit, seed=7, subject_no=subject, defects=defects)
    issuer = Issuer(batch.form, batch=batch.facts.batch, key=batch.key)
    stamp = issuer.stamp(unit, serial=serial_of(unit, subject))
    plan = plan_return(batch.form, unit=unit, answers=made.answers, stamp=stamp, sample=True)
    return write_plan(plan)


def _answered(batch: Batch, path: Path) -> bytes:
    """Return a correction in which every line is answered, with the answers as they should be."""
    unit = find_unit(batch.units, "440306")
    form = load_form(FORM, base_year=BASE_YEAR)
    good = simulate_defects(form, unit=unit, seed=7, subject_no=2).answers
    sent = read_return(path, forms=[batch.form])
    book = openpyxl.load_workbook(path)
    word = reply_words(form.language)[ReplyKind.CORRECTED]
    for reply in sent.replies:
        _type(book, reply_name(reply.number), word)
        if reply.key in good:
            _type(book, defined_name(reply.key), good[reply.key])
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _type(book: openpyxl.Workbook, name: str, value: Answer) -> None:
    area = parse_reference(str(book.defined_names[name].attr_text))
    if area is None:
        raise ValueError(name)
    book[area.sheet].cell(area.row, area.column).value = value


def _put(folder: Path, name: str, data: bytes) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)


def _id_of(season: Season, file: str) -> str:
    with open_batch(SEASON, clock=lambda: season.now).ledger() as ledger:
        return next(one.sha256[:12] for one in find_returns(ledger) if one.file.endswith(file))


def _shorten(rules: Path) -> None:
    """Take the last rule out of a file of rules."""
    path = rules / "across.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.rindex("[[rule]]")], encoding="utf-8")


@contextmanager
def _in_china() -> Iterator[None]:
    """Tell days as they are told there."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Shanghai"
    _heed_zone()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    _heed_zone()


def _heed_zone() -> None:
    # Windows has no such call, and takes the zone of the computer.
    if hasattr(time, "tzset"):
        time.tzset()


if __name__ == "__main__":
    MANUAL.write_text(manual(MANUAL.read_text(encoding="utf-8"), play()), encoding="utf-8")
