"""A season of 122 counties by commands alone, day by day, answered in LibreOffice."""

from __future__ import annotations

import csv
import json
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import season_play
from libreoffice_tools import Filling, one_session
from season_play import Season, begun
from test_passwords import SECRET, locked

from clusterxl.form.file import load_form
from clusterxl.ledger import State, find_returns
from clusterxl.replies import ReplyKind
from clusterxl.testing.returns import simulate_return

# Units of the roster by their place in it: who does what.
GOOD = range(30)
BAD = {
    30: "text_number",
    31: "blank",
    32: "out_of_range",
    33: "word",
    34: "measure",
    35: "about",
    36: "percent_sign",
    37: "not_whole",
    # What these four answer to their corrections is not what was asked for.
    38: "text_number",
    39: "word",
    40: "measure",
    41: "blank",
}
CUT, LOCKED, OLD, OTHER_YEAR, SENT_BY_NEXT, SILENT = range(42, 48)
UNSIGNED, TWICE, BLANK, FORGED = range(48, 52)
LATE = range(52, 57)
LATE_BAD, EXCLUDED, NEVER_READ = range(57, 60)
CORRECTED = range(30, 38)
LEFT, ELSEWHERE, CONFIRMED, OWN_FILE = range(38, 42)
CODE = re.compile(r"\[([A-Z]+-[A-Z0-9]+)\]")


@pytest.mark.needs_libreoffice
def test_a_season_of_a_province(tmp_path: Path) -> None:
    season = begun(tmp_path)
    assert len(season.units) == 122
    first_day(season)
    bad_day(season)
    people_decide(season)
    with one_session() as fill:
        corrections_go_out(season, fill)
        second_round(season, fill)
    the_late(season)
    all_files_count(season)
    stands_as_expected(season)
    compared(season)


def told(lines: Mapping[str, str]) -> dict[str, str]:
    """Return of each file what became of it, and the code of what is told first."""
    return {
        file: " ".join((line.split("  ")[0], *CODE.findall(line)[:1]))
        for file, line in lines.items()
    }


def states(lines: Mapping[str, str], names: Iterable[str]) -> set[str]:
    """Return what became of some files, whatever is told of them besides."""
    return {lines[name].split(" ")[0] for name in names}


def first_day(season: Season) -> None:
    """Take in good ones, one of them twice, and what is no return at all."""
    season.on(10)
    files = {season.name_of(at): season.filled(at) for at in GOOD}
    files[season.name_of(0, 2)] = season.filled(0, slot=2)
    files["照片.jpg"] = b"\xff\xd8\xff\xe0 JFIF"
    files["又一份.xlsx"] = files[season.name_of(2)]
    lists = sorted((season.root / "issued").rglob("交接清单.xlsx"))
    files["交接清单.xlsx"] = lists[0].read_bytes()
    lines = season.receive(files)
    assert season.received[-1] == {"已接受": len(GOOD) + 1, "重复": 1, "已跳过": 2}
    assert lines["照片.jpg"].split("  ")[0] == lines["交接清单.xlsx"].split("  ")[0] == "跳过"


def bad_day(season: Season) -> None:
    """Take in what is wrong in every way."""
    season.on(14)
    older = replace(season.batch.form, version="0" * 12)
    other_year = load_form(season.form, base_year=season_play.BASE_YEAR - 1)
    issued = next((season.root / "issued").rglob(season.name_of(BLANK)))
    files = {season.name_of(at): season.filled(at, defects=[name]) for at, name in BAD.items()}
    files |= {
        "没有传完.xlsx": season.filled(CUT)[:5000],
        "有密码.xlsx": locked(SECRET, season.filled(LOCKED)),
        "旧版.xlsx": season.filled(OLD, stamp=season.stamp(OLD, form=older)),
        "去年的.xlsx": season.filled(OTHER_YEAR, stamp=season.stamp(OTHER_YEAR, form=other_year)),
        season.name_of(SILENT): season.filled(SENT_BY_NEXT),
        "未经批次.xlsx": simulate_return(season.paper, unit=season.units[UNSIGNED], seed=1),
        "甲.xlsx": season.filled(TWICE),
        "乙.xlsx": season.filled(TWICE, seed=2),
        "空白.xlsx": issued.read_bytes(),
        "改过标记.xlsx": season.filled(FORGED, stamp=season.stamp(FORGED, key=b"x" * 32)),
    }
    lines = told(season.receive(files))
    assert {file: word for file, word in lines.items() if not file[0].isdigit()} == {
        "没有传完.xlsx": "须重报 READ-CUT",
        "有密码.xlsx": "须重报 READ-ENCRYPTED",
        "旧版.xlsx": "有疑问 STAMP-VERSION",
        "去年的.xlsx": "须重报 STAMP-FORM",
        "未经批次.xlsx": "有疑问 STAMP-UNSIGNED",
        "甲.xlsx": "有疑问 STAMP-TWICE",
        "乙.xlsx": "有疑问 STAMP-TWICE",
        "空白.xlsx": "有疑问 READ-BLANK",
        "改过标记.xlsx": "有疑问 STAMP-FORGED",
    }
    assert lines[season.name_of(SILENT)] == "有疑问 STAMP-SENDER"
    assert {lines[season.name_of(at)] for at in BAD} <= {
        f"有疑问 GEN-{name}" for name in ("NUM", "REQ", "INT", "RNG", "POS")
    }
    assert season.received[-1] == {"有疑问": len(BAD) + 7, "须重报": 3}


def people_decide(season: Season) -> None:
    """Decide what nobody can know from the files."""
    season.on(15)
    season.decide("exclude", "旧版.xlsx", "用了旧版空白表，已请重报")
    season.decide("accept", season.name_of(SILENT), "下一个县误发，已电话核实")
    season.decide("accept", "未经批次.xlsx", "空白表系另行生成，已电话核实")
    season.decide("accept", "乙.xlsx", "以此份为准，已电话核实")
    season.decide("exclude", "改过标记.xlsx", "标记被改，已请用原表重报")
    season.decide("exclude", "没有传完.xlsx", "已请重发")


def corrections_go_out(season: Season, fill: Filling) -> None:
    """Send back, let LibreOffice fill the replies, and take them in with other second tries."""
    season.on(17)
    season.run("correct", "--deadline", "2023-04-24")
    sent = {at: season.correction(at, 1) for at in BAD}
    assert all(path.is_file() for path in sent.values())
    assert season.correction(BLANK, 1).is_file()
    files = {sent[at].name: replied(season, fill, at, sent[at]) for at in CORRECTED}
    files[sent[LEFT].name] = season.reply(fill, sent[LEFT], {})
    more = {"story": "示例数据：与三家高校共建联合实验室，每季度召开一次对接会。"}
    if season.form == season_play.OFFICIAL:
        more = {}
    files[sent[ELSEWHERE].name] = replied(season, fill, ELSEWHERE, sent[ELSEWHERE], more)
    files[sent[CONFIRMED].name] = season.reply(fill, sent[CONFIRMED], {}, kind=ReplyKind.CONFIRMED)
    files[season.name_of(OWN_FILE)] = season.filled(OWN_FILE)
    files |= {season.name_of(at): season.filled(at) for at in (CUT, OLD, OTHER_YEAR, FORGED)}
    files |= {
        "有密码.xlsx": (season.folder / "in 1" / "有密码.xlsx").read_bytes(),
        # Saved anew with the same answers, and with others.
        "再报.xlsx": season.filled(5, sample=False),
        "更新.xlsx": season.filled(6, seed=2),
    }
    season.on(19)
    word = season.folder / "口令.txt"
    word.write_text(f"{SECRET}\n", encoding="utf-8")
    lines = told(season.receive(files, "--password-file", word))
    accepted = [sent[at].name for at in (*CORRECTED, ELSEWHERE)]
    assert states(lines, [*accepted, "更新.xlsx"]) == {"已接受"}
    assert states(lines, [sent[at].name for at in (LEFT, CONFIRMED)]) == {"有疑问"}
    assert states(lines, ["再报.xlsx", "有密码.xlsx"]) == {"重复"}
    assert season.received[-1] == {"已接受": 8 + 1 + 1 + 4 + 1, "有疑问": 2, "重复": 2}
    season.decide("accept", "有密码.xlsx", "已取得密码")


def replied(
    season: Season, fill: Filling, at: int, sent: Path, more: Mapping[str, Any] | None = None
) -> bytes:
    """Return a correction in which what was asked about is as it should have been."""
    good = season.answers(at)
    answers = {key: good.get(key, "") for key in season.asked(sent)}
    return season.reply(fill, sent, {**answers, **(more or {})})


def second_round(season: Season, fill: Filling) -> None:
    """Send back once more what was not corrected, and take it in."""
    season.on(20)
    season.run("correct")
    sent = [season.correction(at, 2) for at in (LEFT, CONFIRMED)]
    files = {
        path.name: replied(season, fill, at, path)
        for at, path in zip((LEFT, CONFIRMED), sent, strict=True)
    }
    files["第一轮.xlsx"] = (season.folder / f"saved {season.correction(30, 1).name}").read_bytes()
    season.on(21)
    lines = told(season.receive(files))
    assert states(lines, [path.name for path in sent]) == {"已接受"}
    assert season.received[-1] == {"已接受": 2, "重复": 1}


def the_late(season: Season) -> None:
    """Take in what comes after the deadline."""
    season.on(24)
    files = {season.name_of(at): season.filled(at) for at in (*LATE, EXCLUDED)}
    files[season.name_of(LATE_BAD)] = season.filled(LATE_BAD, defects=["blank"])
    files["打不开.xlsx"] = season.filled(NEVER_READ)[:4000]
    lines = told(season.receive(files))
    assert lines[season.name_of(LATE_BAD)] == "有疑问 GEN-REQ"
    assert season.received[-1] == {"已接受": len(LATE) + 1, "有疑问": 1, "须重报": 1}
    season.decide("exclude", season.name_of(EXCLUDED), "该县申请撤回")
    season.on(25)
    assert "，0 份未退回" in season.run("correct")


def all_files_count(season: Season) -> None:
    """Hold the sum of all files against what came in, and each return against its reason."""
    status = season.status()
    files = status["files"]
    # The same file under the same name, on another day, is not another file.
    folders = [season.folder / f"in {number}" for number in range(len(season.received))]
    came = {(path.name, path.read_bytes()) for folder in folders for path in folder.glob("*")}
    assert files["files"] == len(came) == sum(files[name] for name in files if name != "files")
    with season.batch.ledger() as ledger:
        returns = find_returns(ledger)
    states = Counter(found.state.value for found in returns)
    assert {name: number for name, number in files.items() if name in set(State) and number} == {
        **states
    }
    assert files["repeated"] == 3
    assert files["skipped"] == 2


def stands_as_expected(season: Season) -> None:
    """Hold the final status of every county against what was played."""
    status = season.status()
    expected = dict.fromkeys(range(122), "missing")
    accepted = {*range(60)} - {SILENT, BLANK, LATE_BAD, EXCLUDED, NEVER_READ}
    expected |= dict.fromkeys(accepted, "accepted")
    expected |= {BLANK: "questioned", LATE_BAD: "questioned", EXCLUDED: "excluded"}
    codes = [unit.code for unit in season.units]
    first = {slot["code"]: slot for slot in status["slots"] if slot["serial"].endswith("-1")}
    assert {codes.index(code): slot["standing"] for code, slot in first.items()} == expected
    second = {
        codes.index(slot["code"]): slot["standing"]
        for slot in status["slots"]
        if not slot["serial"].endswith("-1")
    }
    assert second == {0: "accepted", 1: "missing"}
    late = {codes.index(code) for code, slot in first.items() if slot["late"]}
    assert late == {*LATE, LATE_BAD, EXCLUDED}
    rounds = {codes.index(code): slot["round"] for code, slot in first.items() if slot["round"]}
    assert rounds == {**dict.fromkeys((*BAD, BLANK, LATE_BAD), 1), LEFT: 2, CONFIRMED: 2}
    for slot in first.values():
        if slot["standing"] in ("questioned", "excluded"):
            assert slot["errors"] or slot["remarks"]
    assert {(one["file"], one["state"]) for one in status["strays"]} == {
        ("去年的.xlsx", "rejected"),
        ("打不开.xlsx", "rejected"),
    }
    assert all(one["reason"] for one in status["strays"])
    text = season.run("status")
    assert re.search(r"^未报 65 份：$", text, re.MULTILINE)


def compared(season: Season) -> None:
    """Hold the totals of the comparison against sums made anew from what is exported."""
    season.run("aggregate")
    season.run("export")
    reports = season.root / "reports"
    with (reports / "数据表" / "values.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    accepted = {row["return_id"] for row in rows}
    status = season.status()
    assert accepted == {
        slot["return"] for slot in status["slots"] if slot["standing"] == "accepted"
    }
    sums: defaultdict[str, float] = defaultdict(float)
    for row in rows:
        if row["status"] == "value" and row["number"]:
            sums[row["key"]] += float(row["number"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(reports / "对比表.xlsx", data_only=True)
    if season.form != season_play.OFFICIAL:
        sheet = book["数据"]
        totals, label = {}, None
        for column in range(1, sheet.max_column + 1):
            label = sheet.cell(4, column).value or label
            totals[label, sheet.cell(5, column).value] = sheet.cell(8, column).value
        for field, head in (("output", "产值"), ("firms", "企业数")):
            for year in (2020, 2021, 2022):
                assert totals[head, f"{year}年"] == pytest.approx(sums[f"{field}_{year}"])
    proof = season.run("verify")
    assert re.search(r"发现问题 0 处", proof)
    assert json.loads(season.run("status", "--format", "json")) == status
