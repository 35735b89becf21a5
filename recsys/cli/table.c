#include "cli/table.h"

#include "base/slice.h"
#include <stdio.h>

ss_cell ss_cell_of(const char *text, size_t most)
{
    ss_cell made = {.columns = 0};
    size_t size = ss_slice_printable(ss_slice_of(text ? text : ""), made.text, sizeof made.text), last = 0, step;
    for (size_t at = 0; (step = ss_slice_utf8_step((ss_slice){made.text + at, size - at})) != 0; at += step) {
        if (made.columns == most) {
            snprintf(made.text + last, sizeof made.text - last, "%s", "…");
            break;
        }
        last = at;
        made.columns++;
    }
    return made;
}

void ss_cell_print(const ss_cell *cell, size_t columns)
{
    printf("%s%*s", cell->text, (int)(columns - cell->columns) + 2, "");
}

size_t ss_cell_wider(size_t columns, const char *text, size_t most)
{
    ss_cell cell = ss_cell_of(text, most);
    return cell.columns > columns ? cell.columns : columns;
}
