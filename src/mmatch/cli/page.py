"""`mmatch app`: the coordinator's page, on this machine only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def page(
    folder: Annotated[str, typer.Argument(help="Where the page keeps its files.")] = "mentoring",
    *,
    example: Annotated[str | None, typer.Option(help="Begin with an example cohort, such as informational.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="On which to listen; 0 is a free one.")] = 0,
) -> None:
    """Open the coordinator's page in the browser: from sign-ups to released letters, without another command.

    Nothing leaves this machine. Every other command takes the folder, too. For example:
    mmatch app autumn, or mmatch app demo --example informational
    """
    try:
        from mmatch.app import serve
    except ModuleNotFoundError as error:
        lacking = (error.name or "").partition(".")[0]
        if lacking not in {"starlette", "uvicorn", "python_multipart", "anyio"}:
            raise
        typer.echo(f'The page needs {lacking}, which is not installed: pip install "mmatch[app]"', err=True)
        raise typer.Exit(2) from None
    serve(Path(folder), example=example, browser=not no_browser, port=port, say=typer.echo)
