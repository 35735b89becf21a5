/* replay_main.c: runs a fuzz target over the files given as arguments; of a folder, over each file in it, by name. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int complain(const char *path)
{
    perror(path);
    return -1;
}

/* The target gets a block of exactly the size of the file, so that a sanitizer sees the first byte beyond. */
static int replay_stream(const char *path, FILE *file, size_t size)
{
    uint8_t *data = malloc(size ? size : 1);
    if (!data)
        return complain(path);
    size_t got = fread(data, 1, size, file);
    if (got == size)
        LLVMFuzzerTestOneInput(data, size);
    free(data);
    return got == size ? 1 : complain(path);
}

static int replay_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return complain(path);
    int count = replay_stream(path, file, size);
    fclose(file);
    return count;
}

static int replay(const char *path);

static int replay_entry(const char *folder, const char *name)
{
    char path[4096];
    if (name[0] == '.')
        return 0;
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return -1;
    return replay(path);
}

static int replay_folder(const char *path)
{
    struct dirent **entries;
    int entry_count = scandir(path, &entries, NULL, alphasort), count = 0;
    if (entry_count < 0)
        return complain(path);
    for (int i = 0; i < entry_count; i++) {
        int replayed = count < 0 ? 0 : replay_entry(path, entries[i]->d_name);
        count = replayed < 0 ? -1 : count + replayed;
        free(entries[i]);
    }
    free(entries);
    return count;
}

/* How many inputs were run, or -1. */
static int replay(const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return complain(path);
    return S_ISDIR(about.st_mode) ? replay_folder(path) : replay_file(path, (size_t)about.st_size);
}

int main(int argc, char **argv)
{
    int total = 0;
    for (int i = 1; i < argc; i++) {
        int count = replay(argv[i]);
        if (count < 0)
            return 1;
        total += count;
    }
    printf("%d inputs\n", total);
    return total > 0 ? 0 : 1;
}
