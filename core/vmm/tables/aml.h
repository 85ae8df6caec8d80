/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aml.h - ACPI machine language, written (ACPI 6.4, chapter 20; resource descriptors: 6.4).
 *
 * What has contents is begun and ended; a begin returns what its end takes.
 */
#ifndef CORE_VMM_TABLES_AML_H
#define CORE_VMM_TABLES_AML_H

#include "table_area.h"

/** @p path as in "\\_SB" or "PCI0": a root or none, and one name of four characters, `_` added. */
unsigned aml_scope_begin(struct table_area *area, const char *path);
unsigned aml_device_begin(struct table_area *area, const char *name);
/** Name(name, Package() {...}) of @p count elements. */
unsigned aml_package_begin(struct table_area *area, const char *name, vmk_uint8 count);
/** A package in a package. */
unsigned aml_element_begin(struct table_area *area, vmk_uint8 count);
void aml_end(struct table_area *area, unsigned begun);

void aml_integer(struct table_area *area, vmk_uint64 value);
void aml_name_integer(struct table_area *area, const char *name, vmk_uint64 value);
void aml_name_string(struct table_area *area, const char *name, const char *text);
/** Name(name, EisaId(id)): @p id as in "PNP0A03". */
void aml_name_eisa(struct table_area *area, const char *name, const char *id);

/** Name(_CRS, ResourceTemplate() {...}). */
unsigned aml_resources_begin(struct table_area *area);
void aml_resources_end(struct table_area *area, unsigned begun);
/** Ports that are decoded by 16 bits. */
void aml_resource_ports(struct table_area *area, vmk_uint16 base, vmk_uint8 len);
/** An ISA interrupt: edge-triggered, high, not shared. */
void aml_resource_irq(struct table_area *area, unsigned irq);
void aml_resource_memory(struct table_area *area, vmk_uint32 base, vmk_uint32 len);

/* What a bridge passes on: from @p first to @p last. */
void aml_window_bus(struct table_area *area, vmk_uint16 first, vmk_uint16 last);
void aml_window_ports(struct table_area *area, vmk_uint16 first, vmk_uint16 last);
void aml_window_memory(struct table_area *area, vmk_uint32 first, vmk_uint32 last);

#endif
