# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The build and the sources: size, reproducibility, layers, small files.

Each payload is built twice with each compiler, from copies of the tree in
folders of different depth, one with a relative and one with an absolute build
folder. The rest reads the sources: who may include whom, where versions are
compared, how long files and functions are.
"""

import os
import re
import shutil
import subprocess

import armimage
import bzimage
import pytest
from tool import OK, PAYLOAD, PAYLOAD_ARM64, TOP, run

MAX_PAYLOAD = {"gcc": 48 << 10, "clang": 56 << 10}     # gcc's is installed
PAYLOADS = {"x86_64": PAYLOAD, "aarch64": PAYLOAD_ARM64}
KERNELS = {"x86_64": bzimage.kernel, "aarch64": armimage.kernel}
MAX_FILE, MAX_FUNCTION = 600, 90
SPDX = "SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause"
NO_SPDX = {"VERSION", "debian/changelog", "debian/source/format"}  # see .reuse/dep5


def files():
    """All files of the project, also those not committed yet."""
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co",
         "--exclude-standard"], cwd=TOP, capture_output=True, check=True,
        text=True)
    names = [n for n in done.stdout.split("\0") if n]
    return [n for n in sorted(set(names)) if (TOP / n).is_file()]


def sources(*folders, ends=(".c", ".h")):
    return [n for n in files()
            if n.startswith(tuple(f + "/" for f in folders))
            and n.endswith(ends)]


def text(name):
    return (TOP / name).read_text()


def without_comments(code):
    """Comments blanked, strings kept, line numbers unchanged."""
    def blank(match):
        word = match[0]
        return word if word[0] in "\"'" else re.sub(r"[^\n]", " ", word)
    return re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|/\*.*?\*/|//[^\n]*',
                  blank, code, flags=re.S)


@pytest.mark.parametrize("arch", PAYLOADS)
def test_payload_fits(arch):
    assert 4096 < PAYLOADS[arch].stat().st_size <= MAX_PAYLOAD["gcc"]


def copy_tree(folder):
    for name in files():
        to = folder / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(TOP / name, to)
    return folder


def start_make(tree, *words):
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "BUILD", "ARCH",
                        "CC", "LUO_PAYLOAD_DIR")}
    return subprocess.Popen(["make", "-s", *map(str, words)], cwd=tree,
                            env=env, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)


def finish(*makes):
    for process in makes:
        said = process.communicate(timeout=80)[0]
        assert process.returncode == 0, said


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """Two copies of the sources."""
    return (copy_tree(tmp_path_factory.mktemp("a")),
            copy_tree(tmp_path_factory.mktemp("b") / "some" / "way" / "down"))


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("arch", PAYLOADS)
def test_two_builds_are_identical(trees, arch, compiler):
    near, far = trees
    words = ["payload", f"ARCH={arch}", f"CC={compiler}"]
    builds = near / f"build-{compiler}", far.parent / "out" / compiler
    finish(start_make(near, *words, f"BUILD={builds[0].name}"),
           start_make(far, *words, f"BUILD={builds[1]}"))
    images = [(build / arch / PAYLOADS[arch].name).read_bytes()
              for build in builds]
    assert len(images[0]) <= MAX_PAYLOAD[compiler]
    assert images[0] == images[1]
    for build, image in zip(builds, images):
        assert str(build.parent).encode() not in image


@pytest.mark.parametrize("arch", PAYLOADS)
def test_installed_tool_finds_the_installed_payload(trees, tmp_path, arch):
    tree, prefix = trees[0], tmp_path / "installed"
    finish(start_make(tree, "install", "BUILD=build", f"ARCH={arch}",
                      f"PREFIX={prefix}"))
    path = f"{arch}/{PAYLOADS[arch].name}"
    installed = (prefix / "lib/luo" / path).read_bytes()
    assert installed == (tree / "build" / path).read_bytes()
    (tmp_path / "vmlinuz").write_bytes(KERNELS[arch]())
    answer = run("wrap", "--kernel", tmp_path / "vmlinuz",
                 program=prefix / "bin" / "luo", env={"LUO_PAYLOAD_DIR": ""})
    assert (answer.status, answer.err) == (OK, "")


# who may include whom: arrows run downward only

LAYERS = {"luo": (), "fdt": ("luo",), "arch": ("luo", "fdt"),
          "boot": ("luo", "fdt", "arch", "boot")}
# compiler headers, and what the core may name of them
FREESTANDING = {"stddef.h", "stdint.h", "stdbool.h", "limits.h"}


def includes(name):
    return re.findall(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]',
                      without_comments(text(name)), re.M)


@pytest.mark.parametrize("layer", LAYERS)
def test_layers(layer):
    assert sources(layer)
    wrong = []
    for name in sources(layer, ends=(".c", ".h", ".S")):
        for kind, path in includes(name):
            if kind == "<":
                continue
            to = os.path.relpath((TOP / name).parent / path, TOP)
            folder = os.path.normpath(to).split(os.sep)[0]
            if folder != layer and folder not in LAYERS[layer]:
                wrong.append((name, path))
    assert not wrong


def test_core_needs_no_library():
    wrong = [(name, path) for name in sources("luo")
             for kind, path in includes(name)
             if kind == "<" and path not in FREESTANDING]
    assert not wrong


def test_no_test_only_code():
    wrong = [name for name in sources("luo", "fdt", "arch", "boot")
             if re.search(r"#\s*if.*\bTEST", text(name))]
    assert not wrong


def test_versions_are_compared_in_one_place():
    """Strings that name an ABI stand in the table and nowhere else."""
    wrong = []
    for name in sources("luo", "fdt", "boot", "arch"):
        if name in ("luo/abi.c", "boot/uboot/ut.c"):    # the table; a test, which writes states
            continue
        code = without_comments(text(name))
        for match in re.finditer(r'"(?:kho|luo|luo-session|memfd)-v\d*[^"\n]*"',
                                 code):
            wrong.append(f"{name}:{code.count(chr(10), 0, match.start()) + 1}"
                         f": {match[0]}")
    assert not wrong


def test_every_file_names_its_licence():
    wrong = []
    for name in files():
        if name in NO_SPDX or name.startswith("LICENSES/"):
            continue
        if name.startswith("test/states/") and name.endswith(".xz"):
            name = name[:-3] + ".txt"       # beside it
        head = (TOP / name).read_bytes()[:400].decode("utf-8", "replace")
        if SPDX not in head:
            wrong.append(name)
    assert not wrong


def code_files():
    return [n for n in files() if n.endswith((".c", ".h", ".S"))]


def test_files_are_short():
    wrong = [(n, lines) for n in code_files() if n.endswith(".c")
             for lines in [text(n).count("\n")] if lines > MAX_FILE]
    assert not wrong


def functions(name):
    """(first line, lines) of each function: braces stand in column 0."""
    start = None
    for number, line in enumerate(text(name).splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            yield start, number - start + 1
            start = None


def test_functions_are_short():
    found = [(name, *f) for name in code_files() for f in functions(name)]
    assert len(found) > 300, "the pattern finds no functions any more"
    assert not [f for f in found if f[2] > MAX_FUNCTION]


def test_no_path_of_a_machine():
    """Sources name no home folder and no temporary folder of a user."""
    pattern = re.compile(r"/(?:home|Users)/[a-z]|/root/")
    wrong = [name for name in sources("luo", "fdt", "arch", "boot", "test")
             if pattern.search(text(name))]
    assert not wrong
