#include "check.h"

#include "base/options.h"
#include "failing_malloc.h"

#include <float.h>
#include <locale.h>
#include <math.h>

typedef struct settings {
    bool quiet, cache;
    int64_t limit, port, weight, any;
    double rate, blend;
    const char *log, *store;
    ss_texts exclude, hosts;
} settings;

typedef struct als_settings {
    int64_t factors;
    double regularization;
} als_settings;

#define AT(MEMBER) offsetof(settings, MEMBER)

static const ss_option OPTIONS[] = {
    {"log", SS_OPTION_TEXT, AT(log), 0, 0, NULL, NULL, "FILE", "The purchase log to read."},
    {"store", SS_OPTION_TEXT, AT(store), 0, 0, "./store", NULL, "FOLDER", "Where the generations live."},
    {"limit", SS_OPTION_INT, AT(limit), 1, 1000, "20", NULL, NULL, "How many products a shelf shows at most."},
    {"port", SS_OPTION_INT, AT(port), 0, 9.3e18, "5555", NULL, "PORT", "Port to listen on."},
    {"any", SS_OPTION_INT, AT(any), 0, 0, NULL, NULL, NULL, NULL},
    {"weight", SS_OPTION_CHOICE, AT(weight), 0, 0, "llr", "count|cosine|llr", NULL,
     "What the evidence of a pair is turned into before it is compared with that of others, so that what sells well "
     "anyway does not push everything else off the shelf."},
    {"rate", SS_OPTION_REAL, AT(rate), 0, 1, "0.1", NULL, NULL,
     "Share of visitors who get the new shelf, ≥ 0 and ≤ 1."},
    {"blend", SS_OPTION_REAL, AT(blend), -DBL_MAX, 2.5, NULL, NULL, NULL, "Weight."},
    {"quiet", SS_OPTION_FLAG, AT(quiet), 0, 0, NULL, NULL, NULL, "Say nothing."},
    {"cache", SS_OPTION_FLAG, AT(cache), 0, 0, "true", NULL, NULL, "Keep answers."},
    {"exclude-items", SS_OPTION_TEXTS, AT(exclude), 0, 0, NULL, NULL, "PATTERN", "Items that are no products."},
    {"host", SS_OPTION_TEXTS, AT(hosts), 0, 0, "localhost", NULL, NULL, "Whom to ask."},
    {NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL},
};

static const ss_option ALS_OPTIONS[] = {
    {"factors", SS_OPTION_INT, offsetof(als_settings, factors), 1, 512, "64", NULL, NULL, "Length of a vector."},
    {"regularization-of-rare-products", SS_OPTION_REAL, offsetof(als_settings, regularization), 1e-9, 1e9, "0.01", NULL,
     NULL, "Pull towards zero."},
    {NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL},
};

typedef struct fixture {
    settings values;
    als_settings als;
    ss_option_group groups[2];
    ss_texts operands;
    ss_error error;
} fixture;

static void start(fixture *f)
{
    memset(f, 0x5A, sizeof *f);
    f->groups[0] = (ss_option_group){NULL, NULL, OPTIONS, &f->values};
    f->groups[1] = (ss_option_group){"Matrix factorization", "als", ALS_OPTIONS, &f->als};
    f->operands.count = 0;
    ss_options_defaults(f->groups, 2);
}

/* Parses the words, up to a NULL. */
static ss_status parse(fixture *f, ...)
{
    char *argv[200] = {(char *)"smartshelf"};
    int argc = 1;
    va_list words;
    va_start(words, f);
    for (char *word; (word = va_arg(words, char *));)
        argv[argc++] = word;
    va_end(words);
    return ss_options_parse(f->groups, 2, argc, argv, &f->operands, &f->error);
}

static void defaults(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    assert_null(f.values.log);
    assert_string_equal(f.values.store, "./store");
    assert_int_equal(f.values.limit, 20);
    assert_int_equal(f.values.any, 0);
    assert_int_equal(f.values.weight, 2);
    assert_true(f.values.rate == 0.1);
    assert_true(f.values.blend == 0);
    assert_false(f.values.quiet);
    assert_true(f.values.cache);
    assert_int_equal(f.values.exclude.count, 0);
    assert_int_equal(f.values.hosts.count, 1);
    assert_int_equal(f.als.factors, 64);
    assert_status(parse(&f, NULL), SS_OK);
    assert_int_equal(f.values.limit, 20);
}

static void both_ways_to_give_a_value(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    assert_status(parse(&f, "--limit", "7", "--rate=0.25", "--weight", "cosine", "--log=a=b", "--als.factors=1",
                        "--any", "-9223372036854775808", "--blend", "-1e300", "--quiet", "--cache=false", NULL),
                  SS_OK);
    assert_int_equal(f.values.limit, 7);
    assert_true(f.values.rate == 0.25);
    assert_int_equal(f.values.weight, 1);
    assert_string_equal(f.values.log, "a=b");
    assert_int_equal(f.als.factors, 1);
    assert_true(f.values.any == INT64_MIN);
    assert_true(f.values.blend == -1e300);
    assert_true(f.values.quiet);
    assert_false(f.values.cache);
    assert_status(parse(&f, "--limit=8", "--limit=9", "--quiet=false", "--log=", NULL), SS_OK);
    assert_int_equal(f.values.limit, 9);
    assert_false(f.values.quiet);
    assert_string_equal(f.values.log, "");
}

static void operands(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    assert_status(parse(&f, "a.csv", "--quiet", "true", "-", "", "--", "--limit", "-x", "--", NULL), SS_OK);
    assert_int_equal(f.operands.count, 7);
    const char *const wanted[] = {"a.csv", "true", "-", "", "--limit", "-x", "--"};
    for (size_t i = 0; i < 7; i++)
        assert_string_equal(f.operands.text[i], wanted[i]);
    char *argv[] = {(char *)"smartshelf", (char *)"a.csv"};
    assert_status(ss_options_parse(f.groups, 2, 2, argv, NULL, &f.error), SS_E_ARGUMENT);
    assert_error_text(f.error, "a.csv: an argument that nothing takes");
    assert_status(ss_options_parse(f.groups, 2, 0, argv, NULL, &f.error), SS_OK);
}

static void lists(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    assert_status(parse(&f, "--exclude-items", "POST*", "--exclude-items=M", "--host=a", "--host", "b", NULL), SS_OK);
    assert_int_equal(f.values.exclude.count, 2);
    assert_string_equal(f.values.exclude.text[0], "POST*");
    assert_string_equal(f.values.exclude.text[1], "M");
    assert_int_equal(f.values.hosts.count, 2); /* the default gave way */
    assert_string_equal(f.values.hosts.text[0], "a");
    char *argv[2 * SS_TEXTS_MAX + 2];
    for (size_t i = 0; i < sizeof argv / sizeof *argv; i++)
        argv[i] = (char *)"--host=x";
    assert_status(ss_options_parse(f.groups, 2, SS_TEXTS_MAX + 1, argv, NULL, &f.error), SS_OK);
    assert_int_equal(f.values.hosts.count, SS_TEXTS_MAX); /* what a file may have given gave way, too */
    assert_string_equal(f.values.hosts.text[0], "x");
    assert_status(ss_options_parse(f.groups, 2, SS_TEXTS_MAX + 2, argv, NULL, &f.error), SS_E_LIMIT);
    for (size_t i = 0; i < sizeof argv / sizeof *argv; i++)
        argv[i] = (char *)"operand";
    assert_status(ss_options_parse(f.groups, 2, SS_TEXTS_MAX + 1, argv, &f.operands, &f.error), SS_OK);
    assert_status(ss_options_parse(f.groups, 2, 2, argv, &f.operands, &f.error), SS_E_LIMIT);
}

static void check_wrong(const char *word, ss_status wanted, const char *text)
{
    fixture f;
    start(&f);
    assert_status(parse(&f, word, NULL), wanted);
    assert_int_equal(f.error.status, wanted);
    assert_error_text(f.error, text);
    assert_int_equal(f.values.limit, 20);
    assert_true(f.values.rate == 0.1);
    assert_int_equal(f.values.weight, 2);
}

static void values_out_of_range(void **state)
{
    (void)state;
    check_wrong("--limit=0", SS_E_RANGE, "--limit: out of range (found '0', expected a whole number, 1 to 1000)");
    check_wrong("--limit=1001", SS_E_RANGE, "--limit: out of range (found '1001', expected a whole number, 1 to 1000)");
    check_wrong("--port=-1", SS_E_RANGE, "--port: out of range (found '-1', expected a whole number, at least 0)");
    check_wrong("--rate=1.0000001", SS_E_RANGE, "--rate: out of range (found '1.0000001', expected a number, 0 to 1)");
    check_wrong("--blend=3", SS_E_RANGE, "--blend: out of range (found '3', expected a number, at most 2.5)");
    check_wrong("--any=9223372036854775808", SS_E_RANGE,
                "--any: out of range (found '9223372036854775808', expected a whole number)");
    check_wrong("--als.factors=513", SS_E_RANGE,
                "--als.factors: out of range (found '513', expected a whole number, 1 to 512)");
}

static void both_ends_are_inside(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    assert_status(parse(&f, "--limit=1", "--rate=1", NULL), SS_OK);
    assert_status(parse(&f, "--limit=1000", "--rate=0", NULL), SS_OK);
}

static void values_of_the_wrong_kind(void **state)
{
    (void)state;
    check_wrong("--limit=1.5", SS_E_ARGUMENT,
                "--limit: not a whole number (found '1.5', expected a whole number, 1 to 1000)");
    check_wrong("--limit=", SS_E_ARGUMENT, "--limit: not a whole number (expected a whole number, 1 to 1000)");
    check_wrong("--rate=nan", SS_E_ARGUMENT, "--rate: not a number (found 'nan', expected a number, 0 to 1)");
    check_wrong("--quiet=yes", SS_E_ARGUMENT, "--quiet: neither true nor false (found 'yes', expected true or false)");
    check_wrong("--weight=LLR", SS_E_ARGUMENT, "--weight: no such choice (found 'LLR', expected count, cosine or llr)");
    check_wrong("--weight=count|cosine", SS_E_ARGUMENT,
                "--weight: no such choice (found 'count|cosine', expected count, cosine or llr)");
    check_wrong("--weight=", SS_E_ARGUMENT, "--weight: no such choice (expected count, cosine or llr)");
}

static void missing_values(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    check_wrong("--limit", SS_E_ARGUMENT, "--limit: needs a value (expected a whole number, 1 to 1000)");
    assert_status(parse(&f, "--log", "--quiet", NULL), SS_E_ARGUMENT);
    assert_error_text(f.error, "--log: needs a value (expected a text)");
    assert_status(parse(&f, "--log=--quiet", NULL), SS_OK);
    assert_string_equal(f.values.log, "--quiet");
}

static void misspelt_options(void **state)
{
    (void)state;
    check_wrong("--limt=3", SS_E_ARGUMENT, "--limt: unknown option; did you mean --limit?");
    check_wrong("--lmiit", SS_E_ARGUMENT, "--lmiit: unknown option; did you mean --limit?");
    check_wrong("--excludeitems", SS_E_ARGUMENT, "--excludeitems: unknown option; did you mean --exclude-items?");
    check_wrong("--factors=3", SS_E_ARGUMENT, "--factors: unknown option");
    check_wrong("--als.factor", SS_E_ARGUMENT, "--als.factor: unknown option; did you mean --als.factors?");
    check_wrong("--als.limit", SS_E_ARGUMENT, "--als.limit: unknown option");
    check_wrong("--completely-different", SS_E_ARGUMENT, "--completely-different: unknown option");
    check_wrong("--x", SS_E_ARGUMENT, "--x: unknown option");
    check_wrong("--a", SS_E_ARGUMENT, "--a: unknown option");
    check_wrong("--=3", SS_E_ARGUMENT, "--: unknown option");
    check_wrong("-n", SS_E_ARGUMENT, "-n: unknown option; options begin with two dashes");
    char long_word[1000] = "--";
    memset(long_word + 2, 'x', sizeof long_word - 3);
    long_word[sizeof long_word - 1] = '\0';
    fixture f;
    start(&f);
    assert_status(parse(&f, long_word, NULL), SS_E_ARGUMENT);
    assert_string_equal(f.error.message, "unknown option");
}

static void one_option_by_name(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    assert_status(ss_options_set(f.groups, 2, "limit", "3", NULL), SS_OK);
    assert_status(ss_options_set(f.groups, 2, "als.factors", "5", NULL), SS_OK);
    assert_status(ss_options_set(f.groups, 2, "quiet", "true", NULL), SS_OK);
    assert_true(f.values.limit == 3 && f.als.factors == 5 && f.values.quiet);
    assert_status(ss_options_set(f.groups, 2, "limit", "0", &f.error), SS_E_RANGE);
    assert_error_text(f.error, "limit: out of range (found '0', expected a whole number, 1 to 1000)");
    assert_int_equal(f.values.limit, 3);
    assert_status(ss_options_set(f.groups, 2, "als.factor", "5", &f.error), SS_E_ARGUMENT);
    assert_error_text(f.error, "als.factor: unknown option; did you mean als.factors?");
    assert_status(ss_options_set(f.groups, 2, "", "5", NULL), SS_E_ARGUMENT);
}

static const char HELP[] =
    "Options:\n"
    "  --log FILE               The purchase log to read.\n"
    "  --store FOLDER           Where the generations live. [default ./store]\n"
    "  --limit N                How many products a shelf shows at most. [1 to 1000; default 20]\n"
    "  --port PORT              Port to listen on. [at least 0; default 5555]\n"
    "  --weight WHICH           What the evidence of a pair is turned into before it is compared with\n"
    "                           that of others, so that what sells well anyway does not push everything\n"
    "                           else off the shelf. [count, cosine or llr; default llr]\n"
    "  --rate X                 Share of visitors who get the new shelf, ≥ 0 and ≤ 1. [0 to 1; default\n"
    "                           0.1]\n"
    "  --blend X                Weight. [at most 2.5]\n"
    "  --quiet                  Say nothing.\n"
    "  --cache                  Keep answers. [on; --cache=false turns it off]\n"
    "  --exclude-items PATTERN  Items that are no products. [may be repeated]\n"
    "  --host TEXT              Whom to ask. [may be repeated; default localhost]\n"
    "\n"
    "Matrix factorization:\n"
    "  --als.factors N          Length of a vector. [1 to 512; default 64]\n"
    "  --als.regularization-of-rare-products X\n"
    "                           Pull towards zero. [1e-09 to 1000000000; default 0.01]\n";

static void one_number_by_name(void **state)
{
    (void)state;
    fixture f;
    double value = -1;
    start(&f);
    ss_options_defaults(f.groups, 2);
    assert_status(ss_options_number(f.groups, 2, "als.factors", &value, NULL), SS_OK);
    assert_int_equal((int)value, 64);
    assert_status(ss_options_number(f.groups, 2, "cache", &value, NULL), SS_OK);
    assert_int_equal((int)value, 1);
    assert_status(ss_options_number(f.groups, 2, "weight", &value, NULL), SS_OK);
    assert_int_equal((int)value, 2);
    assert_status(ss_options_number(f.groups, 2, "rate", &value, NULL), SS_OK);
    assert_int_equal((int)(value * 10 + 0.5), 1);
    assert_status(ss_options_number(f.groups, 2, "store", &value, NULL), SS_E_ARGUMENT);
    assert_status(ss_options_number(f.groups, 2, "stor", &value, NULL), SS_E_ARGUMENT);
}

static void help(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    f.groups[0].target = f.groups[1].target = NULL; /* help needs no values */
    ss_buffer out;
    ss_buffer_init(&out, 10000);
    assert_status(ss_options_help(f.groups, 2, SS_HELP_ALL, &out), SS_OK);
    assert_string_equal(out.data, HELP);
    ss_buffer_release(&out);
}

/* Does the help of this topic have the piece? */
static bool tells(const fixture *f, const char *topic, const char *piece)
{
    ss_buffer out;
    ss_buffer_init(&out, 10000);
    assert_status(ss_options_help(f->groups, 2, topic, &out), SS_OK);
    bool told = strstr(out.data, piece) != NULL;
    ss_buffer_release(&out);
    return told;
}

static void help_of_some(void **state)
{
    static const char *const topics[] = {"als", "matrix", "FACTOR"};
    static const char *const none[] = {"al", "als.", "alsa", "als.factors", "shelf", "Options"};
    (void)state;
    fixture f;
    start(&f);
    assert_true(tells(&f, NULL, "\n  --store FOLDER"));
    assert_true(tells(&f, NULL, "\n  als  Matrix factorization: 2 options\n"));
    assert_false(tells(&f, NULL, "--als.factors"));
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        assert_true(tells(&f, topics[i], "Matrix factorization:\n  --als.factors N"));
        assert_false(tells(&f, topics[i], "--store"));
    }
    ss_buffer out;
    ss_buffer_init(&out, 10000);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_status(ss_options_help(f.groups, 2, none[i], &out), SS_E_NOT_FOUND);
        assert_int_equal(out.size, 0);
    }
    f.groups[1].prefix = "shelf.home";
    assert_true(tells(&f, "shelf", "--shelf.home.factors"));
    assert_true(tells(&f, "shelf.home", "--shelf.home.factors"));
    assert_status(ss_options_help(f.groups, 1, NULL, &out), SS_OK); /* no group has more */
    assert_null(strstr(out.data, "More options"));
    ss_buffer_release(&out);
}

static void help_without_room(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    ss_buffer out;
    for (size_t ceiling = 6; ceiling < sizeof HELP - 1 + 6; ceiling += 50) {
        ss_buffer_init(&out, ceiling);
        assert_status(ss_buffer_append_text(&out, "before"), SS_OK);
        assert_status(ss_options_help(f.groups, 2, SS_HELP_ALL, &out), SS_E_LIMIT);
        assert_string_equal(out.data, "before");
        ss_buffer_release(&out);
    }
}

static bool write_help(void *context)
{
    fixture *f = context;
    ss_buffer out;
    ss_buffer_init(&out, 10000);
    ss_status status = ss_options_help(f->groups, 2, NULL, &out);
    if (status != SS_OK) {
        assert_status(status, SS_E_NOMEM);
        assert_int_equal(out.size, 0);
    }
    ss_buffer_release(&out);
    return status == SS_OK;
}

static void help_without_memory(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    assert_true(failing_malloc_torture(write_help, &f) > 3);
}

static ss_status write_setting(void *context, const char *name, const ss_option *option, const char *value)
{
    (void)option;
    return ss_buffer_printf(context, "%s=%s\n", name, value);
}

static void dump(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    assert_status(parse(&f, "--exclude-items=a", "--exclude-items=b", "--blend=1e-300", "--quiet", NULL), SS_OK);
    ss_buffer out;
    ss_buffer_init(&out, 10000);
    assert_status(ss_options_dump(f.groups, 2, write_setting, &out), SS_OK);
    assert_string_equal(out.data, "store=./store\nlimit=20\nport=5555\nany=0\nweight=llr\nrate=0.1\nblend=1e-300\n"
                                  "quiet=true\ncache=true\nexclude-items=a\nexclude-items=b\nhost=localhost\n"
                                  "als.factors=64\nals.regularization-of-rare-products=0.01\n");
    ss_buffer_release(&out);
}

static ss_status set_other(void *context, const char *name, const ss_option *option, const char *value)
{
    (void)option;
    fixture *other = context;
    return ss_options_set(other->groups, 2, name, value, &other->error);
}

static void a_dump_sets_the_same(void **state)
{
    (void)state;
    fixture f, other;
    start(&f);
    start(&other);
    assert_status(parse(&f, "--rate=0.3333333333333333148", "--blend=-4.9e-324", "--any=-9223372036854775808",
                        "--weight=count", "--cache=false", "--limit=999", NULL),
                  SS_OK);
    const char *had = setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is installed: a decimal comma */
    assert_status(ss_options_dump(f.groups, 2, set_other, &other), SS_OK);
    if (had)
        setlocale(LC_ALL, "C");
    assert_memory_equal(&f.values.rate, &other.values.rate, sizeof(double));
    assert_memory_equal(&f.values.blend, &other.values.blend, sizeof(double));
    assert_true(f.values.any == other.values.any && f.values.weight == other.values.weight);
    assert_true(f.values.cache == other.values.cache && f.values.limit == other.values.limit);
}

static ss_status refuse(void *context, const char *name, const ss_option *option, const char *value)
{
    (void)name, (void)option, (void)value;
    ++*(int *)context;
    return SS_E_CANCELLED;
}

static void a_visitor_can_end_the_walk(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    int visits = 0;
    assert_status(ss_options_dump(f.groups, 2, refuse, &visits), SS_E_CANCELLED);
    assert_int_equal(visits, 1);
}

static void a_struct_is_checked_without_text(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    assert_status(ss_options_check(f.groups[0].options, &f.values, &f.error), SS_OK);
    f.values.limit = 1000000;
    assert_status(ss_options_check(f.groups[0].options, &f.values, &f.error), SS_E_RANGE);
    assert_string_equal(f.error.where, "--limit");
    assert_string_equal(f.error.found, "1000000");
    start(&f);
    f.values.rate = NAN;
    assert_status(ss_options_check(f.groups[0].options, &f.values, &f.error), SS_E_RANGE);
    assert_string_equal(f.error.where, "--rate");
    for (int64_t wrong = -1; wrong < 9; wrong += 9) {
        start(&f);
        f.values.weight = wrong;
        assert_status(ss_options_check(f.groups[0].options, &f.values, NULL), SS_E_RANGE);
    }
}

static void what_a_command_line_gives(void **state)
{
    char *words[] = {"shop", "--limit", "3", "--als.factors=64", "--weights", "--", "--rate"};
    (void)state;
    assert_true(ss_options_given(7, words, "limit"));
    assert_true(ss_options_given(7, words, "als.factors"));
    assert_false(ss_options_given(7, words, "factors"));
    assert_false(ss_options_given(7, words, "als.factor"));
    assert_false(ss_options_given(7, words, "weight"));
    assert_false(ss_options_given(7, words, "rate")); /* an operand */
    assert_false(ss_options_given(0, words, "limit"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(both_ways_to_give_a_value),
        cmocka_unit_test(operands),
        cmocka_unit_test(what_a_command_line_gives),
        cmocka_unit_test(lists),
        cmocka_unit_test(values_out_of_range),
        cmocka_unit_test(both_ends_are_inside),
        cmocka_unit_test(values_of_the_wrong_kind),
        cmocka_unit_test(missing_values),
        cmocka_unit_test(misspelt_options),
        cmocka_unit_test(one_option_by_name),
        cmocka_unit_test(one_number_by_name),
        cmocka_unit_test(help),
        cmocka_unit_test(help_of_some),
        cmocka_unit_test(help_without_room),
        cmocka_unit_test(help_without_memory),
        cmocka_unit_test(dump),
        cmocka_unit_test(a_dump_sets_the_same),
        cmocka_unit_test(a_visitor_can_end_the_walk),
        cmocka_unit_test(a_struct_is_checked_without_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
