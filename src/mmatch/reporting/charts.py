"""Bar charts as inline SVG: no script, readable in the dark, on paper, and by a screen reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mmatch.display import visible

WIDTH, LABEL, ROW, BAR = 640, 190, 30, 11  # pixels
LONGEST = 26  # characters of a label; the rest is in its title


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of horizontal bars: a title, what each series is called, and for each label one number a series."""

    title: str
    series: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]

    def __html__(self) -> str:
        """The chart; series differ by fill and frame as well as by colour, and every bar has its number."""
        most = max((value for _, values in self.rows for value in values), default=0) or 1
        height = ROW * len(self.rows) + 4
        in_words = "; ".join(f"{label}: {self._told(values)}" for label, values in self.rows)
        parts = [
            f'<figure class="chart"><figcaption>{_safe(self.title)}{self._legend()}</figcaption>',
            f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_safe(f"{self.title}. {in_words}")}">',
        ]
        thick = BAR if len(self.series) > 1 else 2 * BAR
        for k, (label, values) in enumerate(self.rows):
            top = ROW * k + 3
            short = label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
            parts.append(
                f'<text class="label" x="{LABEL - 8}" y="{top + 15}" text-anchor="end">'
                f"<title>{_safe(label)}</title>{_safe(short)}</text>"
            )
            for number, value in enumerate(values):
                width, y = round((WIDTH - LABEL - 60) * value / most, 1), top + number * (thick + 1)
                parts.append(
                    f'<rect class="series{number}" x="{LABEL}" y="{y}" width="{width}" height="{thick}"/>'
                    f'<text class="value" x="{LABEL + width + 6}" y="{y + thick - 1.5}">{value:,}</text>'
                )
        return f"{''.join(parts)}</svg></figure>"

    def _told(self, values: Sequence[int]) -> str:
        return ", ".join(f"{value:,} {name}" for name, value in zip(self.series, values, strict=True))

    def _legend(self) -> str:
        if len(self.series) == 1:
            return ""
        keys = (f'<span class="key series{k}"></span>{_safe(name)}' for k, name in enumerate(self.series))
        return f'<span class="legend">{" ".join(keys)}</span>'


def _safe(text: str) -> str:
    return escape(visible(text))
