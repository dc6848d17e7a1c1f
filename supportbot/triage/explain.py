"""Decision -> text: what was decided, by which rule and clause, and in which words it was seen. Pure.

For staff, the journal and the customer's boss: it quotes the terms word for word, and never calls a candidate a charge.
"""

from collections.abc import Iterator
from datetime import date

from supportbot.triage.decision import Decision, Question, Reason
from supportbot.triage.rule import Terms

_ASKED: tuple[tuple[Question, str], ...] = (
    ("kind", "Kind"),
    ("customer", "Customer"),
    ("purchase", "Bought"),
    ("partner", "Partner"),
    ("route", "Goes to"),
    ("urgent", "Urgent"),
    ("billable", "May be charged"),
    ("category", "About"),
    ("language", "Language"),
)

_NOTHING_ELSE = "Nothing in the mail or the registry says otherwise."


def explain(decision: Decision, terms: Terms, passed_over: bool = True, removed: date | None = None) -> str:
    """The decision in words, a paragraph for each question; with `passed_over`, also the rules that were stopped.

    `removed`: the day on which the reasons were erased with the ticket's texts.
    """
    unexplained = f"The reasons were removed (erased {removed})." if removed else _NOTHING_ELSE
    lines = [line for question, title in _ASKED for line in _answer(decision, question, title, terms, unexplained)]
    if decision.device:
        lines.append(f"Device: {decision.device}")
    lines += [f"{name.replace('_', ' ').capitalize()}: {value}" for name, value in decision.found.items()]
    lines += [f"Note: {note}" for note in decision.notes]
    if decision.unsure:
        lines.append(f"Unsure, please look: {', '.join(decision.unsure)}")
    if passed_over:
        lines += [f"Passed over ({each.question}): {each.rule}. {each.because}" for each in decision.passed_over]
    return "\n".join(lines)


def _answer(decision: Decision, question: Question, title: str, terms: Terms, unexplained: str) -> Iterator[str]:
    value = _shown(decision, question)
    reasons = decision.reasons.get(question, ())
    if value is None and not reasons:
        return
    yield f"{title}: {value if value is not None else 'unknown'}"
    told: set[tuple[str, str | None]] = set()
    for reason in reasons:
        if (reason.rule, reason.clause) not in told:
            told.add((reason.rule, reason.clause))
            yield f"    {reason.because or reason.rule} [{reason.rule}]".rstrip()
            if reason.clause:
                yield f"    {reason.clause}: {terms.text(reason.clause)}"
        yield from _seen(reason)
    if not reasons:
        yield f"    {unexplained}"


def _seen(reason: Reason) -> Iterator[str]:
    if reason.words:
        place = f" (characters {reason.start}-{reason.end})" if reason.start is not None else ""
        yield f'    seen in: "{" ".join(reason.words.split())}"{place}'
    if reason.row:
        yield f"    registry: {reason.row}"


def _shown(decision: Decision, question: Question) -> str | None:
    match question:
        case "urgent":
            return "yes" if decision.urgent else "no" if decision.kind == "fault" else None
        case "billable":
            if decision.kind != "fault":
                return None
            return f"candidate, to be confirmed ({decision.billable_reason})" if decision.billable else "no"
        case "customer" | "partner":
            return getattr(decision, question)  # type: ignore[no-any-return]
        case _:
            return str(getattr(decision, question))
