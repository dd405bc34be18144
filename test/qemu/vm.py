# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""One virtual machine under QEMU, driven line by line over its console.

The whole console goes to a log file, whatever the harness has read of it
(console.py). RAM is open to the harness (memory.py), QMP and the gdb stub
listen on sockets beside it; the console is a pair of pipes.
"""

import os
import re
import select
import shutil
import subprocess
import tempfile
import time

from console import HANG, Console, VmError
from gdb import Gdb
from memory import Memory, parse_flat_view
from qmp import Qmp


def scratch_folder(need):
    """A new folder with room for `need` bytes, in memory where possible."""
    for parent in ("/dev/shm", None):
        try:
            stat = os.statvfs(parent or tempfile.gettempdir())
        except OSError:
            continue
        if stat.f_bavail * stat.f_frsize > need or parent is None:
            return tempfile.mkdtemp(prefix="luo-", dir=parent)
    raise VmError("no folder for temporary files")


class Vm(Console):
    """A machine; `memory` in MiB, evenly spread over `nodes` NUMA nodes.

    The processors belong to the nodes in turn, or all to `home`.
    """

    def __init__(self, arch, kernel, initrd, cmdline, log, *, memory=1024,
                 nodes=1, home=None, smp=1, cpu=None, machine=None, extra=(),
                 echo=None):
        super().__init__(log, echo)
        self.arch = arch
        self.cmdline = cmdline
        self._memory = self._gdb = self.qmp = self._process = None
        self.folder = scratch_folder(memory << 21)
        try:
            self._start([
                arch.qemu, "-nodefaults", "-no-reboot", "-display", "none",
                "-S", "-accel", "tcg,thread=multi", "-cpu", cpu or arch.cpu,
                "-smp", str(smp), *self._memory_options(
                    memory, nodes, machine or arch.machine, home),
                "-kernel", str(kernel), "-initrd", str(initrd),
                "-append", cmdline, *self._channels(), *extra])
        except BaseException:
            self.close()
            raise

    # starting and ending

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _memory_options(self, memory, nodes, machine, home):
        if memory % nodes:
            raise ValueError("memory does not divide into its nodes")
        self._ram_files, options = {}, ["-m", f"{memory}M"]
        for node in range(nodes):
            name = f"ram{node}"
            self._ram_files[name] = self._path(name)
            options += ["-object", f"memory-backend-file,id={name},share=on,"
                        f"size={memory // nodes}M,mem-path={self._path(name)}"]
            if nodes > 1:
                options += ["-numa", f"node,nodeid={node},memdev={name}"
                            + (",cpus=0" if node == home else "")]
        if nodes == 1:
            machine += ",memory-backend=ram0"
        return [*options, "-machine", machine]

    def _channels(self):
        def sock(name, more=""):
            return ["-chardev", f"socket,id={name},server=on,wait=off,"
                    f"path={self._path(name)}{more}"]
        logged = self.log.replace(",", ",,")
        return ["-chardev", f"pipe,id=console,path={self._path('console')},"
                f"logfile={logged}",
                "-serial", "chardev:console",
                *sock("qmp"), "-mon", "chardev=qmp,mode=control",
                *sock("gdb"), "-gdb", "chardev:gdb"]

    def _start(self, command):
        os.makedirs(os.path.dirname(self.log) or ".", exist_ok=True)
        self._open_console()
        with open(self._path("stderr"), "wb") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        self._wait_sockets()
        self.qmp = Qmp(self._path("qmp"))
        self.qmp.execute("cont")

    def _wait_sockets(self):
        """QEMU makes its sockets in order, so that the last one means all."""
        deadline = time.monotonic() + HANG
        while not os.path.exists(self._path("gdb")):
            if self._process.poll() is not None:
                raise VmError("QEMU did not start: " + self._errors())
            if time.monotonic() > deadline:
                raise VmError("QEMU made no sockets")
            time.sleep(0.01)

    def _errors(self):
        with open(self._path("stderr"), encoding="utf-8",
                  errors="replace") as file:
            return file.read().strip()

    def wait_end(self):
        """Waits until the machine has ended by itself."""
        self._process.wait(HANG)

    def ram_file(self, node=0):
        """The file that is the RAM of a node."""
        return self._ram_files[f"ram{node}"]

    def close(self):
        if self._gdb:
            self._gdb.abandon()
        if self._process and self._process.poll() is None:
            self._process.kill()
        if self._process:
            self._process.wait()
        if self._memory:
            self._memory.close()
        if self.qmp:
            self.qmp.close()
        self._close_console()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # from outside

    @property
    def memory(self):
        if self._memory is None:
            self._memory = Memory(parse_flat_view(
                self.qmp.monitor("info mtree -f"), self._ram_files))
        return self._memory

    def control(self, name):
        """A control register of the first processor, such as CR4 or EFER."""
        text = self.qmp.monitor("info registers")
        return int(re.search(rf"\b{name}=([0-9a-f]+)", text)[1], 16)

    def gdb(self):
        """Stops the machine and connects to its gdb stub."""
        self._gdb = Gdb(self._path("gdb"))
        return self._gdb

    def release_gdb(self):
        self._gdb.close()
        self._gdb = None

    def wait_stop(self, what, timeout=HANG):
        """Waits for gdb's stop, watching the console meanwhile."""
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            readable = select.select([self._gdb, self._out], [], [],
                                     max(left, 0))[0]
            if self._gdb in readable and self._gdb.poll_stop():
                return
            if not readable:
                self._fail(f"hang: the machine did not reach {what}")
            self.drain(what)
            if any("luotest: ready" in line for line in self._pending):
                self._fail(f"the next kernel is up without passing {what}")

    def snapshot(self, name):
        """A copy of RAM in this machine's folder; stop the machine first."""
        return self.memory.snapshot(self._path(name))

    def dump(self, path):
        """Writes all RAM as an ELF core."""
        self.qmp.execute("dump-guest-memory", paging=False,
                         protocol=f"file:{path}")
        return path
