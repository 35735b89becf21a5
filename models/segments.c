#include "models/segments.h"

static const char *const segment_names[SS_SEGMENT_COUNT] = {"new",    "returning",      "loyal",    "at_risk",
                                                            "lapsed", "cart_abandoner", "birthday", "referral"};

const char *ss_segment_name(ss_segment segment)
{
    return (unsigned)segment < SS_SEGMENT_COUNT ? segment_names[segment] : NULL;
}

ss_segment ss_segment_find(ss_slice name)
{
    unsigned segment = 0;
    while (segment < SS_SEGMENT_COUNT && !ss_slice_equal(name, ss_slice_of(segment_names[segment])))
        segment++;
    return (ss_segment)segment;
}
