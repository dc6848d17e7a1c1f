"""rules/templates/LANGUAGE/NAME.txt.j2 -> Templates, or all their mistakes at once; and values -> what is written.

Pure. Jinja2 in its sandbox: a template can compute and choose, and reach nothing else. Text and HTML come from one
source (layout.py). The trap: a mistake in a rarely needed branch would show at night, in the middle of an outage; so
each template is tried out with the values of samples.py before any of them is used.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import DictLoader, StrictUndefined, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from supportbot.errors import Invalid, Problem
from supportbot.tickets.layout import SHIELD, lay_out
from supportbot.tickets.own_words import in_own_words, unusable
from supportbot.tickets.samples import SAMPLES, WORD_KEYS, trials

LANGUAGES = ("sv", "en")
WORDS = "words"
"""The template of each language that the others import: names of categories, facts, reasons."""
MOST_SUBJECT = 200
"""Signs of a subject, its token included."""

_TAG_ALONE = re.compile(r"\s*\{%(?:(?!%\}).)*%\}\s*")
_TAG_AT_END = re.compile(r"(?<![-+])%\}\s*$")
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ue000-\ue00f]+")


@dataclass(frozen=True, slots=True)
class Written:
    subject: str
    text: str
    html: str


class Templates:
    """The texts of all languages, tried out. Ask it to write; it never changes."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        """`sources`: path below templates/ -> text. Raises Invalid with all problems at once."""
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader({path: _line_by_line(source) for path, source in sources.items()}),
            undefined=StrictUndefined,
            finalize=_one_line,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # layout.py escapes every sign of the HTML, also those that a template writes
        )
        problems = [*_misnamed(sources), *self._unreadable(sources)]
        if not problems:
            problems = list(self._failing())
        if problems:
            raise Invalid(problems)

    def write(self, name: str, languages: Sequence[str], values: Mapping[str, object]) -> Written:
        """The letter in these languages, one below the other; `values` as in SAMPLES, texts of one language each.

        A value that is a dict with the languages as keys is given to each language as its own part.
        """
        subjects, bodies = [], []
        for language in languages:
            own = {key: _in_language(value, language) for key, value in values.items()}
            subject, body = self._rendered(_path(language, name), own)
            subjects.append(subject)
            bodies.append((language, body))
        text, html = lay_out(bodies)
        return Written(_joined(subjects), text, html)

    def word(self, language: str, group: str, key: str) -> str:
        """The language's word for a key, as "huvudnummer" for ("sv", "category", "main_number")."""
        words = getattr(self._environment.get_template(_path(language, WORDS)).module, group)
        return str(words[key])

    def noted(self, language: str, text: str) -> str:
        """What the program noted in English, in the language's words as far as it has some."""
        return in_own_words(text, self._noted(language))

    def _noted(self, language: str) -> Mapping[str, str]:
        """None in the words of an older version."""
        sentences: Mapping[str, str] = getattr(
            self._environment.get_template(_path(language, WORDS)).module, "noted", {}
        )
        return sentences

    def _rendered(self, path: str, values: Mapping[str, object]) -> tuple[str, str]:
        written = self._environment.get_template(path).render(values).lstrip()
        first, _, body = written.partition("\n")
        word, colon, subject = first.partition(":")
        if word != "Subject" or not colon:
            raise ValueError('does not begin with a line "Subject: …"')
        return " ".join(subject.replace(SHIELD, "").split()), body

    def _unreadable(self, sources: Mapping[str, str]) -> Iterator[Problem]:
        for path, source in sorted(sources.items()):
            try:
                tree = self._environment.parse(source, path)
            except TemplateSyntaxError as error:
                yield Problem(f"templates/{path} line {error.lineno}", f"{error.message}.")
                continue
            known = SAMPLES.get(path.partition("/")[2].removesuffix(".txt.j2"), {})
            for name in sorted(meta.find_undeclared_variables(tree) - known.keys()):
                yield Problem(f"templates/{path}", f'"{name}" is no value of this text.', _meant(name, known))

    def _failing(self) -> Iterator[Problem]:
        for language in LANGUAGES:
            for name in SAMPLES:
                errors = dict.fromkeys(self._error(language, name, values) for values in trials(name))
                yield from (Problem(f"templates/{_path(language, name)}", error) for error in errors if error)
            yield from self._lacking(language)

    def _lacking(self, language: str) -> Iterator[Problem]:
        for group, keys in WORD_KEYS.items():
            for key in keys:
                try:
                    self.word(language, group, key)
                except (AttributeError, KeyError, TypeError):
                    yield Problem(f"templates/{_path(language, WORDS)}", f'has no word "{key}" in "{group}".')
        for mistake in unusable(self._noted(language)):
            yield Problem(f"templates/{_path(language, WORDS)}", f"{mistake}.")

    def _error(self, language: str, name: str, values: Mapping[str, object]) -> str:
        try:
            self._rendered(_path(language, name), values)
        except Exception as error:  # whatever an edited template does, the daemon must say so and keep the old one
            return f"cannot be written: {error}."
        return ""


def _line_by_line(source: str) -> str:
    """A line with nothing but a tag leaves no line; any other stays one, also where it ends with a tag ("+%}")."""
    lines = source.split("\n")
    return "\n".join(line if _TAG_ALONE.fullmatch(line) else _TAG_AT_END.sub("+%}", line) for line in lines)


def _one_line(value: object) -> str:
    """Every value that a template writes: one line, no controls, and never taken for layout."""
    return SHIELD + " ".join(_UNWANTED.sub(" ", str(value)).split()) + SHIELD


def _in_language(value: object, language: str) -> object:
    return value[language] if isinstance(value, dict) and value.keys() >= set(LANGUAGES) else value


def _joined(subjects: Sequence[str]) -> str:
    """One subject of several languages; what they begin with (the token) is said once."""
    first, *others = subjects
    lead = first.partition(" ")[0]
    tails = [other.removeprefix(lead).strip() if lead.startswith("[") else other for other in others]
    whole = " / ".join([first, *(tail for tail in tails if tail and not first.endswith(tail))])
    return whole if len(whole) <= MOST_SUBJECT else whole[: MOST_SUBJECT - 1].rstrip() + "…"


def _path(language: str, name: str) -> str:
    return f"{language}/{name}.txt.j2"


def _misnamed(sources: Mapping[str, str]) -> Iterator[Problem]:
    known = {_path(language, name) for language in LANGUAGES for name in (WORDS, *SAMPLES)}
    for path in sorted(known - sources.keys()):
        yield Problem(f"templates/{path}", "is missing.", "Take the shipped one.")
    for path in sorted(sources.keys() - known):
        yield Problem(f"templates/{path}", "is no text that supportbot sends.", _meant(path, known))


def _meant(name: str, known: Mapping[str, object] | set[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(sorted(known)) or 'none'}."
