/* caps.h - capabilities and traits in words. */
#ifndef CT_CAPS_H
#define CT_CAPS_H

#include <stddef.h>

#include "policies/policy.h"

struct ct_cap_word {
	uint32_t bit;
	const char *name;    /* "confine" */
	const char *meaning; /* "restrict launches to a part made by carve()" */
};
extern const struct ct_cap_word ct_cap_words[];   /* ends with bit == 0 */
extern const struct ct_cap_word ct_trait_words[]; /* likewise */

/* "confine, sees-start" into TEXT, cut if it does not fit. */
void ct_caps_list(uint32_t caps, char *text, size_t size);

#endif
