"""``python -m mmatch``, the same as the command ``mmatch``."""

from __future__ import annotations

import sys
from importlib.util import find_spec


def main() -> int:
    """Run the command line; say in one sentence what to install where it is missing."""
    missing = [name for name in ("typer", "rich") if find_spec(name) is None]
    if missing:
        sys.stderr.write(f"The command line needs {' and '.join(missing)}: pip install 'mmatch[cli]'\n")
        return 2
    from mmatch.cli import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
