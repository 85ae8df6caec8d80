/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * moduleparam.h - module parameters, as records the module loader reads (vmkapi/base/modparam.h).
 *
 * The `perm` argument, access through sysfs, is checked to be a constant and otherwise without meaning here.
 */
#ifndef VMKLINUX_LINUX_MODULEPARAM_H
#define VMKLINUX_LINUX_MODULEPARAM_H

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/stringify.h>
#include <vmkapi/base/modparam.h>

#define MODULE_PARM_DESC(_parm, desc) MODULE_INFO(parm, #_parm ":" desc)

#define vmklinux_param_type_byte      VMK_MODPARAM_BYTE
#define vmklinux_param_type_short     VMK_MODPARAM_SHORT
#define vmklinux_param_type_ushort    VMK_MODPARAM_USHORT
#define vmklinux_param_type_int       VMK_MODPARAM_INT
#define vmklinux_param_type_uint      VMK_MODPARAM_UINT
#define vmklinux_param_type_long      VMK_MODPARAM_LONG
#define vmklinux_param_type_ulong     VMK_MODPARAM_ULONG
#define vmklinux_param_type_bool      VMK_MODPARAM_BOOL
#define vmklinux_param_type_charp     VMK_MODPARAM_CHARP

#define VMKLINUX_PARAM(name, variable, number, type, room, perm)                                             \
    static_assert((perm) >= 0, "module parameter permissions are a constant");                               \
    VMK_MODPARAM_RECORD(name, variable, number, vmklinux_param_type_##type, room)

#define module_param(name, type, perm)              module_param_named(name, name, type, perm)
#define module_param_named(name, value, type, perm) VMKLINUX_PARAM(name, &(value), NULL, type, 1, perm)
#define module_param_array(name, type, nump, perm)  module_param_array_named(name, name, type, nump, perm)
#define module_param_array_named(name, array, type, nump, perm)                                              \
    VMKLINUX_PARAM(name, array, nump, type, ARRAY_SIZE(array), perm)
#define module_param_string(name, string, len, perm)                                                         \
    VMK_MODPARAM_RECORD(name, string, NULL, VMK_MODPARAM_STRING, len)

/* A parameter that the driver reads and checks itself. */
struct kernel_param;

struct kernel_param_ops {
    unsigned int flags;
    int (*set)(const char *val, const struct kernel_param *kp); /* 0, or a negative errno: refuses the load */
    int (*get)(char *buffer, const struct kernel_param *kp);    /* not called: values are not shown */
    void (*free)(void *arg);
};

struct kernel_param {
    const char *name;
    const struct kernel_param_ops *ops;
    void *arg; /* the variable */
};

#define module_param_cb(param, operations, variable, perm)                                                   \
    static_assert((perm) >= 0, "module parameter permissions are a constant");                               \
    static vmk_StatusValue vmklinux_set_##param(const char *value)                                           \
    {                                                                                                        \
        const struct kernel_param kp = {.name = #param, .ops = (operations), .arg = (variable)};             \
                                                                                                             \
        return kp.ops->set(value, &kp) ? VMK_BAD_PARAM : VMK_OK;                                             \
    }                                                                                                        \
    VMK_MODPARAM_RECORD(param, vmklinux_set_##param, NULL, VMK_MODPARAM_CALL, 1)

extern int param_set_uint(const char *val, const struct kernel_param *kp);
extern int param_get_uint(char *buffer, const struct kernel_param *kp);
int param_set_uint_minmax(const char *val, const struct kernel_param *kp, unsigned int min, unsigned int max);

/* What Linux keeps about an array parameter; drivers only name the type. */
struct kparam_array {
    unsigned int max;
    unsigned int elemsize;
    unsigned int *num;
    const void *ops;
    void *elem;
};

#endif
