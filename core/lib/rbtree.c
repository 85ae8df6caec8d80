/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rbtree.c - red-black trees, as in Cormen, Leiserson, Rivest and Stein, chapter 13.
 *
 * No red node has a red child, and every way down from a node has as many black nodes. Mirror images are one
 * piece of code: `side` picks the child.
 */
#include <core/rbtree.h>
#include <vmkapi/base/assert.h>

enum side { LEFT, RIGHT };

static struct rb_node **child(struct rb_node *node, enum side side)
{
    return side == LEFT ? &node->left : &node->right;
}

static enum side side_of(const struct rb_node *node)
{
    return node == node->parent->left ? LEFT : RIGHT;
}

static enum side other(enum side side)
{
    return side == LEFT ? RIGHT : LEFT;
}

static vmk_Bool is_red(const struct rb_node *node)
{
    return node != NULL && node->red;
}

/* The pointer in the tree that leads to @node. */
static struct rb_node **link_of(struct rb_tree *tree, const struct rb_node *node)
{
    return node->parent == NULL ? &tree->root : child(node->parent, side_of(node));
}

/* Turn @node down to @side; its child on the other side comes up. */
static void rotate(struct rb_tree *tree, struct rb_node *node, enum side side)
{
    struct rb_node *up = *child(node, other(side));
    struct rb_node *moved = *child(up, side);

    *link_of(tree, node) = up;
    up->parent = node->parent;
    *child(up, side) = node;
    node->parent = up;
    *child(node, other(side)) = moved;
    if (moved != NULL) {
        moved->parent = node;
    }
}

/* @node is red; go up until its parent is not. */
static void fix_insert(struct rb_tree *tree, struct rb_node *node)
{
    while (is_red(node->parent)) {
        struct rb_node *parent = node->parent, *grand = parent->parent;
        enum side side = side_of(parent);
        struct rb_node *uncle = *child(grand, other(side));

        if (is_red(uncle)) {
            parent->red = uncle->red = VMK_FALSE;
            grand->red = VMK_TRUE;
            node = grand;
            continue;
        }
        if (side_of(node) != side) {
            rotate(tree, parent, side);
            node = parent;
            parent = node->parent;
        }
        parent->red = VMK_FALSE;
        grand->red = VMK_TRUE;
        rotate(tree, grand, other(side));
    }
    tree->root->red = VMK_FALSE;
}

void rb_insert(struct rb_tree *tree, struct rb_node *node, rb_before before)
{
    struct rb_node **place = &tree->root, *parent = NULL;

    while (*place != NULL) {
        parent = *place;
        place = before(node, parent) ? &parent->left : &parent->right;
    }
    *node = (struct rb_node){.parent = parent, .red = VMK_TRUE};
    *place = node;
    fix_insert(tree, node);
}

/* Put @with, which may be NULL, where @node is. */
static void replace(struct rb_tree *tree, struct rb_node *node, struct rb_node *with)
{
    *link_of(tree, node) = with;
    if (with != NULL) {
        with->parent = node->parent;
    }
}

/* The ways through the child of @parent on @side lack one black node, and that child is not red. */
static void fix_remove(struct rb_tree *tree, struct rb_node *parent, enum side side)
{
    while (parent != NULL) {
        enum side far = other(side);
        struct rb_node *sibling = *child(parent, far);

        if (is_red(sibling)) {
            sibling->red = VMK_FALSE;
            parent->red = VMK_TRUE;
            rotate(tree, parent, side);
            sibling = *child(parent, far);
        }
        VMK_ASSERT(sibling != NULL);
        if (!is_red(sibling->left) && !is_red(sibling->right)) {
            sibling->red = VMK_TRUE;
            if (parent->red || parent->parent == NULL) {
                parent->red = VMK_FALSE;
                return;
            }
            side = side_of(parent);
            parent = parent->parent;
            continue;
        }
        if (!is_red(*child(sibling, far))) {
            (*child(sibling, side))->red = VMK_FALSE;
            sibling->red = VMK_TRUE;
            rotate(tree, sibling, far);
            sibling = *child(parent, far);
        }
        sibling->red = parent->red;
        parent->red = VMK_FALSE;
        VMK_ASSERT(is_red(*child(sibling, far)));
        (*child(sibling, far))->red = VMK_FALSE;
        rotate(tree, parent, side);
        return;
    }
}

/* Unlink @node, which has at most one child. */
static void remove_simple(struct rb_tree *tree, struct rb_node *node)
{
    struct rb_node *only = node->left != NULL ? node->left : node->right;
    struct rb_node *parent = node->parent;
    enum side side = parent == NULL ? LEFT : side_of(node);

    replace(tree, node, only);
    if (is_red(only)) {
        only->red = VMK_FALSE;
    } else if (!node->red) {
        fix_remove(tree, parent, side);
    }
}

void rb_remove(struct rb_tree *tree, struct rb_node *node)
{
    struct rb_node *successor;

    if (node->left == NULL || node->right == NULL) {
        remove_simple(tree, node);
        return;
    }
    successor = rb_next(node);
    remove_simple(tree, successor);
    replace(tree, node, successor);
    *successor = *node;
    if (successor->left != NULL) {
        successor->left->parent = successor;
    }
    if (successor->right != NULL) {
        successor->right->parent = successor;
    }
}

struct rb_node *rb_find_floor(const struct rb_tree *tree, const void *key, rb_compare compare)
{
    struct rb_node *node = tree->root, *best = NULL;

    while (node != NULL) {
        if (compare(key, node) < 0) {
            node = node->left;
        } else {
            best = node;
            node = node->right;
        }
    }
    return best;
}

static struct rb_node *leftmost(struct rb_node *node)
{
    while (node != NULL && node->left != NULL) {
        node = node->left;
    }
    return node;
}

struct rb_node *rb_first(const struct rb_tree *tree)
{
    return leftmost(tree->root);
}

struct rb_node *rb_next(const struct rb_node *node)
{
    if (node->right != NULL) {
        return leftmost(node->right);
    }
    while (node->parent != NULL && side_of(node) == RIGHT) {
        node = node->parent;
    }
    return node->parent;
}
