# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A minimal client of the gdb remote serial protocol, for QEMU's stub.

Registers are known by name: their numbers and sizes come from the target
description that the stub itself serves, so nothing here is tied to an
architecture. Breakpoints are hardware ones: they change no byte of memory.
"""

import re
import select
import socket
import time

DESCRIPTION_PART = re.compile(r'<xi:include href="([^"]+)"')
DESCRIPTION_REG = re.compile(r"<reg\s([^>]*)/?>")
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


class GdbError(Exception):
    """The stub refused, went away or did not answer."""


class Gdb:
    """Connecting stops the machine; close() lets it run on."""

    def __init__(self, path, timeout=120):
        self._sock = socket.socket(socket.AF_UNIX)
        self._sock.connect(path)
        self._data = b""
        self._timeout = timeout
        self._running = False
        self._greet()
        self._regs = self._describe()
        self.stop_reason = self.command("?")

    def fileno(self):
        return self._sock.fileno()

    # packets

    def _fill(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self._sock], [], [], left)[0]:
            raise GdbError("the gdb stub does not answer")
        data = self._sock.recv(65536)
        if not data:
            raise GdbError("QEMU closed the gdb socket")
        self._data += data

    def _take(self):
        """One packet from what was received, or None."""
        start = self._data.find(b"$")
        end = self._data.find(b"#", start + 1)
        if start < 0 or end < 0 or len(self._data) < end + 3:
            return None
        body = self._data[start + 1:end]
        if sum(body) & 0xff != int(self._data[end + 1:end + 3], 16):
            raise GdbError("a packet with a wrong checksum")
        self._data = self._data[end + 3:]
        self._sock.sendall(b"+")
        return _unescape(body)

    def _receive(self, timeout=None):
        deadline = time.monotonic() + (timeout or self._timeout)
        while (packet := self._take()) is None:
            self._fill(deadline)
        return packet.decode("latin-1")

    def _send(self, text):
        body = text.encode("latin-1")
        self._sock.sendall(b"$%s#%02x" % (body, sum(body) & 0xff))

    def command(self, text):
        """Sends a packet and gives back the answer."""
        if self._running:
            raise GdbError(f"{text!r} while the machine runs")
        self._send(text)
        return self._receive()

    def _ok(self, text):
        answer = self.command(text)
        if answer != "OK":
            raise GdbError(f"{text!r} was answered {answer!r}")

    def _greet(self):
        """Some versions first report the stop that the connection caused."""
        self._send("qSupported:hwbreak+")
        while "PacketSize=" not in self._receive():
            pass

    # registers

    def _document(self, name):
        text = ""
        while True:
            part = self.command(
                f"qXfer:features:read:{name}:{len(text):x},ffb")
            if part[:1] not in ("l", "m"):
                raise GdbError(f"no target description {name}: {part!r}")
            text += part[1:]
            if part[0] == "l":
                return text

    def _describe(self):
        regs, number = {}, 0
        for name in DESCRIPTION_PART.findall(self._document("target.xml")):
            for text in DESCRIPTION_REG.findall(self._document(name)):
                reg = dict(ATTRIBUTE.findall(text))
                number = int(reg.get("regnum", number))
                regs[reg["name"]] = (number, int(reg["bitsize"]) // 8)
                number += 1
        return _well_numbered(regs)

    def _number(self, name):
        if name not in self._regs:
            raise GdbError(f"the stub describes no register {name}")
        return self._regs[name]

    def reg(self, name):
        number, size = self._number(name)
        answer = self.command(f"p{number:x}")
        if len(answer) < size * 2:
            raise GdbError(f"register {name} was answered {answer!r}")
        return int.from_bytes(bytes.fromhex(answer)[:size], "little")

    def set_reg(self, name, value):
        number, size = self._number(name)
        self._ok(f"P{number:x}={value.to_bytes(size, 'little').hex()}")

    def sysreg(self, name, level):
        """A system register of arm64; QEMU leaves out some `_EL1`."""
        full = f"{name}_EL{level}"
        return self.reg(name if level == 1 and full not in self._regs
                        else full)

    def registers(self):
        """The raw contents of all core registers."""
        return bytes.fromhex(self.command("g").replace("x", "0"))

    # memory, by virtual address

    def read(self, address, length):
        answer = self.command(f"m{address:x},{length:x}")
        if len(answer) != length * 2:
            raise GdbError(f"memory at {address:#x} was answered {answer!r}")
        return bytes.fromhex(answer)

    def write(self, address, data):
        self._ok(f"M{address:x},{len(data):x}:{data.hex()}")

    # running

    def break_at(self, address):
        self._ok(f"Z1,{address:x},1")

    def unbreak(self, address):
        self._ok(f"z1,{address:x},1")

    def watch_reads(self, address, length):
        """Stops before the next read of this memory."""
        self._ok(f"Z3,{address:x},{length:x}")

    def unwatch_reads(self, address, length):
        self._ok(f"z3,{address:x},{length:x}")

    def resume(self):
        self._send("c")
        self._running = True

    def interrupt(self):
        if self._running:
            self._sock.sendall(b"\x03")
            self.wait_stop()

    def step(self):
        self._send("s")
        self._running = True
        self.wait_stop()

    def poll_stop(self):
        """Takes in what the socket has; true when the machine stopped."""
        self._fill(time.monotonic() + 1)
        packet = self._take()
        if packet is None:
            return False
        self._stopped(packet.decode("latin-1"))
        return True

    def wait_stop(self, timeout=None):
        self._stopped(self._receive(timeout))

    def _stopped(self, reason):
        self.stop_reason = reason
        if self.stop_reason[:1] not in ("S", "T"):
            raise GdbError(f"instead of stopping: {self.stop_reason!r}")
        self._running = False

    def close(self):
        """Leaves the machine running."""
        self.interrupt()
        self._ok("D")
        self._sock.close()

    def abandon(self):
        """Drops the connection of a machine that is of no more use."""
        self._sock.close()


def _well_numbered(regs):
    """Leaves out what QEMU's x86 description numbers otherwise than its stub.

    That is all from ss_base on, three off; Vm.control() reads those.
    """
    if "ss_base" not in regs:
        return regs
    end = regs["ss_base"][0]
    return {name: reg for name, reg in regs.items() if reg[0] < end}


def _unescape(body):
    out, index = bytearray(), 0
    while index < len(body):
        if body[index] == ord("}"):
            index += 1
            out.append(body[index] ^ 0x20)
        else:
            out.append(body[index])
        index += 1
    return bytes(out)
