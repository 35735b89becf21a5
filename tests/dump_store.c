/*
 * dump_store: publishes the fixed store's generation: `dump_store STORE MILLISECONDS MARK`, so many milliseconds
 * after the first of 2026, with so many pairs behind every answer (0: those of the protocol page). Prints the
 * generation's name.
 */
#include "fixed_store.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    char name[SS_GENERATION_NAME_MAX], text[1024];
    ss_error error = {0};
    if (argc != 4)
        return 2;
    int64_t now = FIXED_TIME + strtoll(argv[2], NULL, 10) * 1000;
    if (fixed_store_publish(argv[1], now, (uint32_t)strtoul(argv[3], NULL, 10), name, &error) != SS_OK) {
        ss_error_format(&error, text, sizeof text);
        fprintf(stderr, "dump_store: %s\n", text);
        return 1;
    }
    puts(name);
    return 0;
}
