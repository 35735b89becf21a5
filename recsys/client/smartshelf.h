/*
 * smartshelf.h: the client library: ask a Smart Shelf server for products, and tell it what happens in the shop.
 *
 * It needs libzmq and msgpack-c and nothing else. A client belongs to one thread at a time; several clients may share a
 * ZeroMQ context. Every wait ends: after the timeout an answer comes from the static fallback list, so that a page is
 * never empty because a server is.
 *
 *     smartshelf_options options = smartshelf_options_default();
 *     const char *endpoints[] = {"tcp://127.0.0.1:5555"};
 *     options.endpoints = endpoints, options.endpoint_count = 1;
 *     smartshelf_client *client;
 *     if (smartshelf_open(&options, &client) == SMARTSHELF_OK) {
 *         smartshelf_query query = smartshelf_query_of("related");
 *         query.item_id = "85123A";
 *         smartshelf_answer answer;
 *         smartshelf_ask(client, &query, &answer);
 *         for (size_t i = 0; i < answer.product_count; i++)
 *             puts(answer.products[i].item_id);
 *         smartshelf_answer_release(&answer);
 *         smartshelf_event_row seen = {.event = "view", .item_id = "85123A", .session_id = "s-1"};
 *         smartshelf_event(client, &seen, 0, NULL);
 *         smartshelf_close(&client);
 *     }
 */
#ifndef SMARTSHELF_H
#define SMARTSHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum smartshelf_status {
    SMARTSHELF_OK = 0,
    SMARTSHELF_TIMEOUT = 1,   /* no reply in time */
    SMARTSHELF_ERROR = 2,     /* the server replied with an error: see the answer's error */
    SMARTSHELF_BAD_REPLY = 3, /* bytes that are no reply (and, when asking, no reply in time) */
    SMARTSHELF_ARGUMENT = 4,  /* a wrong option, query, event or change */
    SMARTSHELF_NETWORK = 5,   /* an endpoint or key that libzmq refuses */
    SMARTSHELF_NOMEM = 6,
    SMARTSHELF_STATUS_COUNT
} smartshelf_status;
const char *smartshelf_status_name(smartshelf_status status); /* "timeout"; "unknown" outside */

/* ---- a connection ---- */

typedef struct smartshelf_options { /* all that it points to is borrowed for the client's life */
    /*
     * One or several servers, by the same texts in all programs of a shop: what names a visitor goes to their home among them
     * (the protocol page, "Several servers") while it is there, other requests take turns among those that are connected.
     */
    const char *const *endpoints;
    size_t endpoint_count;
    int timeout_ms;        /* most time of smartshelf_ask */
    int change_timeout_ms; /* most time of one attempt to tell of events and changes */
    int change_attempts;   /* most attempts where a repetition does no harm */
    int pass_over_ms;      /* how long a server that missed is passed over, if there are others */
    int reconnect_ms;      /* a server that neither took nor sent anything for so long is connected to anew */
    const char *server_key, *public_key, *secret_key; /* CURVE keys in Z85, all three or none */
    const char *const *fallback;                      /* item ids shown when no answer comes, best first */
    size_t fallback_count;
    int queue;         /* most requests under way, and most replies not yet received */
    void *zmq_context; /* NULL: the client makes its own */
} smartshelf_options;

/* 50 ms; changes 1000 ms, 3 attempts; passing over 1000 ms, connecting anew 3000 ms; queue of 1000; nothing else. */
smartshelf_options smartshelf_options_default(void);

typedef struct smartshelf_client smartshelf_client;

/*
 * Connects in the background: a server that is not there yet is no error, and one that comes back is found again;
 * what was under way is lost then. ARGUMENT, NETWORK, NOMEM.
 */
smartshelf_status smartshelf_open(const smartshelf_options *options, smartshelf_client **client);
void smartshelf_close(smartshelf_client **client); /* drops what is under way */

/* ---- a question ---- */

#define SMARTSHELF_PRICE_OPEN (-1) /* no bound */

typedef struct smartshelf_wish { /* one shelf of a page */
    const char *shelf;           /* "related", … */
    unsigned limit;              /* 0: that of the query */
} smartshelf_wish;

typedef struct smartshelf_cart_line {
    const char *item_id;
    unsigned quantity; /* 1 to 10,000; 0: one */
} smartshelf_cart_line;

typedef struct smartshelf_offers_query {  /* texts are UTF-8, borrowed for the call; NULL: not given */
    const char *page;                     /* "home", "product", "cart" */
    const char *item_id;                  /* the product on the page; must be there on a product's */
    const char *customer_id, *session_id; /* one of them must be there */
    const char *request_id;               /* repeated with the same one, a question has the same answer */
    const smartshelf_cart_line *cart;     /* NULL: what the server knows of the visitor's */
    size_t cart_count;
    const char *const *exclude; /* products that stand on the page already */
    size_t exclude_count;
    const char *const *fields; /* columns wanted: "name", "image", … */
    size_t field_count;
    unsigned limit;      /* most products; 0: the campaign's */
    const char *consent; /* "granted" or "none" */
    bool relaxed;        /* do not wait for the disk: a crash of the server may lose the codes */
    bool preview;        /* decide only: nothing is kept, and there are no codes */
} smartshelf_offers_query;

typedef struct smartshelf_query { /* texts are UTF-8, borrowed for the call; NULL: not given */
    /*
     * "related", "bought_together", "bought_next", "for_you", "cart", "popular", "trending", "alternatives",
     * "buy_again"; also "find", "health", "visitor" (session_id, customer_id, fields, limit; what it tells is in the answer's `reply`), …
     */
    const char *method;
    const char *item_id, *customer_id, *session_id, *request_id;
    const char *const *items; /* what the visitor saw, oldest first */
    size_t item_count;
    const char *const *cart;
    size_t cart_count;
    const char *const *exclude;
    size_t exclude_count;
    const char *const *fields; /* columns wanted: "name", "price", … */
    size_t field_count;
    const smartshelf_wish *shelves; /* of the method "page", most important first: see smartshelf_page */
    size_t shelf_count;
    const smartshelf_offers_query *offers; /* of "page": offers to go with it, never with a product of its shelves; only
                                              page, cart, limit and relaxed are looked at; NULL: none */
    unsigned limit;                        /* 0: the server's default */
    const char *category;
    int64_t price_min, price_max; /* minor units, both included; SMARTSHELF_PRICE_OPEN */
    const char *bought;           /* "exclude" or "allow" */
    const char *consent;          /* "granted" or "none": neither customer nor session is looked up */
    bool explain;
    bool buckets; /* of "stats": all latencies */
    /* of "find", which takes items, category, prices, fields, limit and timestamp too: */
    const char *text;  /* part of a name */
    const char *after; /* goes on: the answer's `after` */
    bool all;          /* also what may not be shown; for admins */
    bool categories;   /* tell of the categories */
    int64_t timestamp; /* microseconds UTC; 0: now */
} smartshelf_query;

smartshelf_query smartshelf_query_of(const char *method);

/* ---- an answer ---- */

typedef struct smartshelf_product { /* texts are borrowed from the answer; NULL: not given */
    const char *item_id;
    double score;
    const char *model;        /* what its place rests on */
    unsigned stage;           /* 0: the shelf's own sources; 1…: its fallbacks */
    const char *because;      /* the item of the request or history it goes with, when that is not item_id */
    const char *because_name; /* its name, when names were asked for and the catalogue gives it */
    bool has_evidence;
    uint64_t pairs, customers; /* orders or customers that have both; distinct customers among them */
    double lift;               /* times as often as by chance */
    uint64_t supported_by, of; /* items of the context it goes with, of how many; of 0: not told */
    uint64_t sessions;         /* similar sessions that hold it, or those that looked at both; 0: not told, as the
                                  following */
    double similarity;         /* of the names, 0 to 1 */
    uint64_t rank;             /* place among the best sellers, or what is trending, from 1 */
    uint64_t bought;           /* how often the customer bought it */
    int64_t last_bought;       /* and when last, microseconds UTC */
    const char *name, *category, *url, *image;
    bool has_price, has_stock;
    int64_t price, stock;
    bool hidden, not_in_catalogue, no_stock, not_available, access; /* of "find": why it may not be shown */
} smartshelf_product;

typedef struct smartshelf_count {
    const char *name;
    uint64_t count;
} smartshelf_count;

typedef struct smartshelf_shelf { /* of a page; as the members of an answer */
    const char *shelf;
    const smartshelf_product *products;
    size_t product_count;
    const char *short_code;
    unsigned missing;
    const smartshelf_count *removed;
    size_t removed_count;
} smartshelf_shelf;

typedef struct smartshelf_result { /* what became of one event, or of one item's change */
    uint64_t sequence;             /* the event's number in the store; 0: not told */
    bool repeated;                 /* it was there already, under that number */
    bool is_new;                   /* of an item: the generation does not know it */
    const char *refused;           /* why nothing was kept; NULL: it was */
    const char *const *mended;     /* what was put right: "time_ahead", … */
    size_t mended_count;
} smartshelf_result;

typedef struct smartshelf_incentive { /* what is given; of what does not apply to its kind: 0, NULL */
    const char *name, *kind;          /* "percent", "amount", "free_shipping", "cashback", "points", "gift", "bundle" */
    double percent;
    int64_t amount; /* minor units */
    int64_t points;
    const char *gift_item;
} smartshelf_incentive;

typedef struct smartshelf_offer {
    const char *offer_id;                  /* for events about it; NULL: of a preview */
    smartshelf_product product;            /* with its reason; item_id NULL: the cart as a whole */
    const char *with_item, *with_name;     /* of a bundle: the page's product */
    int64_t list_price, offer_price;       /* minor units; a bundle's of both, a cart's of all */
    const smartshelf_incentive *incentive; /* NULL: none */
    const char *code;                      /* NULL: nothing is given that needs one */
} smartshelf_offer;

typedef struct smartshelf_decision { /* what is offered to a visitor who moves to leave */
    bool show;
    const char *reason; /* "offer", or why nothing is shown: "not_worth", "held_out", …; "no_answer": the server's is
                           missing */
    const char *campaign, *message_key, *variant; /* NULL: none */
    int64_t expires_at;                           /* microseconds UTC; 0: nothing is shown */
    const smartshelf_offer *offers;
    size_t offer_count;
    bool has_triggers, mouse_out, back_button; /* what has the page ask */
    int64_t idle_seconds;
    bool repeated; /* the answer to the same request_id */
} smartshelf_decision;

typedef struct smartshelf_redemption { /* what became of a code */
    bool redeemed;
    const char *reason;                    /* "redeemed", "undone", or why not: "expired", … */
    bool repeated;                         /* this had been done before */
    const char *offer_id, *campaign;       /* NULL: no such code */
    const smartshelf_incentive *incentive; /* NULL: none */
    int64_t list, charged, given; /* of what is redeemed, or was until it was undone: before, after, cost to the shop;
                                     minor units */
} smartshelf_redemption;

typedef struct smartshelf_answer {
    uint32_t msgid;
    bool from_fallback; /* the products are the client's own list */
    const char *generation;
    const smartshelf_product *products;
    size_t product_count;
    const char *short_code; /* NULL: as many as asked for */
    unsigned missing;
    unsigned decimals;               /* of prices: digits of the currency's minor unit */
    const smartshelf_count *removed; /* with `explain`: candidates that rules took away */
    size_t removed_count;
    const char *const *unknown; /* with `explain`: params whose id the generation does not know: "item_id", … */
    size_t unknown_count;
    const smartshelf_shelf *shelves; /* of a page, in the order asked for; their products are not in `products` */
    size_t shelf_count;
    bool more;                          /* of "find": there may be more products */
    const char *after;                  /* behind this one; NULL: there are none */
    const smartshelf_count *categories; /* with how many products each */
    size_t category_count;
    const smartshelf_decision *decision;           /* about offers; NULL: not asked for */
    const smartshelf_redemption *redemption;       /* of a code; NULL: not asked for */
    uint64_t stored, repeated, refused;            /* of events or changes */
    uint64_t forgotten_events, forgotten_sessions; /* of a customer */
    const char *durability;                        /* "durable", "relaxed"; "none": without consent nothing is kept */
    const smartshelf_result *results;              /* one for each event or change, in their order */
    size_t result_count;
    unsigned error_code; /* 0: none */
    const char *error_name, *error_message, *error_field;
    const void *reply; /* the reply's own bytes, for what has no member here */
    size_t reply_size;
    struct smartshelf_memory *memory;
} smartshelf_answer;

void smartshelf_answer_release(smartshelf_answer *answer); /* also of one that was never filled, if zeroed */

/*
 * Asks and waits for the reply, at most timeout_ms. `answer` is filled whatever comes (release it): when the status
 * is not OK, with the fallback list. What comes late to earlier questions is dropped, also what smartshelf_receive
 * would have given.
 */
smartshelf_status smartshelf_ask(smartshelf_client *client, const smartshelf_query *query, smartshelf_answer *answer);

/*
 * Any method by its name, also one of a later server, with params of your own making: one MessagePack map (msgpack-c packs
 * it), or none of size 0. Asked once, whatever it is; waits at most `timeout_ms` (below 0: the client's). `answer` as of
 * smartshelf_ask; what has no member there is in its `reply`.
 */
smartshelf_status smartshelf_call(smartshelf_client *client, const char *method, const void *params, size_t params_size,
                                  int timeout_ms, smartshelf_answer *answer);

/*
 * Several shelves in one round trip, no product twice: their order is their priority. `query` has what they share
 * (its method, shelves and shelf_count are of no account). As smartshelf_ask; a fallback list is shared out among the
 * shelves.
 */
smartshelf_status smartshelf_page(smartshelf_client *client, const smartshelf_query *query,
                                  const smartshelf_wish *shelves, size_t count, smartshelf_answer *answer);

/*
 * A visitor moves to leave: what do we offer? Waits as smartshelf_ask; `answer` is filled whatever comes: when the status
 * is not OK, with a decision to show nothing. Who asks again after a TIMEOUT with the same request_id has the same
 * answer, and nothing is promised twice.
 */
smartshelf_status smartshelf_offers(smartshelf_client *client, const smartshelf_offers_query *query,
                                    smartshelf_answer *answer);

typedef struct smartshelf_code {          /* texts as of a query */
    const char *code, *order_id;          /* must be there */
    const char *customer_id, *session_id; /* one of them, unless it is undone */
    const smartshelf_cart_line *cart;     /* the order's lines, likewise */
    size_t cart_count;                    /* 1 to 256 */
    bool undo;                            /* the order is cancelled */
} smartshelf_code;

/*
 * An order comes with a code. OK: what became of it is in the answer's `redemption`, and on the server's disk. However
 * often it is told, it counts once: sent again as events are. `answer` is filled whatever comes, without fallback.
 */
smartshelf_status smartshelf_redeem(smartshelf_client *client, const smartshelf_code *code, smartshelf_answer *answer);

/* ---- what happens in the shop ---- */

#define SMARTSHELF_CHANGES_MAX 1000u        /* most events or changes of one call */
#define SMARTSHELF_REQUEST_MAX (512u << 10) /* most bytes they may take together */

typedef struct smartshelf_event_row { /* texts as of a query; event, and item_id or offer_id, must be there */
    const char *event; /* "view", "cart_add", "cart_remove", "purchase", "impression", "click", "dismiss", "accept" */
    const char *item_id, *session_id, *customer_id, *order_id; /* one of the last three must be there */
    const char *event_id;           /* your own, for repeated delivery; NULL: the client makes one */
    const char *shelf, *generation; /* which answer showed the item */
    double quantity;                /* 0: not given */
    bool has_price;
    int64_t unit_price;   /* minor units */
    int64_t timestamp;    /* when it happened, microseconds UTC; 0: when it arrives */
    const char *offer_id; /* what was shown, accepted, dismissed: then item_id may be NULL */
} smartshelf_event_row;

typedef struct smartshelf_item_row { /* what is new of an item; texts as of a query, NULL: as it was */
    const char *item_id;             /* must be there */
    const char *name, *category, *group, *url, *image;
    bool has_stock, has_price, has_cost, has_hidden, has_available_from, has_available_until;
    bool hidden;
    int64_t stock, price, cost;              /* pieces; minor units */
    int64_t available_from, available_until; /* microseconds UTC */
    const char *const *clear;                /* columns that are to be as in the catalogue again: "price", … */
    size_t clear_count;
    bool clear_all; /* all of them */
} smartshelf_item_row;

#define SMARTSHELF_RELAXED    1u /* do not wait for the disk */
#define SMARTSHELF_NO_CONSENT 2u /* nothing may be kept */

/*
 * Tells of events; OK: each is on the server's disk (or refused by its rules: see the answer's `results`). With
 * SMARTSHELF_RELAXED it will be within a moment. Every event has an event_id, which the client makes where none is
 * given, so that one counts once however often it is delivered: when no reply comes in change_timeout_ms, or the server
 * is busy, the same bytes are sent again, at most change_attempts times in all. Who repeats a call that failed gives
 * ids of their own. `answer` may be NULL; else it is filled whatever comes, without fallback: release it.
 */
smartshelf_status smartshelf_events(smartshelf_client *client, const smartshelf_event_row *events, size_t count,
                                    unsigned how, smartshelf_answer *answer);
smartshelf_status smartshelf_event(smartshelf_client *client, const smartshelf_event_row *event, unsigned how,
                                   smartshelf_answer *answer);

/*
 * Tells what is new of items; OK: it is on the disk, and in the answer to every question asked from now on. Sent once:
 * a repetition might undo what somebody else has changed meanwhile. After a TIMEOUT it is not known whether it counts.
 */
smartshelf_status smartshelf_items(smartshelf_client *client, const smartshelf_item_row *items, size_t count,
                                   smartshelf_answer *answer);

/* Has all that is kept of a customer erased. Repeated as events are. */
smartshelf_status smartshelf_forget(smartshelf_client *client, const char *customer_id, smartshelf_answer *answer);

/* ---- many questions at once ---- */

/* Sends without waiting for the reply; TIMEOUT when none of the servers takes it within timeout_ms. */
smartshelf_status smartshelf_send(smartshelf_client *client, const smartshelf_query *query, uint32_t *msgid);

/*
 * The next reply, of whichever question; waits at most `timeout_ms` (0: not at all). Filled as by smartshelf_ask,
 * without fallback.
 */
smartshelf_status smartshelf_receive(smartshelf_client *client, int timeout_ms, smartshelf_answer *answer);

#endif
