"""The desk's commands; `python -m desk --help` lists them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from desk import commands, doctor, export, gaps
from desk.database import Database
from desk.errors import DeskError
from desk.serve import serve
from desk.settings import load_settings
from desk.staff import ROLES


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when it was done, 1 with one line on stderr when it was not."""
    options = _parser().parse_args(arguments)
    if options.command == "doctor":
        return doctor.run(options)
    try:
        settings = load_settings()
        if options.command == "serve":
            serve(settings)
        else:
            database = Database(settings.database_url.get_secret_value())
            try:
                options.run(database, options)
            finally:
                database.close()
    except DeskError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m desk",
        description="The desk: the web service for visitors, and the cases that people answer.",
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    subparsers.add_parser("serve", help="run the web service (PORT and HOST in the environment)")
    migrate = subparsers.add_parser("migrate", help="bring the database's tables up to date")
    migrate.set_defaults(run=commands.migrate)
    _add_cases(subparsers.add_parser("cases", help="see, take and answer handoff cases"))
    _add_staff(subparsers.add_parser("staff", help="who has an account"))
    looking = subparsers.add_parser("doctor", help="look at every part, say what to do")
    looking.add_argument("--json", action="store_true", help="as JSON")
    _add_deleting(subparsers)
    _add_export(subparsers.add_parser("export", help="conversations, redacted, as JSON lines"))
    _add_gaps(subparsers.add_parser("gaps", help="questions that no document answered"))
    return parser


def _add_cases(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="unresolved cases, the most urgent first")
    listing.add_argument("--all", action="store_true", help="resolved ones too")
    listing.add_argument("--json", action="store_true", help="as JSON")
    listing.set_defaults(run=commands.list_cases)
    show = actions.add_parser("show", help="a case with its conversation and its notes")
    show.add_argument("case", metavar="CASE", type=str.upper)
    show.add_argument("--json", action="store_true", help="as JSON")
    show.set_defaults(run=commands.show_case)
    _add_action(actions, "claim", "take a waiting case")
    _add_action(actions, "release", "put a claimed case back among the waiting")
    reassign = _add_action(actions, "reassign", "give a case to another person")
    reassign.add_argument("--to", metavar="EMAIL", required=True, help="who gets it")
    _add_action(actions, "reply", "answer the visitor in a case that you hold", text=True)
    _add_action(actions, "note", "add a note that only staff see", text=True)
    resolve = _add_action(actions, "resolve", "close a case; the assistant answers again")
    resolve.add_argument("--outcome", metavar="TEXT", help="what came of it, for staff")
    _add_action(actions, "hand-back", "close a case that you hold with a last reply", text=True)


def _add_action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    purpose: str,
    *,
    text: bool = False,
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=purpose, description=purpose.capitalize() + ".")
    parser.add_argument("case", metavar="CASE", type=str.upper, help="its id, like C-7K3QF2")
    if text:
        parser.add_argument("text", metavar="TEXT")
    parser.add_argument("--as", dest="by", metavar="EMAIL", required=True, help="who you are")
    parser.set_defaults(run=commands.act)
    return parser


def _add_staff(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="give a person an account, or change the name")
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("--name", help="what visitors see beside this person's replies")
    add.add_argument("--role", choices=ROLES, help="agent, or admin, who also sees allegations")
    add.add_argument(
        "--password-stdin", action="store_true", help="the password is the first line of stdin"
    )
    add.add_argument(
        "--new-password", action="store_true", help="ask for one, or make one, for a known account"
    )
    add.set_defaults(run=commands.add_staff)
    for name, purpose in (
        ("remove", "close an account and its sessions; what the person did stays on record"),
        ("log-out", "end every session of a person"),
    ):
        ending = actions.add_parser(name, help=purpose)
        ending.add_argument("email", metavar="EMAIL")
        ending.set_defaults(run=commands.end_staff)
    listing = actions.add_parser("list", help="every account")
    listing.set_defaults(run=commands.list_staff)


def _add_deleting(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    delete = subparsers.add_parser("delete", help="delete conversations with all they hold")
    delete.add_argument("conversations", metavar="CONVERSATION", nargs="+")
    delete.set_defaults(run=commands.delete)
    keep = subparsers.add_parser("retention", help="delete conversations that are too old")
    keep.add_argument(
        "--days", type=_days, help="without news for so long; as in the clinic's file unless given"
    )
    keep.add_argument("--dry-run", action="store_true", help="only say how many there are")
    keep.set_defaults(run=commands.retention)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Writes conversations, one JSON object a line, without what points at a person: e-mail"
        " addresses, phone numbers, dates, long numbers, addresses, links and names become"
        f" placeholders. {export.WARNING}"
    )
    parser.add_argument(
        "--since", metavar="DATE", type=_day, required=True, help="first day, in UTC: 2025-01-31"
    )
    parser.add_argument(
        "--until", metavar="DATE", type=_day, help="last day, included; today unless given"
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="a file that only you may read; else to stdout"
    )
    parser.add_argument("--force", action="store_true", help="overwrite the file")
    parser.add_argument(
        "--with-allegations",
        action="store_true",
        help="with the conversations that brought an allegation against staff",
    )
    parser.set_defaults(run=export.run)


def _add_gaps(parser: argparse.ArgumentParser) -> None:
    parser.description = "Questions that visitors asked and no document answered, redacted."
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--since", metavar="DATE", type=_day, help=f"first day; {gaps.DAYS} days ago unless given"
    )
    parser.set_defaults(run=gaps.run)


def _days(value: str) -> int:
    if not value.isdigit() or not 0 < int(value) <= 36500:
        raise argparse.ArgumentTypeError(f"{value!r} is no number of days from 1 to 36500")
    return int(value)


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is no day like 2025-01-31") from None


if __name__ == "__main__":
    sys.exit(main())
