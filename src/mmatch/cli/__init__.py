"""The command line: each command calls the function of the same name. One file for commands that belong together."""

from mmatch.cli.running import app, run

__all__ = ["app", "run"]
