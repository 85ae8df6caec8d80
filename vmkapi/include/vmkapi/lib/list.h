/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * list.h - circular doubly linked lists; the links live inside the elements.
 *
 * The list itself is one vmk_ListLinks that belongs to no element. Nothing is allocated.
 * Context: any. Locks: the caller's.
 */
#ifndef VMKAPI_LIB_LIST_H
#define VMKAPI_LIB_LIST_H

#include <vmkapi/base/types.h>

typedef struct vmk_ListLinks {
    struct vmk_ListLinks *prevPtr;
    struct vmk_ListLinks *nextPtr;
} vmk_ListLinks;

/** The element of @p type whose links @p itemPtr are its member @p field. */
#define VMK_LIST_ENTRY(itemPtr, type, field) VMK_CONTAINER_OF(itemPtr, type, field)

/** Visit every element from the first; the body must not unlink @p current. */
#define VMK_LIST_FORALL(list, current)                                                                       \
    for ((current) = vmk_ListFirst(list); !vmk_ListIsAtEnd((list), (current));                               \
         (current) = vmk_ListNext(current))

/** As VMK_LIST_FORALL(), but the body may unlink or free @p current. */
#define VMK_LIST_FORALL_SAFE(list, current, next)                                                            \
    for ((current) = vmk_ListFirst(list), (next) = vmk_ListNext(current);                                    \
         !vmk_ListIsAtEnd((list), (current)); (current) = (next), (next) = vmk_ListNext(current))

/** A list that needs no vmk_ListInit(). */
#define VMK_LIST_INITIALIZER(list)                                                                           \
    {                                                                                                        \
        .prevPtr = &(list), .nextPtr = &(list)                                                               \
    }

/** Make @p list an empty list. */
static inline void vmk_ListInit(vmk_ListLinks *list)
{
    list->prevPtr = list;
    list->nextPtr = list;
}

/** Mark @p element as being in no list. */
static inline void vmk_ListInitElement(vmk_ListLinks *element)
{
    element->prevPtr = NULL;
    element->nextPtr = NULL;
}

static inline vmk_Bool vmk_ListIsUnlinkedElement(const vmk_ListLinks *element)
{
    return element->nextPtr == NULL;
}

static inline vmk_Bool vmk_ListIsEmpty(const vmk_ListLinks *list)
{
    return list->nextPtr == list;
}

/** True when a walk over @p list has come round to the list itself. */
static inline vmk_Bool vmk_ListIsAtEnd(const vmk_ListLinks *list, const vmk_ListLinks *element)
{
    return list == element;
}

static inline vmk_ListLinks *vmk_ListFirst(const vmk_ListLinks *list)
{
    return list->nextPtr;
}

static inline vmk_ListLinks *vmk_ListLast(const vmk_ListLinks *list)
{
    return list->prevPtr;
}

static inline vmk_ListLinks *vmk_ListPrev(const vmk_ListLinks *element)
{
    return element->prevPtr;
}

static inline vmk_ListLinks *vmk_ListNext(const vmk_ListLinks *element)
{
    return element->nextPtr;
}

/* Places for vmk_ListInsert(): each names the links the new element goes behind. */
static inline vmk_ListLinks *vmk_ListAfter(vmk_ListLinks *element)
{
    return element;
}

static inline vmk_ListLinks *vmk_ListBefore(vmk_ListLinks *element)
{
    return element->prevPtr;
}

static inline vmk_ListLinks *vmk_ListAtFront(vmk_ListLinks *list)
{
    return list;
}

static inline vmk_ListLinks *vmk_ListAtRear(vmk_ListLinks *list)
{
    return list->prevPtr;
}

/** Link @p element in at @p place: vmk_ListInsert(&e->links, vmk_ListAtRear(&list)). */
static inline void vmk_ListInsert(vmk_ListLinks *element, vmk_ListLinks *place)
{
    element->nextPtr = place->nextPtr;
    element->prevPtr = place;
    place->nextPtr->prevPtr = element;
    place->nextPtr = element;
}

/** Unlink @p element and mark it as being in no list. */
static inline void vmk_ListRemove(vmk_ListLinks *element)
{
    element->nextPtr->prevPtr = element->prevPtr;
    element->prevPtr->nextPtr = element->nextPtr;
    vmk_ListInitElement(element);
}

/** Move everything in @p from, in order, to the rear of @p to; @p from is empty afterwards. */
static inline void vmk_ListAppend(vmk_ListLinks *to, vmk_ListLinks *from)
{
    if (vmk_ListIsEmpty(from)) {
        return;
    }
    from->nextPtr->prevPtr = to->prevPtr;
    from->prevPtr->nextPtr = to;
    to->prevPtr->nextPtr = from->nextPtr;
    to->prevPtr = from->prevPtr;
    vmk_ListInit(from);
}

#endif
