# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Compiles a plugin of this folder for the QEMU that is installed.

Distributions do not ship QEMU's header, so the plugins declare what they use.
None of that differs between the versions of the interface, but each QEMU takes
a plugin of some only: up to 8.2 nothing above 1, since 9.0 nothing below 2
(QEMU_PLUGIN_VERSION and QEMU_PLUGIN_MIN_VERSION of include/qemu/qemu-plugin.h).
"""

import re

from arch import X86_64
from images import HERE, call


def interface():
    """The version that the installed QEMU takes."""
    said = call([X86_64.qemu, "--version"], X86_64.qemu)
    return 2 if int(re.search(r"version (\d+)\.", said)[1]) >= 9 else 1


def build_plugin(name, folder):
    """The shared object of NAME.c, in this folder."""
    call(["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror",
          "-Wno-missing-field-initializers", "-shared", "-fPIC",
          f"-DPLUGIN_INTERFACE={interface()}",
          "-o", folder / f"{name}.so", HERE / f"{name}.c"],
         f"building the plugin {name}")
    return folder / f"{name}.so"
