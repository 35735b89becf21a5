/* A reply's bytes, as the client reads them: whatever comes, all that was read can be looked at to the last character. */
#include "client/codec.h"

#include <stdlib.h>
#include <string.h>

static size_t length_of(const char *text)
{
    return text ? strlen(text) : 0;
}

static size_t look_at_products(const smartshelf_product *products, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        const smartshelf_product *product = &products[i];
        if (!product->item_id)
            abort();
        length += strlen(product->item_id) + length_of(product->model) + length_of(product->because) +
                  length_of(product->because_name) + length_of(product->name) + length_of(product->category) +
                  length_of(product->url) + length_of(product->image);
    }
    return length;
}

static size_t look_at_counts(const smartshelf_count *counts, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += strlen(counts[i].name);
    return length;
}

static size_t look_at_shelves(const smartshelf_answer *answer)
{
    size_t length = 0;
    for (size_t i = 0; i < answer->shelf_count; i++) {
        const smartshelf_shelf *shelf = &answer->shelves[i];
        length += strlen(shelf->shelf) + length_of(shelf->short_code) +
                  look_at_products(shelf->products, shelf->product_count) +
                  look_at_counts(shelf->removed, shelf->removed_count);
    }
    return length;
}

static size_t look_at_results(const smartshelf_answer *answer)
{
    size_t length = 0;
    if (answer->result_count > SMARTSHELF_CHANGES_MAX)
        abort();
    for (size_t i = 0; i < answer->result_count; i++) {
        length += length_of(answer->results[i].refused);
        for (size_t n = 0; n < answer->results[i].mended_count; n++)
            length += strlen(answer->results[i].mended[n]);
    }
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    smartshelf_answer answer;
    smartshelf_status status = smartshelf_answer_decode(data, size, &answer);
    if (status != SMARTSHELF_OK && status != SMARTSHELF_ERROR && (answer.memory || answer.product_count))
        abort(); /* what could not be read is not kept */
    if ((status == SMARTSHELF_ERROR) != (answer.error_code != 0))
        abort();
    size_t length = look_at_products(answer.products, answer.product_count) + look_at_shelves(&answer) +
                    look_at_counts(answer.removed, answer.removed_count) + look_at_results(&answer) +
                    length_of(answer.generation) + length_of(answer.error_message) + length_of(answer.durability);
    for (size_t i = 0; i < answer.unknown_count; i++)
        length += strlen(answer.unknown[i]);
    if (length > 4 * size + 64)
        abort(); /* a page's text is never longer than its bytes, but for what stands in for a missing one */
    smartshelf_answer_release(&answer);
    return 0;
}
