"""Rules, aims and solvers by name: mmatch's own, one file each, and those of plug-ins."""

from mmatch.registry.lookup import closest, find, names, parts_on_use
from mmatch.registry.own import own, own_names
from mmatch.registry.plugins import Plugin, installed_plugins, register

__all__ = [
    "Plugin",
    "closest",
    "find",
    "installed_plugins",
    "names",
    "own",
    "own_names",
    "parts_on_use",
    "register",
]
