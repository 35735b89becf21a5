/* table.h: texts in the columns of a table on stdout. */
#ifndef SS_CLI_TABLE_H
#define SS_CLI_TABLE_H

#include <stddef.h>

#define SS_CELL_NAME_MAX 60   /* columns of a product's name; ids are shown whole, so that they can be copied */
#define SS_CELL_TEXT     1100 /* an id of which every byte is escaped */

/* A text for one column of a line. */
typedef struct ss_cell {
    char text[SS_CELL_TEXT];
    size_t columns; /* one for each character */
} ss_cell;

/* NULL is empty. Nothing in a cell can move the cursor; what is longer than `most` columns ends with an ellipsis. */
ss_cell ss_cell_of(const char *text, size_t most);

/* The wider of `columns` and those of the text. */
size_t ss_cell_wider(size_t columns, const char *text, size_t most);

/* With blanks behind it up to `columns`, and two more. */
void ss_cell_print(const ss_cell *cell, size_t columns);

#endif
