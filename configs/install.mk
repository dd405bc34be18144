# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# Where everything goes that is installed, and how it goes away again.

BINDIR   ?= $(PREFIX)/bin
DATADIR  ?= $(PREFIX)/share
MANDIR   ?= $(DATADIR)/man
DOCDIR   ?= $(DATADIR)/doc/luo-payload
COMPDIR  ?= $(DATADIR)/bash-completion/completions
PCDIR    ?= $(LIBDIR)/pkgconfig

PUT := install -D -m 644
PUT_PROGRAM := install -D -m 755

.PHONY: install install-tool install-lib uninstall

install-lib: lib
	$(PUT) $(LIB)/$(LIB_SONAME) $(DESTDIR)$(LIBDIR)/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $(DESTDIR)$(LIBDIR)/libluo.so
	$(PUT) $(LIB)/libluo.a $(DESTDIR)$(LIBDIR)/libluo.a
	$(PUT) $(LIB)/libluo.pc $(DESTDIR)$(PCDIR)/libluo.pc
	$(PUT) $(LIB)/libluo.h $(DESTDIR)$(INCLUDEDIR)/libluo.h
