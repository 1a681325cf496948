/*
 * gpu-mutant.h - deliberate bugs, to test the test that would have to find them.
 *
 * In the product MUTANT() is 0 and the compiler removes it.  tests/unit/gpu-mutants
 * compiles the engine with CT_MUTANTS, switches one bug on at a time and expects
 * gpu-exact's random cases to notice every one.
 */
#ifndef CT_SIM_GPU_MUTANT_H
#define CT_SIM_GPU_MUTANT_H

enum gpu_mutant {
	MUTANT_NONE,
	MUTANT_HIGHEST_SM_FIRST,      /* a tie goes to the wrong end of the device */
	MUTANT_REGISTERS_IN_TURN,     /* a warp takes the first partition that has room */
	MUTANT_LOWER_PRIORITY_PASSES, /* a blocked head blocks only its own queue */
	MUTANT_NO_PHASE_CARRY,        /* each wave rounds up to a whole nanosecond */
	MUTANT_STALE_RATE,            /* the end of contention speeds nobody up */
	MUTANT_KEEP_SMEM,             /* a block that ends takes its shared memory along */
	MUTANT_TOUCHED_ONLY,          /* a new head is offered the touched classes only */
	MUTANT_REFILL_UNEVEN,         /* uneven register vectors refill blindly */
	MUTANT_REFILL_ONE_OF_TWO,     /* the next batch of the same instant is forgotten */
	MUTANT_SKIP_LAST_WAVE,        /* a skip may place the last block */
	MUTANT_SKIP_TO_NEIGHBOUR,     /* a skip includes the instant of the next event */
	MUTANT_SKIP_COINCIDENT,       /* batches that end in one instant are skipped too */
	MUTANTS
};

#ifdef CT_MUTANTS
extern enum gpu_mutant ct_gpu_mutant;
#define MUTANT(name) (ct_gpu_mutant == MUTANT_##name)
#else
#define MUTANT(name) 0
#endif

#endif
