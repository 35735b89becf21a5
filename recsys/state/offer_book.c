#include "state/offer_book.h"

#include "base/dictionary.h"
#include "base/hash.h"
#include "base/memory.h"

#include <stdlib.h>

#define RECORD_VERSION 1u

typedef struct record {
    uint32_t version;
    unsigned char words[SS_BOOK_WORDS * sizeof(ss_book_word)];
    uint32_t checksum;
} record;

_Static_assert(sizeof(ss_book_word) == 8, "a word is copied as it is");
_Static_assert(sizeof(record) == 40 && offsetof(record, checksum) == 36, "no gaps");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are little-endian and copied as they are");

typedef struct entry {
    ss_book_word now[SS_BOOK_WORDS], before[SS_BOOK_WORDS]; /* before: at the beginning of the step, where it changed */
    bool changed;
} entry;

struct ss_offer_book {
    ss_environment *environment; /* borrowed */
    MDB_dbi table;
    ss_dictionary *names; /* owned, as are the next two */
    entry *entries;       /* by number of the name */
    uint32_t *changed;    /* in this step */
    size_t entry_room, changed_count, changed_room;
};

/* ---- in memory ---- */

bool ss_book_is_blank(const ss_book_word *words)
{
    static const ss_book_word blank[SS_BOOK_WORDS];
    return memcmp(words, blank, sizeof blank) == 0;
}

const ss_book_word *ss_offer_book_find(const ss_offer_book *book, ss_slice name)
{
    uint32_t number = ss_dictionary_find(book->names, name);
    return number == SS_NONE || ss_book_is_blank(book->entries[number].now) ? NULL : book->entries[number].now;
}

/* There is room in `changed` for every entry, so that noting a change cannot fail. */
static ss_status intern(ss_offer_book *book, ss_slice name, uint32_t *number, ss_error *error)
{
    uint32_t count = ss_dictionary_count(book->names);
    if (!ss_array_grow(&book->entries, &book->entry_room, (size_t)count + 1, sizeof *book->entries) ||
        !ss_array_grow(&book->changed, &book->changed_room, (size_t)count + 1, sizeof *book->changed))
        return ss_error_nomem(error);
    ss_status status = ss_dictionary_intern(book->names, name, number);
    if (status != SS_OK)
        return ss_error_set(error, status, "no room for the accounts of offers");
    if (*number == count)
        book->entries[count] = (entry){0};
    return SS_OK;
}

ss_status ss_offer_book_change(ss_offer_book *book, ss_slice name, ss_book_word **words, ss_error *error)
{
    uint32_t number = ss_dictionary_find(book->names, name);
    if (name.size < 1 || name.size > SS_BOOK_NAME_MAX)
        return ss_error_set(error, SS_E_LIMIT, "a name of more than %u bytes", SS_BOOK_NAME_MAX);
    ss_status status = number == SS_NONE ? intern(book, name, &number, error) : SS_OK;
    if (status != SS_OK)
        return status;
    entry *found = &book->entries[number];
    if (!found->changed) {
        found->changed = true;
        memcpy(found->before, found->now, sizeof found->before);
        book->changed[book->changed_count++] = number;
    }
    *words = found->now;
    return SS_OK;
}

uint32_t ss_offer_book_count(const ss_offer_book *book)
{
    return ss_dictionary_count(book->names);
}

ss_slice ss_offer_book_name(const ss_offer_book *book, uint32_t number)
{
    return ss_dictionary_id(book->names, number);
}

const ss_book_word *ss_offer_book_at(const ss_offer_book *book, uint32_t number)
{
    return book->entries[number].now;
}

/* ---- on the disk ---- */

static uint32_t checksum_of(ss_slice name, const record *about)
{
    char bytes[SS_BOOK_NAME_MAX + sizeof *about];
    memcpy(bytes, name.data, name.size);
    memcpy(bytes + name.size, about, offsetof(record, checksum));
    return (uint32_t)ss_hash(bytes, name.size + offsetof(record, checksum));
}

static int write_one(const ss_offer_book *book, MDB_txn *txn, uint32_t number)
{
    ss_slice name = ss_dictionary_id(book->names, number);
    const ss_book_word *words = book->entries[number].now;
    record about = {.version = RECORD_VERSION};
    MDB_val key = {name.size, (void *)(uintptr_t)name.data}, value = {sizeof about, &about};
    if (ss_book_is_blank(words)) {
        int code = mdb_del(txn, book->table, &key, NULL);
        return code == MDB_NOTFOUND ? 0 : code;
    }
    memcpy(about.words, words, sizeof about.words);
    about.checksum = checksum_of(name, &about);
    return mdb_put(txn, book->table, &key, &value, 0);
}

ss_status ss_offer_book_write(ss_offer_book *book, MDB_txn *txn, ss_error *error)
{
    int code = 0;
    for (size_t i = 0; i < book->changed_count && code == 0; i++)
        code = write_one(book, txn, book->changed[i]);
    return code == 0 ? SS_OK
                     : ss_environment_error(book->environment, code, "cannot keep the accounts of offers", error);
}

void ss_offer_book_settle(ss_offer_book *book, bool kept)
{
    for (size_t i = 0; i < book->changed_count; i++) {
        entry *each = &book->entries[book->changed[i]];
        each->changed = false;
        if (!kept)
            memcpy(each->now, each->before, sizeof each->now);
    }
    book->changed_count = 0;
}

static ss_status load_one(ss_offer_book *book, MDB_val key, MDB_val value, ss_error *error)
{
    ss_slice name = {key.mv_data, key.mv_size};
    uint32_t number;
    record about;
    if (name.size < 1 || name.size > SS_BOOK_NAME_MAX || value.mv_size != sizeof about)
        return ss_environment_corrupt(book->environment, "an account of offers that is none", error);
    memcpy(&about, value.mv_data, sizeof about);
    if (about.checksum != checksum_of(name, &about))
        return ss_environment_corrupt(book->environment, "an account of offers with another checksum", error);
    if (about.version != RECORD_VERSION)
        return ss_error_set(error, SS_E_UNSUPPORTED, "account of offers: version %u, known is %u", about.version,
                            RECORD_VERSION);
    ss_status status = intern(book, name, &number, error);
    if (status == SS_OK)
        memcpy(book->entries[number].now, about.words, sizeof about.words);
    return status;
}

static ss_status load_all(ss_offer_book *book, MDB_cursor *cursor, ss_error *error)
{
    MDB_val key, value;
    int code;
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        ss_status status = load_one(book, key, value, error);
        if (status != SS_OK)
            return status;
    }
    return code == MDB_NOTFOUND
               ? SS_OK
               : ss_environment_error(book->environment, code, "cannot read the accounts of offers", error);
}

ss_status ss_offer_book_load(ss_offer_book *book, ss_error *error)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    for (uint32_t i = 0; i < ss_dictionary_count(book->names); i++)
        book->entries[i] = (entry){0};
    book->changed_count = 0;
    int code = mdb_txn_begin(ss_environment_lmdb(book->environment), NULL, MDB_RDONLY, &txn);
    if (code == 0)
        code = mdb_cursor_open(txn, book->table, &cursor);
    ss_status status = code == 0
                           ? load_all(book, cursor, error)
                           : ss_environment_error(book->environment, code, "cannot read the accounts of offers", error);
    if (cursor)
        mdb_cursor_close(cursor);
    if (txn)
        mdb_txn_abort(txn);
    return status;
}

ss_status ss_offer_book_open(ss_environment *environment, const char *table, ss_offer_book **book, ss_error *error)
{
    ss_status status;
    ss_offer_book *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened)
        return ss_error_nomem(error);
    opened->environment = environment;
    SS_TRY(ss_environment_table(environment, table, 0, &opened->table, error));
    opened->names = ss_dictionary_new();
    if (!opened->names) {
        status = ss_error_nomem(error);
        goto out;
    }
    SS_TRY(ss_offer_book_load(opened, error));
    *book = opened;
    opened = NULL;
out:
    ss_offer_book_close(&opened);
    return status;
}

void ss_offer_book_close(ss_offer_book **book)
{
    ss_offer_book *old = *book;
    *book = NULL;
    if (!old)
        return;
    ss_dictionary_free(&old->names);
    free(old->entries);
    free(old->changed);
    free(old);
}
