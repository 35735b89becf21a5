#include "client/pack.h"

#include <math.h>
#include <string.h>

#define WHOLE_MAX 9e15 /* whole numbers up to here are integers too */

void ss_pack_element(ss_pack *out, const char *text)
{
    size_t size = strlen(text);
    out->failed |= msgpack_pack_str(out->packer, size) | msgpack_pack_str_body(out->packer, text, size);
}

void ss_pack_array(ss_pack *out, size_t count)
{
    out->failed |= msgpack_pack_array(out->packer, count);
}

void ss_pack_map(ss_pack *out, ss_pack_params params, const void *source)
{
    ss_pack counted = {0}, inner = {.packer = out->packer};
    params(&counted, source);
    out->failed |= msgpack_pack_map(out->packer, counted.count);
    params(&inner, source);
    out->failed |= inner.failed;
}

bool ss_pack_name(ss_pack *out, const char *name)
{
    out->count++;
    if (out->packer)
        ss_pack_element(out, name);
    return out->packer != NULL;
}

void ss_pack_text(ss_pack *out, const char *name, const char *value)
{
    if (value && ss_pack_name(out, name))
        ss_pack_element(out, value);
}

void ss_pack_texts(ss_pack *out, const char *name, const char *const *values, size_t count)
{
    if (count == 0 || !ss_pack_name(out, name))
        return;
    ss_pack_array(out, count);
    for (size_t i = 0; i < count; i++)
        ss_pack_element(out, values[i]);
}

void ss_pack_given(ss_pack *out, const char *name, bool given, int64_t value)
{
    if (given && ss_pack_name(out, name))
        out->failed |= msgpack_pack_int64(out->packer, value);
}

void ss_pack_integer(ss_pack *out, const char *name, int64_t value, int64_t absent)
{
    ss_pack_given(out, name, value != absent, value);
}

void ss_pack_flag(ss_pack *out, const char *name, bool given, bool value)
{
    if (given && ss_pack_name(out, name))
        out->failed |= value ? msgpack_pack_true(out->packer) : msgpack_pack_false(out->packer);
}

void ss_pack_real(ss_pack *out, const char *name, double value, double absent)
{
    bool whole = fabs(value) <= WHOLE_MAX && value == floor(value);
    if (value == absent || !ss_pack_name(out, name))
        return;
    out->failed |= whole ? msgpack_pack_int64(out->packer, (int64_t)value) : msgpack_pack_double(out->packer, value);
}

static void put_line(ss_pack *out, const void *source)
{
    const smartshelf_cart_line *line = source;
    ss_pack_text(out, "item_id", line->item_id);
    ss_pack_integer(out, "quantity", line->quantity, 0);
}

void ss_pack_cart(ss_pack *out, const smartshelf_cart_line *lines, size_t count)
{
    if (!lines || !ss_pack_name(out, "cart"))
        return;
    ss_pack_array(out, count);
    for (size_t i = 0; i < count; i++)
        if (lines[i].quantity > 1)
            ss_pack_map(out, put_line, &lines[i]);
        else
            ss_pack_element(out, lines[i].item_id);
}

/* [0, msgid, method, and then the params, by one way or the other. */
static smartshelf_status pack_request(const char *method, uint32_t msgid, ss_pack_params params, const void *source,
                                      size_t raw_size, char **bytes, size_t *capacity, size_t *size)
{
    msgpack_sbuffer buffer = {.data = *bytes, .alloc = *capacity};
    msgpack_packer packer;
    ss_pack out = {.packer = &packer};
    msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
    out.failed |= msgpack_pack_array(&packer, 4) | msgpack_pack_int(&packer, 0) | msgpack_pack_uint32(&packer, msgid);
    ss_pack_element(&out, method);
    if (params)
        ss_pack_map(&out, params, source);
    else
        out.failed |= raw_size > 0 ? msgpack_sbuffer_write(&buffer, source, raw_size) : msgpack_pack_map(&packer, 0);
    *bytes = buffer.data;
    *capacity = buffer.alloc;
    *size = buffer.size;
    return out.failed ? SMARTSHELF_NOMEM : SMARTSHELF_OK;
}

smartshelf_status ss_pack_request(const char *method, uint32_t msgid, ss_pack_params params, const void *source,
                                  char **bytes, size_t *capacity, size_t *size)
{
    return pack_request(method, msgid, params, source, 0, bytes, capacity, size);
}

smartshelf_status ss_pack_packed(const char *method, uint32_t msgid, const void *params, size_t params_size,
                                 char **bytes, size_t *capacity, size_t *size)
{
    return pack_request(method, msgid, NULL, params, params_size, bytes, capacity, size);
}
