"""Takes one drawing out of a brief and writes it as an SVG that stands alone.

    darsena brief scenarios/us-japan-2024 -o brief.html
    python3 docs/picture.py brief.html shares-party > docs/shares.svg
"""

import re
import sys
from pathlib import Path

CHARTS = Path(__file__).parent.parent / "crates/brief/src/chart/chart.css"
# What the page of a brief gives its drawings: letters, paper and a margin.
PAGE = "svg{background:var(--paper);font-family:var(--sans)}"


def main() -> None:
    page = Path(sys.argv[1]).read_text(encoding="utf-8")
    drawing = re.search(rf'<svg id="{re.escape(sys.argv[2])}".*?</svg>', page, re.S)
    patterns = re.search(r'<svg class="c-patterns".*?(<defs>.*?</defs>)', page, re.S)
    colours = re.search(r":root \{.*?\n\}\n@media \(prefers-color-scheme: dark\) \{.*?\n\}\n", page, re.S)
    if not (drawing and patterns and colours):
        sys.exit(f"no drawing `{sys.argv[2]}` in {sys.argv[1]}")
    style = f"<style>\n{colours.group(0)}{PAGE}\n{CHARTS.read_text(encoding='utf-8')}</style>"
    head, body = drawing.group(0).split(">", 1)
    print(f"{widened(head)}>{style}{patterns.group(1)}{body}")


def widened(head: str) -> str:
    """The opening of the drawing with a margin on all sides."""
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', head).groups())
    box = f'viewBox="-16 -16 {width + 32} {height + 32}" width="{width + 32}" height="{height + 32}"'
    return re.sub(r'viewBox="[^"]*" width="\d+" height="\d+"', box, head)


if __name__ == "__main__":
    main()
