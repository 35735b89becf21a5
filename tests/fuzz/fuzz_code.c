/* fuzz_code: what somebody typed as a code or as the name of an offer; what is taken is written the same again. */
#include "offers/code.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char secret[SS_CODE_SECRET] = "the secret of a shop, 32 bytes.";
    ss_code_keys keys;
    ss_slice text = {(const char *)data, size};
    uint64_t number = 0, again = 0;
    char code[SS_CODE_TEXT], id[SS_OFFER_ID_TEXT];
    ss_code_keys_derive(secret, &keys);
    if (ss_code_read(&keys, text, &number)) {
        ss_code_write(&keys, number, code);
        if (number == 0 || number > SS_OFFER_NUMBERMAX || !ss_code_read(&keys, ss_slice_of(code), &again) ||
            again != number)
            abort();
    }
    if (ss_offer_id_read(&keys, text, &number)) {
        ss_offer_id_write(&keys, number, id);
        if (number == 0 || number > SS_OFFER_NUMBERMAX || !ss_offer_id_read(&keys, ss_slice_of(id), &again) ||
            again != number)
            abort();
    }
    return 0;
}
