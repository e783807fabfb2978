/*
 * timer_heap.c: a pairing heap: a tree in which no timer is due before its parent.
 *
 * Links    `child` is a timer's first child, `next` that one's sibling, and `link` the place that
 *          points to a timer: its parent's `child` or a sibling's `next`. The root's `next` and `link`
 *          mean nothing.
 * Cost     Work is put off until a removal, which pairs the children that have come together: so
 *          no depth has to be kept, and nothing recurses.
 * Source   Fredman, Sedgewick, Sleator and Tarjan, "The pairing heap" (1986).
 */
#include "driver/timer_heap.h"

#include <stddef.h>

/* Two trees become one, whose root has no siblings yet. */
static edo_timer *meld(edo_timer *a, edo_timer *b)
{
    edo_timer *parent = b->tick < a->tick ? b : a, *child = parent == a ? b : a;

    child->next = parent->child;
    if (child->next)
        child->next->link = &child->next;
    child->link = &parent->child;
    parent->child = child;
    return parent;
}

/* Siblings become one tree: pair by pair, and then the pairs, the last one first. */
static edo_timer *meld_siblings(edo_timer *first)
{
    edo_timer *pairs = NULL, *whole = NULL;

    while (first) {
        edo_timer *tree = first, *other = first->next;
        first = other ? other->next : NULL;
        if (other)
            tree = meld(tree, other);
        tree->next = pairs;
        pairs = tree;
    }
    while (pairs) {
        edo_timer *tree = pairs;
        pairs = tree->next;
        whole = whole ? meld(whole, tree) : tree;
    }
    return whole;
}

void timer_heap_add(edo_timer **root, edo_timer *t)
{
    t->child = NULL;
    *root = *root ? meld(*root, t) : t;
}

void timer_heap_remove(edo_timer **root, edo_timer *t)
{
    edo_timer *orphans = meld_siblings(t->child);

    if (*root == t) {
        *root = orphans;
        return;
    }
    *t->link = t->next;
    if (t->next)
        t->next->link = t->link;
    if (orphans)
        *root = meld(*root, orphans);
}
