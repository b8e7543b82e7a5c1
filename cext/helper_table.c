/* The helpers in the order in which compiled code numbers them. */
#include "helpers.h"
#include "stubs.h"

#define ENTRY(name, arguments, result) {#name, (void *)cj_##name, arguments, result},
const CJHelper cj_helper_table[] = {CJ_HELPERS(ENTRY)};
const uint32_t cj_helper_count = sizeof(cj_helper_table) / sizeof(cj_helper_table[0]);
