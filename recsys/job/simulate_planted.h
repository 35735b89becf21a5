/* simulate_planted.h: the files of a simulated shop that do not depend on its orders. One file each; not thread-safe.
 */
#ifndef SS_JOB_SIMULATE_PLANTED_H
#define SS_JOB_SIMULATE_PLANTED_H

#include "job/simulate.h"
#include "job/simulate_catalog.h"
#include "job/simulate_customers.h"
#include "job/simulate_write.h"

/* Likely fees that stand in a dirty shop's log and catalogue: "POST", "POSTAGE". */
typedef struct ss_sim_fee {
    const char *item_id, *name;
    uint32_t price; /* cents */
} ss_sim_fee;
#define SS_SIM_FEES 5u
extern const ss_sim_fee ss_sim_fees[SS_SIM_FEES];

/* The columns are those of simulate.h. Errors: SS_E_IO, SS_E_NOMEM. The counts of *report that they know are set. */
ss_status ss_sim_write_catalog(const ss_sim_catalog *catalog, bool with_fees, ss_sim_file *file, ss_error *error);
ss_status ss_sim_write_pairs(const ss_sim_catalog *catalog, ss_sim_file *file, ss_simulate_report *report,
                             ss_error *error);
ss_status ss_sim_write_items(const ss_sim_catalog *catalog, ss_sim_file *file, ss_simulate_report *report,
                             ss_error *error);
ss_status ss_sim_write_customers(const ss_sim_customers *customers, ss_sim_file *file, ss_simulate_report *report,
                                 ss_error *error);

#endif
