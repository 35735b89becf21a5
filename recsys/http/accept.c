#include "http/accept.h"

/* What stands before the next separator, without blanks around it; the text is made shorter by both. */
static ss_slice take_part(ss_slice *text, char separator)
{
    const char *found = text->size ? memchr(text->data, separator, text->size) : NULL;
    size_t size = found ? (size_t)(found - text->data) : text->size;
    ss_slice part = {text->data, size};
    size += found != NULL;
    *text = (ss_slice){text->data + size, text->size - size};
    return ss_slice_trim(part);
}

/* "0", "0.0" */
static bool is_zero(ss_slice weight)
{
    for (size_t i = 0; i < weight.size; i++)
        if (weight.data[i] >= '1' && weight.data[i] <= '9')
            return false;
    return true;
}

/* Behind the name of a coding. */
static bool is_refused(ss_slice parameters)
{
    while (parameters.size > 0) {
        ss_slice value = take_part(&parameters, ';'), name = take_part(&value, '=');
        if (ss_slice_equal_nocase(name, SS_SLICE_LITERAL("q")))
            return is_zero(ss_slice_trim(value));
    }
    return false;
}

bool ss_accepts_gzip(ss_slice accepted)
{
    bool named = false, by_name = false, by_star = false;
    while (accepted.size > 0) {
        ss_slice part = take_part(&accepted, ','), coding = take_part(&part, ';');
        if (ss_slice_equal_nocase(coding, SS_SLICE_LITERAL("gzip")) ||
            ss_slice_equal_nocase(coding, SS_SLICE_LITERAL("x-gzip"))) {
            by_name = by_name || !is_refused(part);
            named = true;
        } else if (ss_slice_equal(coding, SS_SLICE_LITERAL("*")))
            by_star = !is_refused(part);
    }
    return named ? by_name : by_star;
}

bool ss_names_tag(ss_slice list, ss_slice tag)
{
    if (ss_slice_equal(ss_slice_trim(list), SS_SLICE_LITERAL("*")))
        return true;
    for (size_t i = 0; i + tag.size <= list.size; i++) /* quotes stand nowhere within a tag */
        if (memcmp(list.data + i, tag.data, tag.size) == 0)
            return true;
    return false;
}
