# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Where everything goes that is installed, and how it goes away again. `make install` builds host
# tool, library and the payload of ARCH; the other payload and luo.efi go with them when they have
# been built. Configuration of the machine (SYSCONFDIR) stays when it is there already.

BINDIR     ?= $(PREFIX)/bin
SBINDIR    ?= $(PREFIX)/sbin
SYSCONFDIR ?= /etc
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
DOCDIR     ?= $(DATADIR)/doc/luo-payload
COMPDIR    ?= $(DATADIR)/bash-completion/completions
PKGCONFDIR ?= $(LIBDIR)/pkgconfig
UNITDIR    ?= $(PREFIX)/lib/systemd/system

PUT := install -D -m 644
PUT_PROGRAM := install -D -m 755
INSTALL_IMAGES = $(wildcard $(BUILD)/x86_64/luo.bzImage $(BUILD)/aarch64/luo.Image \
	$(BUILD)/x86_64/luo.efi $(BUILD)/aarch64/luo.efi)
INSTALL_PAGES := README.md CHANGELOG.md SECURITY.md CONTRIBUTING.md $(wildcard docs/*.md)

.PHONY: install install-lib uninstall dist

install: payload host install-lib
	$(PUT_PROGRAM) $(BUILD)/host/luo $(DESTDIR)$(BINDIR)/luo
	$(PUT_PROGRAM) boot/host/luo-firmware-map $(DESTDIR)$(BINDIR)/luo-firmware-map
	for image in $(INSTALL_IMAGES:$(BUILD)/%=%); do \
		$(PUT) $(BUILD)/$$image $(DESTDIR)$(LIBDIR)/luo/$$image || exit; done
	$(PUT) docs/man/luo.1 $(DESTDIR)$(MANDIR)/man1/luo.1
	$(PUT) docs/man/luo-firmware-map.1 $(DESTDIR)$(MANDIR)/man1/luo-firmware-map.1
	$(PUT) docs/man/luo-payload.7 $(DESTDIR)$(MANDIR)/man7/luo-payload.7
	$(PUT) docs/man/luo-kexec.8 $(DESTDIR)$(MANDIR)/man8/luo-kexec.8
	$(PUT) configs/completion/luo $(DESTDIR)$(COMPDIR)/luo
	$(PUT_PROGRAM) configs/systemd/luo-kexec $(DESTDIR)$(SBINDIR)/luo-kexec
	for unit in luo-kexec luo-verdict; do mkdir -p $(DESTDIR)$(UNITDIR) && \
		sed 's|/usr/sbin/|$(SBINDIR)/|' configs/systemd/$$unit.service \
			>$(DESTDIR)$(UNITDIR)/$$unit.service || exit; done
	test -e $(DESTDIR)$(SYSCONFDIR)/default/luo-kexec || \
		$(PUT) configs/systemd/luo-kexec.default $(DESTDIR)$(SYSCONFDIR)/default/luo-kexec
	for page in $(INSTALL_PAGES); do \
		$(PUT) $$page $(DESTDIR)$(DOCDIR)/$$page || exit; done

install-lib: lib
	$(PUT) $(LIB)/$(LIB_SONAME) $(DESTDIR)$(LIBDIR)/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $(DESTDIR)$(LIBDIR)/libluo.so
	$(PUT) $(LIB)/libluo.a $(DESTDIR)$(LIBDIR)/libluo.a
	$(PUT) $(LIB)/libluo.pc $(DESTDIR)$(PKGCONFDIR)/libluo.pc
	$(PUT) $(LIB)/libluo.h $(DESTDIR)$(INCLUDEDIR)/libluo.h
	$(PUT) boot/lib/example/agent.c $(DESTDIR)$(DOCDIR)/examples/agent.c
	$(PUT) boot/lib/libluo.py $(DESTDIR)$(DOCDIR)/examples/libluo.py

# Only what install has put there; settings below SYSCONFDIR stay.
uninstall:
	rm -f $(addprefix $(DESTDIR)$(BINDIR)/,luo luo-firmware-map) \
		$(DESTDIR)$(MANDIR)/man1/luo.1 $(DESTDIR)$(MANDIR)/man7/luo-payload.7 \
		$(DESTDIR)$(COMPDIR)/luo \
		$(DESTDIR)$(MANDIR)/man1/luo-firmware-map.1 $(DESTDIR)$(MANDIR)/man8/luo-kexec.8 $(DESTDIR)$(SBINDIR)/luo-kexec $(DESTDIR)$(UNITDIR)/luo-kexec.service \
		$(DESTDIR)$(UNITDIR)/luo-verdict.service \
		$(addprefix $(DESTDIR)$(LIBDIR)/,$(LIB_SONAME) libluo.so libluo.a) \
		$(DESTDIR)$(PKGCONFDIR)/libluo.pc $(DESTDIR)$(INCLUDEDIR)/libluo.h
	rm -rf $(DESTDIR)$(LIBDIR)/luo $(DESTDIR)$(DOCDIR)

# Times and owners come from the last commit, so that everybody gets the same file.
dist:
	@mkdir -p $(BUILD)
	git archive --prefix=luo-payload-$(VERSION)/ -o $(BUILD)/luo-payload-$(VERSION).tar.gz HEAD
