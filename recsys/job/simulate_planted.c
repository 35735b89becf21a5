#include "job/simulate_planted.h"

#include "base/timestamp.h"

#include <stdio.h>

#define NAME_MAX_BYTES 512u

const ss_sim_fee ss_sim_fees[SS_SIM_FEES] = {
    {"POST", "POSTAGE", 495}, {"DOT", "DOTCOM POSTAGE", 1490}, {"BANK CHARGES", "Bank Charges", 1500},
    {"D", "Discount", 500},   {"SAMPLES", "Samples", 199},
};

static void put_item(ss_sim_file *file, const ss_sim_item *item)
{
    ss_sim_put(file, item->id, item->id_size);
}

static void put_time(ss_sim_file *file, int64_t time)
{
    char text[SS_TIMESTAMP_TEXT];
    if (time == SS_NO_TIME)
        return;
    ss_timestamp_format(time, text);
    ss_sim_put_text(file, text);
}

static void put_web(ss_sim_file *file, const char *folder, const ss_sim_item *item, const char *ending)
{
    ss_sim_put_text(file, "https://shop.example/");
    ss_sim_put_text(file, folder);
    put_item(file, item);
    ss_sim_put_text(file, ending);
    ss_sim_put_char(file, ',');
}

static void write_item(const ss_sim_catalog *catalog, uint32_t number, ss_slice name, ss_sim_file *file)
{
    const ss_sim_item *item = &catalog->items[number];
    ss_sim_file_row(file);
    put_item(file, item);
    ss_sim_put_char(file, ',');
    ss_sim_put_quoted(file, name);
    ss_sim_put_char(file, ',');
    ss_sim_put_text(file, ss_shop_types[item->type].category);
    ss_sim_put_char(file, ',');
    ss_sim_put_money(file, item->price);
    ss_sim_put_char(file, ',');
    ss_sim_put_money(file, ss_sim_item_cost(catalog, number));
    ss_sim_put_char(file, ',');
    ss_sim_put_number(file, ss_sim_item_stock(catalog, number));
    ss_sim_put_char(file, ',');
    put_web(file, "p/", item, "");
    put_web(file, "img/", item, ".jpg");
    ss_sim_put(file, item->id, item->id_size - 1u); /* the id without the variant's letter */
    ss_sim_put_char(file, ',');
    put_time(file, ss_sim_item_from(catalog, number));
    ss_sim_put_char(file, ',');
    put_time(file, ss_sim_item_until(catalog, number));
    ss_sim_put_char(file, '\n');
}

static void write_fees(ss_sim_file *file)
{
    for (size_t f = 0; f < SS_SIM_FEES; f++) {
        ss_sim_put_text(file, ss_sim_fees[f].item_id);
        ss_sim_put_char(file, ',');
        ss_sim_put_text(file, ss_sim_fees[f].name);
        ss_sim_put_text(file, ",,");
        ss_sim_put_money(file, ss_sim_fees[f].price);
        ss_sim_put_text(file, ",,,,,,,\n");
    }
}

ss_status ss_sim_write_catalog(const ss_sim_catalog *catalog, bool with_fees, ss_sim_file *file, ss_error *error)
{
    ss_status status = SS_OK;
    ss_buffer name;
    ss_buffer_init(&name, NAME_MAX_BYTES);
    ss_sim_put_text(file, "item_id,name,category,price,cost,stock,url,image,group,available_from,available_until\n");
    for (uint32_t i = 0; i < catalog->item_count; i++) {
        status = ss_sim_item_name(catalog, i, &name);
        if (status != SS_OK) {
            ss_error_nomem(error);
            goto out;
        }
        write_item(catalog, i, (ss_slice){name.data, name.size}, file);
    }
    ss_sim_file_row(file);
    if (with_fees)
        write_fees(file);
    SS_TRY(ss_sim_file_flush(file, error));
out:
    ss_buffer_release(&name);
    return status;
}

static void write_pair(const ss_sim_catalog *catalog, uint32_t a, uint32_t b, const char *kind, double probability,
                       ss_sim_file *file)
{
    ss_sim_file_row(file);
    put_item(file, &catalog->items[a]);
    ss_sim_put_char(file, ',');
    put_item(file, &catalog->items[b]);
    ss_sim_put_char(file, ',');
    ss_sim_put_text(file, kind);
    ss_sim_put_char(file, ',');
    ss_sim_put_real(file, probability);
    ss_sim_put_char(file, '\n');
}

static void write_partners(const ss_sim_catalog *catalog, uint32_t number, ss_sim_file *file,
                           ss_simulate_report *report)
{
    const ss_sim_item *item = &catalog->items[number];
    for (uint32_t p = 0; p < SS_SIM_PARTNERS_MAX && item->partners[p].chance; p++) {
        const ss_sim_partner *partner = &item->partners[p];
        write_pair(catalog, number, partner->item, partner->follows ? "follows" : "complement",
                   partner->chance / 65536.0, file);
        if (partner->follows)
            report->follows++;
        else
            report->complements++;
    }
}

static void write_alternatives(const ss_sim_catalog *catalog, uint32_t number, ss_sim_file *file,
                               ss_simulate_report *report)
{
    const ss_sim_group *group = &catalog->groups[number];
    const ss_sim_type *type = &catalog->types[group->type];
    for (uint32_t v = 1; v < group->variants; v++, report->variants++)
        write_pair(catalog, group->first, group->first + v, "variant", 0, file);
    for (uint32_t s = 1; s <= SS_SIM_RIVALS && s < type->group_count; s++) {
        uint32_t other = ss_sim_group_rival(catalog, number, s);
        write_pair(catalog, group->first, catalog->groups[other].first, "substitute", 0, file);
        report->substitutes++;
    }
}

ss_status ss_sim_write_pairs(const ss_sim_catalog *catalog, ss_sim_file *file, ss_simulate_report *report,
                             ss_error *error)
{
    ss_sim_put_text(file, "item_a,item_b,kind,probability\n");
    for (uint32_t i = 0; i < catalog->item_count; i++)
        write_partners(catalog, i, file, report);
    for (uint32_t g = 0; g < catalog->group_count; g++)
        write_alternatives(catalog, g, file, report);
    return ss_sim_file_flush(file, error);
}

static void write_nature(const ss_sim_item *item, ss_sim_file *file)
{
    static const char *const kinds[] = {"ordinary", "durable", "consumable"};
    static const char *const lives[] = {"steady", "rising", "falling", "new", "gone", "soon"};
    const ss_shop_type *type = &ss_shop_types[item->type];
    ss_sim_file_row(file);
    put_item(file, item);
    ss_sim_put_char(file, ',');
    ss_sim_put_text(file, type->name);
    ss_sim_put_char(file, ',');
    ss_sim_put_text(file, kinds[type->kind]);
    ss_sim_put_char(file, ',');
    if (item->interval)
        ss_sim_put_number(file, item->interval);
    ss_sim_put_char(file, ',');
    ss_sim_put_text(file, ss_shop_season_name(type->season));
    ss_sim_put_char(file, ',');
    if (type->season != SS_SHOP_ALL_YEAR)
        ss_sim_put_number(file, ss_shop_season_peak(type->season));
    ss_sim_put_char(file, ',');
    ss_sim_put_text(file, lives[item->life]);
    ss_sim_put_char(file, ',');
    if (item->life != SS_SIM_STEADY)
        ss_sim_put_number(file, (uint64_t)item->turn);
    ss_sim_put_char(file, '\n');
}

ss_status ss_sim_write_items(const ss_sim_catalog *catalog, ss_sim_file *file, ss_simulate_report *report,
                             ss_error *error)
{
    ss_sim_put_text(file, "item_id,type,kind,interval_days,season,peak_day,life,turn_day\n");
    for (uint32_t i = 0; i < catalog->item_count; i++) {
        const ss_sim_item *item = &catalog->items[i];
        report->durables += item->durable != 0;
        report->consumables += item->interval != 0;
        write_nature(item, file);
    }
    return ss_sim_file_flush(file, error);
}

/* ---- customers ---- */

/* From the seed and the number alone: orders do not change with it. 1 of 16 stands without its year. */
static void write_birthday(uint64_t drawn, ss_sim_file *file)
{
    static const unsigned days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = 1940 + (unsigned)(drawn >> 8 & 63), month = (unsigned)(drawn >> 16) % 12;
    unsigned day = 1 + (unsigned)(drawn >> 32) % days[month];
    char text[24];
    if (month == 1 && day == 29)
        year -= year % 4;
    int size = drawn % 16 == 0 ? snprintf(text, sizeof text, "%02u-%02u", month + 1, day)
                               : snprintf(text, sizeof text, "%u-%02u-%02u", year, month + 1, day);
    ss_sim_put(file, text, (size_t)size);
}

ss_status ss_sim_write_customers(const ss_sim_customers *customers, ss_sim_file *file, ss_simulate_report *report,
                                 ss_error *error)
{
    ss_sim_put_text(file, "customer_id,birthday,referral\n");
    for (uint32_t number = 0; number < customers->count; number++) {
        uint64_t drawn = ss_random_mix(customers->seed ^ ss_random_mix(0x6269727468646179u + number));
        bool told = drawn >> 58 < 45, referred = (drawn >> 52 & 63) < 8; /* of 64 */
        ss_sim_file_row(file);
        ss_sim_put_number(file, SS_SIM_FIRST_CUSTOMER + (uint64_t)number);
        ss_sim_put_char(file, ',');
        if (told)
            write_birthday(ss_random_mix(drawn), file);
        ss_sim_put_text(file, referred ? ",true\n" : ",false\n");
        report->birthdays += told;
        report->referrals += referred;
    }
    return ss_sim_file_flush(file, error);
}
