"""What the answers to a correction come to: settled, explained, or still open and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isnan

from clusterxl.correct import old_answers
from clusterxl.finding import Finding, Severity
from clusterxl.form.answers import canonical_text
from clusterxl.normalise import Records
from clusterxl.plan.correction_state import seen_answer
from clusterxl.read import Return
from clusterxl.replies import Ask, Reply, ReplyKind, reply_words
from clusterxl.ruleset.messages import MASK
from clusterxl.sentences import say

_SHOWN_CHARS = 30
# What has no cell, and yet is found again by the check for as long as it is so.
_SEEN_AGAIN = ("READ-BLANK",)
_UNANSWERED = Reply(number=0, code="", key="", kind=ReplyKind.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the answers to a correction come to.

    Attributes:
        findings: What is left to say of the return: what the check found, warnings that were
            confirmed with an explanation now explained, and what the answers themselves ask.
        closed: Lines of which nothing is left to ask.
        open: All other lines.
    """

    findings: tuple[Finding, ...]
    closed: tuple[Ask, ...] = ()
    open: tuple[Ask, ...] = ()


def is_answer_to(after: Return, before: Return) -> bool:
    """Whether a return is the correction that answers another, and not its own file again."""
    return bool(after.replies) and bool(after.stamp) and _answers(after) == before.return_id


def judge_replies(
    asks: Sequence[Ask],
    before: Return,
    after: Return,
    records: Records,
    findings: Iterable[Finding],
) -> Judged:
    """Judge the answers to a correction.

    Args:
        asks: What was asked: `asks_of` of the return that was corrected.
        before: That return.
        after: What came back. Where it is not the correction but the unit's own file, edited, it
            is judged by the check alone.
        records: Records of what came back, alone or among others.
        findings: What the check says of it; those of other returns are left out.

    Returns:
        The findings in the order of the form, and what became of each line.
    """
    mine = [found for found in findings if found.return_id == after.return_id]
    if not is_answer_to(after, before):
        there = {(found.code, found.key) for found in mine}
        closed = tuple(ask for ask in asks if (ask.code, ask.key) not in there)
        open_asks = tuple(ask for ask in asks if (ask.code, ask.key) in there)
        return Judged(findings=tuple(mine), closed=closed, open=open_asks)
    return _Judge(before, after, records, mine).judge(asks)


def _answers(after: Return) -> str:
    return after.stamp.answers if after.stamp else ""


class _Judge:
    """Judges line by line; what the check found is changed only by explanations."""

    def __init__(
        self, before: Return, after: Return, records: Records, findings: Iterable[Finding]
    ) -> None:
        self._form = after.form
        self._after = after
        self._findings = list(findings)
        self._replies = {(r.number, r.code, r.key): r for r in after.replies}
        self._words = reply_words(self._form.language)
        self._before = old_answers(before)
        keys = [asked.key for asked in self._form.inputs]
        row = [after.return_id]
        texts = records.text.loc[row, keys].to_numpy()[0].tolist()
        numbers = records.number.loc[row, keys].to_numpy()[0].tolist()
        self._text: dict[str, str] = dict(zip(keys, texts, strict=True))
        self._number: dict[str, float] = dict(zip(keys, numbers, strict=True))

    def judge(self, asks: Sequence[Ask]) -> Judged:
        """Judge all lines, then what was changed besides."""
        told: list[Finding] = []
        closed: list[Ask] = []
        left: list[Ask] = []
        for ask in asks:
            said = tuple(self._of_line(ask))
            told += said
            is_settled = not said and not self._is_open(ask)
            (closed if is_settled else left).append(ask)
        told += self._elsewhere({key for ask in asks for key in ask.keys})
        places = {asked.key: at for at, asked in enumerate(self._form.inputs)}
        found = sorted([*self._findings, *told], key=lambda f: places.get(f.key, -1))
        return Judged(findings=tuple(found), closed=tuple(closed), open=tuple(left))

    # ---- one line

    def _of_line(self, ask: Ask) -> Iterator[Finding]:
        """Tell what the answer to a line leaves to ask."""
        reply = self._replies.get((ask.number, ask.code, ask.key), _UNANSWERED)
        if (ask.key or ask.code in _SEEN_AGAIN) and not self._is_open(ask):
            return
        match reply.kind:
            case ReplyKind.CORRECTED:
                if ask.key and not self._is_changed(ask):
                    yield self._told("SAME", "same", ask, reply)
            case ReplyKind.CONFIRMED if ask.severity is Severity.ERROR:
                yield self._told("ERROR", "error", ask, reply)
            case ReplyKind.CONFIRMED if reply.note:
                self._explain(ask, reply.note)
            case ReplyKind.MISSING if reply.note:
                yield self._told("MISSING", "missing", ask, reply)
            case ReplyKind.CONFIRMED | ReplyKind.MISSING:
                yield self._told("OPEN", "open_note", ask, reply)
            case _:
                yield self._told("OPEN", "open_odd" if reply.typed else "open", ask, reply)

    def _is_open(self, ask: Ask) -> bool:
        """Whether the check still finds what was asked, and nobody has explained it."""
        return any(_is_of(found, ask) and not found.is_explained for found in self._findings)

    def _explain(self, ask: Ask, note: str) -> None:
        self._findings = [
            replace(f, note=note) if _is_of(f, ask) and not f.is_explained else f
            for f in self._findings
        ]

    def _told(self, code: str, name: str, ask: Ask, reply: Reply) -> Finding:
        said = say(
            f"correction.{name}",
            lang=self._form.language,
            number=ask.number,
            reply=self._words.get(reply.kind, ""),
            typed=_clipped(reply.typed),
            note=reply.note,
            value=MASK if self._is_personal(ask.key) else self._shown(self._now(ask.key)[0]),
        )
        if ask.key:
            return self._at(ask.key, f"COR-{code}", Severity.WARNING, said)
        # Nothing else speaks for what has no cell: the fresh workbook does not have it.
        about = {"said": said, "message": ask.message}
        said = say("correction.about", lang=self._form.language, **about)
        if ask.code.startswith("COR-"):
            # It was carried over from an earlier round already, with all that was said of it.
            said = ask.message
        return replace(
            self._at("", f"COR-{code}", ask.severity, said),
            sheet=reply.sheet,
            cell=reply.cell,
            cells=_cells(reply.sheet, reply.cell),
            label=ask.label,
            value=ask.value,
        )

    # ---- what nobody had asked about

    def _elsewhere(self, asked: set[str]) -> Iterator[Finding]:
        """Tell each answer that was changed without being asked about."""
        issued_to = self._after.stamp.unit if self._after.stamp else ""
        left_out = asked | (set(self._form.levels) if issued_to else set())
        for cell in self._form.inputs:
            if cell.is_note or cell.key in left_out or not self._was_changed(cell.key):
                continue
            texts = (self._was(cell.key)[0], self._now(cell.key)[0])
            old, new = (MASK if cell.field.personal else self._shown(text) for text in texts)
            sentence = say(
                "correction.else",
                lang=self._form.language,
                label=cell.label,
                before=old,
                after=new,
            )
            yield self._at(cell.key, "COR-ELSE", Severity.WARNING, sentence)

    def _is_changed(self, ask: Ask) -> bool:
        return any(self._was_changed(key) for key in ask.keys)

    def _was_changed(self, key: str) -> bool:
        return self._was(key) != self._now(key)

    def _was(self, key: str) -> tuple[str, bool]:
        """Return what the correction was filled with, as rules see it."""
        return seen_answer(self._form, key, self._before.get(key))

    def _now(self, key: str) -> tuple[str, bool]:
        """Return what came back, as rules see it."""
        if not key:
            return "", False
        return self._text[key], not isnan(self._number[key])

    def _shown(self, text: str) -> str:
        return _clipped(text) or say("correction.blank", lang=self._form.language)

    def _is_personal(self, key: str) -> bool:
        return bool(key) and self._form.by_key[key].field.personal

    def _at(self, key: str, code: str, severity: Severity, message: str) -> Finding:
        """Return a finding at a cell; where its row has an explanation, with that."""
        found = Finding(
            code=code,
            severity=severity,
            message=message,
            return_id=self._after.return_id,
            file=self._after.file,
        )
        if not key:
            return found
        asked, cell = self._form.by_key[key], self._after.cells[key]
        return replace(
            found,
            sheet=cell.sheet,
            cell=cell.cell,
            cells=_cells(cell.sheet, cell.cell),
            key=key,
            label=asked.label,
            value="" if self._is_personal(key) else self._now(key)[0],
            note=self._note(asked.note) if code == "COR-ELSE" else "",
        )

    def _note(self, key: str) -> str:
        text = self._now(key)[0]
        return "" if text == canonical_text(self._form.none_word) else text


def _is_of(found: Finding, ask: Ask) -> bool:
    is_seen = bool(ask.key) or ask.code in _SEEN_AGAIN
    return is_seen and (found.code, found.key) == (ask.code, ask.key)


def _cells(sheet: str, cell: str) -> tuple[str, ...]:
    return (f"{sheet}!{cell}",) if cell else ()


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}{MASK}"
