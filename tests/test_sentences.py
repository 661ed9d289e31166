"""No sentence for people stands in code, and both catalogues are complete and in use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

import pytest

import clusterxl
from clusterxl.sentences import LANGUAGES, catalogue, language_of, say, use_language

PACKAGE = Path(clusterxl.__file__).parent
IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")

# Fonts, the usual width of a character, and a number format as the Chinese program writes it.
NOT_SENTENCES = {
    "宋体",
    "黑体",
    "仿宋",
    "楷体",
    "微软雅黑",
    "等线",
    "方正小标宋简体",
    "国",
    "G/通用格式",
}

# The name of a sheet of ours, which a form may not take in any language.
OWN_SHEET = "校验"

# Sentences whose names are put together at run time from what is no literal in code.
FAMILIES: dict[str, str] = {
    "frames.": "tests/test_export.py holds each against a frame or a column",
    "help.": "tests/test_cli.py holds each against a command or an option",
    "page.": "tests/test_page.py holds each against the scripts and the frame of the page",
    "rule.": "tests/test_derive.py holds each against a rule",
    "rule_margin.": "tests/test_derive.py holds each against a rule",
}

# Exceptions for programmers, who read English; everybody else gets a sentence.
FOR_PROGRAMMERS = {"AttributeError", "ImportError", "KeyError", "TypeError", "ValueError"}


def modules() -> Mapping[str, ast.Module]:
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


MODULES = modules()


def docstrings(tree: ast.Module) -> set[int]:
    """Return the ids of the nodes that are docstrings."""
    bodies = (
        node.body
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {
        id(body[0].value)
        for body in bodies
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    }


def text_of(node: ast.AST) -> str:
    """Return the text of a literal; nothing for any other node."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    skipped = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in skipped and text_of(node):
            yield node.lineno, text_of(node)


def name_of(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func) in names:
            yield node


def said() -> Iterator[tuple[str, ast.Call]]:
    """Go through all calls of the function `say`, with their module."""
    for module, tree in MODULES.items():
        for call in calls(tree, "say"):
            if isinstance(call.func, ast.Name):
                yield module, call


def pattern_of(text: ast.JoinedStr) -> str:
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)"
        for part in text.values
    )


def fixed_part(text: ast.JoinedStr) -> str:
    return "".join(text_of(part) for part in text.values)


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def is_sentence(node: ast.expr) -> bool:
    """Tell whether an argument is a literal, or an f-string, of more than one word."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = "".join(
        part.value
        for part in parts
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
    return bool(re.search(r"[A-Za-z]{2,}\W* \W*[A-Za-z]{2,}", text))


def test_both_catalogues_say_the_same_things() -> None:
    assert set(catalogue("zh")) == set(catalogue("en"))


def test_a_sentence_has_the_same_figures_in_both() -> None:
    chinese, english = catalogue("zh"), catalogue("en")
    assert not [
        name for name in chinese if placeholders(chinese[name]) != placeholders(english[name])
    ]


def test_english_sentences_are_english() -> None:
    texts = {name: text.replace(OWN_SHEET, "") for name, text in catalogue("en").items()}
    assert not [name for name, text in texts.items() if IDEOGRAPH.search(text)]


def test_every_sentence_asked_for_exists() -> None:
    known = catalogue("zh")
    missing = [
        f"{module}:{call.lineno} {name}"
        for module, call in said()
        if (name := text_of(call.args[0])) and name not in known
    ]
    missing += [
        f"{module}:{call.lineno} {pattern_of(call.args[0])}"
        for module, call in said()
        if isinstance(call.args[0], ast.JoinedStr)
        and not any(re.fullmatch(pattern_of(call.args[0]), name) for name in known)
    ]
    assert not missing


def test_every_sentence_asked_for_gets_its_figures() -> None:
    known = catalogue("zh")
    wrong = []
    for module, call in said():
        given = {keyword.arg for keyword in call.keywords}
        name = text_of(call.args[0])
        if None not in given and name in known and placeholders(known[name]) - given:
            wrong.append(f"{module}:{call.lineno} {name}")
    assert not wrong


def test_every_sentence_is_used() -> None:
    words = {text for tree in MODULES.values() for _, text in literals(tree)}
    patterns = [
        pattern_of(node)
        for tree in MODULES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and len(fixed_part(node)) > 2
    ]
    # `plan.{name}` says nothing about the name; `report.source_{column}` says enough.
    groups = {name.partition(".")[0] for name in catalogue("zh")}
    bare = {f"{re.escape(group)}\\.(.+)" for group in groups}
    telling = [pattern for pattern in patterns if pattern not in bare]

    def is_used(name: str) -> bool:
        group, _, rest = name.partition(".")
        said_by_group = f"{re.escape(group)}\\.(.+)" in patterns
        ways = (name, rest) if said_by_group else (name,)
        return name.startswith(tuple(FAMILIES)) or any(
            way in words or any(re.fullmatch(pattern, way) for pattern in telling) for way in ways
        )

    assert not sorted(name for name in catalogue("zh") if not is_used(name))


@pytest.mark.parametrize("module", MODULES)
def test_no_chinese_stands_in_code(module: str) -> None:
    found = [
        f"{module}:{line} {text}"
        for line, text in literals(MODULES[module])
        if IDEOGRAPH.search(text) and text not in NOT_SENTENCES
    ]
    assert not found


@pytest.mark.parametrize("module", MODULES)
def test_no_sentence_stands_in_code(module: str) -> None:
    tree = MODULES[module]
    spoken = list(calls(tree, "echo", "secho", "tell", "ClickException", "UsageError"))
    spoken += [
        node.exc
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and name_of(node.exc.func) not in FOR_PROGRAMMERS
    ]
    found = [
        f"{module}:{call.lineno}" for call in spoken for text in call.args if is_sentence(text)
    ]
    found += [
        f"{module}:{call.lineno}"
        for call in calls(tree, "Finding", "Mistake")
        for keyword in call.keywords
        if keyword.arg in {"message", "label"} and is_sentence(keyword.value)
    ]
    assert not found


def test_the_checks_see_what_they_look_for() -> None:
    tree = ast.parse('"""Doc 文."""\nraise OutputError("it cannot be done")\nx = f"中{1}"')
    assert [text for _, text in literals(tree)] == ["it cannot be done", "中"]
    raised = next(node for node in ast.walk(tree) if isinstance(node, ast.Raise))
    assert isinstance(raised.exc, ast.Call)
    assert is_sentence(raised.exc.args[0])


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "CLUSTERXL_LANG": "zh"}, "zh"),
        ({"LANG": "zh_CN.GBK", "LC_ALL": "EN_us"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "zh"),
    ],
)
def test_the_language_comes_from_the_environment(
    environment: dict[str, str], language: str
) -> None:
    assert language_of(environment) == language


def test_say_answers_in_the_language_in_use_or_asked_for() -> None:
    texts = set()
    for language in LANGUAGES:
        use_language(language)
        texts.add(say("findings.title"))
        assert say("findings.title", lang="en") == catalogue("en")["findings.title"]
    assert len(texts) == len(LANGUAGES)
