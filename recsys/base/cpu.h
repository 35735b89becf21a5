/*
 * cpu.h: which hot kernels this machine runs. The program is built for the baseline of its architecture; kernels with a
 * faster form are chosen at run time. The name stands in the manifest: equal bytes are promised for equal kernels.
 */
#ifndef SS_BASE_CPU_H
#define SS_BASE_CPU_H

typedef enum ss_cpu_kernel { SS_CPU_GENERIC = 0, SS_CPU_AVX2 = 1 /* AVX2 + FMA */ } ss_cpu_kernel;

ss_cpu_kernel ss_cpu_detect(void); /* SMARTSHELF_CPU=generic in the environment forces the baseline */
const char *ss_cpu_name(ss_cpu_kernel kernel);
int ss_cpu_count(void); /* cores this process may run on, at least 1 */

#endif
