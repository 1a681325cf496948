/*
 * confine.h - all of a program's work, put on some of the SMs.
 *
 * The idea.  How long a kernel takes on n SMs is measured by running the whole program on
 * n SMs.  A green context is the device's primary context with fewer SMs: it has the same
 * memory and the same code, and work goes to it because its streams were made, or its NULL
 * stream used, while it was current.  So before every call that does one of these, a
 * thread that has the primary context current gets the green one instead, and keeps it
 * until the program sets another.  That is how PyTorch's green contexts are used with the
 * runtime API (torch.cuda.green_contexts), here for a program that knows nothing of it.
 *
 * The n SMs are groups of ONE split, because groups of separate splits may be the same SMs
 * (pytorch #195378): whole groups that share a GPC if n is a multiple of such a group (8 on
 * sm_90), else pairs of SMs, on which large clusters cannot be launched.
 *
 * What is asked for is not what one gets: only the profiler's records say where each kernel
 * ran.  Their reader must check that every kernel is of a context with n SMs, and refuse
 * the run otherwise.
 *
 * Not measured on hardware.  DANGER, each of them seen by that check or by a failing call:
 *
 *  - a context the program made itself has memory and code of its own and is left alone;
 *  - CUDA's manual allows a green context to be current to one thread at a time; here it
 *    is current to all, because threads that share a NULL stream must go on sharing it;
 *  - a stream that synchronises with the NULL stream may not be possible in a green
 *    context (cuGreenCtxStreamCreate() asks for the other kind);
 *  - the driver may look up the current context before it calls us: then the first call of
 *    a thread goes where it would have gone.
 *
 * And these which it cannot see: programs and libraries that ask the device for its SMs
 * hear of all of them, and choose grids for those; a module with dynamic parallelism brings
 * two SMs more on sm_90; which n SMs it is, the driver decides.
 *
 * A process under MPS can have the same by CUDA_MPS_ACTIVE_THREAD_PERCENTAGE, without any
 * of this, where the MPS daemon runs.
 */
#ifndef CT_CAPTURE_COLLECTOR_CONFINE_H
#define CT_CAPTURE_COLLECTOR_CONFINE_H

#include <stddef.h>
#include <stdint.h>

#include "capture/collector/confine-cuda.h"

/* CODE is CT_SPOOL_CONFINED or CT_SPOOL_NOT_CONFINED, RESULT the driver's. */
typedef void ct_confine_note(uint32_t code, int32_t result, const char *text);

/* Finds the functions in the driver that is loaded; what is missing is noted, and then
 * -ENOSYS is returned. */
int ct_confine_bind(struct ct_confine_driver *, ct_confine_note *note);

/* Once, before any context is made; the table must stay. */
void ct_confine_start(const struct ct_confine_driver *, uint32_t sms,
		      ct_confine_note *note);

/* The calls to enable callbacks for: CUPTI's numbers in its driver domain.  A number that
 * the profiler refuses is of a call it does not know. */
extern const uint16_t ct_confine_call[];
extern const size_t ct_confine_n_calls;

/* In the callback on entering CALL; CONTEXT and PARAMETERS are the profiler's, as it has
 * them.  Calls the driver, with none of the calls above, so never comes back by itself. */
void ct_confine_enter(uint32_t call, void *context, const void *parameters);

#endif
