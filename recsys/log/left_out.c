#include "log/left_out.h"

#include "base/memory.h"

#include <stdlib.h>

struct ss_left_out {
    ss_dictionary *customers; /* owned */
    int64_t *times;           /* when each asked. Owned */
    size_t capacity;
};

ss_left_out *ss_left_out_new(void)
{
    ss_left_out *made = ss_array_zeroed(1, sizeof *made);
    if (made)
        made->customers = ss_dictionary_new();
    if (made && !made->customers)
        ss_left_out_free(&made);
    return made;
}

void ss_left_out_free(ss_left_out **left_out)
{
    if (*left_out) {
        ss_dictionary_free(&(*left_out)->customers);
        free((*left_out)->times);
    }
    free(*left_out);
    *left_out = NULL;
}

ss_status ss_left_out_add(ss_left_out *left_out, ss_slice customer_id, int64_t time)
{
    uint32_t number, known = ss_dictionary_count(left_out->customers);
    if (!ss_array_grow(&left_out->times, &left_out->capacity, (size_t)known + 1, sizeof *left_out->times))
        return SS_E_NOMEM;
    ss_status status = ss_dictionary_intern(left_out->customers, customer_id, &number);
    if (status == SS_OK && (number == known || time > left_out->times[number]))
        left_out->times[number] = time;
    return status;
}

bool ss_left_out_has(const ss_left_out *left_out, ss_slice customer_id, int64_t time)
{
    if (!left_out || customer_id.size == 0)
        return false;
    uint32_t number = ss_dictionary_find(left_out->customers, customer_id);
    return number != SS_NONE && (time == SS_NO_TIME || time <= left_out->times[number]);
}

uint32_t ss_left_out_count(const ss_left_out *left_out)
{
    return ss_dictionary_count(left_out->customers);
}
