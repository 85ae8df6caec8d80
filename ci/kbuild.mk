# SPDX-License-Identifier: GPL-2.0-only
# kbuild.mk - says what modules a folder of the Linux tree makes, from its own Makefile.
#
#   make -s -f ci/kbuild.mk FOLDER=<absolute> TREE=<of Linux> CONFIG=<auto.conf> modules
#
# Prints, a line each: "module NAME OBJECT…", "folder NAME" for one to go on in, "left NAME" for what the
# configuration leaves out, "flag OPTION".

include $(CONFIG)
srctree := $(TREE)
objtree := $(TREE)
src := $(FOLDER)
obj := $(FOLDER)
KERNELRELEASE := 6.1
export VERSION := 6
export PATCHLEVEL := 1
include $(firstword $(wildcard $(FOLDER)/Kbuild $(FOLDER)/Makefile))

parts = $($(1)-objs) $($(1)-y) $($(1)-m)
built := $(sort $(filter %.o,$(obj-y) $(obj-m)))

.PHONY: modules
modules:
	$(foreach object,$(built),$(info module $(object:.o=) $(or $(strip $(call parts,$(object:.o=))),$(object))))
	$(foreach folder,$(sort $(filter %/,$(obj-y) $(obj-m))),$(info folder $(folder:/=)))
	$(foreach object,$(sort $(filter-out $(obj-y) $(obj-m),$(obj-) $(obj-n))),$(info left $(object:.o=)))
	$(foreach flag,$(ccflags-y) $(subdir-ccflags-y) $(EXTRA_CFLAGS),$(info flag $(flag)))
	@:
