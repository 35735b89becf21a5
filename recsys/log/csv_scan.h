/*
 * csv_scan.h: finds the bytes of CSV text that mean something. Pure: safe from any thread.
 *
 * The first of two passes, after Langdale and Lemire, "Parsing Gigabytes of JSON per Second" (2019), and Ge et al.,
 * "Speculative Distributed CSV Data Parsing" (2019): a branch-free vector pass writes down the places of all marks
 * (separator, quote, newline, NUL), a second pass walks over the places only.
 */
#ifndef SS_LOG_CSV_SCAN_H
#define SS_LOG_CSV_SCAN_H

#include "base/cpu.h"
#include <stddef.h>
#include <stdint.h>

#define SS_CSV_SCAN_PADDING                                                                                            \
    64u /* bytes behind the text that must be readable, and places behind the last that must be writable */

/*
 * Writes the places (from 0, ascending) of the marks among the `size` bytes of `text` to `places`, which has room for
 * size + SS_CSV_SCAN_PADDING, and returns how many there are. `separator` is one of , ; | or tab. size < 2^32.
 */
typedef size_t (*ss_csv_scan)(const char *text, size_t size, char separator, uint32_t *places);

/* The scan for a kernel: AVX2, or what every machine of this architecture has (SSE2 on x86-64, else plain C). All give
 * the same. */
ss_csv_scan ss_csv_scan_choose(ss_cpu_kernel kernel);

#endif
