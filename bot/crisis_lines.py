"""The emergency and crisis lines of the clinic's country, as the slots that replies are filled
with. The values of us are the slots' defaults, so that a reply has its numbers whatever happens.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.settings import SettingsInvalid

FILE = Path(__file__).parents[1] / "crisis_lines.yml"
DEFAULT = "us"


def slots_of(country: str, file: Path = FILE) -> dict[str, str]:
    """Slot names and values of a country; Spanish and English ones end in `_es` and `_en`. Raises
    SettingsInvalid where the country, or one of its lines, is missing.
    """
    countries = yaml.safe_load(file.read_text(encoding="utf-8"))
    if country not in countries:
        known = ", ".join(countries)
        raise SettingsInvalid(f"CLINIC_COUNTRY: {country!r} is not in {file.name}: {known}.")
    slots, needed = _flat(countries[country]), _flat(countries[DEFAULT])
    missing = sorted(needed.keys() - slots.keys())
    if missing:
        raise SettingsInvalid(f"{file.name}: {country} has no {', '.join(missing)}.")
    return {name: slots[name] for name in needed}


def _flat(lines: dict[str, dict[str, str]]) -> dict[str, str]:
    return {
        name if part == "numbers" else f"{name}_{part}": str(value)
        for part, values in lines.items()
        for name, value in values.items()
    }
