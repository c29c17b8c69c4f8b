/* Progress: see progress.h. */
#include "cli/progress.h"

#include "cli/shown.h"

#include <stdio.h>

static const struct progress_sample *newest(const struct progress *p)
{
    return &p->samples[(p->sample_n - 1) % PROGRESS_SAMPLES];
}

static const struct progress_sample *oldest(const struct progress *p)
{
    return &p->samples[p->sample_n <= PROGRESS_SAMPLES ? 0 : p->sample_n % PROGRESS_SAMPLES];
}

bool progress_take(struct progress *p, const char *what, uint64_t done, uint64_t total,
    const char *detail, int64_t now_ms)
{
    char name[PROGRESS_TEXT];
    (void)snprintf(name, sizeof name, "%s", what);
    if (p->active && strcmp(p->what, name) != 0)
        return false;
    if (!p->active) {
        p->active = true;
        p->sample_n = 0;
        memcpy(p->what, name, sizeof name);
    }
    p->done = done;
    p->total = total;
    p->now_ms = now_ms;
    (void)snprintf(p->detail, sizeof p->detail, "%s", detail == NULL ? "" : detail);
    if (p->sample_n == 0 || now_ms - newest(p)->at_ms >= 1000)
        p->samples[p->sample_n++ % PROGRESS_SAMPLES] = (struct progress_sample){now_ms, done};
    return true;
}

void progress_end(struct progress *p)
{
    p->active = false;
}

double progress_rate(const struct progress *p)
{
    if (p->sample_n == 0)
        return 0;
    const struct progress_sample *from = oldest(p);
    int64_t ms = p->now_ms - from->at_ms;
    return ms < 200 || p->done <= from->done ? 0
                                             : (double)(p->done - from->done) * 1000 / (double)ms;
}

int64_t progress_left(const struct progress *p)
{
    double rate = progress_rate(p);
    if (rate <= 0 || p->total == 0 || p->done >= p->total)
        return -1;
    double left = (double)(p->total - p->done) / rate;
    return left > 1e9 ? -1 : (int64_t)(left + 0.5);
}

void print_count(struct str *to, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            str_addc(to, ',');
        str_addc(to, digits[i]);
    }
}

void print_seconds(struct str *to, int64_t s)
{
    int64_t min = (s + 30) / 60, h = min / 60;
    if (s < 100)
        str_addf(to, "%lld s", (long long)s);
    else if (min < 100)
        str_addf(to, "%lld min", (long long)min);
    else if (h < 48)
        str_addf(to, "%lld h %lld min", (long long)h, (long long)(min % 60));
    else
        str_addf(to, "%lld d %lld h", (long long)(h / 24), (long long)(h % 24));
}

static void print_rate(struct str *to, double rate)
{
    if (rate >= 100)
        print_count(to, (uint64_t)(rate + 0.5));
    else
        str_addf(to, rate >= 1 ? "%.1f" : "%.2f", rate);
    str_addz(to, "/s");
}

void progress_print(const struct progress *p, size_t width, struct str *to)
{
    struct str line;
    double rate = progress_rate(p);
    int64_t left = progress_left(p);
    str_init(&line, 1000);
    str_addf(&line, "%s: ", p->what);
    print_count(&line, p->done);
    if (p->total > 0) {
        double share = (double)p->done / (double)p->total;
        str_addz(&line, " of ");
        print_count(&line, p->total);
        /* Rounded down: 100 % is said when it is true. */
        str_addf(&line, " (%d %%)", share > 1 ? 100 : (int)(share * 100 + 1e-9));
    }
    if (rate > 0) {
        str_addz(&line, ", ");
        print_rate(&line, rate);
    }
    if (left >= 0) {
        str_addz(&line, ", ");
        print_seconds(&line, left);
        str_addz(&line, " left");
    }
    if (p->detail[0] != '\0')
        str_addf(&line, ", %s", p->detail);
    add_cut(to, str_view(&line), width);
    str_done(&line);
}
