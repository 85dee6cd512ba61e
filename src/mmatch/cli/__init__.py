"""The command line: the same verbs as the library, thin. One file for verbs that belong together."""

from mmatch.cli.running import app, run

__all__ = ["app", "run"]
