"""Random numbers from a seed: the same on every platform and in every version of Python.

BLAKE2b keyed by the seed, over a counter, is a stream of bits (RFC 7693); numbers below a bound are drawn without bias
by rejection.
"""

from __future__ import annotations

import hashlib

BLOCK = 512  # bits of one digest


class Keyed:
    """A stream of numbers drawn with a seed."""

    def __init__(self, seed: int | str) -> None:
        self._key = hashlib.blake2b(str(seed).encode()).digest()
        self._blocks = 0

    def below(self, bound: int) -> int:
        """A number from 0 to bound - 1, all with the same chance."""
        bits = (bound - 1).bit_length()
        blocks = -(-bits // BLOCK)
        while True:
            digests = b"".join(self._block() for _ in range(blocks))
            number = int.from_bytes(digests, "big") >> (blocks * BLOCK - bits)
            if number < bound:
                return number

    def _block(self) -> bytes:
        self._blocks += 1
        return hashlib.blake2b(f"draw\0{self._blocks}".encode(), key=self._key).digest()
