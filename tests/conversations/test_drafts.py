"""Drafts for staff from the real action server, asked as the console asks it."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from desk.console.drafts import Draft, Drafts
from tests.conversations.conftest import Assistant

pytestmark = pytest.mark.processes


def draft(assistant: Assistant, question: str) -> Draft:
    async def ask() -> Draft:
        async with httpx.AsyncClient(trust_env=False) as http:
            return await Drafts(http, assistant.url("actions"), 20).of(question)

    return asyncio.run(ask())


def test_a_draft_quotes_the_documents_and_opens_no_case(assistant: Assistant) -> None:
    before = json.loads(assistant.cli("cases", "list", "--all", "--json"))
    found = draft(assistant, "what are the side effects of ketamine?")
    passages = " ".join(str(one["text"]) for one in found.citations)
    assert found.text.split(".")[0] in passages
    assert "Source: " in found.reply
    assert draft(assistant, "who won the cup in 1998?").text == ""
    draft(assistant, "can I double my dose tonight?")
    draft(assistant, "i want to kill myself")
    assert json.loads(assistant.cli("cases", "list", "--all", "--json")) == before
