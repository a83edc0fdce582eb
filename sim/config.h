/* Parts of the configuration as text: what bootargs and statistics say is what the command line
 * would accept. */
#ifndef SIM_CONFIG_H
#define SIM_CONFIG_H

#include "sim.h"

#define CONFIG_TEXT 64 /* enough for each of these */

void geometry_text(const struct sim_geometry *geometry, char *text, size_t size);
void size_text(uint64_t size_bytes, char *text, size_t size);
void window_text(const struct sim_window *window, char *text, size_t size);

#endif
