/* process.h: what the system tells of this process. Safe from any thread; what the system does not tell is 0. */
#ifndef SS_SERVER_PROCESS_H
#define SS_SERVER_PROCESS_H

#include <stdint.h>

typedef struct ss_process {
    uint64_t addresses, resident, mapped; /* bytes of address space; of memory in use; of that, of files */
    uint64_t cpu_us;                      /* microseconds that all its threads have run */
} ss_process;

ss_process ss_process_now(void); /* a few microseconds */

/* Files and sockets that are open, and how many may be: goes through all of them. */
void ss_process_files(uint64_t *open, uint64_t *most);

#endif
