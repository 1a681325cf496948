/*
 * translate.h - makes records of a spool of CUPTI's activity records.
 *
 * The idea.  Nothing is joined or ordered here: each record becomes one of the spool, with
 * its numbers as they are, names and shapes interned on the way.  What comes is in the
 * layout of the library that wrote it (cupti.h), so a field is read only if that library
 * has it.  What was called before a recording starts or after it stops is left out as far
 * as a single record shows it; the importer, who sees the calls as well, does the rest.
 */
#ifndef CT_CAPTURE_COLLECTOR_TRANSLATE_H
#define CT_CAPTURE_COLLECTOR_TRANSLATE_H

#include <stdbool.h>

#include "capture/collector/cupti.h"
#include "capture/collector/spooler.h"
#include "capture/session.h"

#define CT_TRANSLATOR_CALLS 2048 /* more than CUPTI numbers in a domain */
#define CT_TRANSLATOR_SEEN  1024 /* a power of two */

/* Guarded by the spool's lock. */
struct ct_translator {
	struct ct_spooler *spool;
	uint32_t version;             /* of the loaded library */
	struct ct_session_page *page; /* says what is wanted; NULL: everything is */

	/* Calls from FROM_NS and before UNTIL_NS are wanted; INT64_MAX: none, all. */
	int64_t from_ns, until_ns;
	/* The earliest call after that: device work of later ones is not wanted either. */
	uint32_t late_correlation;
	bool late;

	uint64_t n_records, n_zero_times, n_unknown_kinds;
	uint64_t n_launches; /* calls that launch, wanted and successful */
	uint64_t n_launched; /* of those whose work has come; a graph counts once */

	uint8_t call[2][CT_TRANSLATOR_CALLS]; /* by domain and number: CALL_* */
	/* Correlations met last, so that one is counted once. */
	uint32_t called[CT_TRANSLATOR_SEEN], worked[CT_TRANSLATOR_SEEN];
};

void ct_translator_init(struct ct_translator *, struct ct_spooler *,
			struct ct_session_page *, uint32_t version);

/* With the spool's lock, before records are translated: takes over what the page says. */
void ct_translator_follow(struct ct_translator *);

/* With the spool's lock.  RECORD may not be read afterwards: what it owns is freed. */
void ct_translate(struct ct_translator *, const struct ct_cupti_record *record);

#endif
