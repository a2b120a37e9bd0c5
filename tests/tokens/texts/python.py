"""Plans the watering of a garden from what the ground and the forecast say."""

from __future__ import annotations

import argparse
import csv
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Iterable, Iterator

log = logging.getLogger(__name__)


@dataclass(order=True)
class Bed:
    name: str
    square_metres: float = 1.0
    moisture: list[float] = field(default_factory=list, compare=False)

    @property
    def dryness(self) -> float:
        if not self.moisture:
            return 1.0
        recent = self.moisture[-12:]
        return 1.0 - sum(recent) / len(recent)


def read_beds(path: Path) -> Iterator[Bed]:
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            try:
                yield Bed(row["name"], float(row["area"]), [float(x) for x in row["moisture"].split()])
            except (KeyError, ValueError) as error:
                log.warning("%s: skipped %r: %s", path, row, error)


def plan(beds: Iterable[Bed], start: datetime, litres_per_minute: float = 14.5) -> dict[str, tuple[datetime, timedelta]]:
    result: dict[str, tuple[datetime, timedelta]] = {}
    for bed in sorted(beds, key=lambda b: b.dryness, reverse=True):
        if bed.dryness < 0.35:
            continue
        minutes = bed.dryness * bed.square_metres * 6 / litres_per_minute
        result[bed.name] = (start, timedelta(minutes=round(minutes, 1)))
        start += result[bed.name][1] + timedelta(seconds=20)
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("-v", "--verbose", action="store_true", help="tell more")
    options = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG if options.verbose else logging.INFO)
    for name, (at, duration) in plan(read_beds(options.file), datetime.now()).items():
        print(f"{at:%H:%M} {name:<20} {duration.total_seconds():6.0f} s")
