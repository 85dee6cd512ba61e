"""Rules, aims and solvers by name: mmatch's own, one file each, and those of plug-ins."""

from mmatch.registry.lookup import attribute_of, closest, find, names
from mmatch.registry.own import own, own_names

__all__ = ["attribute_of", "closest", "find", "names", "own", "own_names"]
