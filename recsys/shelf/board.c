#include "shelf/board.h"

#include "base/memory.h"
#include <stdlib.h>

ss_status ss_board_init(ss_board *board, uint32_t item_count, ss_error *error)
{
    *board = (ss_board){.cells = ss_array_zeroed(item_count, sizeof(ss_board_cell)),
                        .part_items = ss_array_new(item_count, sizeof(uint32_t)),
                        .items = ss_array_new(item_count, sizeof(uint32_t)),
                        .ranking = ss_array_new(item_count, sizeof(ss_scored)),
                        .item_count = item_count};
    if (board->cells && board->part_items && board->items && board->ranking)
        return SS_OK;
    ss_board_release(board);
    return ss_error_nomem(error);
}

void ss_board_release(ss_board *board)
{
    free(board->cells);
    free(board->part_items);
    free(board->items);
    free(board->ranking);
    *board = (ss_board){0};
}

void ss_board_clear(ss_board *board)
{
    for (size_t i = 0; i < board->count; i++)
        board->cells[board->items[i]] = (ss_board_cell){0};
    for (size_t i = 0; i < board->part_count; i++)
        board->cells[board->part_items[i]] = (ss_board_cell){0};
    board->count = board->part_count = board->ranking_count = 0;
    board->closed = false;
}

static float largest_part(const ss_board *board)
{
    float largest = 0;
    for (size_t i = 0; i < board->part_count; i++) {
        if (i + SS_BOARD_AHEAD < board->part_count)
            ss_board_fetch(board, board->part_items[i + SS_BOARD_AHEAD]);
        if (board->cells[board->part_items[i]].part > largest)
            largest = board->cells[board->part_items[i]].part;
    }
    return largest;
}

static void blend(ss_board *board, uint32_t item, float contribution, ss_source source)
{
    ss_board_cell *cell = &board->cells[item];
    if (!cell->in_total) {
        cell->in_total = 1;
        board->items[board->count++] = item;
    }
    cell->total += contribution;
    if (contribution > cell->best) {
        cell->best = contribution;
        cell->because = cell->part_because;
        cell->support = cell->part_support;
        cell->model = (uint16_t)source;
    }
}

void ss_board_close_part(ss_board *board, ss_source source, double weight)
{
    float largest = largest_part(board);
    float factor = largest > 0 ? (float)(weight / largest) : 0;
    for (size_t i = 0; i < board->part_count; i++) {
        uint32_t item = board->part_items[i];
        if (i + SS_BOARD_AHEAD < board->part_count)
            ss_board_fetch(board, board->part_items[i + SS_BOARD_AHEAD]);
        board->cells[item].in_part = 0;
        if (factor > 0 && (!board->closed || board->cells[item].in_total))
            blend(board, item, board->cells[item].part * factor, source);
    }
    board->part_count = 0;
}

/* A binary heap with the best at the root. */
static void sift_down(ss_scored *heap, size_t count, size_t at)
{
    ss_scored moving = heap[at];
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && ss_scored_before(heap[child + 1], heap[child]))
            child++;
        if (!ss_scored_before(heap[child], moving))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moving;
}

void ss_board_rank(ss_board *board)
{
    for (size_t i = 0; i < board->count; i++)
        board->ranking[i] = (ss_scored){board->cells[board->items[i]].total, board->items[i]};
    board->ranking_count = board->count;
    for (size_t at = board->ranking_count / 2; at-- > 0;)
        sift_down(board->ranking, board->ranking_count, at);
}

bool ss_board_next(ss_board *board, ss_scored *next)
{
    if (board->ranking_count == 0)
        return false;
    *next = board->ranking[0];
    board->ranking[0] = board->ranking[--board->ranking_count];
    if (board->ranking_count > 0)
        sift_down(board->ranking, board->ranking_count, 0);
    return true;
}
