"""Other engines on the workload of benchmarks/rules.py; each runs in an environment of its own.

    python benchmarks/rule_engines.py NAME SECONDS

Prints one JSON object: events done within SECONDS (at least three), the median of microseconds for
all 200 rules against one event, matches counted and expected, and what compiling took. Each engine
is used as its documentation shows for many events: rules are compiled before the clock starts where
it can compile, and a context is built once for an event and used for all rules.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1] / "src" / "postlude" / "rules" / "measuring")
)

import workload
from workload import Asked, Event

FEWEST = 3
Facts = dict[str, Any]
Count = Callable[[Facts], int]


def facts(event: Event) -> Facts:
    flags = {f"s{number}": number in event.segments for number in range(workload.SEGMENTS)}
    plain = {key: value for key, value in asdict(event).items() if key != "segments"}
    return plain | flags


def infix(rule: Asked, *, conjunction: str = " && ", among: str = "[{}]") -> str:
    """The rule as CEL, ZEN, Python and rule-engine write it, but for `and` and lists."""
    parts = []
    for name, span in (("amount", rule.amount), ("second", rule.seconds)):
        if span is not None:
            parts.append(f"{name} >= {span[0]}{conjunction}{name} < {span[1]}")
    if rule.products is not None:
        quoted = ", ".join(f'"{product}"' for product in rule.products)
        parts.append(f"product in {among.format(quoted)}")
    if rule.segment is not None:
        parts.append(f"s{rule.segment}")
    if rule.quantity is not None:
        parts.append(f"quantity >= {rule.quantity}")
    return conjunction.join(parts)


def json_logic(rule: Asked) -> Facts:
    def var(name: str) -> Facts:
        return {"var": name}

    parts: list[Facts] = []
    for name, span in (("amount", rule.amount), ("second", rule.seconds)):
        if span is not None:
            parts += [{">=": [var(name), span[0]]}, {"<": [var(name), span[1]]}]
    if rule.products is not None:
        parts.append({"in": [var("product"), list(rule.products)]})
    if rule.segment is not None:
        parts.append(var(f"s{rule.segment}"))
    if rule.quantity is not None:
        parts.append({">=": [var("quantity"), rule.quantity]})
    return {"and": parts}


def common_expression_language(rules: Sequence[Asked]) -> Count:
    import cel

    programs = [cel.compile(infix(rule)) for rule in rules]

    def count(given: Facts) -> int:
        context = cel.Context(variables=given)
        return sum(program.execute(context) for program in programs)

    return count


def cel_expr_python(rules: Sequence[Asked]) -> Count:
    from cel_expr_python import cel

    types = {"amount": cel.Type.INT, "second": cel.Type.INT, "quantity": cel.Type.INT}
    flags = {f"s{number}": cel.Type.BOOL for number in range(workload.SEGMENTS)}
    environment = cel.NewEnv(variables=types | flags | {"product": cel.Type.STRING})
    programs = [environment.compile(infix(rule)) for rule in rules]

    def count(given: Facts) -> int:
        activation = environment.Activation(given)
        return sum(program.eval(activation).value() for program in programs)

    return count


def cel_python(rules: Sequence[Asked]) -> Count:
    import celpy
    from celpy.adapter import json_to_cel

    environment = celpy.Environment(runner_class=celpy.InterpretedRunner)
    programs = [environment.program(environment.compile(infix(rule))) for rule in rules]

    def count(given: Facts) -> int:
        context = json_to_cel(given)
        return sum(bool(program.evaluate(context)) for program in programs)

    return count


def zen_expressions(rules: Sequence[Asked]) -> Count:
    import zen

    programs = [zen.compile_expression(infix(rule, conjunction=" and ")) for rule in rules]
    return lambda given: sum(program.evaluate(given) for program in programs)


def zen_decision_table(rules: Sequence[Asked]) -> Count:
    import zen

    decision = zen.ZenEngine().create_decision(json.dumps(_decision_table(rules)))
    return lambda given: len(decision.evaluate(given)["result"])


def _decision_table(rules: Sequence[Asked]) -> Facts:
    fields = ("amount", "second", "product", "quantity")
    columns = (*fields, *(f"s{number}" for number in range(workload.SEGMENTS)))
    rows = []
    for number, rule in enumerate(rules):
        row = dict.fromkeys(columns, "") | {"_id": str(number), "rule": str(number)}
        for name, span in (("amount", rule.amount), ("second", rule.seconds)):
            if span is not None:
                row[name] = f"[{span[0]}..{span[1]})"
        if rule.products is not None:
            row["product"] = ", ".join(f'"{product}"' for product in rule.products)
        if rule.segment is not None:
            row[f"s{rule.segment}"] = "true"
        if rule.quantity is not None:
            row["quantity"] = f">= {rule.quantity}"
        rows.append(row)
    inputs = [{"id": name, "name": name, "field": name, "type": "expression"} for name in columns]
    outputs = [{"id": "rule", "name": "rule", "field": "rule", "type": "expression"}]
    table = {"hitPolicy": "collect", "inputs": inputs, "outputs": outputs, "rules": rows}
    return {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "b", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }


def simple_eval(rules: Sequence[Asked]) -> Count:
    from simpleeval import EvalWithCompoundTypes

    evaluator = EvalWithCompoundTypes()
    texts = [infix(rule, conjunction=" and ", among="({})") for rule in rules]
    parsed = [(text, evaluator.parse(text)) for text in texts]

    def count(given: Facts) -> int:
        evaluator.names = given
        return sum(evaluator.eval(text, previously_parsed=tree) for text, tree in parsed)

    return count


def panzi_json_logic(rules: Sequence[Asked]) -> Count:
    from json_logic.apply import apply

    logic = [json_logic(rule) for rule in rules]
    return lambda given: sum(bool(apply(each, given)) for each in logic)


def json_logic_qubit(rules: Sequence[Asked]) -> Count:
    from json_logic import jsonLogic

    logic = [json_logic(rule) for rule in rules]
    return lambda given: sum(bool(jsonLogic(each, given)) for each in logic)


def jsonlogic_rs(rules: Sequence[Asked]) -> Count:
    from jsonlogic_rs import apply_serialized

    logic = [json.dumps(json_logic(rule)) for rule in rules]

    def count(given: Facts) -> int:
        data = json.dumps(given)
        return sum(apply_serialized(each, data, json.loads) for each in logic)

    return count


def business_rules(rules: Sequence[Asked]) -> Count:
    from business_rules.engine import check_conditions_recursively

    conditions = [{"all": list(_business_conditions(rule))} for rule in rules]
    variables = _business_variables()

    def count(given: Facts) -> int:
        asked = variables(given)
        return sum(check_conditions_recursively(each, asked) for each in conditions)

    return count


def _business_variables() -> type[Any]:
    from business_rules.variables import (
        BaseVariables,
        boolean_rule_variable,
        numeric_rule_variable,
        select_multiple_rule_variable,
    )

    def variable(name: str, kind: Callable[..., Any]) -> Any:
        def read(self: Any) -> Any:
            return self.given[name]

        read.__name__ = name
        return kind(read)

    def start(self: Any, given: Facts) -> None:
        self.given = given

    kinds = {
        "amount": numeric_rule_variable(),
        "second": numeric_rule_variable(),
        "quantity": numeric_rule_variable(),
        "product": lambda read: select_multiple_rule_variable(options=())(_as_list(read)),
    } | {f"s{number}": boolean_rule_variable() for number in range(workload.SEGMENTS)}
    members = {name: variable(name, kind) for name, kind in kinds.items()}
    return type("Variables", (BaseVariables,), members | {"__init__": start})


def _as_list(read: Callable[[Any], str]) -> Callable[[Any], list[str]]:
    def several(self: Any) -> list[str]:
        return [read(self)]

    several.__name__ = read.__name__
    return several


def _business_conditions(rule: Asked) -> Iterator[Facts]:
    for name, span in (("amount", rule.amount), ("second", rule.seconds)):
        if span is not None:
            yield {"name": name, "operator": "greater_than_or_equal_to", "value": span[0]}
            yield {"name": name, "operator": "less_than", "value": span[1]}
    if rule.products is not None:
        yield {
            "name": "product",
            "operator": "shares_at_least_one_element_with",
            "value": list(rule.products),
        }
    if rule.segment is not None:
        yield {"name": f"s{rule.segment}", "operator": "is_true", "value": True}
    if rule.quantity is not None:
        yield {"name": "quantity", "operator": "greater_than_or_equal_to", "value": rule.quantity}


def rule_engine(rules: Sequence[Asked]) -> Count:
    import rule_engine as engine

    numbers = dict.fromkeys(("amount", "second", "quantity"), engine.DataType.FLOAT)
    flags = {f"s{number}": engine.DataType.BOOLEAN for number in range(workload.SEGMENTS)}
    types = numbers | flags | {"product": engine.DataType.STRING}
    context = engine.Context(type_resolver=engine.type_resolver_from_dict(types))
    compiled = [engine.Rule(infix(rule, conjunction=" and "), context=context) for rule in rules]
    return lambda given: sum(each.matches(given) for each in compiled)


ENGINES: dict[str, tuple[str, Callable[[Sequence[Asked]], Count]]] = {
    "common-expression-language": (
        "common-expression-language==0.10.0",
        common_expression_language,
    ),
    "cel-expr-python": ("cel-expr-python==0.1.3", cel_expr_python),
    "zen-engine expressions": ("zen-engine==2.1.3", zen_expressions),
    "zen-engine decision table": ("zen-engine==2.1.3", zen_decision_table),
    "simpleeval": ("simpleeval==1.0.8", simple_eval),
    "panzi-json-logic": ("panzi-json-logic==1.0.1", panzi_json_logic),
    "jsonlogic-rs": ("jsonlogic-rs==0.5.0", jsonlogic_rs),
    "json-logic-qubit": ("json-logic-qubit==0.9.1", json_logic_qubit),
    "business-rules": ("business-rules==1.1.1", business_rules),
    "rule-engine": ("rule-engine==5.1.0", rule_engine),
    "cel-python": ("cel-python==0.5.0", cel_python),
}


def main() -> None:
    name, seconds = sys.argv[1], float(sys.argv[2])
    rules, events = workload.rules(), workload.events()
    start = time.perf_counter()
    count = ENGINES[name][1](rules)
    compiled = time.perf_counter() - start
    taken: list[int] = []
    matches = 0
    until = time.perf_counter() + seconds
    for event in events:
        given = facts(event)
        begin = time.perf_counter_ns()
        matches += count(given)
        taken.append(time.perf_counter_ns() - begin)
        if len(taken) >= FEWEST and time.perf_counter() > until:
            break
    expected = sum(workload.expected(rules, events[: len(taken)]))
    print(
        json.dumps(
            {
                "events": len(taken),
                "median_us": sorted(taken)[len(taken) // 2] / 1e3,
                "matches": matches,
                "expected": expected,
                "compile_ms": round(compiled * 1e3, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
