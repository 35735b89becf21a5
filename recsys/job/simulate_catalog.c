#include "job/simulate_catalog.h"

#include "base/memory.h"
#include "base/timestamp.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define FIRST_GROUP_NUMBER 10000u
#define ZIPF_EXPONENT      1.15 /* Zipf–Mandelbrot over the products of a type: 1 / (rank + shift)^exponent */
#define ZIPF_SHIFT         1.0
#define SIZE_STEP          1.65 /* the next larger pack of a consumable costs and lasts this much more */
#define DURABLE_SIZE_STEP  1.25
#define CALLED_IN_SHORT    0.25 /* of the products: "Cof. Beans" */
#define SHORT_WORD         3u   /* letters that are left of its first word; shorter ones stay */

/* Independent random numbers for one property of one thing, so that no property shifts another. */
typedef enum salt {
    SALT_BRAND = 1,
    SALT_PRICE,
    SALT_COST,
    SALT_STOCK,
    SALT_LIFE,
    SALT_TURN,
    SALT_VARIANTS,
    SALT_RANK,
    SALT_CALLED
} salt;

static uint64_t bits_for(const ss_sim_catalog *catalog, salt what, uint64_t which)
{
    return ss_random_mix(ss_random_mix(catalog->seed + (uint64_t)what * 0x9e3779b97f4a7c15u) ^ which);
}

static double unit_for(const ss_sim_catalog *catalog, salt what, uint64_t which)
{
    return (double)(bits_for(catalog, what, which) >> 11) * 0x1p-53;
}

static uint8_t list_length(const char *list)
{
    size_t count = ss_shop_list_count(list);
    return (uint8_t)(count ? count : 1);
}

static void describe_types(ss_sim_type *types)
{
    for (size_t t = 0; t < ss_shop_type_count; t++) {
        const ss_shop_type *type = &ss_shop_types[t];
        size_t category = ss_shop_category_find(type->category);
        types[t] = (ss_sim_type){.category = (uint16_t)category,
                                 .brands = list_length(ss_shop_categories[category].brands),
                                 .features = list_length(type->features),
                                 .sizes = list_length(type->sizes),
                                 .colours = list_length(type->colours)};
    }
}

/* Sizes come first in the order of variants, then colours. */
static uint32_t size_of(const ss_sim_catalog *catalog, const ss_sim_item *item)
{
    return item->variant % catalog->types[item->type].sizes;
}

static uint32_t colour_of(const ss_sim_catalog *catalog, const ss_sim_item *item)
{
    const ss_sim_type *type = &catalog->types[item->type];
    return (item->variant / type->sizes + catalog->groups[item->group].ordinal) % type->colours;
}

/* ---- names ---- */

/*
 * The words of a product: over the ordinals of one type every combination of brand, feature and range comes once. As
 * the brand runs fastest and drags the feature along, neighbours differ in both. (10 brands + 1 has no factor in common
 * with any number of features below 11.)
 */
typedef struct words {
    uint32_t brand, feature;
    uint32_t range; /* 0: none; else 1 + the range's number */
    uint32_t edition;
} words;

static words words_of(const ss_sim_catalog *catalog, const ss_sim_group *group)
{
    const ss_sim_type *type = &catalog->types[group->type];
    uint32_t plain = (uint32_t)type->brands * type->features;
    uint32_t inner = group->ordinal % plain, round = group->ordinal / plain;
    uint32_t offset = (uint32_t)(bits_for(catalog, SALT_BRAND, group->type) & 0xffff);
    words w = {.brand = (inner + offset) % type->brands, .feature = (inner / type->brands + inner) % type->features};
    if (round > 0) {
        w.range = 1 + (round - 1 + inner * 7 + offset) % catalog->ranges;
        w.edition = (round - 1) / catalog->ranges;
    }
    return w;
}

static const ss_shop_category *category_of(const ss_sim_catalog *catalog, const ss_sim_group *group)
{
    return &ss_shop_categories[catalog->types[group->type].category];
}

static ss_status append_word(ss_buffer *name, const char *before, ss_slice word)
{
    ss_status status = ss_buffer_append_text(name, before);
    return status == SS_OK ? ss_buffer_append(name, word.data, word.size) : status;
}

static ss_status append_range(ss_buffer *name, const words *w)
{
    ss_status status = SS_OK;
    if (w->range)
        status = append_word(name, " ", ss_shop_list_at(ss_shop_ranges, w->range - 1));
    if (status == SS_OK && w->edition)
        status = ss_buffer_printf(name, " %u", w->edition + 1);
    return status;
}

/* Whoever typed in the catalogue was not always of one mind: the type, or its first word cut short. */
static ss_status append_type(const ss_sim_catalog *catalog, const ss_sim_group *group, ss_buffer *name)
{
    ss_slice type = ss_slice_of(ss_shop_types[group->type].name);
    size_t first = strcspn(type.data, " ");
    uint64_t number = (uint64_t)(group - catalog->groups);
    if (first <= SHORT_WORD + 1 || unit_for(catalog, SALT_CALLED, number) >= CALLED_IN_SHORT)
        return append_word(name, " ", type);
    ss_status status = append_word(name, " ", (ss_slice){type.data, SHORT_WORD});
    return status == SS_OK ? append_word(name, ".", (ss_slice){type.data + first, type.size - first}) : status;
}

ss_status ss_sim_item_name(const ss_sim_catalog *catalog, uint32_t number, ss_buffer *name)
{
    ss_status status = SS_OK;
    const ss_sim_item *item = &catalog->items[number];
    const ss_sim_group *group = &catalog->groups[item->group];
    const ss_shop_type *type = &ss_shop_types[item->type];
    words w = words_of(catalog, group);
    ss_buffer_clear(name);
    SS_TRY(append_word(name, "", ss_shop_list_at(category_of(catalog, group)->brands, w.brand)));
    SS_TRY(append_range(name, &w));
    SS_TRY(append_word(name, " ", ss_shop_list_at(type->features, w.feature)));
    SS_TRY(append_type(catalog, group, name));
    if (*type->sizes)
        SS_TRY(append_word(name, ", ", ss_shop_list_at(type->sizes, size_of(catalog, item))));
    if (*type->colours)
        SS_TRY(append_word(name, ", ", ss_shop_list_at(type->colours, colour_of(catalog, item))));
out:
    return status;
}

uint32_t ss_sim_group_rival(const ss_sim_catalog *catalog, uint32_t group, uint32_t steps)
{
    const ss_sim_type *type = &catalog->types[catalog->groups[group].type];
    return type->first_group + (group - type->first_group + steps) % type->group_count;
}

/* ---- money, stock, dates ---- */

/* The nearest price that shops write: x.x9, x.49, x.99, whole and ending in 9 above 100. */
static uint32_t shop_price(double cents)
{
    uint32_t step = cents < 500 ? 10 : cents < 10000 ? 50 : 500;
    uint32_t steps = (uint32_t)(cents / step + .5);
    uint32_t price = (steps ? steps : 1) * step;
    return price - (step == 500 ? 100 : 1);
}

static uint32_t price_of(const ss_sim_catalog *catalog, const ss_sim_item *item)
{
    const ss_shop_type *type = &ss_shop_types[item->type];
    double dear = unit_for(catalog, SALT_PRICE, item->group);
    double cents = type->low + (type->high - type->low) * dear * dear; /* most products stand near the cheap end */
    double step = type->kind == SS_SHOP_CONSUMABLE ? SIZE_STEP : DURABLE_SIZE_STEP;
    return shop_price(cents * pow(step, size_of(catalog, item)));
}

uint32_t ss_sim_item_cost(const ss_sim_catalog *catalog, uint32_t number)
{
    const ss_sim_item *item = &catalog->items[number];
    double share = .45 + .30 * unit_for(catalog, SALT_COST, item->group);
    return (uint32_t)(item->price * share);
}

uint32_t ss_sim_item_stock(const ss_sim_catalog *catalog, uint32_t number)
{
    double u = unit_for(catalog, SALT_STOCK, number);
    return u < .03 ? 0 : 2 + (uint32_t)(300 * u * u * u);
}

static int64_t turn_time(const ss_sim_catalog *catalog, const ss_sim_item *item)
{
    return catalog->start + item->turn * SS_DAY;
}

int64_t ss_sim_item_from(const ss_sim_catalog *catalog, uint32_t number)
{
    const ss_sim_item *item = &catalog->items[number];
    return item->life == SS_SIM_NEW || item->life == SS_SIM_SOON ? turn_time(catalog, item) : SS_NO_TIME;
}

int64_t ss_sim_item_until(const ss_sim_catalog *catalog, uint32_t number)
{
    const ss_sim_item *item = &catalog->items[number];
    return item->life == SS_SIM_GONE ? turn_time(catalog, item) : SS_NO_TIME;
}

/* ---- lives ---- */

/* The first product of a type is always there, so that no need goes unserved. */
static void set_life(const ss_sim_catalog *catalog, const ss_sim_group *group, uint32_t number, ss_sim_item *item)
{
    bool first = number == catalog->types[group->type].first_group;
    double u = first ? 1 : unit_for(catalog, SALT_LIFE, number);
    double when = unit_for(catalog, SALT_TURN, number), days = catalog->days;
    item->life = u < .03   ? SS_SIM_RISING
                 : u < .06 ? SS_SIM_FALLING
                 : u < .09 ? SS_SIM_NEW
                 : u < .11 ? SS_SIM_GONE
                 : u < .12 ? SS_SIM_SOON
                           : SS_SIM_STEADY;
    if (item->life == SS_SIM_SOON)
        item->turn = (int16_t)(days + 14 + 76 * when);
    else if (item->life == SS_SIM_GONE)
        item->turn = (int16_t)(days * (.5 + .5 * when));
    else /* late, but long enough before the end to be noticed */
        item->turn = (int16_t)(days * (.85 + .10 * when));
}

double ss_sim_item_demand(const ss_sim_item *item, int32_t day)
{
    switch (item->life) {
    case SS_SIM_RISING:
        return day < item->turn ? .06 : 1;
    case SS_SIM_FALLING:
        return day < item->turn ? 1 : .06;
    case SS_SIM_NEW:
        return day >= item->turn;
    case SS_SIM_GONE:
        return day < item->turn;
    case SS_SIM_SOON:
        return 0;
    default:
        return 1;
    }
}

/* ---- items ---- */

static void set_id(const ss_sim_catalog *catalog, const ss_sim_group *group, uint32_t number, ss_sim_item *item)
{
    const char *code = category_of(catalog, group)->code;
    char digits[10];
    uint32_t size = 0;
    for (uint32_t rest = FIRST_GROUP_NUMBER + number; rest; rest /= 10)
        digits[size++] = (char)('0' + rest % 10);
    item->id[0] = code[0];
    item->id[1] = code[1];
    for (uint32_t i = 0; i < size; i++)
        item->id[2 + i] = digits[size - 1 - i];
    item->id[2 + size] = (char)('A' + item->variant);
    item->id_size = (uint8_t)(3 + size);
}

static void fill_item(const ss_sim_catalog *catalog, uint32_t group_number, uint32_t variant, uint16_t durable)
{
    const ss_sim_group *group = &catalog->groups[group_number];
    const ss_shop_type *type = &ss_shop_types[group->type];
    ss_sim_item *item = &catalog->items[group->first + variant];
    *item = (ss_sim_item){.variant = (uint8_t)variant, .group = group_number, .type = group->type, .durable = durable};
    item->interval = (uint16_t)lround(type->interval * pow(SIZE_STEP, size_of(catalog, item)));
    item->price = price_of(catalog, item);
    set_life(catalog, group, group_number, item);
    set_id(catalog, group, group_number, item);
}

/* How many of the items still to be made become variants of the next product. */
static uint32_t draw_variants(const ss_sim_catalog *catalog, const ss_sim_type *type, uint32_t quota, uint32_t left)
{
    uint32_t most = (uint32_t)type->sizes * type->colours;
    uint32_t fair = quota * 2 / 5 ? quota * 2 / 5 : 1; /* a small shop rather has three makes than three colours */
    most = most < SS_SIM_VARIANTS_MAX ? most : SS_SIM_VARIANTS_MAX;
    most = most < fair ? most : fair;
    uint32_t next = type->first_group + type->group_count;
    uint32_t variants = 1 + (uint32_t)(bits_for(catalog, SALT_VARIANTS, next) % most);
    return variants < left ? variants : left;
}

static int compare_styles(const void *a, const void *b)
{
    const ss_sim_group *x = a, *y = b;
    if (x->style != y->style)
        return x->style < y->style ? -1 : 1;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

/* The products of a type, sorted by style: a customer's own style is then one run of items. */
static void make_groups(ss_sim_catalog *catalog, uint16_t number, uint32_t quota)
{
    ss_sim_type *type = &catalog->types[number];
    ss_sim_group *groups = catalog->groups + type->first_group;
    while (type->item_count < quota) {
        uint32_t variants = draw_variants(catalog, type, quota, quota - type->item_count);
        ss_sim_group *group = &groups[type->group_count];
        *group = (ss_sim_group){.ordinal = type->group_count, .type = number, .variants = (uint8_t)variants};
        group->style = (uint8_t)(words_of(catalog, group).brand % SS_SIM_STYLES);
        type->group_count++;
        type->item_count += variants;
    }
    qsort(groups, type->group_count, sizeof *groups, compare_styles);
}

static void fill_type(ss_sim_catalog *catalog, uint16_t number, uint32_t quota)
{
    uint16_t durable = ss_shop_types[number].kind == SS_SHOP_DURABLE ? ++catalog->durable_types : 0;
    ss_sim_type *type = &catalog->types[number];
    uint32_t style = 0;
    type->first_item = type->style_first[0] = catalog->item_count;
    type->first_group = catalog->group_count;
    make_groups(catalog, number, quota);
    for (uint32_t g = 0; g < type->group_count; g++) {
        ss_sim_group *group = &catalog->groups[catalog->group_count];
        group->first = catalog->item_count;
        while (style < group->style)
            type->style_first[++style] = group->first;
        for (uint32_t v = 0; v < group->variants; v++)
            fill_item(catalog, catalog->group_count, v, durable);
        catalog->group_count++;
        catalog->item_count += group->variants;
    }
    while (style < SS_SIM_STYLES)
        type->style_first[++style] = catalog->item_count;
}

/* Each type gets one item, and of the rest a share that grows with the root of its sales: what sells twice as well has
 * not twice the choice. */
static void fill_types(ss_sim_catalog *catalog, uint32_t items)
{
    uint32_t active = items / 4 < 3 ? 3 : items / 4;
    active = active < ss_shop_type_count ? active : (uint32_t)ss_shop_type_count;
    double total = 0, sum = 0;
    for (uint32_t t = 0; t < active; t++)
        total += sqrt((double)ss_shop_types[t].weight);
    uint32_t spare = items - active, given = 0;
    for (uint32_t t = 0; t < active; t++) {
        sum += sqrt((double)ss_shop_types[t].weight);
        uint32_t until = t + 1 == active ? spare : (uint32_t)(spare * (sum / total));
        fill_type(catalog, (uint16_t)t, 1 + until - given);
        given = until;
    }
}

/* ---- popularity ---- */

/* What has just come up is popular, or nobody would notice; the rest is ranked by lot. */
static double group_weight(const ss_sim_catalog *catalog, const ss_sim_group *group, uint32_t rank)
{
    uint8_t life = catalog->items[group->first].life;
    double place = life == SS_SIM_RISING || life == SS_SIM_NEW ? rank / 8.0 : rank;
    return pow(place + ZIPF_SHIFT, -ZIPF_EXPONENT);
}

static void weigh_type(const ss_sim_catalog *catalog, const ss_sim_type *type, uint32_t *ranks, double *weights)
{
    ss_random random;
    ss_random_seed(&random, bits_for(catalog, SALT_RANK, type->first_group));
    for (uint32_t g = 0; g < type->group_count; g++) {
        uint32_t other = ss_random_below(&random, g + 1);
        ranks[g] = ranks[other];
        ranks[other] = g;
    }
    for (uint32_t g = 0; g < type->group_count; g++) {
        const ss_sim_group *group = &catalog->groups[type->first_group + g];
        double weight = group_weight(catalog, group, ranks[g]);
        for (uint32_t v = 0; v < group->variants; v++)
            weights[group->first - type->first_item + v] = weight * pow(v + 1, -.7);
    }
}

/* `weights` are those of the type's items and are spoilt. */
static ss_status build_type_draws(const ss_sim_catalog *catalog, ss_sim_type *type, double *weights, ss_error *error)
{
    for (uint32_t style = 0; style < SS_SIM_STYLES; style++) {
        uint32_t first = type->style_first[style], count = type->style_first[style + 1] - first;
        double *own = weights + (first - type->first_item), sum = 0;
        for (uint32_t i = 0; i < count; i++)
            sum += own[i];
        type->style_weight[style] = (float)sum;
        ss_status status = count ? ss_alias_build(catalog->draws + first, own, count, error) : SS_OK;
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

static ss_status build_draws(ss_sim_catalog *catalog, ss_error *error)
{
    ss_status status = SS_OK;
    uint32_t *ranks = ss_array_new(catalog->group_count, sizeof *ranks);
    double *weights = ss_array_new(catalog->item_count, sizeof *weights);
    if (!ranks || !weights) {
        status = ss_error_nomem(error);
        goto out;
    }
    for (size_t t = 0; t < ss_shop_type_count; t++) {
        weigh_type(catalog, &catalog->types[t], ranks, weights);
        SS_TRY(build_type_draws(catalog, &catalog->types[t], weights, error));
    }
out:
    free(ranks);
    free(weights);
    return status;
}

/* ---- partners ---- */

static bool is_steady(const ss_sim_catalog *catalog, const ss_sim_group *group)
{
    return catalog->items[group->first].life == SS_SIM_STEADY;
}

/* The product of the other type that goes with this one: at the same place of its range, by preference of the same
 * brand. */
static const ss_sim_group *find_companion(const ss_sim_catalog *catalog, const ss_sim_group *group,
                                          const ss_sim_type *to)
{
    const ss_sim_type *from = &catalog->types[group->type];
    uint64_t place = (uint64_t)(group - catalog->groups) - from->first_group;
    uint32_t begin = (uint32_t)(place * to->group_count / from->group_count);
    uint32_t brand = words_of(catalog, group).brand;
    const ss_sim_group *found = &catalog->groups[to->first_group]; /* the first is always steady */
    bool any = false;
    for (uint32_t step = 0; step < to->group_count && step < 12; step++) {
        const ss_sim_group *other = &catalog->groups[to->first_group + (begin + step) % to->group_count];
        if (!is_steady(catalog, other))
            continue;
        if (words_of(catalog, other).brand == brand &&
            category_of(catalog, other)->brands == category_of(catalog, group)->brands)
            return other;
        if (!any)
            found = other;
        any = true;
    }
    return found;
}

/* The same size for a lid, the same colour for a towel; else the commonest variant. */
static uint32_t matching_variant(const ss_sim_catalog *catalog, const ss_sim_item *item, const ss_sim_group *other)
{
    const ss_shop_type *a = &ss_shop_types[item->type], *b = &ss_shop_types[other->type];
    bool sizes = *a->sizes && strcmp(a->sizes, b->sizes) == 0;
    bool colours = *a->colours && strcmp(a->colours, b->colours) == 0;
    uint32_t best = other->first, best_matches = 0;
    for (uint32_t v = 0; v < other->variants; v++) {
        const ss_sim_item *candidate = &catalog->items[other->first + v];
        uint32_t matches = (sizes && size_of(catalog, candidate) == size_of(catalog, item) ? 2u : 0u) +
                           (colours && colour_of(catalog, candidate) == colour_of(catalog, item) ? 1u : 0u);
        if (matches > best_matches) {
            best = other->first + v;
            best_matches = matches;
        }
    }
    return best;
}

static void add_partner(ss_sim_item *item, uint32_t partner, const ss_shop_edge *edge)
{
    for (size_t i = 0; i < SS_SIM_PARTNERS_MAX; i++)
        if (item->partners[i].chance == 0) {
            item->partners[i] = (ss_sim_partner){partner, (uint16_t)(edge->probability * 65536), edge->follows != 0};
            return;
        }
    assert(!"more edges than SS_SIM_PARTNERS_MAX leave one type");
}

static void link_edge(const ss_sim_catalog *catalog, const ss_shop_edge *edge)
{
    const ss_sim_type *from = &catalog->types[ss_shop_type_find(edge->from)];
    const ss_sim_type *to = &catalog->types[ss_shop_type_find(edge->to)];
    for (uint32_t g = 0; g < from->group_count && to->group_count; g++) {
        const ss_sim_group *group = &catalog->groups[from->first_group + g];
        const ss_sim_group *other = find_companion(catalog, group, to);
        for (uint32_t v = 0; v < group->variants; v++) {
            ss_sim_item *item = &catalog->items[group->first + v];
            add_partner(item, matching_variant(catalog, item, other), edge);
        }
    }
}

/* ---- life time ---- */

ss_status ss_sim_catalog_make(uint32_t items, int64_t start, int32_t days, uint64_t seed, ss_sim_catalog *catalog,
                              ss_error *error)
{
    ss_status status = SS_OK;
    ss_sim_catalog made = {.start = start, .days = days, .seed = seed, .ranges = list_length(ss_shop_ranges)};
    made.items = ss_array_huge(items, sizeof *made.items);
    made.groups = ss_array_new(items, sizeof *made.groups);
    made.types = ss_array_zeroed(ss_shop_type_count, sizeof *made.types);
    made.draws = ss_array_huge(items, sizeof *made.draws);
    if (!made.items || !made.groups || !made.types || !made.draws) {
        status = ss_error_nomem(error);
        goto out;
    }
    describe_types(made.types);
    fill_types(&made, items);
    for (size_t e = 0; e < ss_shop_edge_count; e++)
        link_edge(&made, &ss_shop_edges[e]);
    SS_TRY(build_draws(&made, error));
    *catalog = made;
    made = (ss_sim_catalog){0};
out:
    ss_sim_catalog_release(&made);
    return status;
}

void ss_sim_catalog_release(ss_sim_catalog *catalog)
{
    free(catalog->items);
    free(catalog->groups);
    free(catalog->types);
    free(catalog->draws);
    *catalog = (ss_sim_catalog){0};
}
