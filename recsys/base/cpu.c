#include "base/cpu.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_CPUS 65536

static int has_avx2(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return 0;
#endif
}

ss_cpu_kernel ss_cpu_detect(void)
{
    const char *forced = getenv("SMARTSHELF_CPU");
    if (forced && strcmp(forced, "generic") == 0)
        return SS_CPU_GENERIC;
    return has_avx2() ? SS_CPU_AVX2 : SS_CPU_GENERIC;
}

const char *ss_cpu_name(ss_cpu_kernel kernel)
{
    switch (kernel) {
    case SS_CPU_GENERIC:
        return "generic";
    case SS_CPU_AVX2:
        return "avx2";
    }
    return "unknown";
}

/* The cores of the affinity mask, or 0. The kernel refuses a mask smaller than its own, whose size it does not tell. */
static int affinity_count(void)
{
    for (int cpus = 1024; cpus <= MOST_CPUS; cpus *= 4) {
        cpu_set_t *set = CPU_ALLOC((size_t)cpus);
        if (!set)
            return 0;
        size_t size = CPU_ALLOC_SIZE((size_t)cpus);
        int count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (count > 0)
            return count;
    }
    return 0;
}

int ss_cpu_count(void)
{
    int count = affinity_count();
    if (count > 0)
        return count;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 && online <= MOST_CPUS ? (int)online : 1;
}
