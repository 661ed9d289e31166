"""Commands whose help is taken from the catalogue, in the language asked for."""

from __future__ import annotations

from collections.abc import Callable

import click

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


def spoken(name: str) -> Callable[[Callable[..., None]], SpokenCommand]:
    """Make a function a command with help from the catalogue.

    Args:
        name: Name of its sentence without `help.`: its own, after that of its group if it has one.
    """
    return click.command(cls=SpokenCommand, name=name)
