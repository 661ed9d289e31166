"""Damages a filled return in thousands of ways and reads what comes of it.

Run `make fuzz` (or `python tests/fuzz_reading.py --count N --seed S`); the same seed damages alike.
Every mutant is read in a child that is killed after 10 s or at 1 GB. It must be refused with one of
our sentences, or read so that

- damaged bytes give the values of the original, to the last one;
- an edit of the package that changes nothing gives the same values, too;
- an edit of the XML, which is somebody typing something else, gives what openpyxl reads, if it
  does, unless a cell is told to be broken; cut into cells or walked makes no difference.

What does not is written to tests/data/fuzz, whose README says what to do with it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from damage import package_of, parts_of
from hand_packages import Member, members_of, zip_of
from watched import Outcome, Watchdog

HERE = Path(__file__).parent
KEPT = HERE / "data" / "fuzz"
FORM = HERE / "data" / "forms" / "farm-survey"
# Mutants of each sort in a hundred.
SHARES = {"bytes": 40, "xml": 40, "package": 20}
SHEETS = "xl/worksheets/"
UNUSUAL = b"<!-- unusual -->"

Mutation = Callable[[bytes, Random], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A damaged return.

    Attributes:
        name: How it was damaged, and its number.
        data: Its bytes.
        same: When it is read at all, all values are those of the original.
    """

    name: str
    data: bytes
    same: bool


# ---- bytes


def flip_bits(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 8))):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def cut_out(data: bytes, random: Random) -> bytes:
    start, end = sorted(random.sample(range(len(data)), 2))
    return data[:start] + data[end:] if random.random() < 0.5 else data[:start]


def double(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data))
    end = min(len(data), start + random.choice((1, 30, 1_000, len(data))))
    return data[:end] + data[start:end] + data[end:]


def insert(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data))
    return data[:place] + random.randbytes(random.choice((1, 4, 100))) + data[place:]


def overwrite(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data))
    count = random.choice((1, 4, 512))
    other = bytes(count) if random.random() < 0.5 else random.randbytes(count)
    return (data[:place] + other + data[place + count :])[: len(data)]


BYTES: tuple[Mutation, ...] = (flip_bits, cut_out, double, insert, overwrite)


# ---- XML: each takes the text of a part and returns another


def drop_tag(text: str, random: Random) -> str:
    return _without(text, random, r"<[^<>]*>")


def drop_element(text: str, random: Random) -> str:
    return _without(text, random, r"<(\w+)[^<>]*(?:/>|>[^<]*</\1>)")


def drop_attribute(text: str, random: Random) -> str:
    return _without(text, random, r" [\w:]+=\"[^\"]*\"")


def double_element(text: str, random: Random) -> str:
    found = _somewhere(text, random, r"<(\w+)[^<>]*(?:/>|>[^<]*</\1>)")
    return text[: found.end()] + found[0] + text[found.end() :] if found else text


def change_attribute(text: str, random: Random) -> str:
    found = _somewhere(text, random, r"(?<==\")[^\"]*(?=\")")
    odd = random.choice(("", "-1", "0", "99999999999", "A1", "s", "str", "b", "é", "&amp;", "1.5"))
    return text[: found.start()] + odd + text[found.end() :] if found else text


def change_value(text: str, random: Random) -> str:
    found = _somewhere(text, random, r"(?<=<[vft]>)[^<]*(?=</)")
    odd = random.choice(
        ("", "-1", "999", "1e400", "NaN", " 7 ", "_x0041_", "٣", "#REF!", "&#10;", "x")
    )
    return text[: found.start()] + odd + text[found.end() :] if found else text


def insert_piece(text: str, random: Random) -> str:
    pieces = (
        "<",
        ">",
        "&",
        '"',
        "]]>",
        "<!--",
        "-->",
        "<c/>",
        "<v>1</v>",
        "</row>",
        "\x00",
        "\ufffe",
        "集",
    )
    place = random.randrange(len(text) + 1)
    return text[:place] + random.choice(pieces) + text[place:]


def cut_text(text: str, random: Random) -> str:
    return text[: random.randrange(len(text) + 1)]


def change_quotes(text: str, random: Random) -> str:
    found = _somewhere(text, random, r"\"[^\"']*\"")
    return text[: found.start()] + f"'{found[0][1:-1]}'" + text[found.end() :] if found else text


XML = (
    *(drop_tag, drop_element, drop_attribute, double_element, change_attribute),
    *(change_value, change_value, insert_piece, cut_text, change_quotes),
)


def _somewhere(text: str, random: Random, pattern: str) -> re.Match[str] | None:
    found = list(re.finditer(pattern, text))
    return random.choice(found) if found else None


def _without(text: str, random: Random, pattern: str) -> str:
    found = _somewhere(text, random, pattern)
    return text[: found.start()] + text[found.end() :] if found else text


# ---- the package: each takes the members and returns others


def drop_member(members: list[Member], random: Random) -> list[Member]:
    left = random.choice(members)
    return [member for member in members if member is not left]


def empty_member(members: list[Member], random: Random) -> list[Member]:
    return _changed(members, random, content=b"")


def rename_member(members: list[Member], random: Random) -> list[Member]:
    return _changed(members, random, name=random.choice(("x.xml", "../x.xml", "xl/styles.xml")))


def swap_members(members: list[Member], random: Random) -> list[Member]:
    one, other = random.sample(members, 2)
    contents = {one.name: other.content, other.name: one.content}
    return [Member(name=m.name, content=contents.get(m.name, m.content)) for m in members]


def claim(members: list[Member], random: Random) -> list[Member]:
    lie = random.choice(
        ({"size": 5}, {"size": 2**32 - 1}, {"reach": 7}, {"flags": 1}, {"method": 12})
    )
    return _changed(members, random, **lie)


def add_twice(members: list[Member], random: Random) -> list[Member]:
    return [*members, random.choice(members)]


def shuffle(members: list[Member], random: Random) -> list[Member]:
    return random.sample(members, len(members))


def store(members: list[Member], random: Random) -> list[Member]:
    return _changed(members, random, stored=True)


def add_junk(members: list[Member], random: Random) -> list[Member]:
    return [*members, Member(name="xl/media/junk.bin", content=random.randbytes(500))]


CHANGING = (drop_member, empty_member, rename_member, swap_members, claim, add_twice)
HARMLESS = (shuffle, store, add_junk)


def _changed(members: list[Member], random: Random, **changes: object) -> list[Member]:
    chosen = random.choice(members)
    given = {"name": chosen.name, "content": chosen.content} | changes
    other = Member(**given)  # type: ignore[arg-type]
    return [other if member is chosen else member for member in members]


# ---- the run


def base_return() -> bytes:
    """Return the workbook that is damaged."""
    from clusterxl.form.file import load_form
    from clusterxl.testing.returns import simulate_return

    return simulate_return(load_form(FORM), seed=5)


def mutants(data: bytes, count: int, seed: int) -> Iterator[Mutant]:
    """Damage a workbook in many ways; the same seed in the same ways."""
    parts = parts_of(data)
    members = members_of(parts)
    texts = [name for name in parts if name.endswith((".xml", ".rels"))]
    for number in range(count):
        random = Random(f"{seed}:{number}")  # noqa: S311 (damage, not secrets)
        sort = random.choices(list(SHARES), list(SHARES.values()))[0]
        if sort == "bytes":
            mutation = random.choice(BYTES)
            yield Mutant(
                name=f"{mutation.__name__}-{number}", data=mutation(data, random), same=True
            )
        elif sort == "xml":
            # Half of all edits concern cells, which are most of what can go wrong unseen.
            near = [name for name in texts if name.startswith(SHEETS)]
            part = random.choice(near if random.random() < 0.5 else texts)
            edit = random.choice(XML)
            text = edit(parts[part].decode(), random)
            edited = package_of(parts | {part: text.encode("utf-8", "surrogatepass")})
            yield Mutant(name=f"{edit.__name__}-{number}", data=edited, same=False)
        else:
            change = random.choice((*CHANGING, *HARMLESS))
            packed = zip_of(change(members, random))
            yield Mutant(name=f"{change.__name__}-{number}", data=packed, same=change in HARMLESS)


def walked(data: bytes) -> bytes:
    """Return a workbook written so that its sheets must be walked."""
    start = re.compile(rb"(?=<worksheet[\s>])")
    return package_of(
        {
            n: start.sub(UNUSUAL, c, count=1) if n.startswith(SHEETS) else c
            for n, c in parts_of(data).items()
        }
    )


def judge(mutant: Mutant, original: Outcome, dog: Watchdog) -> tuple[str, str]:
    """Read a mutant.

    Returns:
        What became of it in a word, and what is wrong about that; empty when nothing is.
    """
    try:
        ours = dog.read(mutant.data)
        if ours.error:
            return "failed", ours.error
        if ours.code:
            return "refused", ""
        if (ours.values, ours.properties) == (original.values, original.properties):
            return "same", ""
        if mutant.same:
            return "changed", "other values from damage that changes nothing anybody typed"
        return _judge_edit(mutant, ours, dog)
    except TimeoutError:
        return "killed", "it took more than 10 s or 1 GB"


def _judge_edit(mutant: Mutant, ours: Outcome, dog: Watchdog) -> tuple[str, str]:
    slow = dog.read(walked(mutant.data))
    if (slow.code, slow.values) != ("", ours.values):
        return "differs", f"walked, it is {slow.code or 'of other values'}"
    if ours.broken:
        return "told", ""
    reference = dog.read(mutant.data, "openpyxl")
    if reference.code or reference.error:
        return "read alone", ""
    if reference.values != ours.values:
        return "differs", "openpyxl reads other values"
    return "as openpyxl", ""


def run(count: int, seed: int) -> tuple[Counter[str], list[tuple[Mutant, str]]]:
    """Damage and read.

    Returns:
        How many mutants became of each sort, and those that are wrong, with the reason.
    """
    data = base_return()
    dog = Watchdog()
    became: Counter[str] = Counter()
    wrong = []
    try:
        original = dog.read(data)
        assert not original.code
        for mutant in mutants(data, count, seed):
            word, reason = judge(mutant, original, dog)
            became[word] += 1
            if reason:
                wrong.append((mutant, reason))
    finally:
        dog.close()
    return became, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description="Damages returns and reads them.")
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    became, wrong = run(given.count, given.seed)
    sys.stdout.write(f"{given.count} mutants: {dict(became.most_common())}\n")
    for mutant, reason in wrong:
        path = KEPT / f"new-{given.seed}-{mutant.name}.xlsx"
        path.write_bytes(mutant.data)
        sys.stdout.write(f"{path.name}: {reason}\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
