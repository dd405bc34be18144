# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Links, files that the text names, spelling and form of all pages. Nothing is fetched."""

import re
import subprocess

import pytest
from tool import TOP

PAGES = sorted(path.relative_to(TOP).as_posix() for path in
               [*TOP.glob("*.md"), *(TOP / "docs").glob("*.md"), *TOP.glob("test/**/*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FOLDERS = "luo|fdt|arch|boot|test|configs|docs|debian"


def text(page):
    return (TOP / page).read_text()


def prose(page):
    return re.sub(r"^```.*?^```$", "", text(page), flags=re.M | re.S)


def anchors(page):
    """As GitHub and GitLab make them of headings."""
    found = set()
    for title in re.findall(r"^#+ (.*)$", prose(page), re.M):
        title = re.sub(r"[`*]", "", title).lower()
        found.add(re.sub(r"[^\w\- ]", "", title).replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for link in LINK.findall(prose(page)):
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        to = ((TOP / page).parent / path).resolve() if path else TOP / page
        assert to.exists(), f"{page}: {link}"
        if anchor:
            assert anchor in anchors(to.relative_to(TOP).as_posix()), f"{page}: {link}"


@pytest.mark.parametrize("page", PAGES)
def test_named_files_exist(page):
    for name in re.findall(rf"`((?:{FOLDERS})/[\w./*<>-]+)`", prose(page)):
        pattern = name.replace("<arch>", "*").rstrip("/")
        assert list(TOP.glob(pattern)), f"{page}: {name}"


def test_every_page_is_in_the_index():
    index = text("docs/README.md")
    for path in sorted((TOP / "docs").glob("*.md")) + sorted((TOP / "docs/man").iterdir()):
        name = path.relative_to(TOP / "docs").as_posix()
        assert name == "README.md" or f"]({name})" in index, name


@pytest.mark.parametrize("page", PAGES)
def test_form(page):
    lines = text(page).splitlines()
    assert lines[0].startswith("<!-- SPDX-License-Identifier: ")
    assert sum(line.startswith("# ") for line in prose(page).splitlines()) == 1
    assert not [n for n, line in enumerate(lines, 1) if line != line.rstrip() or "\t" in line]
    assert text(page).endswith("\n") and not text(page).endswith("\n\n")
    assert text(page).count("```") % 2 == 0


def test_spelling():
    done = subprocess.run(["codespell", "-L", "nd,sme", *PAGES, "docs/man"], cwd=TOP,
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
