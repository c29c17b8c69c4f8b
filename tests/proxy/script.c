/* Script: see script.h. A client sends a statement and waits, so a statement begins where a piece
 * does: four bytes of head (length, number), one that says "statement", and its text. */
#include "script.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { HEAD = 4, STATEMENT = 3, TEXT_MAX = 200 };

bool script_parse(struct script *s, const char *what)
{
    char *end;
    s->alone = strcmp(what, "close-alone") == 0;
    s->act = s->alone || strcmp(what, "close") == 0 ? ACT_CLOSE
             : strcmp(what, "close-after") == 0     ? ACT_CLOSE_AFTER
             : strcmp(what, "close-within") == 0    ? ACT_CLOSE_WITHIN
                                                    : ACT_ERROR;
    if (s->act != ACT_ERROR)
        return true;
    s->code = (unsigned)strtoul(what, &end, 10);
    s->text = end + 1;
    return *end == ':' && s->code > 0 && strlen(s->text) <= TEXT_MAX;
}

enum script_act script_meet(struct script *s, const char *piece, size_t n, size_t *ret_rest)
{
    const unsigned char *p = (const unsigned char *)piece;
    size_t text = s->on == NULL ? 0 : strlen(s->on);
    if (s->on == NULL || n < HEAD + 1 + text || p[HEAD] != STATEMENT ||
        memcmp(piece + HEAD + 1, s->on, text) != 0)
        return ACT_NONE;
    s->shut = false;
    if (s->times == 0)
        return ACT_NONE;
    if (s->skip > 0) {
        s->skip--;
        return ACT_NONE;
    }
    s->times--;
    s->shut = s->alone;
    size_t whole = HEAD + (p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16);
    *ret_rest = whole > n ? whole - n : 0;
    return s->act;
}

void script_answer(const struct script *s, int client)
{
    unsigned char p[HEAD + 9 + TEXT_MAX] = {0, 0, 0, 1, 0xff, (unsigned char)s->code,
        (unsigned char)(s->code >> 8), '#', 'H', 'Y', '0', '0', '0'};
    size_t n = strlen(s->text);
    memcpy(p + HEAD + 9, s->text, n);
    p[0] = (unsigned char)(9 + n);
    (void)send(client, p, HEAD + 9 + n, MSG_NOSIGNAL);
}
