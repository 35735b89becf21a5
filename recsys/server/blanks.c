#include "server/blanks.h"

#include <string.h>

static void fill(const ss_blank *blank, const ss_code_keys *keys, char *reply)
{
    char id[SS_OFFER_ID_TEXT], code[SS_CODE_TEXT];
    uint64_t identity = ss_code_identity(keys, blank->number);
    ss_offer_id_write_of(identity, id);
    memcpy(reply + blank->id_at, id, sizeof id - 1);
    if (blank->code_at == 0)
        return;
    ss_code_write_of(keys, identity, code);
    memcpy(reply + blank->code_at, code, sizeof code - 1);
}

void ss_blanks_fill(const ss_blanks *blanks, void *reply)
{
    for (size_t i = 0; i < blanks->count; i++)
        fill(&blanks->list[i], blanks->keys, reply);
}

void ss_blanks_copy(ss_blanks *to, const ss_blanks *from)
{
    to->keys = from->keys;
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++)
        to->list[i] = from->list[i];
}
