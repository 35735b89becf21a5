#include "server/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static void read_memory(ss_process *process)
{
    char text[128];
    unsigned long long size, in_all, of_files;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    if (sscanf(text, "%llu %llu %llu", &size, &in_all, &of_files) == 3) {
        uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
        process->addresses = size * page;
        process->resident = in_all * page;
        process->mapped = of_files * page;
    }
}

static uint64_t microseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

static void read_time(ss_process *process)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        process->cpu_us = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

ss_process ss_process_now(void)
{
    ss_process process = {0};
    read_memory(&process);
    read_time(&process);
    return process;
}

void ss_process_files(uint64_t *open, uint64_t *most)
{
    struct rlimit limit;
    uint64_t count = 0;
    *open = *most = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder) {
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
            count += entry->d_name[0] != '.';
        closedir(folder);
        *open = count - 1; /* without the one that was read from */
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        *most = limit.rlim_cur;
}
