/*
 * list.h - circular doubly linked lists whose links live in the elements.
 *
 * The head is a link too, so adding and removing need no branch and no memory.
 */
#ifndef CT_BASE_LIST_H
#define CT_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct ct_list {
	struct ct_list *next, *prev;
};

#define ct_container_of(link, type, member)                                                \
	((type *)(void *)((char *)(link)-offsetof(type, member)))

#define ct_list_for_each(link, list)                                                       \
	for (struct ct_list *link = (list)->next; link != (list); link = link->next)

/* The body may remove LINK, and nothing else. */
#define ct_list_for_each_safe(link, list)                                                  \
	for (struct ct_list *link = (list)->next, *link##_next = link->next;               \
	     link != (list); link = link##_next, link##_next = link->next)

static inline void ct_list_init(struct ct_list *list)
{
	list->next = list->prev = list;
}

static inline bool ct_list_empty(const struct ct_list *list)
{
	return list->next == list;
}

static inline void ct_list_append(struct ct_list *list, struct ct_list *link)
{
	link->next = list;
	link->prev = list->prev;
	list->prev->next = link;
	list->prev = link;
}

static inline void ct_list_remove(struct ct_list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
}

#endif
