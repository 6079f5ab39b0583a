/* A provider that does nothing but stream, light enough not to be what is measured: one thread, epoll, HTTP/1.1 keep-alive.
 *
 *   stub <port>
 *
 * Any POST with a Content-Length is answered with a stream of server-sent events, as the body asks for:
 *   "max_tokens":N          N chunks (default 1), then [DONE]
 *   "user":"every-G-us"     G microseconds from one chunk to the next (default 0: all at once)
 * Both are fields of OpenAI's API, because a gateway may drop what it does not know. A chunk's content is the clock in
 * nanoseconds (CLOCK_MONOTONIC, 20 digits) at which it was handed to the socket: the load generator reads how old it is.
 * Any GET is answered with a list of one model.
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

enum { MAX_REQUEST = 16 * 1024, MAX_OUT = 2 * 1024, MAX_TIMERS = 65536 };

typedef struct {
    int fd;
    int in_length;       /* bytes of requests not yet answered */
    int out_at, out_end; /* bytes of the answer that the socket has not taken yet */
    int waits_to_write;  /* EPOLLOUT is asked for */
    int chunks;          /* chunks still to be sent; -1: no answer under way */
    int64_t every;       /* nanoseconds between chunks */
    int64_t due;         /* when the next one is */
    int timer;           /* place in the heap, -1: none */
    char in[MAX_REQUEST + 1];
    char out[MAX_OUT];
} Connection;

static int poller;
static Connection *timers[MAX_TIMERS]; /* a heap, the earliest first */
static int timer_count;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void place(int at, Connection *c) { timers[at] = c; c->timer = at; }

static void sift(int at, Connection *c) {
    for (; at > 0 && timers[(at - 1) / 2]->due > c->due; at = (at - 1) / 2) place(at, timers[(at - 1) / 2]);
    for (int child; (child = 2 * at + 1) < timer_count; at = child) {
        if (child + 1 < timer_count && timers[child + 1]->due < timers[child]->due) child++;
        if (timers[child]->due >= c->due) break;
        place(at, timers[child]);
    }
    place(at, c);
}

static void set_timer(Connection *c) {
    if (timer_count == MAX_TIMERS) { fprintf(stderr, "stub: too many streams\n"); exit(1); }
    sift(timer_count++, c);
}

static void clear_timer(Connection *c) {
    int at = c->timer;
    if (at < 0) return;
    c->timer = -1;
    Connection *last = timers[--timer_count];
    if (last != c) sift(at, last);
}

static void drop(Connection *c) {
    clear_timer(c);
    close(c->fd);
    free(c);
}

/* Hands over what is due. Returns 0 when the connection is gone. */
static int flush(Connection *c) {
    while (c->out_at < c->out_end) {
        ssize_t n = send(c->fd, c->out + c->out_at, c->out_end - c->out_at, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) { drop(c); return 0; }
        if (n < 0) break;
        c->out_at += n;
    }
    int waits = c->out_at < c->out_end;
    if (waits != c->waits_to_write) {
        struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP | (waits ? EPOLLOUT : 0), .data.ptr = c };
        epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &e);
        c->waits_to_write = waits;
    }
    if (!waits) c->out_at = c->out_end = 0;
    return 1;
}

static void add_event(Connection *c, const char *event) {
    c->out_end += sprintf(c->out + c->out_end, "%zx\r\n%s\r\n", strlen(event), event);
}

/* Sends what is due of the answer and sets the timer for the rest. Returns 0 when the connection is gone. */
static int go_on(Connection *c) {
    while (c->chunks >= 0 && !c->waits_to_write) {
        if (c->chunks > 0) {
            char event[512];
            sprintf(event,
                "data: {\"id\":\"chatcmpl-benchmark\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"stub\","
                "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%020lld\"},\"finish_reason\":null}]}\n\n", (long long)now());
            add_event(c, event);
            c->chunks--;
        }
        if (c->chunks == 0) {
            add_event(c, "data: [DONE]\n\n");
            c->out_end += sprintf(c->out + c->out_end, "0\r\n\r\n");
            c->chunks = -1;
        }
        if (!flush(c)) return 0;
        if (c->chunks > 0 && c->every > 0) {
            c->due += c->every;
            set_timer(c);
            return 1;
        }
    }
    return 1;
}

static long long number_after(const char *body, const char *name, long long otherwise) {
    const char *found = strstr(body, name);
    return found ? atoll(found + strlen(name)) : otherwise;
}

/* Answers the request in the buffer once it is whole. Returns 0 when the connection is gone. */
static int take_request(Connection *c) {
    c->in[c->in_length] = 0;
    char *end = strstr(c->in, "\r\n\r\n");
    if (!end || c->chunks >= 0) return 1;
    char *header = strcasestr(c->in, "\r\ncontent-length:");
    int length = header && header < end ? atoi(header + 17) : 0;
    char *body = end + 4;
    int whole = (body - c->in) + length;
    if (whole > MAX_REQUEST) { drop(c); return 0; }
    if (whole > c->in_length) return 1;
    if (strncmp(c->in, "GET ", 4) == 0) {
        static const char list[] = "{\"object\":\"list\",\"data\":[{\"id\":\"stub\",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"stub\"}]}";
        c->out_end = sprintf(c->out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen(list), list);
        c->chunks = -1;
    } else {
        char saved = body[length];
        body[length] = 0;
        c->chunks = number_after(body, "\"max_tokens\":", 1);
        c->every = number_after(body, "\"every-", 0) * 1000;
        body[length] = saved;
        c->due = now();
        c->out_end = sprintf(c->out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    }
    memmove(c->in, c->in + whole, c->in_length - whole);
    c->in_length -= whole;
    return c->chunks < 0 ? flush(c) : go_on(c);
}

static void ready(Connection *c, uint32_t events) {
    if (events & EPOLLIN) {
        ssize_t n = recv(c->fd, c->in + c->in_length, MAX_REQUEST - c->in_length, 0);
        if (n > 0) {
            c->in_length += n;
            if (!take_request(c)) return;
        } else if (n == 0 || errno != EAGAIN) {
            drop(c); /* the relay went away: so does the stream */
            return;
        }
    } else if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        drop(c);
        return;
    }
    if ((events & EPOLLOUT) && flush(c) && c->timer < 0) go_on(c);
}

int main(int count, char **arguments) {
    if (count != 2) { fprintf(stderr, "usage: stub <port>\n"); return 2; }
    signal(SIGPIPE, SIG_IGN);
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) { perror("stub"); return 1; }
    poller = epoll_create1(0);
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = NULL };
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &e);
    struct epoll_event events[256];
    for (;;) {
        int64_t wait = timer_count ? timers[0]->due - now() : 1000000000LL;
        if (wait < 0) wait = 0;
        struct timespec timeout = { wait / 1000000000LL, wait % 1000000000LL };
        int n = epoll_pwait2(poller, events, 256, &timeout, NULL);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr) { ready(events[i].data.ptr, events[i].events); continue; }
            int fd;
            while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                Connection *c = calloc(1, sizeof *c);
                c->fd = fd;
                c->chunks = c->timer = -1;
                e = (struct epoll_event){ .events = EPOLLIN | EPOLLRDHUP, .data.ptr = c };
                epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
            }
        }
        for (int64_t t = now(); timer_count && timers[0]->due <= t;) {
            Connection *c = timers[0];
            clear_timer(c);
            go_on(c);
        }
    }
}
