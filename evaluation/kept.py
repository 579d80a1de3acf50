"""What was measured stays for the next table, because some of it takes hours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evaluation.messages import ROOT

FOLDER = ROOT / "var" / "evaluation"

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Kept:
    """Figures by name, in a file; those measured in another `setting` are left out."""

    file: Path
    setting: str = ""

    def read(self) -> dict[str, dict[str, float]]:
        """By name; none where nothing was measured."""
        if not self.file.is_file():
            return {}
        known = json.loads(self.file.read_text(encoding="utf-8"))
        return dict(known["figures"]) if known["setting"] == self.setting else {}

    def add(self, name: str, figures: Figures) -> None:
        """Beside what is known of this name already."""
        known = self.read()
        known[name] = {**known.get(name, {}), **figures}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"setting": self.setting, "figures": known}, indent=1)
        self.file.write_text(text, encoding="utf-8")
