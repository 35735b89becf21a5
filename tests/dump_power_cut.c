/*
 * dump_power_cut.c: the power fails where a journal of power_cut_layer.c ends.
 *
 *   dump_power_cut JOURNAL BASE IMAGE SEED    IMAGE, an empty folder, receives what the disk may then hold; BASE is what
 *                                             it held when the journal began
 */
#include "testing.h"

#include "power_cut.h"

int main(int argc, char **argv)
{
    cut_journal journal;
    uint64_t notes[CUT_NOTES] = {0};
    if (argc != 5)
        return 2;
    uint64_t seed = strtoull(argv[4], NULL, 10);
    cut_journal_read(argv[1], &journal);
    const char *unknown =
        cut_power(&journal, journal.count, argv[2], argv[3], (cut_mode)(seed % CUT_MODES), seed, notes);
    if (unknown)
        fprintf(stderr, "the layer cannot follow: %s\n", unknown);
    else
        printf("%zu records\n", journal.count);
    cut_journal_release(&journal);
    return unknown != NULL;
}
