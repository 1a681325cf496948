/*
 * gpu-mutant.h - deliberate bugs, to test the test that would have to find them.
 *
 * In the product MUTANT() is 0 and the compiler removes it.  tests/unit/gpu-mutants
 * compiles the engine with CT_MUTANTS, switches one bug on at a time and expects the
 * random cases of gpu-exact to notice every one.
 */
#ifndef CT_SIM_GPU_MUTANT_H
#define CT_SIM_GPU_MUTANT_H

#define GPU_MUTANT_LIST(X)                                                                 \
	X(HIGHEST_SM_FIRST)       /* a tie goes to the wrong end of the device */          \
	X(REGISTERS_IN_TURN)      /* an odd warp takes the first partition with room */    \
	X(KEEP_SMEM)              /* a block that ends takes its shared memory along */    \
	X(LOWER_PRIORITY_PASSES)  /* a blocked head blocks only its own queue */           \
	X(NO_PHASE_CARRY)         /* each wave rounds up to a whole nanosecond */          \
	X(STALE_RATE)             /* the end of contention speeds nobody up */             \
	X(OWN_IS_LOST)            /* what a grid loses alone is put down to others */      \
	X(TAG_STAYS)              /* blocks that change clocks keep their tag */           \
	X(REFILL_PART_OF_CLUSTER) /* blocks of a cluster are replaced one by one */        \
	X(ALONE_ON_SM)            /* nobody feels others on its SM */                      \
	X(TOUCHED_ONLY)           /* a new head is offered the touched classes only */     \
	X(NEVER_SEATED)           /* a deferred batch keeps no SM from others */           \
	X(REFILL_UNEVEN)          /* uneven register vectors refill blindly */             \
	X(REFILL_ONE_OF_TWO)      /* the next batch of the same instant is forgotten */    \
	X(REFILL_PAST_OTHERS)     /* another partition's claim on the SMs is ignored */    \
	X(PARTITIONS_BY_NUMBER)   /* their heads are served in that order */               \
	X(SKIP_LAST_WAVE)         /* a skip may place the last block */                    \
	X(SKIP_TO_NEIGHBOUR)      /* a skip includes the instant of the next event */      \
	X(SKIP_COINCIDENT)        /* batches that end in one instant are skipped too */    \
	X(TURN_COINCIDENT)        /* nor does what is skipped of a turn look for these */  \
	X(TURN_LAST)              /* what is skipped of a turn may place the last block */ \
	X(CLUSTERS_APART)         /* blocks of a cluster go anywhere */                    \
	X(HIGHEST_GPC_FIRST)      /* a tie of GPCs goes to the wrong one */                \
	X(REFILL_RAGGED)          /* clusters refill although their GPC had room */        \
	X(CAP_HELD_ONLY)          /* a capped grid takes no SM beside those it has */      \
	X(REFILL_CAPPED)          /* a capped grid stays where it is */                    \
	X(SPREAD_APPENDS)         /* short blocks end after long ones placed before */     \
	X(SPREAD_REPEATS)         /* what refills takes as long as what was there */       \
	X(OWN_QUEUES_ONLY)        /* a blocked head never blocks other partitions */       \
	X(PAUSE_SETTLES)          /* blocks are placed while it stands still */            \
	X(PAUSE_COUNTS)           /* the accounts run while it stands still */             \
	X(RECALLED_HEAD_BLOCKS)   /* the head after a recalled one is taken for it */      \
	X(RESET_FORGETS)          /* killed blocks are not run again */

#define GPU_MUTANT_ENUM(name) MUTANT_##name,
#define GPU_MUTANT_NAME(name) #name,

enum gpu_mutant { MUTANT_NONE, GPU_MUTANT_LIST(GPU_MUTANT_ENUM) MUTANTS };

#ifdef CT_MUTANTS
extern enum gpu_mutant ct_gpu_mutant;
#define MUTANT(name) (ct_gpu_mutant == MUTANT_##name)
#else
#define MUTANT(name) 0
#endif

#endif
