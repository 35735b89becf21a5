#include "log/price_tape.h"

#include <stdlib.h>

#define BLOCK_BYTES 65536u
#define CODE_MAX    10u /* bytes of one price */

/* A price is its number + 1, nothing known is 0; seven bits a byte, the lowest first, the eighth where more follow. */
struct ss_price_block {
    ss_price_block *next;
    size_t used;
    unsigned char bytes[BLOCK_BYTES];
};

static ss_price_block *writable(ss_price_tape *tape)
{
    ss_price_block *last = tape->last;
    if (last && last->used + CODE_MAX <= BLOCK_BYTES)
        return last;
    ss_price_block *block = malloc(sizeof *block);
    if (!block)
        return NULL;
    block->next = NULL;
    block->used = 0;
    *(last ? &last->next : &tape->first) = block;
    return tape->last = block;
}

ss_status ss_price_tape_add(ss_price_tape *tape, int64_t price)
{
    ss_price_block *block = writable(tape);
    uint64_t code = price == SS_NO_MONEY ? 0 : (uint64_t)price + 1;
    if (!block)
        return SS_E_NOMEM;
    tape->priced |= code > 0;
    tape->missing |= code == 0;
    for (; code > 0x7F; code >>= 7)
        block->bytes[block->used++] = (unsigned char)(code | 0x80);
    block->bytes[block->used++] = (unsigned char)code;
    return SS_OK;
}

int64_t ss_price_tape_next(ss_price_tape *tape)
{
    uint64_t code = 0;
    unsigned char byte = 0x80;
    if (!tape->at)
        tape->at = tape->first;
    else if (tape->place == tape->at->used && tape->at->next) {
        tape->at = tape->at->next;
        tape->place = 0;
    }
    for (unsigned shift = 0; (byte & 0x80) && tape->at && tape->place < tape->at->used; shift += 7) {
        byte = tape->at->bytes[tape->place++];
        code |= (uint64_t)(byte & 0x7F) << shift;
    }
    return code ? (int64_t)(code - 1) : SS_NO_MONEY;
}

void ss_price_tape_release(ss_price_tape *tape)
{
    for (ss_price_block *block = tape->first, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    *tape = (ss_price_tape){0};
}
