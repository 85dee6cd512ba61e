"""Exact numbers: what a user may give as a count or a score, and the one rounding of scores to integers."""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.errors import UnsupportedError, excerpt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mmatch.arrays import Ints

Value = int | float | tuple[int | float, ...]  # of a tier, as users read it
Exact = Fraction | tuple[Fraction, ...]  # the same without rounding
LARGEST_COUNT = 2**31 - 1
LARGEST_FLOAT = int(sys.float_info.max)  # any number stays a float
BITS = 40  # scores keep at least so many bits below the largest one
SAMPLE = 1000  # values that show whether a column is made of whole numbers or long fractions
LOG_BITS = 40  # of a logarithm, behind the point
EXACT_BITS = 62  # whole numbers stay exact up to this size


def count_fault(value: object, name: str, *, least: int = 0, optional: bool = True) -> str:
    """What is wrong with a count, or an empty text."""
    wanted = f"{name} must be a whole number from {least} to {LARGEST_COUNT}" + (" or None" if optional else "")
    if value is None and optional:
        return ""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        return f"found {type(value).__name__} {excerpt(value)}, expected: {wanted}"
    return "" if least <= value <= LARGEST_COUNT else f"found {excerpt(int(value))}, expected: {wanted}"


def number_fault(value: object, name: str) -> str:
    """What is wrong with a finite number, or an empty text."""
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | float | Decimal | Fraction | np.integer | np.floating
    ):
        return f"found {type(value).__name__} {excerpt(value)}, expected: {name} must be a finite number"
    if isinstance(value, int | Fraction) and not -LARGEST_FLOAT <= value <= LARGEST_FLOAT:
        return f"found a number above 1.8e308, expected: {name} must be smaller"
    finite = value.is_finite() if isinstance(value, Decimal) else isinstance(value, int | Fraction | np.integer)
    if not finite and (isinstance(value, Decimal) or not math.isfinite(value)):
        return f"found {excerpt(str(value))}, expected: {name} must be a finite number"
    return ""


def exact(value: Any) -> Fraction:
    """A finite number as the fraction that it is."""
    if isinstance(value, np.integer):
        return Fraction(int(value))
    return Fraction(float(value)) if isinstance(value, np.floating) else Fraction(value)


def short(value: Any) -> Fraction:
    """The short fraction that a user meant: 0.3 is 3/10; the exact value where no short one reads the same."""
    near = exact(value).limit_denominator(1_000_000)
    return near if float(near) == float(value) else exact(value)


def plain(value: Fraction) -> int | float:
    """A fraction as users read it: an int where it is whole, else the nearest float."""
    return value.numerator if value.denominator == 1 else float(value)


def readable(value: Any) -> Any:
    """The same for a vector, item by item."""
    return tuple(map(plain, value)) if isinstance(value, tuple) else plain(value)


def score_column(values: list[Any]) -> NDArray[Any]:
    """Valid scores as one column: int64 or float64 where that is exact, else fractions."""
    kinds = set(map(type, values))
    if kinds <= {int} and all(-(2**62) < v < 2**62 for v in values):
        return np.array(values, dtype=np.int64)
    if kinds <= {float} or (kinds <= {float, int} and all(abs(v) <= 2**53 for v in values if type(v) is int)):
        return np.array(values, dtype=np.float64) + 0.0
    column = np.empty(len(values), dtype=object)
    column[:] = [exact(v) for v in values]
    return column


def to_grid(values: NDArray[Any]) -> tuple[Ints, Fraction, float]:
    """Scores rounded once to whole numbers: (integers, unit, resolution).

    score = integer x unit, and both unit and resolution are powers of two. Whole numbers below 2^62 and fractions of at
    most 41 bits stay exact; all others are rounded to the coarsest power of two of at most max|score| / 2^40.

    Raises:
        UnsupportedError: whole numbers of more than 62 bits, which no solver here can keep exact.
    """
    if values.dtype == object:
        return _fraction_grid([exact(v) for v in values])
    if values.dtype.kind in "iu":
        return (
            values.astype(np.int64),
            Fraction(1),
            _resolution(Fraction(int(np.abs(values).max(initial=0))), Fraction(1)),
        )
    return _float_grid(values)


def _float_grid(values: NDArray[Any]) -> tuple[Ints, Fraction, float]:
    largest = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
    if largest == 0:
        return np.zeros(values.shape, dtype=np.int64), Fraction(1), 1.0
    if largest < 2**BITS and _whole(values[:SAMPLE]) and _whole(values):  # small whole numbers: the common case
        return values.astype(np.int64), Fraction(1), _resolution(exact(largest), Fraction(1))
    top = math.frexp(largest)[1]
    low = _lowest_bit(values, top)
    whole = low >= 0 and top <= EXACT_BITS
    power = low if top - low <= BITS + 1 or whole else top - 1 - BITS
    unit = Fraction(2) ** power
    grid = values * 2.0**-power if abs(power) < 1000 else np.ldexp(values, -power)  # both exact; the first is fast
    return np.rint(grid, out=grid).astype(np.int64), unit, _resolution(exact(largest), unit)


def _whole(values: NDArray[Any]) -> bool:
    return np.array_equal(values, np.rint(values))


def _lowest_bit(values: NDArray[Any], top: int) -> int:
    """The exponent of the lowest bit set; long fractions show in the first values already."""
    if len(values) > SAMPLE and values[:SAMPLE].any():
        low = _lowest_bit(values[:SAMPLE], top)
        if low < top - EXACT_BITS:
            return low
    mantissa, exponent = np.frexp(values[values != 0])
    whole = np.ldexp(mantissa, 53).astype(np.int64)
    return int((exponent - 53 + np.log2((whole & -whole).astype(np.float64)).astype(np.int64)).min())


def _fraction_grid(values: list[Fraction]) -> tuple[Ints, Fraction, float]:
    largest = max((abs(v) for v in values), default=Fraction(0))
    if largest == 0:
        return np.zeros(len(values), dtype=np.int64), Fraction(1), 1.0
    finest = max(v.denominator for v in values)
    binary = all(v.denominator & (v.denominator - 1) == 0 for v in values)
    if binary and largest * finest < 2 ** (EXACT_BITS if finest == 1 else BITS + 1):
        unit = Fraction(1, finest)
    elif finest == 1:
        raise UnsupportedError(
            f"scores are whole numbers of {largest.numerator.bit_length()} bits, at most {EXACT_BITS} stay exact: "
            "divide them, or give floats, which are rounded"
        )
    else:
        unit = _power_below(largest / 2**BITS)
    grid = np.array([round(v / unit) for v in values], dtype=np.int64)
    return grid, unit, _resolution(largest, unit)


def _resolution(largest: Fraction, unit: Fraction) -> float:
    """The power of two that the user is told: at most ``unit`` and at most largest / 2^40."""
    resolution = float(min(unit, _power_below(largest / 2**BITS))) if largest else 1.0
    if resolution == 0:
        raise UnsupportedError(f"scores of at most {float(largest)} are too small to be rounded: multiply them")
    return resolution


def _power_below(value: Fraction) -> Fraction:
    """The largest power of two that is at most ``value`` > 0."""
    power = value.numerator.bit_length() - value.denominator.bit_length()
    candidate = Fraction(2) ** power
    return candidate if candidate <= value else candidate / 2


def whole_log2(values: Ints) -> Ints:
    """log2 of whole numbers from 1 in units of 2^-40, rounded down: the same on every machine.

    Digit by digit: squaring the mantissa doubles its logarithm (only multiplications, which IEEE 754 fixes to the bit).
    """
    mantissa, exponent = np.frexp(values.astype(np.float64))
    mantissa, power = 2 * mantissa, exponent.astype(np.int64) - 1  # value = mantissa * 2^power, 1 <= mantissa < 2
    logs = power
    for _ in range(LOG_BITS):
        mantissa = mantissa * mantissa
        over = mantissa >= 2
        mantissa = np.where(over, mantissa / 2, mantissa)
        logs = 2 * logs + over
    return logs.astype(np.int64)


def exact_sum(values: Any) -> int:
    """The sum of an integer array, whatever its size."""
    if len(values) == 0:
        return 0
    if int(np.abs(values).max()).bit_length() + math.ceil(math.log2(len(values) + 1)) < 62:
        return int(values.sum())
    return sum(values.tolist())
