/*
 * nvtx-headers - our declarations of NVTX, compared with NVIDIA's.
 *
 * Compiled only where the toolkit's headers are; everything is asserted while compiling.
 */
#include <stddef.h>

#include <nvtx3/nvToolsExt.h>

#include "capture/collector/nvtx-abi.h"

#define SAME_NUMBER(ours, theirs) _Static_assert((int)(ours) == (int)(theirs), #theirs)
#define SAME_FIELD(ours, theirs)                                                           \
	_Static_assert(offsetof(struct ct_nvtx_attributes, ours) ==                        \
				       offsetof(nvtxEventAttributes_t, theirs) &&          \
			       sizeof(((struct ct_nvtx_attributes *)0)->ours) ==           \
				       sizeof(((nvtxEventAttributes_t *)0)->theirs),       \
		       #theirs)
/* Also what it takes and returns, as far as a call is concerned. */
#define SAME_SLOT(ours, theirs, type, function)                                            \
	SAME_NUMBER(ours, theirs);                                                         \
	_Static_assert(__builtin_types_compatible_p(type, function##_impl_fntype),         \
		       #function)

SAME_NUMBER(CT_NVTX_EXPORT_CALLBACKS, NVTX_ETID_CALLBACKS);
SAME_NUMBER(CT_NVTX_EXPORT_VERSION, NVTX_ETID_VERSIONINFO);
SAME_NUMBER(CT_NVTX_CORE, NVTX_CB_MODULE_CORE);
SAME_NUMBER(CT_NVTX_CORE2, NVTX_CB_MODULE_CORE2);
SAME_NUMBER(CT_NVTX_CORE_SLOTS, NVTX_CBID_CORE_SIZE);
SAME_NUMBER(CT_NVTX_CORE2_SLOTS, NVTX_CBID_CORE2_SIZE);
SAME_NUMBER(CT_NVTX_NOT_TRACKED, NVTX_NO_PUSH_POP_TRACKING);
SAME_NUMBER(CT_NVTX_MESSAGE_NONE, NVTX_MESSAGE_UNKNOWN);
SAME_NUMBER(CT_NVTX_MESSAGE_ASCII, NVTX_MESSAGE_TYPE_ASCII);
SAME_NUMBER(CT_NVTX_MESSAGE_WIDE, NVTX_MESSAGE_TYPE_UNICODE);
SAME_NUMBER(CT_NVTX_MESSAGE_REGISTERED, NVTX_MESSAGE_TYPE_REGISTERED);

typedef const nvtxEventAttributes_t *event;
typedef nvtxDomainHandle_t domain;

SAME_SLOT(CT_NVTX_MARK_EX, NVTX_CBID_CORE_MarkEx, void (*)(event), nvtxMarkEx);
SAME_SLOT(CT_NVTX_MARK_A, NVTX_CBID_CORE_MarkA, void (*)(const char *), nvtxMarkA);
SAME_SLOT(CT_NVTX_MARK_W, NVTX_CBID_CORE_MarkW, void (*)(const wchar_t *), nvtxMarkW);
SAME_SLOT(CT_NVTX_START_EX, NVTX_CBID_CORE_RangeStartEx, uint64_t (*)(event),
	  nvtxRangeStartEx);
SAME_SLOT(CT_NVTX_START_A, NVTX_CBID_CORE_RangeStartA, uint64_t (*)(const char *),
	  nvtxRangeStartA);
SAME_SLOT(CT_NVTX_START_W, NVTX_CBID_CORE_RangeStartW, uint64_t (*)(const wchar_t *),
	  nvtxRangeStartW);
SAME_SLOT(CT_NVTX_END, NVTX_CBID_CORE_RangeEnd, void (*)(uint64_t), nvtxRangeEnd);
SAME_SLOT(CT_NVTX_PUSH_EX, NVTX_CBID_CORE_RangePushEx, int (*)(event), nvtxRangePushEx);
SAME_SLOT(CT_NVTX_PUSH_A, NVTX_CBID_CORE_RangePushA, int (*)(const char *), nvtxRangePushA);
SAME_SLOT(CT_NVTX_PUSH_W, NVTX_CBID_CORE_RangePushW, int (*)(const wchar_t *),
	  nvtxRangePushW);
SAME_SLOT(CT_NVTX_POP, NVTX_CBID_CORE_RangePop, int (*)(void), nvtxRangePop);
SAME_SLOT(CT_NVTX_DOMAIN_MARK_EX, NVTX_CBID_CORE2_DomainMarkEx, void (*)(domain, event),
	  nvtxDomainMarkEx);
SAME_SLOT(CT_NVTX_DOMAIN_START_EX, NVTX_CBID_CORE2_DomainRangeStartEx,
	  uint64_t (*)(domain, event), nvtxDomainRangeStartEx);
SAME_SLOT(CT_NVTX_DOMAIN_END, NVTX_CBID_CORE2_DomainRangeEnd, void (*)(domain, uint64_t),
	  nvtxDomainRangeEnd);
SAME_SLOT(CT_NVTX_DOMAIN_PUSH_EX, NVTX_CBID_CORE2_DomainRangePushEx, int (*)(domain, event),
	  nvtxDomainRangePushEx);
SAME_SLOT(CT_NVTX_DOMAIN_POP, NVTX_CBID_CORE2_DomainRangePop, int (*)(domain),
	  nvtxDomainRangePop);
SAME_SLOT(CT_NVTX_REGISTER_A, NVTX_CBID_CORE2_DomainRegisterStringA,
	  nvtxStringHandle_t (*)(domain, const char *), nvtxDomainRegisterStringA);
SAME_SLOT(CT_NVTX_REGISTER_W, NVTX_CBID_CORE2_DomainRegisterStringW,
	  nvtxStringHandle_t (*)(domain, const wchar_t *), nvtxDomainRegisterStringW);
SAME_SLOT(CT_NVTX_DOMAIN_CREATE_A, NVTX_CBID_CORE2_DomainCreateA, domain (*)(const char *),
	  nvtxDomainCreateA);
SAME_SLOT(CT_NVTX_DOMAIN_CREATE_W, NVTX_CBID_CORE2_DomainCreateW,
	  domain (*)(const wchar_t *), nvtxDomainCreateW);
SAME_SLOT(CT_NVTX_DOMAIN_DESTROY, NVTX_CBID_CORE2_DomainDestroy, void (*)(domain),
	  nvtxDomainDestroy);

_Static_assert(sizeof(struct ct_nvtx_attributes) == sizeof(nvtxEventAttributes_t), "size");
SAME_FIELD(version, version);
SAME_FIELD(bytes, size);
SAME_FIELD(category, category);
SAME_FIELD(color_type, colorType);
SAME_FIELD(color, color);
SAME_FIELD(payload_type, payloadType);
SAME_FIELD(payload, payload);
SAME_FIELD(message_type, messageType);
SAME_FIELD(message, message);
SAME_FIELD(message.ascii, message.ascii);
SAME_FIELD(message.wide, message.unicode);
SAME_FIELD(message.registered, message.registered);

_Static_assert(sizeof(struct ct_nvtx_callbacks) == sizeof(NvtxExportTableCallbacks),
	       "size");
_Static_assert(offsetof(struct ct_nvtx_callbacks, module_table) ==
		       offsetof(NvtxExportTableCallbacks, GetModuleFunctionTable),
	       "callbacks");
_Static_assert(__builtin_types_compatible_p(ct_nvtx_function **, NvtxFunctionTable),
	       "table");
_Static_assert(__builtin_types_compatible_p(ct_nvtx_get_export, NvtxGetExportTableFunc_t),
	       "exports");

int main(void)
{
	return 0;
}
