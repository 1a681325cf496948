/*
 * device.h - a GPU board as data.
 *
 * A device file (models/devices/NAME.json, cotenant-device(5)) holds every number the
 * simulator uses about a board, each with where it comes from; loading refuses a number
 * without a source.  struct ct_device is that file, checked, in plain integers: nothing
 * here is computed from anything else, and nothing about a board stands in code.
 */
#ifndef CT_MODELS_DEVICE_H
#define CT_MODELS_DEVICE_H

#include <glib.h>
#include <jansson.h>
#include <stdint.h>

#include "models/sourced.h"

#define CT_MAX_CARVEOUTS    16
#define CT_MAX_GPCS         32
#define CT_MIG_MAX_SLICES   16
#define CT_MIG_MAX_PROFILES 16

/* Limits of one streaming multiprocessor. */
struct ct_sm_limits {
	uint32_t warp_size, threads, warps, blocks, registers;
	uint32_t threads_per_block, registers_per_block, registers_per_thread;
	uint32_t register_unit; /* registers are given to a warp in units of this many */
	uint32_t partitions;    /* sub-partitions; registers are split evenly over them */
	uint32_t smem_bytes, smem_default_per_block_bytes, smem_optin_per_block_bytes;
	uint32_t smem_reserved_per_block_bytes, smem_unit_bytes;
	uint32_t barriers;
	uint32_t l1_bytes;           /* L1 and shared memory together; 0: not known */
	uint32_t l1_usable_permille; /* of it, by what kernels come back to */
	uint32_t l1_miss_permille;   /* time of a miss in L1, of that of a hit */
	uint32_t
		issue_overlap_permille; /* shown only: known uses of a pipe add up strictly */
	uint32_t n_carveouts, carveout_bytes[CT_MAX_CARVEOUTS];
};

enum ct_dram_sharing { CT_DRAM_PROPORTIONAL, CT_DRAM_MAX_MIN };

/* Whom the head of a queue that finds no room blocks. */
enum ct_blocked_head {
	CT_HEAD_BLOCKS_OWN, /* what stands behind it in its own partition */
	CT_HEAD_BLOCKS_ALL, /* that in every partition of the context */
};

/* What a switch between contexts saves and restores. */
enum ct_switch_state { CT_SWITCH_FULL, CT_SWITCH_USED };

/* A kind of MIG instance. */
struct ct_mig_profile {
	char *name; /* "3g.71gb" */
	uint32_t compute_slices, memory_slices;
	uint32_t n_starts, start[CT_MIG_MAX_SLICES]; /* memory slices it may begin at */
	uint32_t most;                               /* of it at a time */
	uint32_t sms, copy_engines;
	int64_t memory_bytes; /* 0: not known */
};

/* What the board can be divided into, see mig.h; no profiles: it has no MIG. */
struct ct_mig {
	uint32_t memory_slices, compute_slices;
	int64_t reconfigure_ns; /* a new layout, once what it changes is drained */
	uint32_t n_profiles;
	struct ct_mig_profile profile[CT_MIG_MAX_PROFILES];
};

struct ct_device {
	char *name;   /* of the file, without .json */
	char *title;  /* as the vendor writes it */
	char *path;   /* where it was loaded from */
	char *vendor; /* "nvidia", "amd", ... */
	uint32_t cc_major, cc_minor;
	uint32_t sms, gpcs, tpcs;                 /* gpcs, tpcs: 0 if not known */
	uint32_t n_gpc_sms, gpc_sms[CT_MAX_GPCS]; /* SMs of each GPC; none: not known */
	struct ct_sm_limits sm;
	uint32_t resident_grids;    /* per device */
	uint32_t stream_priorities; /* distinct levels */
	int64_t memory_bytes, l2_bytes;
	int64_t dram_bytes_per_s;          /* peak */
	uint32_t dram_efficiency_permille; /* reachable share of the peak */
	uint32_t dram_saturation_sms;      /* SMs that reach it */
	enum ct_dram_sharing dram_sharing;
	uint32_t dram_loss_permille; /* of the reachable, when several kernels share it */
	int64_t l2_bytes_per_s;      /* ceiling of the L2; 0: not known */
	uint32_t cluster_max_blocks; /* thread block clusters; 0: none */
	uint32_t partition_min_sms, partition_granule_sms; /* green contexts; 0: none */
	enum ct_blocked_head blocked_head;
	uint32_t channels_per_context; /* hardware queues that streams are spread over */
	uint32_t channel_depth;        /* launches one holds before the next call blocks */
	int64_t slice_ns;              /* of a context, while others wait */
	int64_t switch_ns;             /* between contexts, beside moving the state */
	uint32_t switch_bandwidth_permille; /* of the DRAM peak, at which it is moved */
	enum ct_switch_state switch_state;
	gboolean idle_yield; /* a context without work gives up the rest of its slice */
	uint32_t mps_clients, mps_channels_per_client; /* at most, each */
	uint32_t mps_granule_sms; /* a percentage of the SMs is rounded to these */
	uint32_t copy_engines;
	int64_t copy_latency_ns;                       /* of a copy, beside its bytes */
	int64_t h2d_bytes_per_s, d2h_bytes_per_s;      /* host link, one direction busy */
	uint32_t h2d_both_permille, d2h_both_permille; /* of it, both busy */
	uint32_t pageable_permille;                    /* of it, memory not pinned */
	int64_t nvlink_bytes_per_s;                    /* one way; 0: none, or not known */
	int64_t launch_latency_ns; /* API start to kernel start on an idle device */
	int64_t stream_gap_ns;     /* end of a kernel to start of the next in its stream */
	/* the same between two kernels of a block or more for every SM, before a memset and
	 * after one; 0: not told apart from it */
	int64_t full_gap_ns, before_memset_gap_ns, after_memset_gap_ns;
	int64_t sync_wakeup_ns; /* end of work to the return of a waiting host call */
	int64_t graph_launch_ns, graph_node_ns;
	int64_t graph_gap_ns; /* as stream_gap_ns, between nodes of a graph */
	struct ct_mig mig;
	char *sha256; /* of the file */
	json_t *json; /* the document, for `device show` and for reports */
};

/* NAME is a shipped name ("h200-sxm") or a path (contains '/' or ends in .json).  Names
 * are looked for in CT_DEVICE_PATH (colon-separated), then where they are installed. */
struct ct_device *ct_device_load(const char *name, GError **error);
void ct_device_free(struct ct_device *);

/* The same board with other values: CHANGES maps keys of its file to them.  They are
 * checked as a file's are. */
struct ct_device *ct_device_with(const struct ct_device *, json_t *changes, GError **error);

/* Checks every number for a unit-free value, its range and its source. */
gboolean ct_device_check(const char *path, GError **error);

/* The I-th field of the file format, as the device's file has it; FALSE past the last. */
gboolean ct_device_entry(const struct ct_device *, size_t i, struct ct_entry *out);

/* Sorted names of the shipped boards, NULL-terminated; free with g_strfreev(). */
char **ct_device_list(GError **error);

#endif
