"""In which sizes, lights and languages pages are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any, Literal


@dataclass(frozen=True)
class View:
    size: Literal["desktop", "phone"] = "desktop"
    light: Literal["light", "dark"] = "light"
    language: Literal["en", "es"] = "en"

    @property
    def context(self) -> dict[str, Any]:
        """What a browser context is made with."""
        phone = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
        width, height = (360, 740) if self.size == "phone" else (1280, 800)
        return {
            "viewport": {"width": width, "height": height},
            "color_scheme": self.light,
            "locale": "es-US" if self.language == "es" else "en-US",
            **(phone if self.size == "phone" else {}),
        }

    def __str__(self) -> str:
        return f"{self.size}-{self.light}-{self.language}"


DESKTOP, PHONE = View(), View("phone")
ALL_VIEWS = [View(*one) for one in product(("desktop", "phone"), ("light", "dark"), ("en", "es"))]
