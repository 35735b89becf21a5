/*
 * fuzz_item_record.c: any bytes as the record of an item: the first byte says how many of the following are its id, and,
 * if odd, that the checksum is made to agree before. What decodes is within its ranges and encodes to the same bytes.
 */
#include "base/hash.h"
#include "log/catalog.h"
#include "require.h"
#include "state/item_record.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_ranges(const ss_item_record *record)
{
    for (unsigned field = 0; field < SS_LIVE_NUMBERS; field++)
        REQUIRE(ss_live_number_fits(field, record->numbers[field]));
    for (unsigned field = SS_LIVE_NUMBERS; field < SS_LIVE_FIELDS; field++)
        REQUIRE(ss_live_text_fits(field, ss_item_record_text(record, field)));
    REQUIRE(record->price_count <= SS_PRICE_STEPS_MAX);
    for (size_t i = 0; i < record->price_count; i++) {
        REQUIRE(i == 0 || record->prices[i].since > record->prices[i - 1].since);
        REQUIRE(record->prices[i].price == SS_NO_MONEY || record->prices[i].price >= 0);
    }
    REQUIRE(record->changed >= 0 && (record->first_seen >= 0 || record->first_seen == SS_NO_TIME));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char again[SS_ITEM_RECORD_MAX];
    ss_price_step steps[SS_PRICE_STEPS_MAX];
    ss_item_record record;
    ss_error error = {0};
    if (size == 0 || size - 1 < data[0] / 2u)
        return 0;
    size_t id_size = data[0] / 2u, record_size = size - 1 - id_size;
    char *sealed = malloc(size);
    REQUIRE(sealed);
    memcpy(sealed, data + 1, size - 1);
    if (data[0] % 2 == 1 && record_size > 4) {
        uint32_t checksum = (uint32_t)ss_hash(sealed, size - 1 - 4);
        memcpy(sealed + size - 1 - 4, &checksum, 4);
    }
    ss_status status = ss_item_record_decode((ss_slice){sealed, id_size}, (ss_slice){sealed + id_size, record_size},
                                             steps, &record, &error);
    REQUIRE(status == error.status && (status == SS_OK || error.message[0]));
    if (status == SS_OK) {
        check_ranges(&record);
        REQUIRE(ss_item_record_size(&record) == record_size);
        ss_item_record_encode(&record, again);
        REQUIRE(memcmp(again, sealed + id_size, record_size) == 0);
    }
    free(sealed);
    return 0;
}
