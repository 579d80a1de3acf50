"""`python -m bot.rasa run ...` and the like: the `rasa` command, with less to import."""

from __future__ import annotations

import sys

from bot.rasa import (
    action_calls,
    action_results,
    domain_check,
    event_kinds,
    garbage,
    graph_runs,
    left_out,
    log_copies,
    pinned,
    rule_lookup,
    shared_slots,
    slot_reading,
)

PATCHES = (
    action_calls,
    action_results,
    domain_check,
    event_kinds,
    graph_runs,
    log_copies,
    rule_lookup,
    shared_slots,
    slot_reading,
)


def main() -> int:
    try:
        left_out.apply()
        from rasa.__main__ import main as rasa

        for patch in PATCHES:
            patch.apply()
    except pinned.RasaUnknown as problem:
        print(problem, file=sys.stderr)
        return 1
    garbage.look_less_often()
    rasa()
    return 0


if __name__ == "__main__":
    sys.exit(main())
