# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# libluo: the host tool's code behind a C interface, static and shared. Both export what libluo.map
# names and nothing else. Variables are those of host.mk.

LIB := $(BUILD)/lib
LIB_SONAME := libluo.so.0
LIB_OBJ := $(LIB)/obj
# of the host tool: what opens memory and asks the core, no command
LIB_HOST := $(addprefix boot/host/,answer.c bootdata.c candidate.c dump.c elfcore.c extents.c find.c \
	kernel.c live.c live_find.c paged.c view.c wrap_aarch64.c wrap_arch.c wrap_file.c \
	wrap_inflate.c wrap_pe.c wrap_unpack.c wrap_x86_64.c)
LIB_SRC := $(LIB_HOST) $(sort $(wildcard boot/lib/*.c))
LIB_OBJS := $(patsubst %.c,$(LIB_OBJ)/%.o,$(LIB_SRC) $(HOST_CORE))
LIB_LIBS := -lfdt -lz -lzstd -llzma -pthread
LIB_FLAGS := -fPIC -fvisibility=hidden
LIB_PRODUCTS := $(LIB)/$(LIB_SONAME) $(LIB)/libluo.so $(LIB)/libluo.a $(LIB)/libluo.h $(LIB)/libluo.pc
OBJCOPY_HOST ?= objcopy

$(LIB)/$(LIB_SONAME): $(LIB_OBJS) boot/lib/libluo.map
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_OPT) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(LIB_SONAME) -Wl,-z,defs \
		-Wl,--version-script=boot/lib/libluo.map -o $@ $(LIB_OBJS) $(LIB_LIBS)

$(LIB)/libluo.so: $(LIB)/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $@

# One object, in which only what is public has a name.
$(LIB)/libluo.a: $(LIB_OBJS)
	@mkdir -p $(@D)
	$(HOST_CC) -r -nostdlib -o $(LIB_OBJ)/libluo.o $^
	$(OBJCOPY_HOST) --localize-hidden $(LIB_OBJ)/libluo.o
	@rm -f $@
	$(AR) rcsD $@ $(LIB_OBJ)/libluo.o

$(LIB)/libluo.h: boot/lib/libluo.h
	@mkdir -p $(@D)
	cp $< $@

# Where it is installed can change between two calls of make in one build folder.
$(LIB)/libluo.pc: boot/lib/libluo.pc.in VERSION FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCLUDEDIR@|$(INCLUDEDIR)|' \
		-e 's|@VERSION@|$(LUO_VERSION)|' $< >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(LIB_OBJ)/boot/%.o: boot/%.c
	@mkdir -p $(@D)
	$(HOST_CC) -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DLUO_VERSION='"$(LUO_VERSION)"' \
		$(HOST_WARN) $(HOST_OPT) $(CPPFLAGS) $(CFLAGS) $(LIB_FLAGS) -MMD -MP -c -o $@ $<

$(LIB_OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(HOST_CC) -std=c11 $(HOST_WARN) $(HOST_OPT) $(CPPFLAGS) $(CFLAGS) $(LIB_FLAGS) -MMD -MP \
		-c -o $@ $<

-include $(LIB_OBJS:.o=.d)
