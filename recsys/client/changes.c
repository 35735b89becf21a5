#include "client/smartshelf.h"

#include "client/codec.h"
#include "client/connection.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MS 20 /* before a busy server is asked again; longer each time */

/* ---- sending, again if need be ---- */

static void pause_for(int64_t milliseconds)
{
    const struct timespec time = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
    nanosleep(&time, NULL);
}

static bool is_named(const smartshelf_answer *answer, const char *error)
{
    return answer->error_name && strcmp(answer->error_name, error) == 0;
}

/* Might the same bytes do better a moment later, or at another server? */
static bool may_do_better(smartshelf_status status, const smartshelf_answer *answer)
{
    return status == SMARTSHELF_TIMEOUT || status == SMARTSHELF_BAD_REPLY ||
           (status == SMARTSHELF_ERROR && (is_named(answer, "busy") || is_named(answer, "shutting_down")));
}

/* The request that stands in client->request. */
static smartshelf_status tell_once(smartshelf_client *client, size_t size, uint32_t msgid, smartshelf_answer *answer)
{
    int64_t deadline = smartshelf_now_ms() + client->options.change_timeout_ms;
    *answer = (smartshelf_answer){0};
    smartshelf_status status = smartshelf_send_request(client, size, deadline);
    return status == SMARTSHELF_OK ? smartshelf_receive_reply(client, msgid, deadline, answer) : status;
}

/* The number of the message stays: a reply to any of its copies is the reply. */
static smartshelf_status tell(smartshelf_client *client, size_t size, uint32_t msgid, int attempts,
                              smartshelf_answer *answer)
{
    smartshelf_status status = tell_once(client, size, msgid, answer);
    for (int again = 1; again < attempts && may_do_better(status, answer); again++) {
        if (status == SMARTSHELF_ERROR)
            pause_for((int64_t)PAUSE_MS * again);
        smartshelf_answer_release(answer);
        status = tell_once(client, size, msgid, answer);
    }
    return status;
}

/* `status`: of the encoding. `answer`: the caller's, or NULL. */
static smartshelf_status finish(smartshelf_client *client, smartshelf_status status, size_t size, int attempts,
                                smartshelf_answer *answer)
{
    smartshelf_answer unwanted = {0}, *filled = answer ? answer : &unwanted;
    *filled = (smartshelf_answer){0};
    if (status == SMARTSHELF_OK)
        status = tell(client, size, client->last_msgid, attempts, filled);
    smartshelf_answer_release(&unwanted);
    return status;
}

/* ---- what is told ---- */

/* 128 random bits in hexadecimal: no two requests have the same. */
static void make_prefix(char prefix[33])
{
    struct timespec now; /* what stands in for them where the system has none */
    unsigned char random[16] = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    memcpy(random, &now.tv_nsec, sizeof random / 2);
    (void)!getentropy(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(prefix + 2 * i, 3, "%02x", random[i]);
}

smartshelf_status smartshelf_events(smartshelf_client *client, const smartshelf_event_row *events, size_t count,
                                    unsigned how, smartshelf_answer *answer)
{
    size_t size = 0;
    char prefix[33];
    make_prefix(prefix);
    smartshelf_status status = smartshelf_events_encode(events, count, how, prefix, smartshelf_next_msgid(client),
                                                        &client->request, &client->request_capacity, &size);
    return finish(client, status, size, client->options.change_attempts, answer);
}

smartshelf_status smartshelf_event(smartshelf_client *client, const smartshelf_event_row *event, unsigned how,
                                   smartshelf_answer *answer)
{
    return smartshelf_events(client, event, 1, how, answer);
}

smartshelf_status smartshelf_items(smartshelf_client *client, const smartshelf_item_row *items, size_t count,
                                   smartshelf_answer *answer)
{
    size_t size = 0;
    smartshelf_status status = smartshelf_items_encode(items, count, smartshelf_next_msgid(client), &client->request,
                                                       &client->request_capacity, &size);
    return finish(client, status, size, 1, answer);
}

smartshelf_status smartshelf_forget(smartshelf_client *client, const char *customer_id, smartshelf_answer *answer)
{
    size_t size = 0;
    smartshelf_status status = smartshelf_forget_encode(customer_id, smartshelf_next_msgid(client), &client->request,
                                                        &client->request_capacity, &size);
    return finish(client, status, size, client->options.change_attempts, answer);
}

smartshelf_status smartshelf_redeem(smartshelf_client *client, const smartshelf_code *code, smartshelf_answer *answer)
{
    size_t size = 0;
    smartshelf_status status =
        smartshelf_code_encode(code, smartshelf_next_msgid(client), &client->request, &client->request_capacity, &size);
    status = finish(client, status, size, client->options.change_attempts, answer);
    return status == SMARTSHELF_OK && !answer->redemption ? SMARTSHELF_BAD_REPLY : status;
}
