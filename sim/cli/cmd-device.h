/*
 * cmd-device.h - the subcommands of `cotenant device` with files of their own.
 */
#ifndef CT_CLI_CMD_DEVICE_H
#define CT_CLI_CMD_DEVICE_H

int ct_device_cmd_actuators(int argc, char **argv);
int ct_device_cmd_diff(int argc, char **argv);
int ct_device_cmd_draw(int argc, char **argv);

#endif
