/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * modparam.h - parameters: values of a module's variables, given when it is loaded.
 *
 * Each leaves one vmk_ModuleParam record in section .vmk.params. `system module load --parameters "a=1
 * b=2,3"` writes the variables before init_module(); what does not parse, does not fit or is not declared
 * refuses the load. After that nobody else writes them.
 */
#ifndef VMKAPI_BASE_MODPARAM_H
#define VMKAPI_BASE_MODPARAM_H

#include <vmkapi/base/module.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

typedef enum vmk_ModuleParamType {
    VMK_MODPARAM_BYTE,   /**< vmk_uint8 */
    VMK_MODPARAM_SHORT,  /**< vmk_int16 */
    VMK_MODPARAM_USHORT, /**< vmk_uint16 */
    VMK_MODPARAM_INT,    /**< vmk_int32 */
    VMK_MODPARAM_UINT,   /**< vmk_uint32 */
    VMK_MODPARAM_LONG,   /**< vmk_int64 */
    VMK_MODPARAM_ULONG,  /**< vmk_uint64 */
    VMK_MODPARAM_BOOL,   /**< vmk_Bool: y, n, 1, 0, true, false, on, off; the name alone means true */
    VMK_MODPARAM_CHARP,  /**< char *: the text is the loader's, for as long as the module is loaded */
    VMK_MODPARAM_STRING, /**< char[capacity]: the text is copied */
    VMK_MODPARAM_CALL,   /**< vmk_ModuleParamSet: the module's function takes the text */
    VMK_MODPARAM_TYPES
} vmk_ModuleParamType;

/**
 * Take a parameter's value; what is not VMK_OK refuses the load.
 *
 * Called before init_module(): the module has nothing but its variables yet. Context: may block.
 * @param value  the loader's, for as long as the module is loaded
 */
typedef vmk_StatusValue (*vmk_ModuleParamSet)(const char *value);

typedef struct vmk_ModuleParam {
    const char *name;
    void *address;       /**< The variable, the first element of an array, or the function. */
    vmk_uint32 *count;   /**< Receives how many elements were given; may be NULL. */
    vmk_uint32 type;     /**< enum vmk_ModuleParamType */
    vmk_uint32 capacity; /**< Elements the array has room for, 1 for a plain variable; bytes for STRING. */
} vmk_ModuleParam;
VMK_STATIC_ASSERT(sizeof(vmk_ModuleParam) == 32, "modules carry arrays of this record");

#define VMK_MODPARAM_TEXT_OF_(token) #token
#define VMK_MODPARAM_TEXT_OF(token)  VMK_MODPARAM_TEXT_OF_(token)

/** Declare a parameter. The named shapes below are what one normally writes. */
#define VMK_MODPARAM_RECORD(param, variable, number, kind, room)                                             \
    static const vmk_ModuleParam vmk_modparam_##param                                                        \
        __attribute__((used, section(".vmk.params"), aligned(8))) = {.name = #param,                         \
                                                                     .address = (void *)(variable),          \
                                                                     .count = (vmk_uint32 *)(number),        \
                                                                     .type = kind,                           \
                                                                     .capacity = room};                      \
    VMK_MODULE_INFO("parmtype", #param ":" VMK_MODPARAM_TEXT_OF(kind))

/** `VMK_MODPARAM(debug, VMK_MODPARAM_INT, "log level")`: the variable and the parameter share a name. */
#define VMK_MODPARAM(variable, type, description) VMK_MODPARAM_NAMED(variable, variable, type, description)

#define VMK_MODPARAM_NAMED(param, variable, type, description)                                               \
    VMK_MODPARAM_RECORD(param, &(variable), NULL, type, 1);                                                  \
    VMK_MODULE_INFO("parm", #param ":" description)

/** An array; @p number points at a vmk_uint32 that receives how many elements were given, or is NULL. */
#define VMK_MODPARAM_ARRAY(array, type, number, description)                                                 \
    VMK_MODPARAM_RECORD(array, array, number, type, VMK_ARRAY_SIZE(array));                                  \
    VMK_MODULE_INFO("parm", #array ":" description)

/** A character array the text is copied into, NUL included. */
#define VMK_MODPARAM_TEXT(array, description)                                                                \
    VMK_MODPARAM_RECORD(array, array, NULL, VMK_MODPARAM_STRING, sizeof(array));                             \
    VMK_MODULE_INFO("parm", #array ":" description)

#endif
