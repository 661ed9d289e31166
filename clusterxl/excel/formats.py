"""Number formats: the built-in ones that files never spell out, and which of them are dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Capitals stand for the quoted words for year, month, day, hour, minute and second.
_WORDS = {"Y": 0x5E74, "M": 0x6708, "D": 0x65E5, "H": 0x65F6, "N": 0x5206, "S": 0x79D2}
_PATTERNS = {
    27: "yyyyYmM",
    28: "mMdD",
    29: "mMdD",
    30: "m-d-yy",
    31: "yyyyYmMdD",
    32: "hHmmN",
    33: "hHmmNssS",
    34: "hHmmN",
    35: "hHmmNssS",
    36: "yyyyYmM",
    50: "yyyyYmM",
    51: "mMdD",
    52: "yyyyYmM",
    53: "mMdD",
    54: "mMdD",
    55: "hHmmN",
    56: "hHmmNssS",
    57: "yyyyYmM",
    58: "mMdD",
}
# Ids of Chinese Excel and WPS (ECMA-376 part 1, 18.8.30, zh-cn), which openpyxl does not know;
# the marks for morning and afternoon of 34, 35, 55 and 56 are left out.
CHINESE_DATES = {
    number: pattern.translate({ord(a): f'"{chr(code)}"' for a, code in _WORDS.items()})
    for number, pattern in _PATTERNS.items()
}
GENERAL = "General"
# Ids that every program knows (ECMA-376 part 1, 18.8.30).
BUILT_IN = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);[Red]("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)',
    8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* \\(#,##0\\);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_)_("$"* \\(#,##0.00\\)_("$"* "-"??_)_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    48: "##0.0E+0",
    49: "@",
}
# All ids that are never spelled out, as files write them.
KNOWN = {str(number): code for number, code in (BUILT_IN | CHINESE_DATES).items()}
# The same words in the Chinese program: "general format".
_GENERALS = (GENERAL, "G/\u901a\u7528\u683c\u5f0f")
# Days between the two calendars a workbook may count in.
DAYS_TO_1904 = 1462

_NOT_CODE = re.compile(r"\"[^\"]*\"|\\.|[_*].|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]", re.IGNORECASE)
_DATE = re.compile(r"[dmyhs]", re.IGNORECASE)
_DAY_OR_YEAR = re.compile(r"[dy]", re.IGNORECASE)


_TOKEN = re.compile(
    r"(?P<words>\"[^\"]*\"?|[\\!].)|(?P<gap>[_*].)|(?P<note>\[[^\]]*\])|(?P<end>;)|"
    rf"(?P<code>{'|'.join(map(re.escape, _GENERALS))}|[0#?.,%/])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[0-9.]+)\]")
# Commas behind the last digit before the point; those between digits part thousands.
_SCALING = re.compile(r"[0#?](,+)(?![0#?,])")
_FORMATS_KEPT = 512
_TESTS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda number, bound: number < bound,
    ">": lambda number, bound: number > bound,
    "<=": lambda number, bound: number <= bound,
    ">=": lambda number, bound: number >= bound,
    "=": lambda number, bound: number == bound,
    "<>": lambda number, bound: number != bound,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """How a number format shows a number.

    Attributes:
        percents: How many signs of percent multiply it.
        thousands: By how many thousands it is divided.
        tail: Words that stand behind its digits.
    """

    percents: int = 0
    thousands: int = 0
    tail: str = ""


AS_STORED = Shown()


@dataclass(frozen=True, slots=True)
class _Section:
    """One part of a number format, and which numbers it is for, where it says so itself."""

    shown: Shown
    sign: str = ""
    bound: float = 0.0


def shown_by(code: str, number: float) -> Shown:
    """Return how a number format shows a number, by the part of it that is for this number.

    >>> shown_by("0.0%", 0.6).percents, shown_by("0;0%", 0.6).percents, shown_by("0_%", 1).percents
    (1, 0, 0)
    >>> shown_by('0,,"M"', 12e6)
    Shown(percents=0, thousands=2, tail='M')
    """
    if code == GENERAL:
        return AS_STORED
    sections = _sections(code)
    signs = [section.sign for section in sections]
    for at, section in enumerate(sections[:-1] if len(sections) <= _MOST_NUMERIC else sections):
        sign, bound = section.sign, section.bound
        if not sign:
            sign = _default_sign(at, signs)
        if _TESTS[sign](number, bound):
            return section.shown
    return sections[-1].shown


_MOST_NUMERIC = 3


def _default_sign(at: int, signs: Sequence[str]) -> str:
    """Return for which numbers a part is that does not say so."""
    if at == 0:
        return ">=" if len(signs) == 2 and not signs[1] else ">"  # noqa: PLR2004
    return "<" if at == 1 else "="


@lru_cache(maxsize=_FORMATS_KEPT)
def _sections(code: str) -> tuple[_Section, ...]:
    """Return the parts of a number format that are for numbers."""
    parts: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token.lastgroup == "end":
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(_section(part) for part in parts[:_MOST_NUMERIC])


def _section(tokens: Sequence[re.Match[str]]) -> _Section:
    codes, tail = "", ""
    condition = None
    for token in tokens:
        text = token[0]
        if token.lastgroup == "code":
            codes += text if len(text) == 1 else "0"
            tail = tail if text in "%,." else ""
        elif token.lastgroup == "note":
            condition = _CONDITION.fullmatch(text) or condition
        elif token.lastgroup != "gap":
            tail += text.strip('"') if text.startswith('"') else text[-1]
    scaling = _SCALING.search(codes)
    shown = Shown(codes.count("%"), len(scaling[1]) if scaling else 0, tail.strip())
    return _Section(shown, condition[1], float(condition[2])) if condition else _Section(shown)


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time.

    >>> is_date_format('yyyy"年"m"月"'), is_date_format('0.00" months"'), is_date_format("[Red]0")
    (True, False, False)
    """
    return _DATE.search(_code(code)) is not None


def shows_day(code: str) -> bool:
    """Whether a number format shows a day or a year, so that the calendar matters."""
    return _DAY_OR_YEAR.search(_code(code)) is not None


def _code(code: str) -> str:
    return _NOT_CODE.sub("", code.partition(";")[0])
