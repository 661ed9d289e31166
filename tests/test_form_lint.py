"""Each mistake a form author can make is told once, at its line, with its place in words."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterxl.errors import DefinitionError
from clusterxl.form.file import lint_form, load_form
from clusterxl.sentences import catalogue, use_language

# Reading it fails even for root.
UNREADABLE = Path("/proc/self/mem")
# `#! code` at the end of a line: lint tells this mistake there, and no other.
_MARK = re.compile(r"#! (.+)$")

HEAD = 'id = "x"\ntitle = "T"\nlanguage = "en"\n'
YEARS = HEAD + "base_year = 2024\n"
NONE = HEAD + 'none = "none"\n'
SECTION = '[[section]]\nid = "main"\nsheet = "Main"\n'
ROWS_BLOCK = '[[section.block]]\nkind = "rows"\n'
ROWS = SECTION + ROWS_BLOCK
A_FIELD = '[[section.block.field]]\nid = "a"\nlabel = "A"\n'
NUMBER = A_FIELD + 'type = "number"\n'
TEXT = A_FIELD + 'type = "text"\n'
B_NUMBER = '[[section.block.field]]\nid = "b"\nlabel = "B"\ntype = "number"\n'
YES_NO = 'items = [{id = "yes", label = "Yes"}, {id = "no", label = "No"}]\n'
CHOICE = A_FIELD + 'type = "choice"\n' + YES_NO
PICK = A_FIELD + 'type = "pick"\noptions = "places.city"\n'
BELOW = '[[section.block.field]]\nid = "below"\nlabel = "B"\ntype = "pick"\n'
PLACES = "code,city,county\n1,North,Aston\n2,South,Calder\n"
EVIDENCE = '[[section.block]]\nkind = "evidence"\nid = "papers"\n'
PAPER = '[[section.block.field]]\nid = "paper"\nlabel = "Paper"\ntype = "text"\n'
COMPARISON = "[comparison]\n"
GOOD = ROWS + NUMBER


def write_form(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def marked(files: Mapping[str, str]) -> set[tuple[str, int, str]]:
    """Return file, line and code of every mistake marked in the texts of a form."""
    return {
        (name, line, code)
        for name, content in files.items()
        for line, text in enumerate(content.splitlines(), start=1)
        if (mark := _MARK.search(text))
        for code in mark[1].split()
    }


def codes(language: str) -> set[str]:
    """Return the codes of all mistakes in the catalogue of a language."""
    others = {"broken", "unknown_form", "has_no_years", "odd_base_year", "guess", "no_guess"}
    names = {n.partition(".")[2] for n in catalogue(language) if n.startswith("form_file.")}
    return {name for name in names - others if not name.startswith("kind_")}


def block(text: str) -> str:
    return SECTION + "[[section.block]]\n" + text


HEADS = {
    "unknown": HEAD + 'tilte = "x" #! unknown_key\n' + GOOD,
    "missing": '#! missing_key\ntitle = "T"\nlanguage = "en"\n' + GOOD,
    "empty": 'id = "x"\ntitle = " " #! missing_key\nlanguage = "en"\n' + GOOD,
    "language": 'id = "x"\ntitle = "T"\nlanguage = "fr" #! unknown_word\n' + GOOD,
    "form_id": 'id = "X_1" #! wrong_type\ntitle = "T"\nlanguage = "en"\n' + GOOD,
    "type": HEAD + 'base_year = "2024" #! wrong_type\n' + ROWS + NUMBER + 'hint = "{base}"\n',
    "base_year_range": HEAD + "base_year = 24 #! out_of_range\n" + GOOD,
    "years_range": YEARS + "years = 0 #! out_of_range\n" + GOOD,
    "years_alone": HEAD + "years = 2 #! years_without_base_year\n" + GOOD,
    "none_number": HEAD + 'none = "0" #! none_no_word\n' + GOOD,
    "none_type": HEAD + "none = true #! wrong_type\n" + ROWS + NUMBER + "none = true\n",
    "none_empty": HEAD + 'none = "" #! none_no_word\n' + GOOD,
    "subject": HEAD + 'subject = "aa" #! unknown_field\n' + GOOD,
    "subject_type": HEAD + 'subject = "a" #! field_names_nothing\n' + GOOD,
    "level": HEAD + 'levels = ["zone"] #! unknown_field\n' + GOOD,
    "level_twice": HEAD + 'levels = ["a", "a"] #! level_twice\n' + ROWS + TEXT,
    "no_section": "#! no_section\n" + HEAD,
    "no_field": "#! no_field\n"
    + HEAD
    + block('kind = "text"\n[[section.block.text]]\ntext = "Hello"\n'),
    "token": HEAD + ROWS + NUMBER + 'hint = "of {base}" #! token_without_years\n',
    "token_unknown": YEARS + ROWS + NUMBER + 'hint = "{bas} {" #! token_unknown\n',
    "token_in_array": HEAD
    + ROWS
    + A_FIELD
    + 'type = "ticks"\nitems = [\n  {id = "x", label = "{base}"}, #! token_without_years\n]\n',
    "second_head": HEAD + 'id = "y" #! syntax\n' + GOOD,
}
SECTIONS = {
    "id": HEAD + '[[section]]\nid = "Main" #! wrong_type\nsheet = "M"\n' + ROWS_BLOCK + NUMBER,
    "no_sheet": HEAD + '[[section]] #! missing_key\nid = "main"\n' + ROWS_BLOCK + NUMBER,
    "no_block": HEAD + GOOD + '[[section]] #! no_block\nid = "two"\nsheet = "Two"\n',
    "id_twice": HEAD
    + GOOD
    + '[[section]]\nid = "main" #! repeated\nsheet = "Two"\n'
    + ROWS_BLOCK
    + B_NUMBER,
    "sheet_twice": HEAD
    + GOOD
    + '[[section]]\nid = "two"\nsheet = "MAIN" #! repeated\n'
    + ROWS_BLOCK
    + B_NUMBER,
    "sheet_long": HEAD
    + f'[[section]]\nid = "m"\nsheet = "{"𠮷" * 16}" #! sheet_too_long\n'
    + ROWS_BLOCK
    + NUMBER,
    "sheet_slash": HEAD
    + '[[section]]\nid = "m"\nsheet = "a/b" #! sheet_odd\n'
    + ROWS_BLOCK
    + NUMBER,
    "sheet_quote": HEAD
    + '[[section]]\nid = "m"\nsheet = "ab\'" #! sheet_odd\n'
    + ROWS_BLOCK
    + NUMBER,
    "sheet_history": HEAD
    + '[[section]]\nid = "m"\nsheet = "History" #! sheet_odd\n'
    + ROWS_BLOCK
    + NUMBER,
    "kind": HEAD + SECTION + 'kind = "pages" #! unknown_word\n' + ROWS_BLOCK + NUMBER,
    "page": HEAD + SECTION + "page = -2 #! too_small\n" + ROWS_BLOCK + NUMBER,
    "width": HEAD + SECTION + "[section.widths]\nlable = 3 #! unknown_key\n" + ROWS_BLOCK + NUMBER,
    "width_type": HEAD + SECTION + "widths = 3 #! wrong_type\n" + ROWS_BLOCK + NUMBER,
    "tables": HEAD + 'section = "main" #! wrong_type\n',
}
MATRIX = 'kind = "matrix"\n'
COLUMN = '[[section.block.column]]\nid = "x"\nlabel = "X"\n'
TARGETS = 'kind = "targets"\n'
LIST = 'kind = "list"\nid = "things"\nlabel = "Things"\nrows = 3\n'
BLOCKS = {
    "no_kind": HEAD + SECTION + "[[section.block]] #! missing_key\n" + NUMBER,
    "kind": HEAD + block('kind = "row" #! unknown_word\n') + NUMBER,
    "unused": HEAD + ROWS + "rows = 3 #! block_key_unused\n" + NUMBER,
    "no_fields": HEAD + GOOD + '[[section.block]] #! missing_key\nkind = "rows"\n',
    "no_label": HEAD
    + SECTION
    + '[[section.block]] #! missing_key\nkind = "list"\nid = "l"\nrows = 3\n'
    + TEXT,
    "rows": HEAD
    + SECTION
    + '[[section.block]]\nkind = "list"\nid = "l"\nlabel = "L"\n'
    + "rows = 0 #! out_of_range\n"
    + TEXT,
    "style": HEAD
    + GOOD
    + '[[section.block]]\nkind = "text"\n[[section.block.text]]\ntext = "x"\n'
    + 'style = "bold" #! unknown_word\n',
    "statement_style": HEAD
    + GOOD
    + '[[section.block]]\nkind = "text"\n[[section.block.text]]\ntext = "x"\n'
    + 'style = "sign" #! style_of_statement\n',
    "space": HEAD
    + GOOD
    + '[[section.block]]\nkind = "text"\n[[section.block.text]] #! missing_key\nstyle = "space"\n',
    "no_text": HEAD
    + GOOD
    + '[[section.block]]\nkind = "text"\n[[section.block.text]] #! missing_key\nstyle = "plain"\n',
    "list_twice": HEAD
    + block(LIST)
    + TEXT
    + '[[section.block]]\nkind = "list"\nid = "things" #! repeated\nlabel = "L"\nrows = 1\n'
    + TEXT,
    "heads": HEAD + block(TARGETS + 'columns = ["Aim", "Now"] #! heads_count\n' + COLUMN) + NUMBER,
    "widths": HEAD + block(LIST + "widths = [40] #! widths_count\n") + TEXT,
    "widths_wide": HEAD + block(LIST + "widths = [40, 700] #! widths_wide\n") + TEXT,
    "widths_cover": HEAD
    + SECTION
    + 'kind = "cover"\n[[section.block]]\n'
    + LIST
    + "widths = [40, 600] #! widths_wide\n"
    + TEXT,
    "column_twice": HEAD
    + block(MATRIX + COLUMN)
    + '[[section.block.column]]\nid = "x" #! repeated\nlabel = "Y"\n'
    + NUMBER
    + YES_NO,
    "pair": HEAD
    + block('kind = "counted"\n')
    + A_FIELD.replace("\n", " #! counted_pair\n", 1)
    + 'type = "count"\n',
    "pair_order": HEAD
    + block('kind = "counted"\n')
    + TEXT
    + "beside = true #! counted_pair\n"
    + B_NUMBER,
    "evidence_heads": HEAD
    + ROWS
    + NUMBER
    + 'evidence = "positive"\n'
    + EVIDENCE
    + 'columns = ["No.", "Paper"] #! heads_count\n'
    + PAPER,
    "evidence_unasked": HEAD
    + GOOD
    + EVIDENCE.replace("\n", " #! evidence_unasked\n", 1)
    + 'columns = ["No.", "Thing", "Needed", "Paper"]\n'
    + PAPER,
}
FIELDS = {
    "no_id": HEAD + ROWS + '[[section.block.field]] #! missing_key\nlabel = "A"\ntype = "text"\n',
    "no_type": HEAD + ROWS + A_FIELD.replace("\n", " #! missing_key\n", 1) + "decimals = 2\n",
    "no_label": HEAD + ROWS + '[[section.block.field]] #! missing_key\nid = "a"\ntype = "text"\n',
    "bad_id": HEAD
    + 'subject = "Name"\n'.replace("\n", " #! wrong_type\n")
    + ROWS
    + '[[section.block.field]]\nid = "Name" #! wrong_type\nlabel = "A"\ntype = "text"\n',
    "twice": HEAD + ROWS + NUMBER + A_FIELD.replace('"a"', '"a" #! repeated') + 'type = "text"\n',
    "type": HEAD + ROWS + A_FIELD + 'type = "money" #! unknown_word\ndecimals = 2\n',
    "key": HEAD + ROWS + NUMBER + "decimal = 2 #! unknown_key\n",
    "flag": HEAD + ROWS + NUMBER + 'required = "no" #! wrong_type\n',
    "required_ticks": HEAD
    + ROWS
    + A_FIELD
    + 'type = "ticks"\nrequired = true #! key_not_for_type\n'
    + YES_NO,
    "required_column": HEAD + block(LIST) + TEXT + "required = true #! key_not_in_block\n",
    "control_characters": HEAD + ROWS + NUMBER + 'hint = "a\\u0001b" #! text_unwritable\n',
    "decimals": HEAD + ROWS + NUMBER + "decimals = 11 #! out_of_range\n",
    "for_type": HEAD + ROWS + TEXT + "decimals = 2 #! key_not_for_type\n",
    "items_of_text": HEAD + ROWS + TEXT + YES_NO.replace("\n", " #! key_not_for_type\n"),
    "min_max": HEAD + ROWS + NUMBER + "min = 3 #! min_over_max\nmax = 2\n",
    "count_max": HEAD + ROWS + A_FIELD + 'type = "count"\nmax = -1 #! min_over_max\n',
    "years": HEAD + ROWS + NUMBER + "years = true #! years_without_base_year\n",
    "year_list": YEARS + ROWS + NUMBER + "years = [2024] #! wrong_type\n",
    "stack": YEARS + ROWS + NUMBER + "stack = true #! key_needs\n",
    "none": HEAD + ROWS + NUMBER + "none = true #! none_without_word\n",
    "none_means": NONE + ROWS + NUMBER + 'none_means = "null" #! unknown_word\n',
    "spare": HEAD + ROWS + NUMBER + "spare = true #! key_not_in_block\n",
    "list_years": YEARS + block(LIST) + NUMBER + "years = true #! key_not_in_block\n",
    "lines_years": YEARS
    + block('kind = "lines"\n')
    + NUMBER
    + "years = true #! key_not_in_block\n",
    "beside_years": YEARS
    + ROWS
    + NUMBER
    + "years = true #! years_in_row\n"
    + B_NUMBER
    + "beside = true\n",
    "bare_years": YEARS + ROWS + TEXT + "label_px = -1\nyears = true #! years_in_row\n",
    "stack_in_group": YEARS
    + ROWS
    + NUMBER
    + 'group = "G"\nstack = true\nyears = true #! years_in_row\n',
    "ticks_years": YEARS
    + ROWS
    + A_FIELD
    + 'type = "ticks"\n'
    + YES_NO
    + "years = true #! key_not_for_type\n",
    "beside": HEAD + ROWS + NUMBER + "beside = true #! beside_first\n",
    "ticks_in_list": HEAD
    + block(LIST)
    + A_FIELD
    + 'type = "ticks" #! type_not_in_block\n'
    + YES_NO,
    "choice_in_matrix": HEAD
    + block(MATRIX + COLUMN)
    + A_FIELD
    + 'type = "choice" #! type_not_in_block\n'
    + YES_NO,
    "no_items": HEAD + ROWS + A_FIELD.replace("\n", " #! items_missing\n", 1) + 'type = "choice"\n',
    "no_rows": HEAD + block(MATRIX + COLUMN) + NUMBER.replace("\n", " #! items_missing\n", 1),
    "items_type": HEAD + ROWS + A_FIELD + 'type = "choice"\nitems = ["x"] #! wrong_type\n',
    "item_twice": HEAD
    + ROWS
    + A_FIELD
    + 'type = "ticks"\nitems = [\n  {id = "x", label = "X"},\n'
    + '  {id = "x", label = "Y"}, #! repeated\n]\n',
    "item_id": HEAD
    + ROWS
    + A_FIELD
    + 'type = "ticks"\nitems = [\n  {id = "x-1", label = "X"}, #! wrong_type\n]\n',
    "item_label": HEAD + ROWS + A_FIELD + 'type = "ticks"\nitems = [{id = "x"}] #! missing_key\n',
    "option_box": HEAD
    + ROWS
    + A_FIELD
    + 'type = "choice"\nitems = [{id = "x", label = "□ X"}] #! option_odd\n',
    "option_break": HEAD
    + ROWS
    + A_FIELD
    + 'type = "choice"\nitems = [{id = "x", label = "X\\nY"}] #! option_odd\n',
    "option_twice": HEAD
    + ROWS
    + A_FIELD
    + 'type = "choice"\nitems = [\n  {id = "x", label = "X Y"},\n'
    + '  {id = "y", label = "X  Y"}, #! option_twice\n]\n',
    "options_long": HEAD
    + ROWS
    + A_FIELD
    + f'type = "choice"\nitems = [{{id = "x", label = "{"x" * 260}"}}] #! options_too_long\n',
    "trigger": HEAD
    + ROWS
    + NUMBER
    + 'evidence = "ticked" #! evidence_trigger\n'
    + EVIDENCE
    + 'columns = ["No.", "Thing", "Needed", "Paper"]\n'
    + PAPER,
    "trigger_option": HEAD
    + ROWS
    + CHOICE
    + 'evidence = "yse" #! evidence_trigger\n'
    + EVIDENCE
    + 'columns = ["No.", "Thing", "Needed", "Paper"]\n'
    + PAPER,
    "unlisted": HEAD + ROWS + NUMBER + 'evidence = "filled" #! evidence_unlisted\n',
    "evidence_label": HEAD + ROWS + NUMBER + 'evidence_label = "x" #! key_needs\n',
    "aggregate": HEAD + ROWS + NUMBER + 'aggregate = "mean" #! wrong_type\n',
    "aggregate_ratio": HEAD + ROWS + NUMBER + 'aggregate = {ratio = ["a"]} #! wrong_type\n',
    "sum_of_text": HEAD + ROWS + TEXT + 'aggregate = "sum" #! aggregate_no_number\n',
    "weight": HEAD + ROWS + NUMBER + 'aggregate = {mean = "bb"} #! unknown_field\n' + B_NUMBER,
    "weight_text": HEAD
    + ROWS
    + NUMBER
    + 'aggregate = {mean = "b"} #! not_a_number\n'
    + B_NUMBER.replace("number", "text"),
    "ratio_years": YEARS
    + ROWS
    + NUMBER
    + 'years = true\naggregate = {ratio = ["a", "b"], times = 100} #! aggregate_years\n'
    + B_NUMBER,
    "key_twice": YEARS
    + ROWS
    + NUMBER
    + "years = true\n"
    + '[[section.block.field]]\nid = "a_2023" #! key_twice\nlabel = "B"\ntype = "number"\n',
    "key_of_list": HEAD
    + ROWS
    + '[[section.block.field]]\nid = "things_a"\nlabel = "B"\ntype = "number"\n'
    + "[[section.block]]\n"
    + LIST
    + A_FIELD.replace('"a"', '"a" #! key_twice')
    + 'type = "text"\n',
    "key_of_note": HEAD
    + ROWS
    + NUMBER
    + '[[section.block.field]]\nid = "note_a" #! key_twice\nlabel = "B"\ntype = "number"\n',
    "key_long": HEAD
    + ROWS
    + f'[[section.block.field]]\nid = "{"a" * 250}" #! key_too_long\nlabel = "A"\ntype = "text"\n',
}
COMPARISONS = {
    "unknown": HEAD + COMPARISON + 'color = "x" #! unknown_key\n' + GOOD,
    "lead": HEAD + COMPARISON + 'lead = "aa" #! unknown_field\n' + GOOD,
    "lead_text": HEAD + COMPARISON + 'lead = "a" #! not_a_number\n' + ROWS + TEXT,
    "lead_personal": HEAD
    + COMPARISON
    + 'lead = "a" #! personal_compared\n'
    + GOOD
    + "personal = true\n",
    "mix": HEAD + COMPARISON + 'mix = "a" #! mix_no_choice\n' + GOOD,
    "colors": HEAD
    + COMPARISON
    + 'mix = "a"\nmix_colors = ["FFFFFF"] #! mix_colors_few\n'
    + ROWS
    + CHOICE,
    "tiles": HEAD + COMPARISON + 'tiles = ["North"] #! wrong_type\n' + GOOD,
    "color": HEAD + COMPARISON + 'mix_colors = ["white"] #! wrong_type\n' + GOOD,
    "figure": HEAD + '[[comparison.figure]]\nfield = "aa" #! unknown_field\n' + GOOD,
    "figure_text": HEAD + '[[comparison.figure]]\nfield = "a" #! not_a_number\n' + ROWS + TEXT,
    "place": HEAD + '[[comparison.figure]]\nfield = "a"\nplaces = ["map"] #! unknown_word\n' + GOOD,
    "divide": HEAD + '[[comparison.figure]]\nfield = "a"\ndivide = 0 #! too_small\n' + GOOD,
}
PICKS = {
    "no_options": HEAD
    + ROWS
    + A_FIELD.replace("\n", " #! options_missing\n", 1)
    + 'type = "pick"\n',
    "options_type": HEAD + ROWS + A_FIELD + 'type = "pick"\noptions = ["x"] #! wrong_type\n',
    "no_list": HEAD + ROWS + PICK.replace('city"', 'city" #! list_missing').replace("places", "p"),
    "no_column": HEAD + ROWS + PICK.replace('city"', 'town" #! list_column_missing'),
    "empty_column": HEAD + ROWS + PICK.replace('places.city"', 'blank.b" #! list_column_empty'),
    "within": HEAD + ROWS + PICK + 'within = "cty" #! unknown_field\n',
    "within_after": HEAD
    + ROWS
    + PICK
    + 'within = "below" #! within_unfit\n'
    + BELOW
    + 'options = "places.county"\n',
    "within_other_list": HEAD
    + ROWS
    + PICK
    + BELOW
    + 'options = "blank.a"\nwithin = "a" #! within_unfit\n',
    "level_not_within": HEAD
    + 'levels = ["a", "below"] #! level_not_within\n'
    + ROWS
    + PICK
    + BELOW
    + 'options = "places.county"\n',
    "tile": HEAD
    + 'levels = ["a"]\n'
    + COMPARISON
    + 'tiles = [["North"], ["", "Suth"]] #! tile_unknown\n'
    + ROWS
    + PICK,
    "tile_again": HEAD
    + 'levels = ["a"]\n'
    + COMPARISON
    + 'tiles = [["North"], ["North", "South"]] #! tile_twice\n'
    + ROWS
    + PICK,
    "tile_without_levels": HEAD
    + COMPARISON
    + 'tiles = [["North"]] #! tile_unknown\n'
    + ROWS
    + PICK,
}
CASES = (
    {
        f"{group}-{name}": {"form.toml": text}
        for group, cases in {
            "head": HEADS,
            "section": SECTIONS,
            "block": BLOCKS,
            "field": FIELDS,
            "comparison": COMPARISONS,
        }.items()
        for name, text in cases.items()
    }
    | {
        f"pick-{name}": {
            "form.toml": text,
            "lists/places.csv": PLACES,
            "lists/blank.csv": "a,b\n1,\n",
        }
        for name, text in PICKS.items()
    }
    | {
        "files-head_key": {"form.toml": HEAD + GOOD, "x.toml": 'title = "T" #! key_of_head\n'},
        "files-comparison": {
            "form.toml": HEAD + COMPARISON + GOOD,
            "x.toml": "# again\n[comparison] #! second_comparison\n",
        },
        "files-field": {
            "form.toml": HEAD + GOOD,
            "x.toml": ROWS.replace("main", "two").replace("Main", "Two")
            + A_FIELD.replace('"a"', '"a" #! repeated')
            + 'type = "text"\n',
        },
    }
)


@pytest.mark.parametrize("files", CASES.values(), ids=CASES)
def test_each_mistake_is_told_once_at_its_line(files: dict[str, str], tmp_path: Path) -> None:
    """The marked mistakes, and no follow-ups of them."""
    found = lint_form(write_form(tmp_path, files))
    told = {(m.file, m.line, m.code.removeprefix("form_file.")) for m in found}
    assert marked(files)
    assert told == marked(files)
    with pytest.raises(DefinitionError) as caught:
        load_form(tmp_path)
    assert caught.value.mistakes == found
    assert str(found[0]) in str(caught.value)


LISTS: dict[str, tuple[bytes, set[tuple[int, str]]]] = {
    "empty": (b"", {(1, "list_empty")}),
    "only_header": (b"a\n", {(1, "list_empty")}),
    "utf16": ("a\nx\n".encode("utf-16"), {(0, "list_unreadable")}),
    "no_encoding": (b"a\n\xff\xff\n", {(0, "list_unreadable")}),
    "column_name": (b"a,B c\nx,y\n", {(1, "list_column_name")}),
    "column_twice": (b"a,a\nx,y\n", {(1, "list_column_twice")}),
    "row_long": (b"a\nx\n\ny,z\n", {(4, "list_row_long")}),
    "text_long": (b"a\nx\n" + b"y" * 256 + b"\n", {(3, "list_text_odd")}),
    "text_break": (b'a\n"x\ny"\n', {(3, "list_text_odd")}),
    "code_twice": (b"code,a\n1,x\n,y\n,z\n1,w\n", {(5, "list_code_twice")}),
}


@pytest.mark.parametrize(("data", "expected"), LISTS.values(), ids=LISTS)
def test_mistakes_in_lists(data: bytes, expected: set[tuple[int, str]], tmp_path: Path) -> None:
    found = lint_form(write_form(tmp_path, {"form.toml": HEAD + GOOD, "lists/x.csv": data}))
    told = {(m.file, m.line, m.code.removeprefix("form_file.")) for m in found}
    assert told == {("lists/x.csv", line, code) for line, code in expected}


def test_a_list_has_a_name_that_options_can_use(tmp_path: Path) -> None:
    write_form(tmp_path, {"form.toml": HEAD + GOOD, "lists/My list.csv": "a\nx\n"})
    assert [(m.file, m.code) for m in lint_form(tmp_path)] == [
        ("lists/My list.csv", "form_file.list_name")
    ]


BROKEN: dict[str, tuple[dict[str, str | bytes], str, int, str]] = {
    "no_head": ({"x.toml": ROWS + NUMBER}, "form.toml", 0, "no_head_file"),
    "syntax": ({"form.toml": HEAD + "x = \n" + GOOD}, "form.toml", 4, "syntax"),
    "syntax_at_end": ({"form.toml": HEAD + GOOD + 'hint = "x'}, "form.toml", 13, "syntax"),
    "encoding": ({"form.toml": HEAD.encode() + "#集群".encode("gbk")}, "form.toml", 4, "not_utf8"),
}


@pytest.mark.parametrize(("files", "file", "line", "code"), BROKEN.values(), ids=BROKEN)
def test_an_unreadable_file_is_the_only_mistake(
    files: dict[str, str | bytes], file: str, line: int, code: str, tmp_path: Path
) -> None:
    found = lint_form(write_form(tmp_path, files))
    assert [(m.file, m.line, m.code) for m in found] == [(file, line, f"form_file.{code}")]


def test_with_one_file_unreadable_the_keys_of_the_others_are_still_checked(tmp_path: Path) -> None:
    files = {
        "form.toml": HEAD + 'subject = "b"\n' + GOOD + "decimal = 2\n",
        "x.toml": "[[section\n",
    }
    found = [(m.file, m.line, m.code) for m in lint_form(write_form(tmp_path, files))]
    assert found == [
        ("form.toml", 14, "form_file.unknown_key"),
        ("x.toml", 1, "form_file.syntax"),
    ]


def test_the_place_is_told_in_words_and_the_nearest_word_is_suggested(tmp_path: Path) -> None:
    use_language("en")
    text = HEAD + ROWS + CHOICE.replace('"Yes"', '"□"') + "decimls = 2\n" + "[[section.block]]\n"
    found = {m.code: m for m in lint_form(write_form(tmp_path, {"form.toml": text}))}
    odd = found["form_file.option_odd"]
    assert odd.path == "section main, block 1, field a, items yes"
    assert str(odd).startswith("form.toml:13: section main, block 1, field a, items yes: ")
    assert "did you mean decimals?" in found["form_file.unknown_key"].message
    assert found["form_file.missing_key"].path == "section main, block 2"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_mistake_has_its_sentence_and_its_line_in_the_docs(
    language: str, repository: Path
) -> None:
    docs = (repository / "docs" / "form-language.md").read_text(encoding="utf-8")
    table = docs.partition("## Mistakes the lint tells")[2]
    assert {code for code in codes(language) if f"`{code}`" not in table} == set()


def test_the_cases_cover_every_mistake() -> None:
    covered = {code for files in CASES.values() for _, _, code in marked(files)}
    covered |= {code for _, expected in LISTS.values() for _, code in expected}
    covered |= {code for *_, code in BROKEN.values()} | {"list_name", "not_opened"}
    assert codes("en") == covered


@pytest.mark.skipif(not UNREADABLE.exists(), reason="needs a file that nobody can read")
def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    write_form(tmp_path, {"form.toml": HEAD + GOOD})
    (tmp_path / "x.toml").symlink_to(UNREADABLE)
    assert [(m.file, m.code) for m in lint_form(tmp_path)] == [("x.toml", "form_file.not_opened")]


GOOD_FORM = Path(__file__).parent / "data" / "forms" / "farm-survey"
GOOD_LINES = [
    (path.name, number)
    for path in sorted(GOOD_FORM.glob("*.toml"))
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines())
    if line and not line.startswith("#")
]
VALUES = ["3", "-1", "0.5", "nan", '"x"', '""', '"{base}"', "true", "[]", "[1]", '["a"]', "{}"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(GOOD_LINES), st.sampled_from([*VALUES, "", "again"])),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_is_changed_lint_answers(changes: list[tuple[tuple[str, int], str]]) -> None:
    """Lines are deleted or doubled, values replaced; a form is then good, or told to be wrong."""
    with TemporaryDirectory() as name:
        folder = Path(shutil.copytree(GOOD_FORM, Path(name) / "form"))
        for (file, number), change in changes:
            path = folder / file
            lines = path.read_text(encoding="utf-8").splitlines()
            key, sign, _ = lines[number].partition(" = ")
            doubled = f"{lines[number]}\n{lines[number]}"
            lines[number] = doubled if change == "again" else sign and f"{key} = {change}"
            path.write_text("\n".join(lines), encoding="utf-8")
        found = lint_form(folder)
        if found:
            with pytest.raises(DefinitionError):
                load_form(folder)
        else:
            assert load_form(folder).inputs
    assert all(m.message and m.file for m in found)


def test_the_packaged_forms_are_without_mistakes() -> None:
    assert lint_form("gd-cluster-2023") == ()
