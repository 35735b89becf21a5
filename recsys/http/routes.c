#include "http/routes.h"

#include <stdio.h>

#define PREFIX "/v1/"

static bool malformed(ss_fault *fault, const char *message)
{
    *fault = (ss_fault){.code = SS_FAULT_MALFORMED};
    snprintf(fault->message, sizeof fault->message, "%s", message);
    return false;
}

/* The path behind a scheme and host, which a proxy may send. */
static char *skip_authority(char *uri, size_t *size)
{
    static const char scheme[] = "http://";
    if (*size < sizeof scheme - 1 || memcmp(uri, scheme, sizeof scheme - 1) != 0)
        return uri;
    char *path = memchr(uri + sizeof scheme - 1, '/', *size - (sizeof scheme - 1));
    *size = path ? *size - (size_t)(path - uri) : 0;
    return path ? path : uri;
}

/* No part that is empty, but the last, or leads elsewhere. */
static bool is_plain(ss_slice path)
{
    if (path.size == 0 || path.data[0] != '/')
        return false;
    for (size_t begin = 1, i = 1; i <= path.size; i++) {
        if (i < path.size && path.data[i] != '/')
            continue;
        size_t size = i - begin;
        bool dots = size > 0 && size <= 2 && path.data[begin] == '.' && path.data[i - 1] == '.';
        if (dots || (size == 0 && i < path.size))
            return false;
        begin = i + 1;
    }
    return true;
}

/* Blanks, control characters and what is no ASCII stand in a target with a percent sign. */
static bool is_printable(const char *uri, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (uri[i] <= 0x20 || uri[i] == 0x7f)
            return false;
    return true;
}

bool ss_target_read(char *uri, size_t size, ss_target *target, ss_fault *fault)
{
    target->query.count = 0;
    target->path = (ss_slice){"", 0};
    if (!is_printable(uri, size))
        return malformed(fault, "the target has blanks, control characters or bytes beyond ASCII");
    char *path = skip_authority(uri, &size);
    char *fragment = memchr(path, '#', size);
    size = fragment ? (size_t)(fragment - path) : size;
    char *mark = memchr(path, '?', size);
    size_t path_size = mark ? (size_t)(mark - path) : size, rest = mark ? size - path_size - 1 : 0;
    size_t used = ss_percent_decode(path, path_size, false);
    target->path = (ss_slice){path, used == SIZE_MAX ? 0 : used};
    if (used == SIZE_MAX)
        return malformed(fault, "the path's percent signs, or the UTF-8 they make, are wrong");
    if (!is_plain(target->path))
        return malformed(fault, "the path must begin with / and have no empty part, \".\" or \"..\"");
    return !mark || ss_query_read(mark + 1, rest, &target->query, fault);
}

/* ---- methods ---- */

bool ss_method_is_safe(ss_method method)
{
    return (!ss_method_is_recorded(method) && method != SS_METHOD_RELOAD) || method == SS_METHOD_PREVIEW ||
           method == SS_METHOD_VISITOR;
}

bool ss_method_is_shared(ss_method method)
{
    return (unsigned)method < SS_SHELF_COUNT || method == SS_METHOD_PAGE;
}

static bool find_method(ss_slice path, ss_route *route)
{
    size_t prefix = sizeof PREFIX - 1;
    if (path.size <= prefix || memcmp(path.data, PREFIX, prefix) != 0)
        return false;
    ss_method method = ss_method_find((ss_slice){path.data + prefix, path.size - prefix});
    if (method == SS_METHOD_COUNT)
        return false;
    bool get = ss_method_is_safe(method);
    *route = (ss_route){method, NULL, get ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS", get, true};
    return true;
}

bool ss_route_find(ss_slice path, const ss_http_site *sites, size_t site_count, ss_route *route)
{
    size_t longest = 0;
    *route = (ss_route){.method = SS_METHOD_COUNT, .allow = "GET, HEAD, OPTIONS", .get = true};
    if (find_method(path, route))
        return true;
    for (size_t i = 0; i < site_count; i++) {
        size_t size = strlen(sites[i].prefix);
        bool whole = sites[i].prefix[size - 1] != '/';
        if (size <= longest || size > path.size || memcmp(path.data, sites[i].prefix, size) != 0 ||
            (whole && size != path.size))
            continue;
        longest = size;
        route->site = &sites[i];
        route->post = !sites[i].read_only;
        route->get = !sites[i].post_only;
        route->allow = !route->get ? "POST, OPTIONS" : route->post ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD, OPTIONS";
    }
    return route->site != NULL;
}
