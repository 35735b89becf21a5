/*
 * dump_codes: codes for an oracle in another language: each line of stdin is a secret of 64 hexadecimal digits and an
 * offer's number; for each, its code and its public name, separated by a blank, to stdout.
 */
#include "offers/code.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char hex[65];
    unsigned long long number;
    while (scanf("%64s %llu", hex, &number) == 2) {
        unsigned char secret[SS_CODE_SECRET];
        char code[SS_CODE_TEXT], id[SS_OFFER_ID_TEXT];
        uint64_t read = 0;
        ss_code_keys keys;
        if (sodium_hex2bin(secret, sizeof secret, hex, 64, NULL, NULL, NULL) != 0)
            return 2;
        ss_code_keys_derive(secret, &keys);
        ss_code_write(&keys, number, code);
        ss_offer_id_write(&keys, number, id);
        if (!ss_code_read(&keys, ss_slice_of(code), &read) || read != number)
            return 1;
        printf("%s %s\n", code, id);
    }
    return 0;
}
