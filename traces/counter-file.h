/*
 * counter-file.h - what a pass for hardware counters leaves behind.
 *
 * The idea.  Counters are measured in a run of their own (capture/counters), in which
 * kernels do not overlap and times mean nothing.  What that run is for is known at its
 * end: per kernel and launch shape, the mean of what its launches did.  So its result is a
 * small table, rewritten whole now and then while the program runs and put in place by a
 * rename: whoever kills the program, the file that is there is whole.
 *
 * A file, PID.counters, is a header, n_rows rows, and string_bytes of NUL-terminated
 * UTF-8 text, which rows and header name by offset (CT_NONE: none).  Little endian.  A
 * pass that could not measure leaves a file without rows that says why.
 *
 * This header uses nothing but <stdint.h> and format.h: it is compiled into programs that
 * are not ours.
 */
#ifndef CT_TRACES_COUNTER_FILE_H
#define CT_TRACES_COUNTER_FILE_H

#include "traces/format.h"

#define CT_COUNTER_FILE_MAGIC        "\211CTCNTR\n"
#define CT_COUNTER_FILE_VERSION      1
#define CT_COUNTER_FILE_SUFFIX       ".counters"
#define CT_COUNTER_FILE_ROWS         (1u << 20) /* limit */
#define CT_COUNTER_FILE_STRING_BYTES (1u << 28) /* limit of all text together */

/* What is measured, all of one launch; NaN where it was not. */
enum ct_counter {
	CT_COUNTER_DRAM_READ_BYTES,
	CT_COUNTER_DRAM_WRITE_BYTES,
	CT_COUNTER_L2_BYTES,      /* between SMs and L2 */
	CT_COUNTER_SM_ACTIVE,     /* 0..1: of all SMs, of the kernel's time */
	CT_COUNTER_TENSOR_ACTIVE, /* 0..1: of what the pipes of active SMs can do */
	CT_COUNTER_WARPS_ACTIVE,  /* 0..1: of the warps that active SMs have room for */
	CT_COUNTERS
};

enum ct_counter_trouble {
	CT_COUNTER_NO_CUPTI = 1, /* no library, or one without what is needed */
	CT_COUNTER_BUSY,         /* another profiler is subscribed */
	CT_COUNTER_DENIED,       /* no permission */
	CT_COUNTER_NO_CHIP,      /* the library cannot profile this device */
	CT_COUNTER_NO_METRIC,    /* the chip does not count bytes of DRAM */
	CT_COUNTER_PASSES,       /* it does, but not in one pass */
	CT_COUNTER_FAILED,       /* any other call */
	CT_COUNTER_DECODE,       /* measured, and could not be read */
	CT_COUNTER_NO_MEMORY
};

struct ct_counter_file_header { /* 136 bytes, at offset 0 */
	char magic[8];
	uint32_t version, header_bytes; /* 136 */
	uint32_t pid, parent_pid;
	uint32_t cupti_version; /* as cuptiGetVersion() says; 0: there is none */
	uint32_t n_rows;
	uint32_t string_bytes;
	uint32_t chip;       /* text: as CUPTI names the device's chip */
	uint32_t trouble;    /* enum ct_counter_trouble, the first; 0: none */
	int32_t result;      /* of the call that failed, as CUPTI numbers it */
	uint32_t call;       /* text: that call, or what was sought */
	uint32_t complete;   /* 1: written when the program ended */
	uint64_t n_launches; /* of kernels, those in graphs not counted */
	uint64_t n_measured;
	uint64_t n_captured;       /* into graphs: nothing ran */
	uint64_t n_collective;     /* would wait for each other: not held apart */
	uint64_t n_lost;           /* ranges dropped or not readable */
	uint64_t n_graph_launches; /* their kernels are not measured */
	uint64_t reserved[2];
	uint64_t payload_checksum; /* XXH64, seed 0, of rows and text */
	uint64_t checksum;         /* XXH64, seed 0, of the 128 bytes before */
};

struct ct_counter_file_row { /* 96 bytes: one kernel and launch shape */
	uint32_t name;       /* text: as the driver names the kernel, mangled */
	uint32_t grid[3], block[3];
	uint16_t cluster[3]; /* 0: none asked for by the launch */
	uint16_t reserved;
	uint32_t smem_dynamic_bytes;
	uint64_t samples;         /* launches measured */
	double mean[CT_COUNTERS]; /* by enum ct_counter */
};

#define CT_COUNTER_SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
CT_COUNTER_SIZE(ct_counter_file_header, 136);
CT_COUNTER_SIZE(ct_counter_file_row, 96);
#undef CT_COUNTER_SIZE

#endif
