/*
 * board.h: where the scores of several sources meet: per item the blended score and what contributed most to it.
 *
 * A source adds its own scores to the part; closing the part divides them by the part's largest (so that sources with
 * different scales can be weighed against each other) and adds weight times that to the blend. One thread; nothing
 * allocates between new and free.
 */
#ifndef SS_SHELF_BOARD_H
#define SS_SHELF_BOARD_H

#include "base/dictionary.h"
#include "base/topk.h"
#include "shelf/request.h"

typedef struct ss_board_cell {
    float part, part_best; /* of the open source: sum, and largest single contribution */
    uint32_t part_because; /* the context item that made it, or SS_NONE */
    float total, best;     /* of the blend: sum, and largest contribution of one source */
    uint32_t because;
    uint16_t part_support, support; /* contributions to the open part; to the one that contributed most */
    uint16_t model;                 /* ss_source of that contribution */
    uint8_t in_part, in_total;
} ss_board_cell;

typedef struct ss_board {
    ss_board_cell *cells;         /* item_count */
    uint32_t *part_items, *items; /* those with a part, with a total */
    size_t part_count, count;
    ss_scored *ranking; /* item_count */
    size_t ranking_count;
    uint32_t item_count;
    bool closed; /* what no part so far has brought is left out */
} ss_board;

ss_status ss_board_init(ss_board *board, uint32_t item_count, ss_error *error);
void ss_board_release(ss_board *board);
void ss_board_clear(ss_board *board);

#define SS_BOARD_AHEAD 12u /* steps between fetching a cell and its use: they lie about at random */

/* Asks the memory for a cell that will be needed. */
static inline void ss_board_fetch(const ss_board *board, uint32_t item)
{
    if (item < board->item_count)
        __builtin_prefetch(&board->cells[item], 1);
}

/* Adds to the open part. `item` must be below item_count. */
static inline void ss_board_add(ss_board *board, uint32_t item, float score, uint32_t because)
{
    ss_board_cell *cell = &board->cells[item];
    if (!cell->in_part) {
        cell->in_part = 1;
        cell->part = 0;
        cell->part_best = -1;
        cell->part_because = SS_NONE;
        cell->part_support = 0;
        board->part_items[board->part_count++] = item;
    }
    cell->part += score;
    cell->part_support++;
    if (score > cell->part_best) {
        cell->part_best = score;
        cell->part_because = because;
    }
}

/* Ends the open part and blends it. A part whose largest score is not above 0 adds nothing. On a
 * closed board only what an earlier part brought is added to. */
void ss_board_close_part(ss_board *board, ss_source source, double weight);

/*
 * Prepares the ranking; then each call gives the next best item, or false at the end. O(items), then O(log items)
 * each.
 */
void ss_board_rank(ss_board *board);
bool ss_board_next(ss_board *board, ss_scored *next);

#endif
