/*
 * export - the table of exporters
 */
#include "traces/export.h"

const struct ct_exporter *const ct_exporters[] = {
	&ct_export_chrome,
	&ct_export_csv,
	&ct_export_jsonl,
	NULL,
};
