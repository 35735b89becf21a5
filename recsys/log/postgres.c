/* postgres.c: the rows of a query as a row source; declared in row_source.h. */
#include "log/columns.h"
#include "log/row_source.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_SECONDS  "10" /* unless the connection string says otherwise */
#define MESSAGE_TEXT_MAX 4096

static const char PLACE[] = "query", SERVER[] = "PostgreSQL";

typedef struct query_source {
    ss_row_source base;
    PGconn *connection;
    PQconninfoOption *options; /* of the connection string */
    PGresult *result;          /* of the row handed out: its fields are lent */
    bool waiting;              /* `result` was fetched to learn the columns and not yet handed out */
    uint64_t rows;
    ss_columns columns;
    ss_slice fields[SS_COLUMNS_MAX];
} query_source;

static void query_close(ss_row_source *source)
{
    query_source *query = (query_source *)source;
    PQclear(query->result);
    PQfinish(query->connection);
    PQconninfoFree(query->options);
    ss_columns_clear(&query->columns);
    free(query);
}

/* What the connection string says about `keyword`, or "". */
static const char *option_value(const query_source *query, const char *keyword)
{
    const PQconninfoOption *option = query->options;
    while (option->keyword && strcmp(option->keyword, keyword) != 0)
        option++;
    return option->keyword && option->val ? option->val : "";
}

static void blot_out(char *text, const char *secret)
{
    size_t size = strlen(secret);
    char *at = text;
    while (size > 0 && (at = strstr(at, secret))) {
        memset(at, '*', size);
        at += size;
    }
}

/* An error with a message of libpq or of the server: without passwords, on one line. */
static ss_status refuse(const query_source *query, ss_status status, const char *who, const char *message,
                        const char *code, ss_error *error)
{
    char text[MESSAGE_TEXT_MAX];
    snprintf(text, sizeof text, "%s", message);
    blot_out(text, option_value(query, "password"));
    blot_out(text, option_value(query, "sslpassword"));
    for (char *at = text; (at = strpbrk(at, "\r\n\t"));)
        *at = ' ';
    ss_slice line = ss_slice_trim(ss_slice_of(text));
    ss_error_set(error, status, "%s: %.*s%s%s%s", who, (int)line.size, line.data, code ? " (" : "", code ? code : "",
                 code ? ")" : "");
    ss_error_place(error, query->result ? PLACE : SERVER, query->rows);
    return status;
}

static ss_status refuse_string(const char *why, ss_error *error)
{
    ss_error_set(error, SS_E_ARGUMENT, "the connection string: %s", why);
    ss_error_place(error, SERVER, 0);
    return SS_E_ARGUMENT;
}

/*
 * A password with characters that mean something in a URI ends up in the host, the port or the name of the database,
 * and libpq's messages would show it. Its messages about the string itself are not passed on for the same reason.
 */
static ss_status parse_string(query_source *query, const char *uri, ss_error *error)
{
    char *message = NULL;
    query->options = PQconninfoParse(uri, &message);
    PQfreemem(message);
    if (!query->options)
        return refuse_string("cannot be parsed (expected postgresql://user:password@host:port/database)", error);
    if (strchr(option_value(query, "host"), '@') || strchr(option_value(query, "dbname"), '@'))
        return refuse_string("an '@' in host or database; in a password it must be written %40, and / : as %2F %3A",
                             error);
    const char *port = option_value(query, "port");
    if (port[strspn(port, "0123456789,")])
        return refuse_string("the port is not a number", error);
    return SS_OK;
}

static void drop_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

static ss_status connect_server(query_source *query, const char *uri, ss_error *error)
{
    static const char *const keywords[] = {"connect_timeout", "fallback_application_name", "dbname", "client_encoding",
                                           NULL};
    const char *const values[] = {CONNECT_SECONDS, "smartshelf", uri, "UTF8", NULL};
    query->connection = PQconnectdbParams(keywords, values, 1);
    if (!query->connection)
        return ss_error_nomem(error);
    if (PQstatus(query->connection) != CONNECTION_OK)
        return refuse(query, SS_E_NETWORK, "cannot connect", PQerrorMessage(query->connection), NULL, error);
    PQsetNoticeReceiver(query->connection, drop_notice, NULL);
    PGresult *set = PQexec(query->connection, "SET DateStyle TO 'ISO'; SET TimeZone TO 'UTC'");
    bool good = PQresultStatus(set) == PGRES_COMMAND_OK;
    PQclear(set);
    if (!good)
        return refuse(query, SS_E_NETWORK, "cannot talk to the server", PQerrorMessage(query->connection), NULL, error);
    return SS_OK;
}

/* The result is an error: of the query, or (FATAL; or from libpq, without a code) of the connection. */
static ss_status refuse_result(const query_source *query, ss_error *error)
{
    const char *code = PQresultErrorField(query->result, PG_DIAG_SQLSTATE);
    const char *severity = PQresultErrorField(query->result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *primary = PQresultErrorField(query->result, PG_DIAG_MESSAGE_PRIMARY);
    const char *position = PQresultErrorField(query->result, PG_DIAG_STATEMENT_POSITION);
    bool over = !code || (severity && strcmp(severity, "ERROR") != 0);
    ss_status status = refuse(query, over ? SS_E_NETWORK : SS_E_FORMAT, over ? "connection lost" : "the server",
                              primary ? primary : PQresultErrorMessage(query->result), code, error);
    if (position)
        ss_error_offset(error, strtoull(position, NULL, 10) - 1);
    return status;
}

/* Fetches the next result: a row, or none at the end. */
static ss_status fetch(query_source *query, ss_error *error)
{
    PQclear(query->result);
    query->result = PQgetResult(query->connection);
    if (!query->result)
        return SS_OK;
    switch (PQresultStatus(query->result)) {
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK:
        return SS_OK;
    case PGRES_FATAL_ERROR:
    case PGRES_BAD_RESPONSE:
        return refuse_result(query, error);
    default:
        return refuse(query, SS_E_FORMAT, "the query", "returns no rows (expected one SELECT)", NULL, error);
    }
}

static ss_status send_query(query_source *query, const char *text, ss_error *error)
{
    PGconn *connection = query->connection;
    if (!PQsendQueryParams(connection, text, 0, NULL, NULL, NULL, NULL, 0) || !PQsetSingleRowMode(connection))
        return refuse(query, SS_E_NETWORK, "cannot send the query", PQerrorMessage(connection), NULL, error);
    return SS_OK;
}

static ss_status learn_columns(query_source *query, ss_error *error)
{
    int count = PQnfields(query->result);
    for (int i = 0; i < count; i++) {
        ss_status status = ss_columns_add(&query->columns, ss_slice_of(PQfname(query->result, i)), error);
        if (status == SS_E_FORMAT)
            ss_error_place(error, PLACE, 0);
        if (status != SS_OK)
            return status;
    }
    query->base.columns = query->columns.names;
    query->base.column_count = query->columns.count;
    query->base.generation = 1;
    return SS_OK;
}

static void lend_fields(query_source *query, ss_row *row)
{
    uint64_t size = 0;
    for (size_t i = 0; i < query->columns.count; i++) {
        int column = (int)i;
        query->fields[i] =
            (ss_slice){PQgetvalue(query->result, 0, column), (size_t)PQgetlength(query->result, 0, column)};
        size += query->fields[i].size;
    }
    query->base.bytes_done += size;
    row->line = ++query->rows;
    row->kind = size > SS_ROW_MAX ? SS_ROW_BROKEN : SS_ROW_FIELDS;
    if (row->kind == SS_ROW_BROKEN) {
        row->problem = "longer than 1 MiB";
        return;
    }
    row->fields = query->fields;
    row->field_count = query->columns.count;
}
_Static_assert(SS_ROW_MAX == 1u << 20, "lend_fields says so");

static ss_status query_next(ss_row_source *source, ss_row *row, ss_error *error)
{
    query_source *query = (query_source *)source;
    ss_status status = query->waiting ? SS_OK : fetch(query, error);
    query->waiting = false;
    if (status != SS_OK)
        return status;
    *row = (ss_row){.kind = SS_ROW_END, .place = PLACE, .line = query->rows};
    if (query->result && PQntuples(query->result) > 0)
        lend_fields(query, row);
    return SS_OK;
}

ss_status ss_row_source_open_postgres(const char *uri, const char *query, ss_row_source **source, ss_error *error)
{
    ss_status status = SS_OK;
    query_source *made = calloc(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->base.next = query_next;
    made->base.close = query_close;
    SS_TRY(parse_string(made, uri, error));
    SS_TRY(connect_server(made, uri, error));
    SS_TRY(send_query(made, query, error));
    SS_TRY(fetch(made, error));
    SS_TRY(learn_columns(made, error));
    made->waiting = true;
    *source = &made->base;
    return SS_OK;
out:
    query_close(&made->base);
    return status;
}
