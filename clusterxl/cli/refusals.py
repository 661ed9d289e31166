"""What is wrong with a command line as it was typed: one sentence, and where the help is."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import IO, Any

import click

from clusterxl.cli.console import BROKEN_OFF, CANNOT_BE_DONE, printable
from clusterxl.sentences import say


class RefusedError(click.ClickException):
    """What cannot be done, as a terminal shows it: one sentence and exit code 2."""

    exit_code = CANNOT_BE_DONE

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        text = printable(say("usage.error", message=self.format_message()))
        click.echo(text, file=file, err=file is None)


class StoppedError(RefusedError):
    """A command that was broken off by hand, with the exit code that shells know for it."""

    exit_code = BROKEN_OFF

    def __init__(self) -> None:
        super().__init__(say("usage.stopped"))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence on a line of its own, below the sign that the terminal shows."""
        click.echo(f"\n{printable(self.format_message())}", file=file, err=file is None)


class WrongUsageError(RefusedError):
    """A command was typed wrongly; the sentence ends with the command that shows its help."""

    def __init__(self, sentence: str, ctx: click.Context) -> None:
        super().__init__(f"{sentence}{say('usage.see_help', command=ctx.command_path)}")


def refuse_usage(error: click.UsageError, ctx: click.Context) -> click.ClickException:
    """Return what click found wrong in words of ours; what shows the whole help stays."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return error
    return WrongUsageError(_sentence(error, ctx), ctx)


def refuse_command(name: str, known: Iterable[str], ctx: click.Context) -> WrongUsageError:
    """Say that a group has no such command, and which was perhaps meant."""
    there = list(known)
    sentence = say("usage.no_command", name=name, guess=_guess(name, there))
    return WrongUsageError(sentence + say("usage.commands_are", names=", ".join(there)), ctx)


def refuse_extra(extra: Iterable[str], ctx: click.Context) -> WrongUsageError:
    """Say that a command takes no further arguments."""
    return WrongUsageError(say("usage.extra", names=" ".join(extra)), ctx)


def _sentence(error: click.UsageError, ctx: click.Context) -> str:
    if isinstance(error, click.NoSuchOption):
        known = [name for parameter in ctx.command.get_params(ctx) for name in parameter.opts]
        guess = _guess(error.option_name, [name for name in known if name.startswith("-")])
        return say("usage.no_option", name=error.option_name, guess=guess)
    if isinstance(error, click.BadOptionUsage):
        flags = {name for one in ctx.command.get_params(ctx) if _is_flag(one) for name in one.opts}
        way = "no_value" if error.option_name in flags else "needs_value"
        return say(f"usage.{way}", name=error.option_name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return _about(error.param, missing=isinstance(error, click.MissingParameter))
    return error.format_message()


def _is_flag(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and parameter.is_flag


def _about(parameter: click.Parameter, *, missing: bool) -> str:
    """Say that an argument or option is missing or of the wrong kind."""
    if not isinstance(parameter, click.Option):
        meaning = say(f"usage.of_{parameter.name}")
        return say("usage.missing", name=parameter.metavar, meaning=meaning)
    name = " / ".join(parameter.opts)
    if missing:
        meaning = (parameter.help or "").rstrip("。.")
        return say("usage.missing", name=f"{name} {parameter.metavar}", meaning=meaning)
    if isinstance(parameter.type, click.Choice):
        return say("usage.choice", name=name, choices=", ".join(map(str, parameter.type.choices)))
    if isinstance(parameter.type, click.IntRange) and parameter.type.max is not None:
        least, most = parameter.type.min, parameter.type.max
        return say("usage.between", name=name, least=least, most=most)
    if isinstance(parameter.type, click.IntRange):
        return say("usage.at_least", name=name, least=parameter.type.min)
    return say("usage.whole", name=name)


def _guess(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known)
    return say("usage.guess", names=", ".join(near)) if near else ""
