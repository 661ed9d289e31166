"""The commands about rules: which there are, what one of them asks, all of them as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterxl.cli import options
from clusterxl.cli.console import tell
from clusterxl.cli.refusals import WrongUsageError
from clusterxl.cli.spoken import SpokenGroup, spoken
from clusterxl.sentences import say

if TYPE_CHECKING:
    from clusterxl.ruleset.rules import Rule, RuleDescription, Threshold


@click.group(cls=SpokenGroup)
def rules() -> None:
    """Hold the commands about rules."""


@spoken("rules_list")
@options.form
def list_(form: str) -> None:
    """List the rules of a form."""
    from clusterxl.findings_book import severity_word
    from clusterxl.form.file import load_form
    from clusterxl.ruleset.load import load_rules

    for rule in load_rules(load_form(options.form_or_only(form))):
        unset = say("cli.rule_asleep") if rule.unset else ""
        tell(f"{rule.id}\t{severity_word(rule.severity)}\t{rule.title}{unset}")


@spoken("rules_explain")
@click.argument("rule_id", metavar="ID")
@options.form
@click.pass_context
def explain(ctx: click.Context, rule_id: str, form: str) -> None:
    """Tell what one rule asks, where, and what a finding says."""
    from clusterxl.form.file import load_form
    from clusterxl.ruleset.load import describe_rules

    described = {one.rule.id: one for one in describe_rules(load_form(options.form_or_only(form)))}
    if rule_id.upper() in described:
        rule_id = rule_id.upper()
    if rule_id not in described:
        raise WrongUsageError(_unknown(rule_id, described), ctx)
    _tell_rule(described[rule_id])


def _unknown(rule_id: str, ids: Iterable[str]) -> str:
    """Say that there is no such rule, and which of its family there are."""
    family = f"{rule_id.partition('-')[0]}-".upper()
    near = say("findings.between").join(one for one in ids if one.startswith(family))
    name = "unknown_rule_near" if near else "unknown_rule"
    return say(f"cli.{name}", rule=rule_id, near=near)


def _tell_rule(described: RuleDescription) -> None:
    """Tell a rule: in words, as it is written, what it says and rests on, and where it is asked."""
    from clusterxl.findings_book import severity_word
    from clusterxl.rules_book import kind_word

    rule = described.rule
    tell(f"{rule.id}  {severity_word(rule.severity)}  {kind_word(rule)}  {rule.title}")
    tell(say("cli.rule_check", check=" ".join(rule.check.split())))
    if rule.when:
        tell(say("cli.rule_when", when=" ".join(rule.when.split())))
    tell(say("cli.rule_message", message=described.example))
    tell(say("cli.rule_margin", margin=described.margin))
    if rule.basis:
        tell(say("cli.rule_basis", basis=rule.basis))
    if rule.explain:
        tell(rule.explain)
    for threshold in rule.thresholds:
        _tell_threshold(threshold)
    _tell_labels(say("cli.rule_places", count=len(rule.places)), described.labels)
    _tell_labels(say("cli.rule_others"), described.others)
    tell(_origin(rule))


def _tell_labels(head: str, labels: Sequence[str]) -> None:
    for line in (head, *(f"  {label}" for label in labels)) if labels else ():
        tell(line)


def _origin(rule: Rule) -> str:
    if not rule.file:
        return say("cli.rule_derived")
    return say("cli.rule_written", file=rule.file, line=rule.line, examples=len(rule.examples))


def _tell_threshold(threshold: Threshold) -> None:
    """Tell the value of a parameter and where it is from, or that nobody has set it."""
    if threshold.value is None:
        tell(say("cli.rule_unset", name=threshold.name, label=threshold.label))
        return
    tell(
        say(
            "cli.rule_threshold",
            name=threshold.name,
            label=threshold.label,
            value=f"{threshold.operator} {threshold.shown}".strip(),
            source=threshold.source,
            state=say("cli.rule_verified" if threshold.is_verified else "cli.rule_unverified"),
        )
    )


@spoken("rules_export")
@click.option("-o", "--output", metavar="FILE", required=True, type=options.FILE)
@options.form
@options.force
def export(output: Path, form: str, force: bool) -> None:
    """Write the rules of a form as a workbook."""
    from clusterxl.form.file import load_form
    from clusterxl.outputs import write_file
    from clusterxl.rules_book import write_rules

    options.require_file(output, workbook=True)
    write_file(output, write_rules(load_form(options.form_or_only(form))), force=force)
    tell(say("cli.written", path=output))


@spoken("rules_proof")
@click.option("-o", "--output", metavar="FILE", required=True, type=options.FILE)
@options.form
@options.force
def proof(output: Path, form: str, force: bool) -> None:
    """Write the workbook that proves itself where it is opened."""
    from clusterxl.form.file import load_form
    from clusterxl.generate import generate_proof
    from clusterxl.outputs import write_file

    options.require_file(output, workbook=True)
    done = generate_proof(load_form(options.form_or_only(form)))
    write_file(output, done.content, force=force)
    tell(say("cli.proof_written", path=output, fills=done.fills, verdicts=done.verdicts))


rules.add_command(list_, "list")
rules.add_command(explain, "explain")
rules.add_command(export, "export")
rules.add_command(proof, "proof")
