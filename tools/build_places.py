"""Pack the administrative units of ``../shared/places`` into the data file of ``govner.places``.

    python tools/build_places.py [--places ../shared/places]

Writes ``src/govner/places/data/units.z``: UTF-8 text compressed with zlib, one column a line. The rows stand in the
order of the names' keys (``govner.places.names.key``), within a key by level, then those that still stand, the latest
first, then code, so that the units of one name are one range. The lines are:

1. days, the first empty; 2. the distinct keys; 3. how many rows each has; 4. names; 5. levels; 6. types, 7. first and
8. last day, one character a row (the place in ``TYPES`` or, from "0" on, in line 1); 9. codes; 10. parents' codes; 11.
latitudes; 12. longitudes (four decimals: 11 metres); 13. codes of successors; 14. codes of predecessors on 2025-07-01.
The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import sys
import zlib
from collections import Counter, defaultdict
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from govner.places.names import TYPES, key  # noqa: E402

OUT = ROOT / "src" / "govner" / "places" / "data" / "units.z"
REFORM, EVE = "2025-07-01", "2025-06-30"
SHARES = {"whole": 0, "main part": 0, "part": 1}

Row = dict[str, str]
Links = dict[str, list[str]]


def read(path: Path) -> list[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def spans(row: Row, day: str) -> bool:
    """Whether a unit stood on a day."""
    return row["observed_from"] <= day <= (row["observed_to"] or "9999")


def overlap(one: Row, other: Row) -> bool:
    """Whether two units stood on one day."""
    start = max(one["observed_from"], other["observed_from"])
    return start <= min(one["observed_to"] or "9999", other["observed_to"] or "9999")


def links(places: Path) -> tuple[Links, Links]:
    """Successors and predecessors of communes and provinces by code, the main parts first."""
    after: Links = defaultdict(list)
    before: Links = defaultdict(list)
    pairs = [(r["old_province"], r["new_province"]) for r in read(places / "provinces_2025.csv")]
    parts = read(places / "successors.csv")
    for old in sorted(parts, key=lambda r: (SHARES[r["share"]], r["old_commune"], r["new_commune"])):
        pairs.append((old["old_commune"], old["new_commune"]))
    for one, other in pairs:
        after[one].append(other)
        before[other].append(one)
    return after, before


def kin(rows: list[Row], places: Path) -> None:
    """Give every row its ``successors`` and ``predecessors``, codes with spaces between."""
    after, before = links(places)
    below = defaultdict(list)
    by_code = defaultdict(list)
    for row in rows:
        below[row["parent"]].append(row)
        by_code[row["level"], row["code"]].append(row)
    for row in rows:
        ended = "" < row["observed_to"] <= EVE
        successors = after.get(row["code"], []) if ended else []
        if row["level"] == "2":
            children = [child for child in below[row["code"]] if overlap(row, child)]
            counts = Counter(code for child in children for code in after.get(child["code"], []))
            # The communes that took over the most of its communes come first.
            successors = sorted(counts, key=lambda code: (-counts[code], code))
        predecessors = before.get(row["code"], []) if spans(row, REFORM) else []
        if row["observed_from"] == "" and predecessors:
            # It stood before and after: only what it took over is not itself.
            predecessors = [code for code in predecessors if code != row["code"]]
        # Renamed or raised after the reform: the next and the last state of the same code.
        same = [other for other in by_code[row["level"], row["code"]] if other is not row]
        if row["observed_to"] >= REFORM and any(other["observed_from"] > row["observed_to"] for other in same):
            successors = [row["code"]]
        if row["observed_from"] > REFORM and any(other["observed_to"] >= REFORM for other in same):
            predecessors = [row["code"]]
        row["successors"], row["predecessors"] = " ".join(successors), " ".join(predecessors)


def degrees(value: str) -> str:
    """Four decimals, no zeros at the end."""
    return f"{float(value):.4f}".rstrip("0").rstrip(".") if value else ""


def pack(rows: list[Row]) -> bytes:
    """The bytes of the data file."""
    rows = sorted(
        rows,
        key=lambda r: (
            key(r["name"]), r["level"], r["observed_to"] != "", -int(r["observed_to"].replace("-", "") or 0), r["code"],
        ),
    )  # fmt: skip
    days = ["", *sorted({r[name] for r in rows for name in ("observed_from", "observed_to")} - {""})]
    index = {day: chr(48 + n) for n, day in enumerate(days)}
    counts = [(name, sum(1 for _ in group)) for name, group in groupby(key(r["name"]) for r in rows)]
    lines = [
        "\t".join(days),
        "\t".join(name for name, _ in counts),
        " ".join(str(count) for _, count in counts),
        "\t".join(r["name"] for r in rows),
        "".join(r["level"] for r in rows),
        "".join(str(TYPES.index(r["type"])) for r in rows),
        "".join(index[r["observed_from"]] for r in rows),
        "".join(index[r["observed_to"]] for r in rows),
        *("\t".join(r[name] for r in rows) for name in ("code", "parent")),
        *("\t".join(degrees(r[name]) for r in rows) for name in ("lat", "lon")),
        *("\t".join(r[name] for r in rows) for name in ("successors", "predecessors")),
    ]
    return zlib.compress("\n".join(lines).encode("utf-8"), 9)


def main() -> None:
    """Read, link, pack, write; the size goes to standard error."""
    parser = argparse.ArgumentParser(description="Pack the administrative units.")
    parser.add_argument("--places", type=Path, default=ROOT.parent / "shared" / "places")
    places = parser.parse_args().places
    rows = read(places / "units.csv")
    kin(rows, places)
    packed = pack(rows)
    OUT.write_bytes(packed)
    print(f"{len(rows)} units, {len(packed)} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
