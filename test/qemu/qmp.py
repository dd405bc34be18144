# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""A small client of QEMU's machine protocol (QMP) on a unix socket.

One command at a time; events that arrive meanwhile are kept until somebody
waits for them.
"""

import json
import socket
import time


class QmpError(Exception):
    """QEMU refused a command, went away, or an event never came."""


class Qmp:
    def __init__(self, path):
        self._sock = socket.socket(socket.AF_UNIX)
        self._sock.connect(path)
        self._data = b""
        self._events = []
        self._read(10)
        self.execute("qmp_capabilities")

    def close(self):
        self._sock.close()

    def _read(self, timeout):
        """The next message."""
        deadline = time.monotonic() + timeout
        while b"\n" not in self._data:
            left = deadline - time.monotonic()
            if left <= 0:
                raise QmpError("no message from QEMU within its time")
            self._sock.settimeout(left)
            try:
                data = self._sock.recv(65536)
            except TimeoutError:
                continue
            if not data:
                raise QmpError("QEMU closed its control socket")
            self._data += data
        line, self._data = self._data.split(b"\n", 1)
        return json.loads(line)

    def execute(self, command, timeout=120, **arguments):
        """Runs a command and gives back what it returns."""
        request = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        self._sock.sendall(json.dumps(request).encode() + b"\n")
        while True:
            message = self._read(timeout)
            if "return" in message:
                return message["return"]
            if "error" in message:
                raise QmpError(f"{command}: {message['error']['desc']}")
            if "event" in message:
                self._events.append(message)

    def monitor(self, line):
        """A command of the human monitor, as text."""
        return self.execute("human-monitor-command", **{"command-line": line})

    def wait_event(self, name, timeout=120):
        """The data of the first event of this name not yet waited for."""
        deadline = time.monotonic() + timeout
        while True:
            for index, event in enumerate(self._events):
                if event["event"] == name:
                    del self._events[index]
                    return event.get("data", {})
            left = deadline - time.monotonic()
            if left <= 0:
                raise QmpError(f"no event {name} within {timeout} s")
            message = self._read(left)
            if "event" in message:
                self._events.append(message)
