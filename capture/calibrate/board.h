/*
 * board.h - a device file made of a shipped board and of what was measured.
 *
 * The idea.  What was measured replaces a number of the board nearest to the device, if a
 * device with it is one that a device file may describe; what was not stays, and says so.
 * So the file is complete, and of every number one can see whether it is of this machine.
 */
#ifndef CT_CAPTURE_CALIBRATE_BOARD_H
#define CT_CAPTURE_CALIBRATE_BOARD_H

#include <glib.h>
#include <jansson.h>

#include "models/device.h"

/* What bench-device says. */
struct ct_cal_device {
	char *name;
	int version; /* of the driver, 13000: 13.0 */
	uint32_t cc_major, cc_minor, sms;
	int64_t memory_bytes;
};

/* The shipped board with the device's SMs and compute capability, of several the one with
 * the nearest memory; or BASE, a name or path, if not NULL. */
struct ct_device *ct_cal_base(const struct ct_cal_device *, const char *base,
			      GError **error);

/* Whether the board has a number of this KEY. */
gboolean ct_cal_has(const struct ct_device *, const char *key);

/* Adds to CHANGES, key to value, if a board with all of them is one; else says why not. */
gboolean ct_cal_accept(const struct ct_device *base, json_t *changes, const char *key,
		       int64_t value, GError **error);

/* The board with CHANGES, whose sources are in FROM, key to text; written to PATH, where it
 * replaces a file only if it can be read again. */
gboolean ct_cal_write(const struct ct_device *base, const struct ct_cal_device *,
		      json_t *changes, json_t *from, const char *path, GError **error);

#endif
