#include "http/delivery.h"

#include "http/fault_reply.h"
#include "http/roll.h"
#include "http/tally.h"

void ss_delivery_init(ss_delivery *delivery, ss_errands *errands, const char *const *endpoints,
                      ss_gateway_counts *counts)
{
    *delivery = (ss_delivery){.errands = errands, .endpoints = endpoints, .counts = counts};
    ss_buffer_init(&delivery->own, SS_REPLY_MAX);
}

void ss_delivery_release(ss_delivery *delivery)
{
    ss_buffer_release(&delivery->own);
}

void ss_delivery_reply(ss_delivery *delivery, ss_errand *errand, ss_slice reply)
{
    bool wanted = !errand->orphan;
    errand->orphan = true; /* the port may forget it, and ask others, meanwhile */
    if (wanted) {
        ss_tally(&delivery->counts->stats, errand->method, reply, delivery->now - errand->began);
        delivery->answered(delivery->port, errand->ticket, reply);
    }
    ss_errands_end(delivery->errands, errand);
}

void ss_delivery_fail(ss_delivery *delivery, ss_errand *errand, const char *message)
{
    ss_count(&delivery->counts->overdue);
    ss_delivery_reply(delivery, errand, ss_fault_reply_text(&delivery->own, errand->number, SS_FAULT_BUSY, message));
}

void ss_delivery_roll(ss_delivery *delivery, ss_errand *errand)
{
    ss_slice reply;
    ss_roll_end(errand->roll, delivery->endpoints, errand->number, &delivery->own, &reply);
    ss_delivery_reply(delivery, errand, reply);
}

void ss_delivery_give_up(ss_delivery *delivery, ss_errand *errand)
{
    if (errand->way.kind == SS_WAY_ALL)
        ss_delivery_roll(delivery, errand);
    else if (ss_way_reads(&errand->way))
        ss_delivery_fail(delivery, errand, "no server has answered in time");
    else if (errand->tried == 0)
        ss_delivery_fail(delivery, errand,
                         "the server that keeps this cannot be reached: nothing was done, it can be asked again");
    else if (errand->way.again)
        ss_delivery_fail(delivery, errand, "no answer in time; it can be asked again as it is");
    else
        ss_delivery_fail(delivery, errand, "no answer in time; it may have been done");
}
