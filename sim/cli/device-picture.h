/*
 * device-picture.h - a board, its SMs and who has them, as a drawing.
 */
#ifndef CT_CLI_DEVICE_PICTURE_H
#define CT_CLI_DEVICE_PICTURE_H

#include "models/device.h"
#include "models/mig.h"
#include "sim/cli/drawing.h"

/* Parts by SMs, in order; of green contexts or MPS partitions. */
struct ct_picture_part {
	uint32_t asked, sms;
};

/* LAYOUT: its MIG instances, or NULL.  PARTS: how it is split, or none.  Not both. */
struct ct_drawing *ct_device_picture(const struct ct_device *,
				     const struct ct_mig_layout *layout,
				     const struct ct_picture_part *parts, uint32_t n_parts);

#endif
