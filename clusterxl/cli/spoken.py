"""Commands whose help is taken from the catalogue, in the language asked for."""

from __future__ import annotations

from collections.abc import Callable

import click

from clusterxl.cli.refusals import refuse_command, refuse_extra, refuse_usage
from clusterxl.sentences import catalogue, current_language, say, use_language


def speak(_ctx: click.Context, _option: click.Parameter, language: str | None) -> None:
    """Answer in `language`, or in that of the environment."""
    use_language(language or "")


def help_name(command: click.Command, parameter: click.Parameter | None = None) -> str:
    """Name the sentence that explains a command or an option.

    An option means the same everywhere (`help.option_force`) unless its command says otherwise
    (`help.check_output`). Commands of a group carry its name (`form_list`).
    """
    own = f"help.{command.name}"
    if parameter is None:
        return own
    option = max(parameter.opts, key=len).lstrip("-").replace("-", "_")
    special = f"{own}_{option}"
    return special if special in catalogue(current_language()) else f"help.option_{option}"


class SpokenCommand(click.Command):
    """A command with help from the catalogue, looked up when it is shown.

    Only then is the language known.
    """

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters, their help in the language in use."""
        params = super().get_params(ctx)
        for parameter in params:
            if isinstance(parameter, click.Option):
                parameter.help = say(help_name(self, parameter))
        return params

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take in what was typed; what is wrong with it is said in the language in use."""
        is_group = isinstance(self, click.Group)
        ctx.allow_extra_args = True
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            raise refuse_usage(error, ctx) from error
        if rest and not is_group and not ctx.resilient_parsing:
            raise refuse_extra(rest, ctx)
        return rest

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how the command is called."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=say("usage.usage"))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the options mean."""
        options = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
        with formatter.section(say("usage.options")):
            formatter.write_dl([_described(option, ctx) for option in options])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        self.help = say(help_name(self))
        super().format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return what the command does, for the list of commands."""
        del limit
        return say(help_name(self))


class SpokenGroup(SpokenCommand, click.Group):
    """A group of commands with help from the catalogue, in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        del ctx
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the options mean, and which commands there are."""
        super().format_options(ctx, formatter)
        with formatter.section(say("usage.commands")):
            formatter.write_dl(
                [(name, one.get_short_help_str()) for name, one in self.commands.items()]
            )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise refuse_command(args[0], self.commands, ctx)
        return super().resolve_command(ctx, args)


def _described(option: click.Option, ctx: click.Context) -> tuple[str, str]:
    """Return how an option is written and what it means, for the list of options."""
    spelled, _ = option.get_help_record(ctx) or ("", "")
    extra = []
    if option.show_default:
        extra.append(say("usage.default", value=option.default))
    if isinstance(option.type, click.IntRange) and option.type.max is not None:
        extra.append(f"{option.type.min}–{option.type.max}")
    if option.required:
        extra.append(say("usage.required"))
    return spelled, "  ".join([option.help or "", *(f"[{one}]" for one in extra)])


def spoken(name: str) -> Callable[[Callable[..., None]], SpokenCommand]:
    """Make a function a command with help from the catalogue.

    Args:
        name: Name of its sentence without `help.`: its own, after that of its group if it has one.
    """
    return click.command(cls=SpokenCommand, name=name)
