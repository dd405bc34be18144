# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Where the core refuses or reports: found by pattern in luo/ and fdt/.

A site is an `if` whose body reports a finding or gives up (returns an error,
false or NULL), or a `return` of conditions in a function that answers a
question. Mutants of a site: the whole condition never holds; each operand of
`||` never holds; each operand of `&&` always holds; each comparison is off
by one.
"""

import re
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SKIPPED = re.compile(r"^(print.*|finding|abi)\.c$")     # say, but do not check
BLANK = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\])\'',
                   re.S)
REFUSES = re.compile(
    r"\b(?:luo_report_add|luo_report_part|luo_verify_add|luo_owners_add|"
    r"add|add_broken|bad|malformed|luo_container_unknown|bad_pointer)\s*\(|"
    r"->bad\s*\(|\breturn\s+(?:-?LUO_E_\w+|LUO_CLAIM_MISSING|false|NULL|err|0)\s*;")
IF = re.compile(r"\bif\s*\(")
RETURN = re.compile(r"\breturn\s+([^;?]*(?:&&|\|\|)[^;?]*);")
COMPARISON = re.compile(r"(?<![<>=!-])(<=|>=|<|>)(?![<>=])")
SWAPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


@dataclass(frozen=True)
class Site:
    """A branch that refuses: its condition, and the line of its body."""

    file: str
    line: int
    condition: tuple    # start and end in the text
    body_line: int


@dataclass(frozen=True)
class Mutant:
    """One change of one file; `key` stays when lines move."""

    key: str
    file: str
    line: int
    start: int
    end: int
    new: str


def blanked(text):
    """Comments, strings and characters as blanks, all else in its place."""
    return BLANK.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def closing(text, start):
    """The bracket that closes the one at `start`."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if not depth:
            return at
    raise ValueError("a bracket is open")


def body_end(text, start):
    if text[start] == "{":
        return closing(text, start) + 1
    at = start
    while text[at] != ";":
        at = closing(text, at) if text[at] in "([{" else at
        at += 1
    return at + 1


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def sites(path):
    """All sites of a file, with its text."""
    text = path.read_text()
    code = blanked(text)
    name = str(path.relative_to(TOP))
    found = []
    for match in IF.finditer(code):
        start = match.end() - 1
        end = closing(code, start)
        body = re.compile(r"\S").search(code, end + 1).start()
        if REFUSES.search(code, body, body_end(code, body)):
            first = re.compile(r"[^\s{]").search(code, body).start()
            found.append(Site(name, line_of(code, start), (start + 1, end),
                              line_of(code, first)))
    for match in RETURN.finditer(code):
        found.append(Site(name, line_of(code, match.start(1)),
                          match.span(1), line_of(code, match.start(1))))
    return text, code, found


def operands(code, start, end, operator):
    """Spans of the operands of an operator at the top of a condition."""
    spans, depth, since = [], 0, start
    for at in range(start, end):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if not depth and code.startswith(operator, at):
            spans.append((since, at))
            since = at + 2
    return [*spans, (since, end)] if spans else []


def mutants_of(code, site):
    """(start, end, replacement) of each mutant of a site."""
    start, end = site.condition
    yield start, end, "0"
    either = operands(code, start, end, "||")
    for span in either:
        yield *span, " 0 "
    for part in either or [(start, end)]:
        for span in operands(code, *part, "&&"):
            yield *span, " 1 "
    for match in COMPARISON.finditer(code, start, end):
        yield *match.span(), SWAPPED[match[0]]


def function_at(code, at):
    """Name of the function around a place."""
    names = re.findall(r"^[\w*][^;{}]*?\b(\w+)\([^;{}]*\)\s*\n\{", code[:at],
                       re.M)
    return names[-1] if names else "?"


def files():
    return [path for folder in ("luo", "fdt")
            for path in sorted((TOP / folder).glob("*.c"))
            if not SKIPPED.match(path.name)]


def mutants():
    """Every mutant of the core, each once."""
    for path in files():
        text, code, found = sites(path)
        keys = {}
        for site in found:
            for start, end, new in dict.fromkeys(mutants_of(code, site)):
                around = " ".join(text[slice(*site.condition)].split())
                old = " ".join(text[start:end].split())
                key = (f"{site.file}:{function_at(code, start)}: "
                       f"{around} # {old} -> {new.strip()}")
                keys[key] = keys.get(key, 0) + 1
                if keys[key] > 1:
                    key += f" # {keys[key]}"
                yield Mutant(key, site.file, site.line, start, end, new)
