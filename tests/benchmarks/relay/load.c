/* A load generator for streams of server-sent events: one thread, epoll, HTTP/1.1 keep-alive.
 *
 *   load <port> <connections> <chunks of a stream> <microseconds between chunks> <seconds> <ramp in ms> [header line]...
 *
 * Every connection runs one stream after another. seconds > 0: until then, and those under way end. 0: one stream each.
 * -1: one stream each, of which the first chunk is waited for; then "parked" is printed, and all end when stdin does.
 * Connections begin evenly spread over the ramp. Prints one line of JSON; times in microseconds:
 *   {"streams","chunks","errors","seconds","first":{"p50","p99"},"chunk":{"p50","p99","p999"}}
 * first: from the sending of a request to the first byte of the answer's body. chunk: age of a chunk, by the clock that the stub put into it.
 * errors: no connection, a status other than 200, an answer that ends early, without [DONE], or with chunks missing.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_LINE = 4096, READ_BYTES = 64 * 1024 };
static const int64_t GIVE_UP_AFTER = 20000000000LL; /* nothing came for so long: what is still open is an error */

typedef enum { HEAD, SIZE, DATA, DATA_END, TRAILER } Part; /* of a chunked answer */
typedef struct {
    int fd;
    int busy, seen_byte, done_mark, chunks;
    Part part;
    long left;      /* bytes left of the HTTP chunk */
    int64_t sent_at;
    int length, event_length;
    char line[MAX_LINE];  /* of the framing (HEAD: the whole head), as far as it came */
    char event[MAX_LINE]; /* line of an event, as far as it came: a relay may cut an event anywhere */
} Connection;
typedef struct { uint32_t *of; size_t count, room; } Times;

static struct sockaddr_in address = { .sin_family = AF_INET };
static char request[4096];
static int request_length, wanted_chunks, poller, busy_count, parks, first_chunks;
static long streams, chunks, errors;
static int64_t started, stops_at, last_read;
static Times firsts, ages;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void add(Times *times, int64_t nanoseconds) {
    if (times->count == times->room) times->of = realloc(times->of, (times->room = times->room ? 2 * times->room : 4096) * sizeof *times->of);
    times->of[times->count++] = nanoseconds < 0 ? 0 : nanoseconds / 100; /* tenths of a microsecond */
}

static int by_size(const void *a, const void *b) { return (*(uint32_t *)a > *(uint32_t *)b) - (*(uint32_t *)a < *(uint32_t *)b); }

static double percentile(Times *times, double part) {
    return times->count ? times->of[(size_t)(part * (times->count - 1) + 0.5)] / 10.0 : 0;
}

static void hang_up(Connection *c) {
    if (c->fd >= 0) close(c->fd);
    c->fd = -1;
    if (c->busy) { c->busy = 0; busy_count--; }
}

static void begin(Connection *c) {
    if (c->fd < 0) {
        int yes = 1;
        c->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address)) { errors++; hang_up(c); return; }
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
        epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &e);
    }
    c->seen_byte = c->done_mark = c->chunks = c->length = c->event_length = 0;
    c->part = HEAD;
    c->busy = 1;
    busy_count++;
    c->sent_at = now();
    if (send(c->fd, request, request_length, MSG_NOSIGNAL) != request_length) { errors++; hang_up(c); }
}

static void end(Connection *c) {
    c->busy = 0;
    busy_count--;
    if (c->done_mark && c->chunks == wanted_chunks) streams++;
    else errors++;
    if (now() < stops_at) begin(c);
}

/* One line of an event: a chunk's age, or the end. */
static void take_line(Connection *c, int64_t at) {
    c->event[c->event_length] = 0;
    char *content = strstr(c->event, "\"content\":\"");
    if (content) {
        chunks++;
        if (c->chunks++ == 0) first_chunks++;
        add(&ages, at - atoll(content + 11));
    } else if (strcmp(c->event, "data: [DONE]") == 0) {
        c->done_mark = 1;
    }
    c->event_length = 0;
}

static void take_data(Connection *c, const char *bytes, long count, int64_t at) {
    while (count > 0) {
        const char *feed = memchr(bytes, '\n', count);
        long part = feed ? feed - bytes : count;
        if (c->event_length + part >= MAX_LINE) part = MAX_LINE - 1 - c->event_length;
        memcpy(c->event + c->event_length, bytes, part);
        c->event_length += part;
        if (!feed) return;
        take_line(c, at);
        count -= feed + 1 - bytes;
        bytes = feed + 1;
    }
}

/* Reads the answer's framing. Returns 0 when it is not what a stream looks like. */
static int take(Connection *c, const char *bytes, long count, int64_t at) {
    while (count > 0) {
        if (c->part == DATA) {
            if (!c->seen_byte) { c->seen_byte = 1; add(&firsts, at - c->sent_at); }
            long part = count < c->left ? count : c->left;
            take_data(c, bytes, part, at);
            bytes += part; count -= part; c->left -= part;
            if (c->left == 0) c->part = DATA_END;
            continue;
        }
        /* Everything else is lines. */
        char b = *bytes++;
        count--;
        if (c->length < MAX_LINE - 1) c->line[c->length++] = b;
        if (b != '\n') continue;
        c->line[c->length] = 0;
        switch (c->part) {
            case HEAD:
                if (c->length < 4 || memcmp(c->line + c->length - 4, "\r\n\r\n", 4)) continue;
                if (strncmp(c->line, "HTTP/1.1 200", 12) || !strcasestr(c->line, "transfer-encoding: chunked")) return 0;
                c->part = SIZE;
                break;
            case SIZE:
                c->left = strtol(c->line, NULL, 16);
                c->part = c->left > 0 ? DATA : TRAILER;
                break;
            case DATA_END: c->part = SIZE; break;
            default: c->length = 0; end(c); return 1;
        }
        c->length = 0;
    }
    return 1;
}

static void ready(Connection *c) {
    static char bytes[READ_BYTES];
    ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    last_read = now();
    if (n <= 0 || !c->busy || !take(c, bytes, n, last_read)) {
        if (c->busy) errors++;
        int again = c->busy && last_read < stops_at;
        hang_up(c);
        if (again) begin(c);
    }
}

int main(int count, char **arguments) {
    if (count < 7) { fprintf(stderr, "usage: load port connections chunks every_us seconds ramp_ms [header]...\n"); return 2; }
    signal(SIGPIPE, SIG_IGN);
    int connections = atoi(arguments[2]);
    double seconds = atof(arguments[5]);
    int64_t ramp = atoll(arguments[6]) * 1000000LL;
    wanted_chunks = atoi(arguments[3]);
    parks = seconds < 0;
    address.sin_port = htons(atoi(arguments[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    char headers[2048] = "", body[512];
    for (int i = 7; i < count; i++) { strcat(headers, arguments[i]); strcat(headers, "\r\n"); }
    sprintf(body, "{\"model\":\"stub\",\"stream\":true,\"max_tokens\":%d,\"user\":\"every-%s-us\",\"messages\":[{\"role\":\"user\",\"content\":\"Say what time it is.\"}]}", wanted_chunks, arguments[4]);
    request_length = sprintf(request, "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n%s", arguments[1], strlen(body), headers, body);

    poller = epoll_create1(0);
    Connection *all = calloc(connections, sizeof *all);
    for (int i = 0; i < connections; i++) all[i].fd = -1;
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = NULL }, events[256];
    if (parks) epoll_ctl(poller, EPOLL_CTL_ADD, 0, &e);
    started = last_read = now();
    stops_at = seconds > 0 ? started + (int64_t)(seconds * 1e9) : 0;
    for (int begun = 0, told = 0; begun < connections || busy_count > 0;) {
        while (begun < connections && now() >= started + ramp * begun / connections) begin(&all[begun++]);
        int64_t wait = begun < connections ? started + ramp * begun / connections - now() : 100000000LL;
        struct timespec timeout = { 0, wait < 0 ? 0 : wait > 100000000LL ? 100000000LL : wait };
        int n = epoll_pwait2(poller, events, 256, &timeout, NULL);
        for (int i = 0; i < n; i++) {
            if (!events[i].data.ptr) goto over; /* stdin: told to end */
            ready(events[i].data.ptr);
        }
        if (parks && !told && first_chunks + errors >= connections) { told = 1; printf("parked %d\n", first_chunks); fflush(stdout); }
        if (!parks && n == 0 && now() - last_read > GIVE_UP_AFTER) { errors += busy_count; break; }
    }
over:;
    double lasted = (now() - started) / 1e9;
    qsort(firsts.of, firsts.count, sizeof *firsts.of, by_size);
    qsort(ages.of, ages.count, sizeof *ages.of, by_size);
    printf("{\"streams\":%ld,\"chunks\":%ld,\"errors\":%ld,\"seconds\":%.3f,\"first\":{\"p50\":%.1f,\"p99\":%.1f},\"chunk\":{\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f}}\n",
        streams, chunks, errors, lasted, percentile(&firsts, 0.5), percentile(&firsts, 0.99), percentile(&ages, 0.5), percentile(&ages, 0.99), percentile(&ages, 0.999));
    return 0;
}
