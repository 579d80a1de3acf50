"""Rasa's graph of components is run node by node, in an order that is worked out once.

Rasa hands it to dask at every step of a turn, which works the order out anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.rasa import pinned

Plan = Sequence[tuple[str, Sequence[str]]]
"""Names of nodes, each with the names of the nodes or inputs it needs, which come before it."""


def apply() -> None:
    """Puts the plain run in place of dask's; raises RasaUnknown."""
    pinned.require()
    from rasa.engine.exceptions import GraphRunError
    from rasa.engine.runner.dask import DaskGraphRunner

    DaskGraphRunner.run = _method(GraphRunError)


def plan(needs: Mapping[str, Mapping[str, str]], targets: Sequence[str]) -> Plan:
    """The nodes that the targets need, in an order in which each comes after what it needs.

    `needs` maps a node's arguments to names; a name that is no node is an input.
    """
    order: dict[str, Sequence[str]] = {}

    def visit(name: str) -> None:
        if name in needs and name not in order:
            wanted = list(needs[name].values())
            for other in wanted:
                visit(other)
            order[name] = wanted

    for target in targets:
        visit(target)
    return list(order.items())


def run(nodes: Mapping[str, Any], order: Plan, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What each node of the plan gave; a node takes and gives pairs of a name and a value."""
    found: dict[str, Any] = {name: (name, value) for name, value in inputs.items()}
    for name, wanted in order:
        # A name that nobody gave is handed on as it is: the node says that it is missing.
        found[name] = nodes[name](*(found.get(other, other) for other in wanted))
    return found


def _method(run_error: type[Exception]) -> Any:
    def run_graph(
        self: Any, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        wanted = tuple(targets or self._graph_schema.target_names)
        plans = vars(self).setdefault("_plans", {})
        if wanted not in plans:
            needs = {name: node.needs for name, node in self._graph_schema.nodes.items()}
            plans[wanted] = plan(needs, wanted)
        clashes = set(inputs or ()) & set(self._instantiated_nodes)
        if clashes:
            raise run_error(f"inputs named like nodes of the graph: {', '.join(sorted(clashes))}")
        try:
            found = run(self._instantiated_nodes, plans[wanted], inputs or {})
        except RuntimeError as error:
            raise run_error("Error running runner.") from error
        return dict(found[name] for name in wanted)

    return run_graph
