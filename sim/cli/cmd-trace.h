/*
 * cmd-trace.h - the subcommands of `cotenant trace`, one cmd-trace-NAME.c each.
 */
#ifndef CT_CLI_CMD_TRACE_H
#define CT_CLI_CMD_TRACE_H

int ct_trace_cmd_info(int argc, char **argv);
int ct_trace_cmd_dump(int argc, char **argv);
int ct_trace_cmd_cut(int argc, char **argv);
int ct_trace_cmd_merge(int argc, char **argv);
int ct_trace_cmd_counters(int argc, char **argv);
int ct_trace_cmd_import(int argc, char **argv);
int ct_trace_cmd_export(int argc, char **argv);
int ct_trace_cmd_check(int argc, char **argv);
int ct_trace_cmd_generate(int argc, char **argv);

#endif
