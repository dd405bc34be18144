# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""libluo for Python, by ctypes. libluo.h documents what the calls mean.

    with Luo() as luo:
        luo.add_dump("core")
        luo.verify()
        print(luo.verdict, [f.code for f in luo.findings()])

Calls that fail raise LuoError with the library's message. The library is found
as the loader finds libluo.so.0; LIBLUO names another file.
"""

import ctypes
import os
from collections import namedtuple

READ = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p,
                        ctypes.c_size_t)
WRITE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
NOTE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)

FORMS = {word: form for form, word in enumerate(
    ("line", "text", "json", "ktap", "info", "info-json", "list", "list-json"))}
PARAMS, TREE = 1, 2
SIZE_UNKNOWN = 2**64 - 1


class LuoError(Exception):
    """A call failed; code is an enum libluo_error."""

    def __init__(self, code, message):
        super().__init__(message or f"libluo: error {code}")
        self.code = code


def _struct(name, *fields):
    return type(name, (ctypes.Structure,), {"_fields_": list(fields)})


_U32, _U64, _TEXT = ctypes.c_uint32, ctypes.c_uint64, ctypes.c_char_p
Totals = _struct("Totals", *((word, _U64) for word in (
    "sessions", "files", "blocks", "empty_blocks", "fblocks", "empty_fblocks", "pages", "number",
    "findings")), ("kept", _U32), ("page_size", _U32))
_Finding = _struct("_Finding", ("code", _TEXT), ("effect", _TEXT), ("remedy", _TEXT),
                   ("pa", _U64), ("severity", _U32), ("owner", ctypes.c_char * 320),
                   ("what", ctypes.c_char * 256))
_Session = _struct("_Session", ("index", _U64), ("files", _U64), ("name", ctypes.c_char * 65))
_File = _struct("_File", ("index", _U64), ("token", _U64), ("size", _U64),
                ("handler", ctypes.c_char * 49))
_SESSION = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(_Session))
_FILE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(_File))
_BROKEN = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)
_Visitor = _struct("_Visitor", ("session", _SESSION), ("file", _FILE), ("broken", _BROKEN))

Finding = namedtuple("Finding", "code severity pa owner what effect remedy")
Session = namedtuple("Session", "index name files")
File = namedtuple("File", "token handler size")


def _load():
    lib = ctypes.CDLL(os.environ.get("LIBLUO", "libluo.so.0"))
    handle = ctypes.c_void_p
    for name, *arguments in (
            ("new", ctypes.POINTER(handle)), ("add_dump", handle, _TEXT),
            ("add_raw", handle, _TEXT, _U64), ("use_running", handle),
            ("add_memory", handle, _U64, _U64, ctypes.c_void_p),
            ("add_reader", handle, _U64, _U64, READ, ctypes.c_void_p),
            ("set_kho_fdt", handle, _U64),
            ("set_boot_data", handle, ctypes.c_int, _U64, _U64),
            ("set_next_kernel", handle, _TEXT), ("verify", handle), ("verdict", handle),
            ("exit_status", ctypes.c_int),
            ("totals", handle, ctypes.POINTER(Totals), ctypes.c_size_t),
            ("finding", handle, _U32, ctypes.POINTER(_Finding), ctypes.c_size_t),
            ("sessions", handle, ctypes.POINTER(_Visitor), ctypes.c_void_p),
            ("print", handle, ctypes.c_int, WRITE, ctypes.c_void_p)):
        getattr(lib, f"libluo_{name}").argtypes = arguments
    for name, *arguments in (("message", handle), ("version",), ("verdict_word", ctypes.c_int),
                             ("severity_word", _U32)):
        function = getattr(lib, f"libluo_{name}")
        function.argtypes, function.restype = arguments, _TEXT
    lib.libluo_free.argtypes, lib.libluo_free.restype = [handle], None
    lib.libluo_set_note.argtypes = [handle, NOTE, ctypes.c_void_p]
    lib.libluo_set_note.restype = None
    lib.libluo_api.restype = _U32
    return lib


class Luo:
    """One handle."""

    def __init__(self, note=None):
        self.lib, self.handle, self._kept = _load(), ctypes.c_void_p(), []
        self._check(self.lib.libluo_new(ctypes.byref(self.handle)))
        if note:
            self._kept.append(NOTE(lambda _, line: note(line.decode())))
            self.lib.libluo_set_note(self.handle, self._kept[-1], None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lib.libluo_free(self.handle)
        self.handle = None

    def _check(self, code):
        if code < 0:
            raise LuoError(code, self.lib.libluo_message(self.handle).decode())
        return code

    def add_dump(self, path, base=None):
        """An ELF core, or with base a raw file."""
        path = os.fsencode(path)
        self._check(self.lib.libluo_add_dump(self.handle, path) if base is None
                    else self.lib.libluo_add_raw(self.handle, path, base))

    def use_running(self):
        self._check(self.lib.libluo_use_running(self.handle))

    def add_memory(self, pa, memory):
        """A bytes object of whole pages; a reference to it is kept."""
        self._kept.append(memory)
        self._check(self.lib.libluo_add_memory(
            self.handle, pa, len(memory), ctypes.cast(memory, ctypes.c_void_p)))

    def add_reader(self, pa, size, read):
        """read(pa, length) gives bytes; an exception is 'cannot be read'."""
        def call(_, at, to, length):
            try:
                ctypes.memmove(to, read(at, length), length)
            except Exception:   # pylint: disable=broad-except
                return -1
            return 0
        self._kept.append(READ(call))
        self._check(self.lib.libluo_add_reader(self.handle, pa, size, self._kept[-1], None))

    def set_kho_fdt(self, pa):
        self._check(self.lib.libluo_set_kho_fdt(self.handle, pa))

    def set_boot_data(self, kind, pa, pc=0):
        self._check(self.lib.libluo_set_boot_data(self.handle, kind, pa, pc))

    def set_next_kernel(self, path):
        self._check(self.lib.libluo_set_next_kernel(self.handle, os.fsencode(path)))

    def verify(self):
        self._check(self.lib.libluo_verify(self.handle))

    @property
    def verdict(self):
        return self.lib.libluo_verdict_word(
            self._check(self.lib.libluo_verdict(self.handle))).decode()

    @property
    def exit_status(self):
        return self.lib.libluo_exit_status(self._check(self.lib.libluo_verdict(self.handle)))

    @property
    def totals(self):
        totals = Totals()
        self._check(self.lib.libluo_totals(self.handle, totals, ctypes.sizeof(totals)))
        return totals

    def finding(self, number):
        f = _Finding()
        self._check(self.lib.libluo_finding(self.handle, number, f, ctypes.sizeof(f)))
        return Finding(f.code.decode(), self.lib.libluo_severity_word(f.severity).decode(), f.pa,
                       f.owner.decode(), f.what.decode(), f.effect.decode(), f.remedy.decode())

    def findings(self):
        return [self.finding(i) for i in range(self.totals.kept)]

    def sessions(self):
        """[Session], each with its list of files; LuoError when a list is broken."""
        found, broken = [], []

        def session(_, s):
            found.append(Session(s[0].index, s[0].name.decode(errors="replace"), []))

        def file(_, f):
            size = None if f[0].size == SIZE_UNKNOWN else f[0].size
            found[-1].files.append(File(f[0].token, f[0].handler.decode(errors="replace"), size))

        visitor = _Visitor(_SESSION(session), _FILE(file),
                           _BROKEN(lambda _, why: broken.append(why.decode())))
        self._check(self.lib.libluo_sessions(self.handle, visitor, None))
        if broken:
            raise LuoError(0, broken[0])
        return found

    def print(self, form="text"):
        """What `luo` prints, as text."""
        parts = []
        write = WRITE(lambda _, text, length: parts.append(ctypes.string_at(text, length)))
        self._check(self.lib.libluo_print(self.handle, FORMS[form], write, None))
        return b"".join(parts).decode()
