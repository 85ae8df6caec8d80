/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devres.h - what a driver holds for a device and that goes by itself when the driver lets go of it.
 *
 * Resources are released in the reverse order of their adding: after a probe that failed, and after remove.
 * Context: may block, but for devm_kmalloc() and devm_kfree().
 */
#ifndef VMKLINUX_LINUX_DEVICE_DEVRES_H
#define VMKLINUX_LINUX_DEVICE_DEVRES_H

#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>

struct device;
struct module;
extern struct module __this_module;

typedef void (*dr_release_t)(struct device *dev, void *res);
typedef int (*dr_match_t)(struct device *dev, void *res, void *match_data);

/* Zeroed memory for a resource of @size bytes, to be added with devres_add() or freed with devres_free(). */
void *vmklinux_devres_alloc(struct module *module, dr_release_t release, size_t size, gfp_t gfp) __malloc;
#define devres_alloc(release, size, gfp)           vmklinux_devres_alloc(&__this_module, release, size, gfp)
#define devres_alloc_node(release, size, gfp, nid) devres_alloc(release, size, gfp)
void devres_free(void *res);
void devres_add(struct device *dev, void *res);
/* Release everything. */
void devres_release_all(struct device *dev);

/* The newest resource of this release function that @match (NULL: any) accepts; NULL if there is none. */
void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
/* Take that resource off; the caller frees it. */
void *devres_remove(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
/* Take it off and free it without releasing; -ENOENT. */
int devres_destroy(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
/* Take it off, release and free it; -ENOENT. */
int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);

/* Resources added from here on belong to a group, until it is forgotten. Returns its ID: @id, or one made up
 * for NULL; NULL without memory. */
void *vmklinux_devres_open_group(struct module *module, struct device *dev, void *id, gfp_t gfp);
#define devres_open_group(dev, id, gfp) vmklinux_devres_open_group(&__this_module, dev, id, gfp)
/* Forget the group (NULL: the one opened last); its resources stay. */
void devres_remove_group(struct device *dev, void *id);
/* Release the group's resources, and forget it; returns how many. */
int devres_release_group(struct device *dev, void *id);

void *vmklinux_devm_kmalloc(struct module *module, struct device *dev, size_t size, gfp_t gfp) __malloc;
void devm_kfree(struct device *dev, const void *p);

static inline void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
    return vmklinux_devm_kmalloc(&__this_module, dev, size, gfp);
}

static inline void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp)
{
    return devm_kmalloc(dev, size, gfp | __GFP_ZERO);
}

static inline void *devm_kmalloc_array(struct device *dev, size_t n, size_t size, gfp_t flags)
{
    size_t bytes;

    return check_mul_overflow(n, size, &bytes) ? NULL : devm_kmalloc(dev, bytes, flags);
}

static inline void *devm_kcalloc(struct device *dev, size_t n, size_t size, gfp_t flags)
{
    return devm_kmalloc_array(dev, n, size, flags | __GFP_ZERO);
}

__printf(4, 5) char *vmklinux_devm_kasprintf(struct module *module, struct device *dev, gfp_t gfp,
                                             const char *fmt, ...) __malloc;
#define devm_kasprintf(dev, gfp, fmt, ...)                                                                   \
    vmklinux_devm_kasprintf(&__this_module, dev, gfp, fmt, ##__VA_ARGS__)

/* Call @action(@data) when the driver lets go; -ENOMEM. */
int vmklinux_devm_add_action(struct module *module, struct device *dev, void (*action)(void *), void *data);
#define devm_add_action(dev, action, data) vmklinux_devm_add_action(&__this_module, dev, action, data)

#endif
