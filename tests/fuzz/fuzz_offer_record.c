/*
 * fuzz_offer_record.c: any bytes as the record of a decision (first byte 0 or 1) or of a visitor (2 or 3; the next byte
 * says how many of the following are the key); if the first is odd, the checksum is made to agree before. What decodes is
 * within its ranges and encodes to the same bytes.
 */
#include "base/hash.h"
#include "require.h"
#include "state/offer_parties.h"
#include "state/offer_record.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A block of exactly that size, its last four bytes the checksum of all before them where it is to be sealed. */
static char *copy(const uint8_t *data, size_t size, bool sealed)
{
    char *bytes = malloc(size ? size : 1);
    REQUIRE(bytes);
    memcpy(bytes, data, size);
    if (sealed && size >= 4) {
        uint32_t checksum = (uint32_t)ss_hash(bytes, size - 4);
        memcpy(bytes + size - 4, &checksum, 4);
    }
    return bytes;
}

static void try_decision(ss_slice record)
{
    static char again[SS_DECISION_RECORD_MAX];
    ss_decision decision;
    ss_error error = {0};
    ss_status status = ss_decision_decode(record, &decision, &error);
    REQUIRE(status == error.status && (status == SS_OK || error.message[0]));
    if (status != SS_OK)
        return;
    REQUIRE(ss_decision_check(&decision, &error) == SS_OK);
    REQUIRE(ss_decision_encode(&decision, again) == record.size);
    REQUIRE(memcmp(again, record.data, record.size) == 0);
}

static void try_party(ss_slice key, ss_slice record)
{
    char again[SS_PARTY_RECORD_MAX];
    ss_party party;
    ss_error error = {0};
    ss_status status = ss_party_decode(key, record, &party, &error);
    REQUIRE(status == error.status && (status == SS_OK || error.message[0]));
    if (status != SS_OK)
        return;
    REQUIRE(ss_party_check(&party, &error) == SS_OK);
    REQUIRE(ss_party_encode(key, &party, again) == record.size);
    REQUIRE(memcmp(again, record.data, record.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool party = size > 0 && data[0] & 2u;
    size_t head = party ? 2 : 1;
    if (size < head)
        return 0;
    size_t key = party ? data[1] : 0;
    if (size - head < key)
        return 0;
    char *bytes = copy(data + head, size - head, data[0] & 1u);
    ss_slice record = {bytes + key, size - head - key};
    if (party)
        try_party((ss_slice){bytes, key}, record);
    else
        try_decision(record);
    free(bytes);
    return 0;
}
