"""Writes src/govner/lexicon/data/tables.z, the built lexicon. Run it after any change of the data files or grammar:

python tools/build_lexicon.py
"""

from __future__ import annotations

from pathlib import Path

from govner.lexicon import snapshot
from govner.lexicon.build import build
from govner.rules.rules import grammar, sources

TARGET = Path(__file__).parent.parent / "src" / "govner" / "lexicon" / "data" / snapshot.NAME


def main() -> None:
    literals = grammar().literals
    content = snapshot.digest(literals).encode("ascii") + snapshot.pack(build(*sources(literals)))
    TARGET.write_bytes(content)
    print(f"{TARGET}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
