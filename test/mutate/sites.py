# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Where the core refuses or reports: found by pattern in luo/ and fdt/.

A site is an `if` whose body reports a finding or gives up (returns an error,
false or NULL, or what says why; or stops), or a `return` of conditions in a
function that answers a question. Mutants of a site: the whole condition never
holds; each operand of `||` never holds; each operand of `&&` always holds;
each comparison is off by one.

    sites.py FOLDER

writes the core into a folder, every mutant in it (mutant.h).
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SKIPPED = re.compile(r"^(print.*|info_.*|json|finding|abi)\.c$")    # say, but do not check
BLANK = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\])\'',
                   re.S)
REFUSES = re.compile(
    r"\b(?:luo_report_add|luo_report_part|luo_verify_add|luo_owners_add|"
    r"add|add_broken|bad|malformed|luo_container_unknown|bad_pointer)\s*\(|"
    r"->bad\s*\(|\breturn\s+(?:-?LUO_E_\w+|LUO_CLAIM_MISSING|false|NULL|err|0)\s*;")
STOPS = re.compile(r"\b(?:luo_next_)?say\s*\(|\bwhy\s*=|\breturn\s*_*;")
IF = re.compile(r"\bif\s*\(")
RETURN = re.compile(r"\breturn\s+([^;?]*(?:&&|\|\|)[^;?]*);")
COMPARISON = re.compile(r"(?<![<>=!-])(<=|>=|<|>)(?![<>=])")
LOWER = re.compile(r"&&|\|\||[=!]=|[?:,;]|(?<=\s)[&|^](?=\s)|(?<![<>=!])=")    # than < and >
SWAPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


@dataclass(frozen=True)
class Site:
    """A branch that refuses or stops: its condition, and the line of its body."""

    file: str
    line: int
    condition: tuple    # start and end in the text
    body_line: int
    refuses: bool


@dataclass(frozen=True)
class Mutant:
    """One change of one file; `key` stays when lines move."""

    key: str
    number: int
    file: str
    line: int
    kind: str           # NEVER, ALWAYS, SWAP
    start: int
    end: int
    operator: tuple     # SWAP: its span


def blanked(text):
    """Comments as blanks, literals as lines, all else in its place."""
    return BLANK.sub(lambda m: re.sub(r"[^\n]", " " if m[0][0] == "/" else "_", m[0]), text)


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
        refuses = REFUSES.search(code, body, body_end(code, body))
        if refuses or STOPS.search(code, body, body_end(code, body)):
            first = re.compile(r"[^\s{]").search(code, body).start()
            found.append(Site(name, line_of(code, start), (start + 1, end),
                              line_of(code, first), bool(refuses)))
    for match in RETURN.finditer(code):
        found.append(Site(name, line_of(code, match.start(1)),
                          match.span(1), line_of(code, match.start(1)), False))
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


def trimmed(code, start, end):
    """A span without the blanks at its ends."""
    text = code[start:end]
    return (start + len(text) - len(text.lstrip()),
            end - len(text) + len(text.rstrip()))


def dropped(code, start, end):
    """(kind, start, end) of each operand of || and && that may be left out."""
    start, end = trimmed(code, start, end)
    for operator, kind in (("||", "NEVER"), ("&&", "ALWAYS")):
        spans = operands(code, start, end, operator)
        for span in spans:
            yield kind, *trimmed(code, *span)
            yield from dropped(code, *span)
        if spans:
            return
    inner = start + code[start:end].startswith("!")
    if code[inner] == "(" and closing(code, inner) == end - 1:
        yield from dropped(code, inner + 1, end - 1)


def sides(code, start, end, operator):
    """Where the left side of a comparison starts and the right one ends."""
    depth, left = 0, operator[0]
    while left > start and not depth < 0:
        left -= 1
        depth += (code[left] in ")]") - (code[left] in "([")
        if not depth and LOWER.match(code, left):
            depth = -1
    left += depth < 0
    depth, right = 0, operator[1]
    while right < end and not LOWER.match(code, right):
        if code[right] in ")]":
            break
        right = closing(code, right) if code[right] in "([" else right
        right += 1
    while code[left] in "&|= \n\t":
        left += 1
    return trimmed(code, left, right)


def mutants_of(code, site):
    """(kind, start, end, operator) of each mutant of a site."""
    start, end = trimmed(code, *site.condition)
    yield "NEVER", start, end, None
    for kind, *span in dropped(code, start, end):
        yield kind, *span, None
    for match in COMPARISON.finditer(code, start, end):
        yield "SWAP", *sides(code, start, end, match.span()), match.span()


def function_at(code, at):
    """Name of the function around a place."""
    names = re.findall(r"^[\w*][^;{}]*?\b(\w+)\([^;{}]*\)\s*\n\{", code[:at],
                       re.M)
    return names[-1] if names else "?"


def files():
    return [path for folder in ("luo", "fdt")
            for path in sorted((TOP / folder).glob("*.c"))]


def words(text):
    return " ".join(text.split())


def mutants():
    """Every mutant of the core, each once, by file."""
    number = 0
    for path in files():
        text, code, found = sites(path)
        if SKIPPED.match(path.name):
            found = []
        keys, here = {}, []
        for site in found:
            for kind, start, end, operator in mutants_of(code, site):
                number += 1
                old = text[slice(*(operator or (start, end)))]
                new = SWAPPED.get(old, "0" if kind == "NEVER" else "1")
                key = (f"{site.file}:{function_at(code, start)}: "
                       f"{words(text[slice(*site.condition)])} # {words(old)} -> {new}")
                keys[key] = keys.get(key, 0) + 1
                if keys[key] > 1:
                    key += f" # {keys[key]}"
                here.append(Mutant(key, number, site.file, site.line, kind,
                                   start, end, operator))
        yield path, text, here


def with_mutants(text, found):
    """The text of a file with all its mutants in it."""
    put = []    # place, order there, text; what is inside comes later and ends earlier
    for depth, m in enumerate(sorted(found, key=lambda m: (m.start, -m.end, m.kind == "SWAP"))):
        put.append((m.start, 2, depth, f"LUO_{m.kind}({m.number}, "))
        put.append((m.end, 1, -depth, ")"))
        if m.operator:
            old = text[slice(*m.operator)]
            put.append((m.operator[0], 0, 0, f", {old}, {SWAPPED[old]}, "))
    new, since = "", 0
    for at, kind, _, insert in sorted(put):
        new += text[since:at] + insert
        since = at + (len(insert.split(",")[1].strip()) if not kind else 0)
    return new + text[since:]


def write(folder):
    """All files of the core with their mutants, and a list of these."""
    listed = []
    for path, text, found in mutants():
        name = path.relative_to(TOP)
        out = folder / name
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(f'#include "mutant.h"\n#line 1 "{name}"\n'
                       + with_mutants(text, found))
        listed += [[m.number, m.file, m.line, m.key] for m in found]
    (folder / "mutants.json").write_text(json.dumps(listed))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
