"""The command line: each command calls the function of the same name. One file for commands that belong together."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from mmatch import __version__
from mmatch.cli.answering import explain, letters, match, report, verify
from mmatch.cli.comparing import compare
from mmatch.cli.dating import reschedule, schedule
from mmatch.cli.events import event, introduce
from mmatch.cli.page import page
from mmatch.cli.preparing import check, example, setup
from mmatch.cli.repairing import forget, price, recommend, relax, release, repair, waiting
from mmatch.errors import MmatchError, NoMatchingError

__all__ = ["app", "run"]

app = typer.Typer(
    name="mmatch",
    help="Match mentors and mentees, with proof.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (
    match,
    setup,
    check,
    compare,
    verify,
    explain,
    schedule,
    reschedule,
    event,
    introduce,
    report,
    letters,
    price,
    repair,
    release,
    relax,
    recommend,
    waiting,
    forget,
    example,
):
    app.command()(verb)
app.command("app")(page)

USAGE: Any = typer.BadParameter.__mro__[2]  # the root of errors about the command itself


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mmatch {__version__}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Match mentors and mentees, with proof."""


def run() -> int:  # noqa: PLR0911 - one return an exit status
    """The command with its exit status: 0 done, 1 the answer is no, 2 an error, 130 interrupted."""
    try:
        return int(app(standalone_mode=False) or 0)
    except NoMatchingError as error:
        return _message(error, 1)
    except MmatchError as error:
        return _message(error, 2)
    except typer.Exit as finished:
        return finished.exit_code
    except USAGE as error:
        error.show()
        return 2
    except (typer.Abort, KeyboardInterrupt):
        return _message("interrupted", 130)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - Python flushes it at exit
        return 0


def _message(error: object, status: int) -> int:
    sys.stderr.write(f"{error}\n")
    return status
