/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * contents.c - sparse pages under a file, and copying them up from a boot archive at the first write.
 */
#include "contents.h"

#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

/** The pointer array of the largest file is one heap allocation. */
#define LEN_LIMIT (VMK_HEAP_MAX_ALLOC / sizeof(vmk_uint8 *) * VMK_PAGE_SIZE)

static vmk_ByteCount pages_for(vmk_ByteCount len)
{
    return (len + VMK_PAGE_SIZE - 1) / VMK_PAGE_SIZE;
}

/** Bytes from @p offset to the end of its page, at most @p len. */
static vmk_ByteCount in_page(vmk_ByteCount offset, vmk_ByteCount len)
{
    return VMK_MIN(VMK_PAGE_SIZE - (offset & VMK_PAGE_MASK), len);
}

/** Give back the pages behind the end. */
static void trim(struct contents *contents, vmk_HeapID heap)
{
    for (vmk_ByteCount i = pages_for(contents->len); i < contents->capacity; i++) {
        vmk_HeapFree(heap, contents->pages[i]);
        contents->pages[i] = NULL;
    }
}

static VMK_ReturnStatus grow_array(struct contents *contents, vmk_HeapID heap, vmk_ByteCount npages)
{
    vmk_ByteCount capacity = contents->capacity == 0 ? 4 : contents->capacity;
    vmk_uint8 **pages;

    while (capacity < npages) {
        capacity *= 2;
    }
    if (capacity == contents->capacity) {
        return VMK_OK;
    }
    pages = vmk_HeapZalloc(heap, capacity * sizeof(*pages));
    if (pages == NULL) {
        return VMK_NO_RESOURCES;
    }
    if (contents->capacity != 0) {
        vmk_Memcpy(pages, contents->pages, contents->capacity * sizeof(*pages));
    }
    vmk_HeapFree(heap, contents->pages);
    contents->pages = pages;
    contents->capacity = capacity;
    return VMK_OK;
}

/** Have a page of our own under each byte from @p offset on. */
static VMK_ReturnStatus reserve(struct contents *contents, vmk_HeapID heap, vmk_ByteCount offset,
                                vmk_ByteCount len)
{
    vmk_StatusValue status = grow_array(contents, heap, pages_for(offset + len));

    for (vmk_ByteCount i = offset / VMK_PAGE_SIZE; status == VMK_OK && i < pages_for(offset + len); i++) {
        if (contents->pages[i] == NULL) {
            contents->pages[i] = vmk_HeapZalloc(heap, VMK_PAGE_SIZE);
            status = contents->pages[i] == NULL ? VMK_NO_RESOURCES : VMK_OK;
        }
    }
    if (status != VMK_OK) {
        trim(contents, heap);
    }
    return status;
}

static void copy_in(struct contents *contents, vmk_ByteCount offset, const vmk_uint8 *bytes,
                    vmk_ByteCount len)
{
    while (len != 0) {
        vmk_ByteCount part = in_page(offset, len);

        vmk_Memcpy(contents->pages[offset / VMK_PAGE_SIZE] + (offset & VMK_PAGE_MASK), bytes, part);
        offset += part;
        bytes += part;
        len -= part;
    }
}

/** Leave the boot archive. */
static VMK_ReturnStatus copy_up(struct contents *contents, vmk_HeapID heap)
{
    struct contents copy = {.len = 0};
    vmk_StatusValue status;

    if (contents->boot == NULL) {
        return VMK_OK;
    }
    status = contents_write(&copy, heap, 0, contents->boot, contents->len);
    if (status == VMK_OK) {
        *contents = copy;
    } else {
        contents_clear(&copy, heap);
    }
    return status;
}

void contents_set_boot(struct contents *contents, vmk_HeapID heap, const void *bytes, vmk_ByteCount len)
{
    contents_clear(contents, heap);
    contents->boot = bytes;
    contents->len = len;
}

vmk_ByteCount contents_read(const struct contents *contents, vmk_ByteCount offset, void *buffer,
                            vmk_ByteCount len)
{
    vmk_uint8 *out = buffer;
    vmk_ByteCount done = offset < contents->len ? VMK_MIN(len, contents->len - offset) : 0;

    if (contents->boot != NULL) {
        vmk_Memcpy(out, contents->boot + offset, done);
        return done;
    }
    for (vmk_ByteCount left = done, part; left != 0; left -= part, offset += part, out += part) {
        vmk_ByteCount index = offset / VMK_PAGE_SIZE;

        part = in_page(offset, left);
        if (index < contents->capacity && contents->pages[index] != NULL) {
            vmk_Memcpy(out, contents->pages[index] + (offset & VMK_PAGE_MASK), part);
        } else {
            vmk_Memset(out, 0, part);
        }
    }
    return done;
}

VMK_ReturnStatus contents_write(struct contents *contents, vmk_HeapID heap, vmk_ByteCount offset,
                                const void *bytes, vmk_ByteCount len)
{
    vmk_StatusValue status;

    if (len > LEN_LIMIT || offset > LEN_LIMIT - len) {
        return VMK_LIMIT_EXCEEDED;
    }
    if (len == 0) {
        return VMK_OK;
    }
    status = copy_up(contents, heap);
    if (status == VMK_OK) {
        status = reserve(contents, heap, offset, len);
    }
    if (status == VMK_OK) {
        copy_in(contents, offset, bytes, len);
        contents->len = VMK_MAX(offset + len, contents->len);
    }
    return status;
}

void contents_clear(struct contents *contents, vmk_HeapID heap)
{
    contents->len = 0;
    trim(contents, heap);
    vmk_HeapFree(heap, contents->pages);
    *contents = (struct contents){.len = 0};
}
