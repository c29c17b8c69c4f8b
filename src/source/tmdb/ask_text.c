/* The words for answers that are none: see ask_text.h. */
#include "source/tmdb/ask_text.h"

#include "source/tmdb/show.h"

enum { WORDS_MAX = 900, MESSAGE_MAX = 200 };

struct view ask_shown(const struct ask *q, struct arena *a)
{
    struct str url;
    str_init(&url, 700);
    show_url(&url, str_view(&q->url));
    struct view v = arena_print(a, "%s%s", str_z(&url), url.over ? "..." : "");
    str_done(&url);
    return v;
}

static void add_no_answer(struct str *to, const struct asker *a, const struct ask *q)
{
    static const char *const words[] = {
        [HTTP_ANSWERED] = "an answer",
        [HTTP_NO_HOST] = "the host's name cannot be resolved",
        [HTTP_NO_CONNECTION] = "no connection",
        [HTTP_NO_TLS] = "no secure connection",
        [HTTP_TIMED_OUT] = "no complete answer in time",
        [HTTP_BROKEN] = "the answer was cut off or is no HTTP",
        [HTTP_TOO_LARGE] = "the answer is too large",
        [HTTP_SINK_FAILED] = "the answer cannot be kept on disk",
    };
    str_addz(to, words[q->x.end]);
    if (q->x.why[0] != '\0') {
        str_addz(to, ": ");
        show_text(to, view_of(q->x.why), a->key, MESSAGE_MAX);
    }
}

static void add_answer(struct str *to, const struct asker *a, const struct ask *q, struct class c,
    const struct node *body, const char *no_json)
{
    const struct node *message = node_get(body, "status_message");
    str_addf(to, "HTTP %d", q->x.status);
    if (c.code != 0)
        str_addf(to, ", TMDB code %lld", (long long)c.code);
    if (c.row != NULL)
        str_addf(to, " (%s)", c.row->meaning);
    if (message != NULL && message->kind == NODE_TEXT) {
        str_addz(to, ": \"");
        show_text(to, message->text, a->key, MESSAGE_MAX);
        str_addz(to, "\"");
    }
    if (q->form == ASK_JSON && body == NULL) {
        str_addz(to, ", not TMDB's JSON (");
        show_text(
            to, view_of(q->x.content_type[0] == '\0' ? "no type" : q->x.content_type), a->key, 80);
        str_addz(to, "; ");
        show_text(to, view_of(no_json), a->key, MESSAGE_MAX);
        str_addz(to, ")");
    }
}

static void add_hint(struct ask *q, struct class c)
{
    if (c.kind == ERR_AUTH && q->x.status == 401)
        err_hint(&q->why,
            "Check TMDB_API_KEY: a v3 key (32 hex digits) or a v4 read access token, as "
            "https://www.themoviedb.org/settings/api shows them. A key that was just made or "
            "corrected may be refused for five minutes more.");
    else if (c.verdict == VERDICT_STOP && q->x.status == 407)
        err_hint(&q->why,
            "The proxy asks for a password: put it into https_proxy, or unset that variable.");
    else if (q->x.end == HTTP_NO_HOST || q->x.end == HTTP_NO_CONNECTION)
        err_hint(&q->why,
            "Check the network and TMDB_BASE_URL. Where TMDB's host is blocked, "
            "https://api.tmdb.org/3 may answer, or a proxy (https_proxy). Nothing was lost.");
    else if (q->x.end == HTTP_NO_TLS)
        err_hint(&q->why,
            "Check that the system's CA certificates are installed (package ca-certificates) and "
            "that no proxy stands between; SSL_CERT_FILE names other certificates.");
    else if (q->x.end == HTTP_ANSWERED && q->x.status >= 300 && q->x.status < 400)
        err_hint(&q->why,
            "Redirects are not followed, for the key's sake. Check TMDB_BASE_URL, and whether "
            "this network asks for a login page first.");
    else if (q->x.end == HTTP_ANSWERED && c.verdict == VERDICT_ID && c.code == 0)
        err_hint(&q->why, "Check TMDB_BASE_URL: what answers there does not speak as TMDB does.");
}

static void set_why(struct asker *a, struct ask *q, enum err_kind kind, const struct str *words)
{
    struct view shown = ask_shown(q, &a->scratch);
    err_set(&q->why, kind == ERR_NONE ? ERR_SERVICE : kind, "TMDB, asked for %s: %s (%.*s)",
        q->what, str_z(words), VIEW_ARG(shown));
}

void ask_explain(
    struct asker *a, struct ask *q, struct class c, const struct node *body, const char *no_json)
{
    struct str words;
    str_init(&words, WORDS_MAX);
    if (q->x.end == HTTP_ANSWERED)
        add_answer(&words, a, q, c, body, no_json);
    else
        add_no_answer(&words, a, q);
    set_why(a, q, c.kind, &words);
    add_hint(q, c);
    str_done(&words);
}

void ask_misfit(struct asker *a, struct ask *q, const char *why)
{
    struct str words;
    str_init(&words, WORDS_MAX);
    str_addf(&words, "HTTP %d, but no answer to that: ", q->x.status);
    show_text(&words, view_of(why), a->key, MESSAGE_MAX);
    set_why(a, q, ERR_SERVICE, &words);
    str_done(&words);
}
