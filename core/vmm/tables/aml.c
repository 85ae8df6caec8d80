/* SPDX-License-Identifier: GPL-2.0-only */
#include "aml.h"

#include <vmkapi/lib/libc.h>

#define NAME_OP       0x08u
#define SCOPE_OP      0x10u
#define BUFFER_OP     0x11u
#define PACKAGE_OP    0x12u
#define EXTENDED      0x5bu
#define DEVICE_OP     0x82u
#define ZERO_OP       0x00u
#define BYTE_PREFIX   0x0au
#define WORD_PREFIX   0x0bu
#define DWORD_PREFIX  0x0cu
#define STRING_PREFIX 0x0du
#define QWORD_PREFIX  0x0eu

/** A package length of three bytes holds all that fits the area (20.2.4). */
#define LENGTH_BYTES 3u

/* Resource descriptors: small ones with their length, large ones. */
#define SMALL_IRQ    0x22u
#define SMALL_PORTS  0x47u
#define SMALL_END    0x79u
#define LARGE_MEMORY 0x86u
#define LARGE_DWORD  0x87u
#define LARGE_WORD   0x88u
#define TYPE_MEMORY  0u
#define TYPE_PORTS   1u
#define TYPE_BUS     2u
#define FIXED_ENDS   0x0cu /* Both ends of the window are fixed; it is passed on. */
#define MEMORY_RW    0x01u
#define PORTS_ENTIRE 0x03u

static void put_name(struct table_area *area, const char *path)
{
    if (*path == '\\') {
        table_put8(area, '\\');
        path++;
    }
    for (unsigned i = 0; i < 4; i++) {
        table_put8(area, *path != '\0' ? (vmk_uint8)*path++ : '_');
    }
}

static unsigned begin(struct table_area *area)
{
    unsigned begun = area->len;

    table_put_zeros(area, LENGTH_BYTES);
    return begun;
}

void aml_end(struct table_area *area, unsigned begun)
{
    vmk_uint32 len = area->len - begun;

    table_patch(area, begun, LENGTH_BYTES, (LENGTH_BYTES - 1) << 6 | (len & 0xfu) | (len >> 4) << 8);
}

unsigned aml_scope_begin(struct table_area *area, const char *path)
{
    unsigned begun;

    table_put8(area, SCOPE_OP);
    begun = begin(area);
    put_name(area, path);
    return begun;
}

unsigned aml_device_begin(struct table_area *area, const char *name)
{
    unsigned begun;

    table_put8(area, EXTENDED);
    table_put8(area, DEVICE_OP);
    begun = begin(area);
    put_name(area, name);
    return begun;
}

unsigned aml_element_begin(struct table_area *area, vmk_uint8 count)
{
    unsigned begun;

    table_put8(area, PACKAGE_OP);
    begun = begin(area);
    table_put8(area, count);
    return begun;
}

static void name_begin(struct table_area *area, const char *name)
{
    table_put8(area, NAME_OP);
    put_name(area, name);
}

unsigned aml_package_begin(struct table_area *area, const char *name, vmk_uint8 count)
{
    name_begin(area, name);
    return aml_element_begin(area, count);
}

void aml_integer(struct table_area *area, vmk_uint64 value)
{
    if (value == 0) {
        table_put8(area, ZERO_OP);
    } else if (value <= 0xff) {
        table_put8(area, BYTE_PREFIX);
        table_put8(area, value);
    } else if (value <= 0xffff) {
        table_put8(area, WORD_PREFIX);
        table_put16(area, value);
    } else if (value <= 0xffffffff) {
        table_put8(area, DWORD_PREFIX);
        table_put32(area, value);
    } else {
        table_put8(area, QWORD_PREFIX);
        table_put64(area, value);
    }
}

void aml_name_integer(struct table_area *area, const char *name, vmk_uint64 value)
{
    name_begin(area, name);
    aml_integer(area, value);
}

void aml_name_string(struct table_area *area, const char *name, const char *text)
{
    name_begin(area, name);
    table_put8(area, STRING_PREFIX);
    table_put(area, text, (unsigned)vmk_Strlen(text) + 1);
}

static unsigned hex_digit(char digit)
{
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'A' + 10);
}

void aml_name_eisa(struct table_area *area, const char *name, const char *id)
{
    /* 19.3.4: three letters of five bits and four hexadecimal digits, most significant byte first. */
    vmk_uint32 code = (id[0] & 0x1fu) << 26 | (id[1] & 0x1fu) << 21 | (id[2] & 0x1fu) << 16;

    code |= hex_digit(id[3]) << 12 | hex_digit(id[4]) << 8 | hex_digit(id[5]) << 4 | hex_digit(id[6]);
    name_begin(area, name);
    table_put8(area, DWORD_PREFIX);
    table_put32(area, __builtin_bswap32(code));
}

unsigned aml_resources_begin(struct table_area *area)
{
    unsigned begun;

    name_begin(area, "_CRS");
    table_put8(area, BUFFER_OP);
    begun = begin(area);
    table_put8(area, WORD_PREFIX); /* The buffer's size, which its end fills in. */
    table_put16(area, 0);
    return begun;
}

void aml_resources_end(struct table_area *area, unsigned begun)
{
    unsigned data = begun + LENGTH_BYTES + 3;

    table_put8(area, SMALL_END);
    table_put8(area, 0); /* No checksum. */
    table_patch(area, data - 2, 2, area->len - data);
    aml_end(area, begun);
}

void aml_resource_ports(struct table_area *area, vmk_uint16 base, vmk_uint8 len)
{
    table_put8(area, SMALL_PORTS);
    table_put8(area, 1);
    table_put16(area, base);
    table_put16(area, base);
    table_put8(area, 1);
    table_put8(area, len);
}

void aml_resource_irq(struct table_area *area, unsigned irq)
{
    table_put8(area, SMALL_IRQ);
    table_put16(area, 1u << irq);
}

void aml_resource_memory(struct table_area *area, vmk_uint32 base, vmk_uint32 len)
{
    table_put8(area, LARGE_MEMORY);
    table_put16(area, 9);
    table_put8(area, MEMORY_RW);
    table_put32(area, base);
    table_put32(area, len);
}

static void window_words(struct table_area *area, vmk_uint8 type, vmk_uint8 flags, vmk_uint16 first,
                         vmk_uint16 last)
{
    table_put8(area, LARGE_WORD);
    table_put16(area, 13);
    table_put8(area, type);
    table_put8(area, FIXED_ENDS);
    table_put8(area, flags);
    table_put16(area, 0);
    table_put16(area, first);
    table_put16(area, last);
    table_put16(area, 0);
    table_put16(area, last - first + 1u);
}

void aml_window_bus(struct table_area *area, vmk_uint16 first, vmk_uint16 last)
{
    window_words(area, TYPE_BUS, 0, first, last);
}

void aml_window_ports(struct table_area *area, vmk_uint16 first, vmk_uint16 last)
{
    window_words(area, TYPE_PORTS, PORTS_ENTIRE, first, last);
}

void aml_window_memory(struct table_area *area, vmk_uint32 first, vmk_uint32 last)
{
    table_put8(area, LARGE_DWORD);
    table_put16(area, 23);
    table_put8(area, TYPE_MEMORY);
    table_put8(area, FIXED_ENDS);
    table_put8(area, MEMORY_RW);
    table_put32(area, 0);
    table_put32(area, first);
    table_put32(area, last);
    table_put32(area, 0);
    table_put32(area, last - first + 1);
}
