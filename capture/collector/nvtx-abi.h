/*
 * nvtx-abi.h - how a program's NVTX and the tool that listens meet.
 *
 * The idea.  NVTX is a header that is compiled into programs and libraries.  Each copy of
 * it holds tables of pointers to its functions.  At its first call a copy loads the
 * library that NVTX_INJECTION64_PATH names and calls InitializeInjectionNvtx2() with a
 * function that gives out these tables; a tool stores its own functions where it listens,
 * and the copy sets all others to do nothing.  There are many copies in one process
 * (NCCL, cuDNN, cuBLAS and PyTorch each bring one), so the entry is called many times, by
 * any thread.
 *
 * Declared by ourselves, as cupti.h is, and compared with NVIDIA's headers by
 * tests/capture/nvtx-headers.c wherever they are.  This is version 2 of the entry, which
 * everything built with nvtx3 uses.  Programs linked with libnvToolsExt.so, which CUDA
 * shipped until 12, load their tools by themselves; whether that finds this entry has not
 * been tested, and where it does not, their markers are missing.
 *
 * Structs are as on 64-bit Linux, wchar_t is UTF-32.
 */
#ifndef CT_CAPTURE_COLLECTOR_NVTX_ABI_H
#define CT_CAPTURE_COLLECTOR_NVTX_ABI_H

#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#define CT_NVTX_ENTRY "InitializeInjectionNvtx2"

enum ct_nvtx_export { CT_NVTX_EXPORT_CALLBACKS = 1, CT_NVTX_EXPORT_VERSION = 3 };

enum ct_nvtx_module { CT_NVTX_CORE = 1, CT_NVTX_CORE2 = 5 };

enum ct_nvtx_core {
	CT_NVTX_MARK_EX = 1,
	CT_NVTX_MARK_A,
	CT_NVTX_MARK_W,
	CT_NVTX_START_EX,
	CT_NVTX_START_A,
	CT_NVTX_START_W,
	CT_NVTX_END,
	CT_NVTX_PUSH_EX,
	CT_NVTX_PUSH_A,
	CT_NVTX_PUSH_W,
	CT_NVTX_POP,
	CT_NVTX_CORE_SLOTS = 16
};

enum ct_nvtx_core2 {
	CT_NVTX_DOMAIN_MARK_EX = 1,
	CT_NVTX_DOMAIN_START_EX,
	CT_NVTX_DOMAIN_END,
	CT_NVTX_DOMAIN_PUSH_EX,
	CT_NVTX_DOMAIN_POP,
	CT_NVTX_REGISTER_A = 10,
	CT_NVTX_REGISTER_W,
	CT_NVTX_DOMAIN_CREATE_A,
	CT_NVTX_DOMAIN_CREATE_W,
	CT_NVTX_DOMAIN_DESTROY,
	CT_NVTX_CORE2_SLOTS = 16
};

enum ct_nvtx_message {
	CT_NVTX_MESSAGE_NONE,
	CT_NVTX_MESSAGE_ASCII,
	CT_NVTX_MESSAGE_WIDE,
	CT_NVTX_MESSAGE_REGISTERED
};

/* What push returns where nobody counts. */
#define CT_NVTX_NOT_TRACKED (-2)

struct ct_nvtx_attributes { /* of an event; 48 bytes in every version so far */
	uint16_t version, bytes;
	uint32_t category;
	int32_t color_type;
	uint32_t color;
	int32_t payload_type, reserved;
	uint64_t payload;
	int32_t message_type; /* enum ct_nvtx_message */
	union {
		const char *ascii;
		const wchar_t *wide;
		const void *registered; /* what the tool returned */
	} message;
};

typedef void (*ct_nvtx_function)(void);

struct ct_nvtx_callbacks {
	size_t struct_bytes;
	/* TABLE is an array of SIZE pointers to function pointers; 0 is never used.
	 * Returns 1, or 0 for a module that this copy does not have. */
	int (*module_table)(int module, ct_nvtx_function ***table, unsigned int *size);
};

/* NULL for a table that this copy does not have. */
typedef const void *(*ct_nvtx_get_export)(uint32_t export_id);

#endif
