/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rbtree.h - balanced binary trees (red-black); the nodes live inside the elements.
 *
 * A zeroed tree is an empty one. Equal elements are kept in order of insertion.
 * Context: any. Locks: the caller's.
 */
#ifndef CORE_RBTREE_H
#define CORE_RBTREE_H

#include <vmkapi/base/types.h>

struct rb_node {
    struct rb_node *parent, *left, *right;
    vmk_Bool red;
};

struct rb_tree {
    struct rb_node *root;
};

/** The element of @p type whose node @p node is its member @p field. */
#define RB_ENTRY(node, type, field) VMK_CONTAINER_OF(node, type, field)

/** Whether @p a goes before @p b. */
typedef vmk_Bool (*rb_before)(const struct rb_node *a, const struct rb_node *b);

/** <0, 0 or >0 as @p key is before, at or behind @p node. */
typedef int (*rb_compare)(const void *key, const struct rb_node *node);

/** Link @p node in. */
void rb_insert(struct rb_tree *tree, struct rb_node *node, rb_before before);

/** Unlink @p node. */
void rb_remove(struct rb_tree *tree, struct rb_node *node);

/** The last node that is not behind @p key, or NULL when all are. */
struct rb_node *rb_find_floor(const struct rb_tree *tree, const void *key, rb_compare compare);

/** The first node; NULL when empty. */
struct rb_node *rb_first(const struct rb_tree *tree);

/** The node behind @p node in order; NULL at the end. */
struct rb_node *rb_next(const struct rb_node *node);

#endif
