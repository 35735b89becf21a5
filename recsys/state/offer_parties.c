#include "state/offer_parties.h"

#include "base/dictionary.h"
#include "base/hash.h"
#include "state/live_event.h"
#include "state/offer_record.h"
#include "state/record_reader.h"

#define RECORD_VERSION 1u
#define HEAD_SIZE      3u
#define CHECKSUM_SIZE  4u

static const char PARTIES[] = "offer_parties";

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are little-endian and copied as they are");
_Static_assert(SS_PARTY_KEY_MAX == 1 + SS_ID_MAX, "a kind and an id");
_Static_assert(SS_RECORD_NUMBER_MAX == 10, "as SS_PARTY_RECORD_MAX counts");

/* ---- the record ---- */

static bool is_instant(int64_t time)
{
    return time >= 0 && time < SS_EVENT_INSTANT_MAX;
}

/* The name of what is out of its range, or NULL. */
static const char *misfit_of(const ss_party *party)
{
    if (!is_instant(party->latest) || !is_instant(party->dismissed) || !is_instant(party->bought))
        return "latest";
    if (party->use_count > SS_PARTY_USES_MAX)
        return "uses";
    if (party->open_count > SS_PARTY_OPEN_MAX)
        return "open";
    for (uint32_t i = 0; i < party->use_count; i++)
        if (!is_instant(party->uses[i]))
            return "uses";
    for (uint32_t i = 0; i < party->open_count; i++)
        if (party->open[i] < 1 || party->open[i] >= SS_DECISION_MAX)
            return "open";
    return NULL;
}

ss_status ss_party_check(const ss_party *party, ss_error *error)
{
    const char *misfit = misfit_of(party);
    if (!misfit)
        return SS_OK;
    ss_error_set(error, SS_E_RANGE, "a visitor of offers out of range");
    ss_error_field(error, misfit);
    return SS_E_RANGE;
}

static uint32_t checksum_of(ss_slice key, const void *bytes, size_t size)
{
    unsigned char sealed[SS_PARTY_KEY_MAX + SS_PARTY_RECORD_MAX];
    ss_record_put(ss_record_put(sealed, key.data, key.size), bytes, size);
    return (uint32_t)ss_hash(sealed, key.size + size);
}

size_t ss_party_encode(ss_slice key, const ss_party *party, void *out)
{
    const unsigned char head[HEAD_SIZE] = {RECORD_VERSION, (unsigned char)party->use_count,
                                           (unsigned char)party->open_count};
    unsigned char *at = ss_record_put(out, head, sizeof head);
    int64_t before = 0;
    at = ss_record_put_number(at, party->latest);
    at = ss_record_put_number(at, party->shows);
    at = ss_record_put_number(at, party->dismissed);
    at = ss_record_put_number(at, party->bought);
    for (uint32_t i = 0; i < party->use_count; before = party->uses[i++])
        at = ss_record_put_number(at, party->uses[i] - before);
    before = 0;
    for (uint32_t i = 0; i < party->open_count; before = (int64_t)party->open[i++])
        at = ss_record_put_number(at, (int64_t)party->open[i] - before);
    uint32_t checksum = checksum_of(key, out, (size_t)(at - (unsigned char *)out));
    at = ss_record_put(at, &checksum, sizeof checksum);
    return (size_t)(at - (unsigned char *)out);
}

static ss_status check_frame(ss_record_reader *reader, ss_slice key)
{
    uint32_t checksum;
    if (key.size > SS_PARTY_KEY_MAX || reader->size < HEAD_SIZE + CHECKSUM_SIZE || reader->size > SS_PARTY_RECORD_MAX)
        return ss_record_corrupt(reader, "size", "a size that none has");
    reader->size -= CHECKSUM_SIZE;
    memcpy(&checksum, reader->data + reader->size, sizeof checksum);
    if (checksum == checksum_of(key, reader->data, reader->size))
        return SS_OK;
    reader->at = reader->size;
    return ss_record_corrupt(reader, "checksum", "another checksum than its bytes have");
}

static ss_status take_head(ss_record_reader *reader, ss_party *party)
{
    unsigned char head[HEAD_SIZE];
    ss_status status = ss_record_take(reader, "head", head, sizeof head);
    if (status != SS_OK)
        return status;
    if (head[0] != RECORD_VERSION)
        return ss_error_set(reader->error, SS_E_UNSUPPORTED, "record of a visitor: version %u, known is %u", head[0],
                            RECORD_VERSION);
    if (head[1] > SS_PARTY_USES_MAX || head[2] > SS_PARTY_OPEN_MAX)
        return ss_record_corrupt(reader, "head", "more than is kept");
    party->use_count = head[1];
    party->open_count = head[2];
    return SS_OK;
}

/* The difference to the one before; the sum may be any of 63 bits. */
static ss_status take_next(ss_record_reader *reader, const char *field, int64_t *sum)
{
    int64_t step;
    ss_status status = ss_record_take_number(reader, field, &step);
    if (status == SS_OK && __builtin_add_overflow(*sum, step, sum))
        return ss_record_corrupt(reader, field, "no number");
    return status;
}

static ss_status take_numbers(ss_record_reader *reader, ss_party *party)
{
    int64_t shows = 0, use = 0, open = 0;
    ss_status status;
    SS_TRY(ss_record_take_number(reader, "latest", &party->latest));
    SS_TRY(ss_record_take_number(reader, "shows", &shows));
    SS_TRY(ss_record_take_number(reader, "dismissed", &party->dismissed));
    SS_TRY(ss_record_take_number(reader, "bought", &party->bought));
    if (shows < 0 || shows > UINT32_MAX)
        return ss_record_corrupt(reader, "shows", "a number out of range");
    party->shows = (uint32_t)shows;
    for (uint32_t i = 0; i < party->use_count; i++) {
        SS_TRY(take_next(reader, "uses", &use));
        party->uses[i] = use;
    }
    for (uint32_t i = 0; i < party->open_count; i++) {
        SS_TRY(take_next(reader, "open", &open));
        party->open[i] = (uint64_t)open;
    }
out:
    return status;
}

ss_status ss_party_decode(ss_slice key, ss_slice record, ss_party *party, ss_error *error)
{
    ss_record_reader reader = {"record of a visitor", record.data, record.size, 0, error};
    ss_status status;
    *party = (ss_party){0};
    SS_TRY(check_frame(&reader, key));
    SS_TRY(take_head(&reader, party));
    SS_TRY(take_numbers(&reader, party));
    if (reader.at != reader.size)
        return ss_record_corrupt(&reader, "size", "bytes behind its last part");
    const char *misfit = misfit_of(party);
    if (misfit)
        return ss_record_corrupt(&reader, misfit, "a value out of range");
out:
    return status;
}

/* ---- the table ---- */

typedef struct party_key {
    char bytes[SS_PARTY_KEY_MAX];
    size_t size;
} party_key;

static bool may_be_kept(ss_slice id)
{
    return id.size > 0 && id.size <= SS_ID_MAX;
}

static ss_slice make_key(party_key *key, ss_offer_party kind, ss_slice id)
{
    key->bytes[0] = kind == SS_PARTY_CUSTOMER ? 'c' : 's';
    memcpy(key->bytes + 1, id.data, id.size);
    key->size = 1 + id.size;
    return (ss_slice){key->bytes, key->size};
}

static ss_status settle_code(const ss_offer_parties *parties, int code, ss_error *error)
{
    return code == 0 ? SS_OK
                     : ss_environment_error(parties->environment, code, "cannot use the visitors of offers", error);
}

ss_status ss_offer_parties_open(ss_environment *environment, ss_offer_parties *parties, ss_error *error)
{
    *parties = (ss_offer_parties){.environment = environment};
    return ss_environment_table(environment, PARTIES, 0, &parties->table, error);
}

void ss_offer_parties_leave(ss_offer_parties *parties)
{
    if (parties->latest)
        mdb_cursor_close(parties->latest);
    parties->latest = NULL;
}

/* Who is looked up is mostly who is put next, and not sought from the root once more. */
static int at_latest(ss_offer_parties *parties, MDB_txn *txn)
{
    return parties->latest ? 0 : mdb_cursor_open(txn, parties->table, &parties->latest);
}

ss_status ss_offer_parties_get(ss_offer_parties *parties, MDB_txn *txn, ss_offer_party kind, ss_slice id,
                               ss_party *party, ss_error *error)
{
    party_key bytes;
    *party = (ss_party){0};
    if (!may_be_kept(id))
        return SS_OK;
    ss_slice name = make_key(&bytes, kind, id);
    MDB_val key = {name.size, bytes.bytes}, value;
    int code = at_latest(parties, txn);
    if (code == 0)
        code = mdb_cursor_get(parties->latest, &key, &value, MDB_SET);
    if (code != 0)
        return settle_code(parties, code == MDB_NOTFOUND ? 0 : code, error);
    ss_status status = ss_party_decode(name, (ss_slice){value.mv_data, value.mv_size}, party, error);
    if (status != SS_OK)
        ss_error_place(error, ss_environment_path(parties->environment), 0);
    return status;
}

ss_status ss_offer_parties_put(ss_offer_parties *parties, MDB_txn *txn, ss_offer_party kind, ss_slice id,
                               const ss_party *party, ss_error *error)
{
    unsigned char record[SS_PARTY_RECORD_MAX];
    party_key bytes;
    ss_status status = ss_party_check(party, error);
    if (status != SS_OK || !may_be_kept(id))
        return status;
    ss_slice name = make_key(&bytes, kind, id);
    MDB_val key = {name.size, bytes.bytes}, value = {ss_party_encode(name, party, record), record};
    int code = at_latest(parties, txn);
    if (code == 0)
        code = mdb_cursor_put(parties->latest, &key, &value, 0);
    return settle_code(parties, code, error);
}

ss_status ss_offer_parties_remove(ss_offer_parties *parties, MDB_txn *txn, ss_offer_party kind, ss_slice id,
                                  ss_error *error)
{
    party_key bytes;
    if (!may_be_kept(id))
        return SS_OK;
    ss_offer_parties_leave(parties);
    ss_slice name = make_key(&bytes, kind, id);
    MDB_val key = {name.size, bytes.bytes};
    int code = mdb_del(txn, parties->table, &key, NULL);
    return settle_code(parties, code == MDB_NOTFOUND ? 0 : code, error);
}

/* ---- pruning ---- */

/* Behind that key. */
static void go_on_behind(ss_offer_parties *parties, MDB_val key)
{
    memcpy(parties->pruned, key.mv_data, key.mv_size);
    parties->pruned[key.mv_size] = '\0';
    parties->pruned_size = key.mv_size + 1;
}

/* *found is false at the end, from where it begins anew. */
static ss_status prune_next(ss_offer_parties *parties, MDB_cursor *cursor, int64_t before, bool *found, bool *removed,
                            ss_error *error)
{
    MDB_val key = {parties->pruned_size, parties->pruned}, value;
    ss_party party;
    bool first = parties->pruned_size == 0;
    *removed = false;
    int code = mdb_cursor_get(cursor, &key, &value, first ? MDB_FIRST : MDB_SET_RANGE);
    *found = code == 0;
    if (code == MDB_NOTFOUND)
        parties->pruned_size = 0;
    if (code != 0)
        return settle_code(parties, code == MDB_NOTFOUND ? 0 : code, error);
    if (key.mv_size < 1 || key.mv_size > SS_PARTY_KEY_MAX)
        return ss_environment_corrupt(parties->environment, "a visitor of offers who is none", error);
    ss_status status =
        ss_party_decode((ss_slice){key.mv_data, key.mv_size}, (ss_slice){value.mv_data, value.mv_size}, &party, error);
    if (status != SS_OK)
        return status;
    go_on_behind(parties, key);
    *removed = party.latest < before;
    return *removed ? settle_code(parties, mdb_cursor_del(cursor, 0), error) : SS_OK;
}

ss_status ss_offer_parties_prune(ss_offer_parties *parties, MDB_txn *txn, int64_t before, size_t looks, size_t most,
                                 size_t *removed, ss_error *error)
{
    MDB_cursor *cursor = NULL;
    bool found = true;
    *removed = 0;
    ss_offer_parties_leave(parties);
    int code = mdb_cursor_open(txn, parties->table, &cursor);
    if (code != 0)
        return settle_code(parties, code, error);
    ss_status status = SS_OK;
    for (size_t i = 0; i < looks && *removed < most && found && status == SS_OK; i++) {
        bool gone;
        status = prune_next(parties, cursor, before, &found, &gone, error);
        *removed += gone;
    }
    mdb_cursor_close(cursor);
    return status;
}
