/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parameters.c - "name=value" to typed variables, with every way of being wrong named.
 */
#include "parameters.h"

#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/string.h>

/** What each type holds. */
static const struct {
    const char *name;
    vmk_uint8 bytes;
    vmk_Bool is_signed;
} types[VMK_MODPARAM_TYPES] = {
    [VMK_MODPARAM_BYTE] = {"byte", 1, VMK_FALSE},     [VMK_MODPARAM_SHORT] = {"short", 2, VMK_TRUE},
    [VMK_MODPARAM_USHORT] = {"ushort", 2, VMK_FALSE}, [VMK_MODPARAM_INT] = {"int", 4, VMK_TRUE},
    [VMK_MODPARAM_UINT] = {"uint", 4, VMK_FALSE},     [VMK_MODPARAM_LONG] = {"long", 8, VMK_TRUE},
    [VMK_MODPARAM_ULONG] = {"ulong", 8, VMK_FALSE},   [VMK_MODPARAM_BOOL] = {"bool", 1, VMK_FALSE},
    [VMK_MODPARAM_CHARP] = {"text", 8, VMK_FALSE},    [VMK_MODPARAM_STRING] = {"text", 1, VMK_FALSE},
    [VMK_MODPARAM_CALL] = {"its own", 0, VMK_FALSE},
};

static const char *type_name(vmk_uint32 type)
{
    return type < VMK_MODPARAM_TYPES ? types[type].name : "unknown";
}

static vmk_Bool parse_bool(const char *value, vmk_Bool *result)
{
    static const char *const words[] = {"n", "y", "0", "1", "false", "true", "off", "on", "no", "yes"};

    for (unsigned i = 0; i < VMK_ARRAY_SIZE(words); i++) {
        if (vmk_Strcasecmp(value, words[i]) == 0) {
            *result = i % 2;
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

/** Parse a number that fits @p bytes bytes. */
static vmk_Bool parse_number(const char *value, unsigned bytes, vmk_Bool is_signed, vmk_uint64 *result)
{
    unsigned spare = 64 - bytes * 8;
    vmk_int64 number;

    if (!is_signed) {
        return value[0] != '-' && vmk_StringToUint64(value, 0, result) == VMK_OK &&
               *result << spare >> spare == *result;
    }
    if (vmk_StringToInt64(value, 0, &number) != VMK_OK ||
        (vmk_int64)((vmk_uint64)number << spare) >> spare != number) {
        return VMK_FALSE;
    }
    *result = (vmk_uint64)number;
    return VMK_TRUE;
}

/** Store one value as element @p index. @return false when it is not of the type. */
static vmk_Bool store(const vmk_ModuleParam *param, vmk_uint32 index, char *value)
{
    unsigned bytes = types[param->type].bytes;
    vmk_uint8 *element = (vmk_uint8 *)param->address + (vmk_ByteCount)index * bytes;
    vmk_uint64 number;
    vmk_Bool truth;

    switch (param->type) {
    case VMK_MODPARAM_BOOL:
        if (!parse_bool(value, &truth)) {
            return VMK_FALSE;
        }
        number = truth;
        break;
    case VMK_MODPARAM_CHARP:
        number = (vmk_uint64)value;
        break;
    case VMK_MODPARAM_STRING:
        return vmk_Strlcpy((char *)param->address, value, param->capacity) < param->capacity;
    case VMK_MODPARAM_CALL:
        return ((vmk_ModuleParamSet)param->address)(value) == VMK_OK;
    default:
        if (!parse_number(value, bytes, types[param->type].is_signed, &number)) {
            return VMK_FALSE;
        }
    }
    vmk_Memcpy(element, &number, bytes);
    return VMK_TRUE;
}

static VMK_ReturnStatus set_values(const char *module, const vmk_ModuleParam *param, char *value,
                                   struct diagnosis *why)
{
    vmk_Bool is_array = param->capacity > 1 && param->type != VMK_MODPARAM_STRING;
    vmk_uint32 count = 0;

    while (value != NULL) {
        char *comma = is_array ? vmk_Strchr(value, ',') : NULL;

        if (comma != NULL) {
            *comma++ = '\0';
        }
        if (is_array && count == param->capacity) {
            return diagnose(why, VMK_BAD_PARAM, "%s: parameter '%s' takes at most %u values", module,
                            param->name, param->capacity);
        }
        if (!store(param, count, value)) {
            if (param->type == VMK_MODPARAM_CALL) {
                return diagnose(why, VMK_BAD_PARAM, "%s: parameter '%s' does not take '%s'", module,
                                param->name, value);
            }
            return diagnose(why, VMK_BAD_PARAM, "%s: parameter '%s' takes a value of type %s, not '%s'",
                            module, param->name, type_name(param->type), value);
        }
        count++;
        value = comma;
    }
    if (param->count != NULL) {
        *param->count = count;
    }
    return VMK_OK;
}

static VMK_ReturnStatus unknown(const char *module, const vmk_ModuleParam *params, vmk_ByteCount count,
                                const char *name, struct diagnosis *why)
{
    char known[160] = "";

    for (vmk_ByteCount i = 0; i < count; i++) {
        vmk_Strlcat(known, " ", sizeof(known));
        vmk_Strlcat(known, params[i].name, sizeof(known));
    }
    return diagnose(why, VMK_BAD_PARAM, "%s has no parameter '%s'; it has:%s", module, name,
                    count != 0 ? known : " none");
}

static const vmk_ModuleParam *find(const vmk_ModuleParam *params, vmk_ByteCount count, const char *name)
{
    for (vmk_ByteCount i = 0; i < count; i++) {
        if (vmk_Strcmp(params[i].name, name) == 0) {
            return &params[i];
        }
    }
    return NULL;
}

/** Cut the next `name=value` off @p rest. @return false at the end. */
static vmk_Bool next_pair(char **rest, char **name, char **value)
{
    char *at = *rest + vmk_Strspn(*rest, " \t");

    *name = at;
    at += vmk_Strcspn(at, "= \t");
    *value = NULL;
    if (*at == '=') {
        *at++ = '\0';
        *value = *at == '"' ? at + 1 : at;
        at = *value + vmk_Strcspn(*value, *at == '"' ? "\"" : " \t");
    }
    *rest = *at == '\0' ? at : at + 1;
    *at = '\0';
    return **name != '\0' || *value != NULL;
}

VMK_ReturnStatus parameters_set(const char *module, const vmk_ModuleParam *params, vmk_ByteCount count,
                                char *text, struct diagnosis *why)
{
    vmk_StatusValue status = VMK_OK;
    char *name, *value;

    while (status == VMK_OK && next_pair(&text, &name, &value)) {
        const vmk_ModuleParam *param = find(params, count, name);

        if (param == NULL) {
            return unknown(module, params, count, name, why);
        }
        if (value == NULL && param->type == VMK_MODPARAM_BOOL) {
            *(vmk_Bool *)param->address = VMK_TRUE;
        } else if (value == NULL) {
            return diagnose(why, VMK_BAD_PARAM, "%s: parameter '%s' wants a value: %s=<%s>", module, name,
                            name, type_name(param->type));
        } else {
            status = set_values(module, param, value, why);
        }
    }
    return status;
}
