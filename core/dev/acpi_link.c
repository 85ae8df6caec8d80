/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_link.c - PCI interrupt link devices.
 */
#define VMK_LOG_MODULE "ACPI"

#include "acpi_link.h"

#include <core/heap.h>
#include <core/irq_vector.h>
#include <core/mutex.h>
#include <vmkapi/base/logging.h>

/* What a link offers in _PRS, or has in _CRS. */
#define CHOICES_MAX 16
struct choices {
    vmk_uint32 type; /* ACPI_RESOURCE_TYPE_IRQ or ACPI_RESOURCE_TYPE_EXTENDED_IRQ. */
    vmk_uint8 triggering, polarity;
    unsigned count;
    vmk_uint32 number[CHOICES_MAX];
};

static struct mutex links_mutex = MUTEX_INITIALIZER(links_mutex, "acpi-links");

/* Links switched on so far. */
static struct link {
    struct link *next;
    acpi_handle handle;
    struct acpi_interrupt interrupt;
} * links VMK_GUARDED_BY(links_mutex);

/** Collect the interrupts of one resource; the first descriptor that has any counts. */
static acpi_status collect(struct acpi_resource *resource, void *context)
{
    struct choices *choices = context;
    const struct acpi_resource_irq *irq = &resource->data.irq;
    const struct acpi_resource_extended_irq *extended = &resource->data.extended_irq;

    if (resource->type == ACPI_RESOURCE_TYPE_IRQ) {
        choices->triggering = irq->triggering;
        choices->polarity = irq->polarity;
        for (unsigned i = 0; i < irq->interrupt_count && choices->count < CHOICES_MAX; i++) {
            choices->number[choices->count++] = irq->interrupts[i];
        }
    } else if (resource->type == ACPI_RESOURCE_TYPE_EXTENDED_IRQ) {
        choices->triggering = extended->triggering;
        choices->polarity = extended->polarity;
        for (unsigned i = 0; i < extended->interrupt_count && choices->count < CHOICES_MAX; i++) {
            choices->number[choices->count++] = extended->interrupts[i];
        }
    }
    choices->type = resource->type;
    return choices->count != 0 ? AE_CTRL_TERMINATE : AE_OK;
}

static VMK_ReturnStatus get_choices(acpi_handle handle, const char *name, const char *method,
                                    struct choices *choices)
{
    *choices = (struct choices){0};
    acpi_status status = acpi_walk_resources(handle, (char *)method, collect, choices);
    if (ACPI_FAILURE(status)) {
        vmk_WarningMessage("link device %s: %s failed (%s)", name, method, acpi_format_exception(status));
        return VMK_BAD_FORMAT;
    }
    return VMK_OK;
}

static vmk_Bool offers(const struct choices *choices, vmk_uint32 number)
{
    for (unsigned i = 0; i < choices->count; i++) {
        if (choices->number[i] == number) {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

static unsigned users_of(vmk_uint32 gsi) VMK_REQUIRES(&links_mutex)
{
    unsigned users = 0;

    for (const struct link *link = links; link != NULL; link = link->next) {
        users += link->interrupt.gsi == gsi;
    }
    return users;
}

/** The one of several that fewest links use; of equals the last, as the low ones are ISA's. */
static vmk_uint32 least_used(const struct choices *choices) VMK_REQUIRES(&links_mutex)
{
    vmk_uint32 best = choices->number[0];

    for (unsigned i = 1; i < choices->count; i++) {
        if (users_of(choices->number[i]) <= users_of(best)) {
            best = choices->number[i];
        }
    }
    return best;
}

/** Program the link with _SRS. */
static acpi_status set_interrupt(acpi_handle handle, const struct choices *form, vmk_uint32 number)
{
    struct acpi_resource resources[2] = {
        {.type = form->type, .length = sizeof(resources[0])},
        {.type = ACPI_RESOURCE_TYPE_END_TAG, .length = sizeof(resources[1])}};
    struct acpi_buffer buffer = {.length = sizeof(resources), .pointer = resources};

    if (form->type == ACPI_RESOURCE_TYPE_IRQ) {
        resources[0].data.irq = (struct acpi_resource_irq){.descriptor_length = 3,
                                                           .triggering = form->triggering,
                                                           .polarity = form->polarity,
                                                           .shareable = ACPI_SHARED,
                                                           .interrupt_count = 1,
                                                           .interrupts = {(u8)number}};
    } else {
        resources[0].data.extended_irq =
            (struct acpi_resource_extended_irq){.producer_consumer = ACPI_CONSUMER,
                                                .triggering = form->triggering,
                                                .polarity = form->polarity,
                                                .shareable = ACPI_SHARED,
                                                .interrupt_count = 1,
                                                .interrupts = {number}};
    }
    return acpi_set_current_resources(handle, &buffer);
}

static unsigned line_flags(const struct choices *form)
{
    return (form->triggering == ACPI_LEVEL_SENSITIVE ? IOAPIC_LEVEL : 0) |
           (form->polarity == ACPI_ACTIVE_LOW ? IOAPIC_ACTIVE_LOW : 0);
}

/** Choose and set a link's interrupt. links_sema is held. */
static VMK_ReturnStatus switch_on(acpi_handle handle, const char *name, struct acpi_interrupt *interrupt)
    VMK_REQUIRES(&links_mutex)
{
    struct choices possible, current;

    vmk_StatusValue status = get_choices(handle, name, METHOD_NAME__PRS, &possible);
    if (status != VMK_OK) {
        return status;
    }
    if (possible.count == 0) {
        vmk_WarningMessage("link device %s offers no interrupt", name);
        return VMK_BAD_FORMAT;
    }
    status = get_choices(handle, name, METHOD_NAME__CRS, &current);
    vmk_Bool keep = status == VMK_OK && current.count == 1 && offers(&possible, current.number[0]);
    vmk_uint32 number = keep ? current.number[0] : least_used(&possible);

    acpi_status set = set_interrupt(handle, &possible, number);
    if (ACPI_FAILURE(set) && !keep) {
        vmk_WarningMessage("link device %s: _SRS failed (%s)", name, acpi_format_exception(set));
        return VMK_BAD_FORMAT;
    }
    *interrupt = (struct acpi_interrupt){.gsi = number, .flags = line_flags(&possible)};
    return VMK_OK;
}

static struct link *find_link(acpi_handle handle) VMK_REQUIRES(&links_mutex)
{
    struct link *link = links;

    while (link != NULL && link->handle != handle) {
        link = link->next;
    }
    return link;
}

static VMK_ReturnStatus add_link(acpi_handle handle, const char *name, struct link **added)
    VMK_REQUIRES(&links_mutex)
{
    struct link *link = vmk_HeapZalloc(heap_kernel, sizeof(*link));

    if (link == NULL) {
        return VMK_NO_MEMORY;
    }
    vmk_StatusValue status = switch_on(handle, name, &link->interrupt);
    if (status != VMK_OK) {
        vmk_HeapFree(heap_kernel, link);
        return status;
    }
    link->handle = handle;
    link->next = links;
    links = link;
    *added = link;
    return VMK_OK;
}

VMK_ReturnStatus acpi_link_enable(acpi_handle handle, const char *name, struct acpi_interrupt *interrupt)
{
    vmk_StatusValue status = VMK_OK;

    mutex_lock(&links_mutex);
    struct link *link = find_link(handle);
    if (link == NULL) {
        status = add_link(handle, name, &link);
    }
    if (status == VMK_OK) {
        *interrupt = link->interrupt;
    }
    mutex_unlock(&links_mutex);
    return status;
}
