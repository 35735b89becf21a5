#include "http/roll.h"

#include "http/fault_reply.h"
#include "server/reply.h"
#include <stdio.h>
#include <stdlib.h>

typedef enum mark { WAITING, ACKNOWLEDGED, REFUSED, MISSED } mark;

struct ss_roll {
    uint32_t count, waiting, kept_from; /* the reply kept is that of the first server that has answered */
    mark marks[SS_HOMES_MAX];
    ss_fault_code codes[SS_HOMES_MAX]; /* of those who refused */
    ss_buffer kept;
};

ss_roll *ss_roll_new(uint32_t count)
{
    ss_roll *roll = calloc(1, sizeof *roll);
    if (!roll)
        return NULL;
    roll->count = roll->waiting = roll->kept_from = count;
    ss_buffer_init(&roll->kept, SS_REPLY_MAX);
    return roll;
}

void ss_roll_free(ss_roll **roll)
{
    ss_roll *old = *roll;
    *roll = NULL;
    if (!old)
        return;
    ss_buffer_release(&old->kept);
    free(old);
}

ss_status ss_roll_answered(ss_roll *roll, uint32_t server, bool good, ss_fault_code code, ss_slice reply)
{
    if (roll->marks[server] != WAITING)
        return SS_OK;
    roll->marks[server] = good ? ACKNOWLEDGED : REFUSED;
    roll->codes[server] = code;
    roll->waiting--;
    if (server > roll->kept_from)
        return SS_OK;
    roll->kept_from = server;
    ss_buffer_clear(&roll->kept);
    return ss_buffer_append(&roll->kept, reply.data, reply.size);
}

void ss_roll_missed(ss_roll *roll, uint32_t server)
{
    if (roll->marks[server] != WAITING)
        return;
    roll->marks[server] = MISSED;
    roll->codes[server] = SS_FAULT_BUSY;
    roll->waiting--;
}

bool ss_roll_complete(const ss_roll *roll)
{
    return roll->waiting == 0;
}

/* Is the first server's mark and code everybody's? */
static bool all_alike(const ss_roll *roll)
{
    for (uint32_t i = 0; i < roll->count; i++)
        if (roll->marks[i] != roll->marks[0] || roll->codes[i] != roll->codes[0])
            return false;
    return true;
}

/* Adds to the text; what does not fit is left out. */
static void add(ss_fault *fault, const char *text)
{
    size_t used = strlen(fault->message);
    snprintf(fault->message + used, sizeof fault->message - used, "%s", text);
}

static void add_absent(const ss_roll *roll, uint32_t server, const char *endpoint, bool first, ss_fault *fault)
{
    char text[192];
    const char *why = roll->marks[server] == MISSED ? "no answer" : ss_fault_name(roll->codes[server]);
    snprintf(text, sizeof text, "%s%s (%s)", first ? "" : ", ", endpoint, why ? why : "error");
    add(fault, text);
}

static ss_fault absence(const ss_roll *roll, const char *const *endpoints)
{
    ss_fault fault = {0};
    uint32_t acknowledged = 0;
    bool first = true;
    for (uint32_t i = 0; i < roll->count; i++)
        acknowledged += roll->marks[i] == ACKNOWLEDGED;
    snprintf(fault.message, sizeof fault.message, "%u of %u servers have done it; ask again; not yet: ", acknowledged,
             roll->count);
    for (uint32_t i = 0; i < roll->count; i++) {
        if (roll->marks[i] == ACKNOWLEDGED)
            continue;
        if (first)
            fault.code = roll->codes[i];
        add_absent(roll, i, endpoints[i], first, &fault);
        first = false;
    }
    return fault;
}

void ss_roll_end(ss_roll *roll, const char *const *endpoints, uint32_t msgid, ss_buffer *out, ss_slice *reply)
{
    for (uint32_t i = 0; i < roll->count; i++)
        ss_roll_missed(roll, i);
    bool alike = roll->marks[0] != MISSED && all_alike(roll);
    if (alike && roll->kept.size > 0) {
        *reply = (ss_slice){roll->kept.data, roll->kept.size};
        return;
    }
    ss_fault fault = alike ? ss_reply_failure(SS_E_NOMEM) : absence(roll, endpoints);
    *reply = ss_fault_reply(out, msgid, &fault);
}
