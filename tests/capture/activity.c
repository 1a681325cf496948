/* activity - buffers of activity records, as a CUPTI of any generation fills them. */
#include "tests/capture/activity.h"

#include <stdlib.h>
#include <string.h>

static uint32_t current;

/* The sizes of the structs that the headers of CUDA 12.0 to 13.0 declare; of later ones
 * only that they are longer is known here. */
static size_t stride(uint32_t version, uint32_t kind)
{
	switch (kind) {
	case CT_CUPTI_KIND_KERNEL:
		return version < CT_CUPTI_13_0 ? 208 : version < 130100 ? 216 : 240;
	case CT_CUPTI_KIND_MEMCPY:
		return version < CT_CUPTI_12_8 ? 88 : 96;
	case CT_CUPTI_KIND_MEMCPY2:
		return 96;
	case CT_CUPTI_KIND_MEMSET:
		return 88;
	case CT_CUPTI_KIND_MEMORY2:
		return version < 24 ? 120 : 128;
	case CT_CUPTI_KIND_DRIVER:
	case CT_CUPTI_KIND_RUNTIME:
		return 40;
	case CT_CUPTI_KIND_DEVICE:
		return version < CT_CUPTI_12_8 ? 176 : 184;
	case CT_CUPTI_KIND_CONTEXT:
		return version < CT_CUPTI_12_4 ? 16 : version < CT_CUPTI_12_5 ? 24 : 32;
	case CT_CUPTI_KIND_STREAM:
		return 24;
	case CT_CUPTI_KIND_SYNCHRONIZATION:
		return version < CT_CUPTI_12_8 ? 40 : 56;
	case CT_CUPTI_KIND_CUDA_EVENT:
		return version < CT_CUPTI_12_8 ? 24 : 56;
	default:
		return 16; /* a kind that came later */
	}
}

void ct_activity_init(struct ct_activity *activity, uint32_t version, size_t room)
{
	activity->version = current = version;
	activity->buffer = malloc(room);
	activity->used = 0;
	activity->room = room;
	memset(activity->buffer, 0xee, room);
}

void ct_activity_clear(struct ct_activity *activity)
{
	free(activity->buffer);
}

void *ct_activity_add(struct ct_activity *activity, uint32_t kind)
{
	size_t bytes = stride(activity->version, kind);
	struct ct_cupti_record *record = (void *)(activity->buffer + activity->used);

	if (activity->used + bytes > activity->room)
		return NULL;
	memset(record, 0, bytes);
	record->kind = kind;
	activity->used += bytes;
	return record;
}

static int next_record(uint8_t *buffer, size_t valid_bytes, struct ct_cupti_record **record)
{
	uint8_t *next = buffer;

	if (*record)
		next = (uint8_t *)*record + stride(current, (*record)->kind);
	if (next >= buffer + valid_bytes)
		return CT_CUPTI_MAX_LIMIT_REACHED;
	*record = (void *)next;
	return CT_CUPTI_OK;
}

struct ct_cupti ct_activity_cupti(uint32_t version)
{
	struct ct_cupti cupti = { .version = version, .next_record = next_record };

	return cupti;
}
