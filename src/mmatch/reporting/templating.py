"""Texts from templates that anybody may edit: rendered by a child process, with little memory and time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmatch.errors import InputError, Problem, excerpt
from mmatch.texts import translator

SECONDS, MEMORY = 10, 2**28  # of the child process, beside what it starts with
LONGEST = 100_000  # characters of one text
_CHILD = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from mmatch.reporting.templating import main; main()"
Job = tuple[str, str, Mapping[str, Any]]  # (template, language, what it may use)


class _Refused(Exception):  # noqa: N818 - not an error to users: it becomes one
    """What is wrong with a template: (its name and line, what, the way out)."""


def rendered_here(templates: Mapping[str, str], jobs: Sequence[Job]) -> list[str]:
    """The texts of some templates, each with its own facts.

    Raises:
        InputError: a template that cannot be read, or uses what it may not.
    """
    try:
        return _rendered(templates, jobs)
    except _Refused as fault:
        where, text, hint = fault.args
        raise InputError(Problem("template", where, text, hint)) from None


def rendered_apart(templates: Mapping[str, str], jobs: Sequence[Job]) -> list[str]:
    """The same in a child process, for templates of whoever it may be: one that never ends takes ten seconds.

    Raises:
        InputError: a template that cannot be read, uses what it may not, or takes too much time or memory.
    """
    command = [sys.executable, "-I", "-c", _CHILD, json.dumps(sys.path)]
    request = json.dumps([dict(templates), jobs]).encode()
    try:
        done = subprocess.run(command, input=request, capture_output=True, check=True, timeout=2 * SECONDS)  # noqa: S603
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        text = "a template takes too much time or memory"
        raise InputError(Problem("template", "templates", text, "look for loops that never end")) from None
    if isinstance(found, dict):
        raise InputError(Problem("template", found["where"], found["text"], found["hint"]))
    return [str(text) for text in found]


def main() -> None:
    """What the child process does: templates and facts come as JSON, texts go back as JSON."""
    templates, jobs = json.loads(sys.stdin.buffer.read())
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    except (ImportError, OSError, ValueError):  # elsewhere the time limit of the parent must do
        pass
    try:
        found: Any = _rendered(templates, jobs)
    except _Refused as fault:
        found = dict(zip(("where", "text", "hint"), fault.args, strict=True))
    sys.stdout.write(json.dumps(found))


def _rendered(templates: Mapping[str, str], jobs: Sequence[Job]) -> list[str]:
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import SandboxedEnvironment

    made = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    parsed = {}
    for name, source in templates.items():
        try:
            parsed[name] = made.from_string(source)
        except TemplateSyntaxError as error:
            place = f"{name}.txt line {error.lineno}"
            raise _Refused(place, f"no template: {error.message}", "see the example in the documentation") from None
    texts: list[str] = []
    for name, language, facts in jobs:
        words = translator(language)
        try:
            text = parsed[name].render(facts, _=words.gettext)
        except UndefinedError as error:
            known = f"what there is: {', '.join(sorted(facts))}"
            raise _Refused(f"{name}.txt", f"uses what there is not: {error.message}", known) from None
        except (SecurityError, TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            hint = "a template only names facts, with if and for: it reads no files and calls nothing else"
            raise _Refused(f"{name}.txt", f"cannot be used: {excerpt(str(error))}", hint) from None
        if len(text) > LONGEST:
            raise _Refused(f"{name}.txt", f"makes a text of more than {LONGEST:,} characters", "shorten its loops")
        texts.append(text)
    return texts
