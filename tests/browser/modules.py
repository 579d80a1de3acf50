"""Calls functions of a page's module by themselves, in the browser they are made for."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_CALL = """async ([address, name, values]) => {
  const found = (await import(address))[name];
  return values.map((value) => found(...value));
}"""


def call(page: Page, module: Path, function: str, *arguments: list[Any]) -> list[Any]:
    """The function's result for each list of arguments. The module may import nothing."""
    coded = base64.b64encode(module.read_bytes()).decode()
    address = f"data:text/javascript;base64,{coded}"
    results: list[Any] = page.evaluate(_CALL, [address, function, list(arguments)])
    return results
