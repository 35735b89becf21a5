#include "server/seat.h"

ss_status ss_seat_init(ss_seat *seat, ss_answerer *answerer, const ss_service *service, ss_error *error)
{
    *seat = (ss_seat){.swap.wake = -1};
    ss_status status = ss_handler_new(answerer, service, &seat->stats, &seat->handler, error);
    return status == SS_OK ? ss_swap_init(&seat->swap, error) : status;
}

void ss_seat_release(ss_seat *seat)
{
    ss_handler_free(&seat->handler);
    ss_swap_release(&seat->swap);
}

void ss_seat_round(ss_seat *seat)
{
    ss_count(&seat->rounds);
    ss_swap_take(&seat->swap, seat->handler);
    ss_handler_tick(seat->handler);
}

bool ss_seat_answer(ss_seat *seat, ss_slice message, ss_slice *reply)
{
    uint32_t msgid;
    return ss_handler_handle(seat->handler, message, NULL, NULL, reply, &msgid) == SS_HANDLED_REPLY;
}
