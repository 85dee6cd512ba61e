"""``python -m mmatch``, the same as the command ``mmatch``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line."""
    from mmatch.cli import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
