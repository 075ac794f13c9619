/* What libcurl's multi interface costs with next to nothing around it: the peer of the player's
 * requests in scripts/bench pages.
 *
 *   bench-curl gets  URL COUNT CONNECTIONS   COUNT GETs, CONNECTIONS at a time, kept
 *   bench-curl pages URL COUNT FILES         COUNT pages, one multi each, at most six connections:
 *                                            one GET, then FILES at once
 *
 * The socket interface on one epoll, a handle kept and used again, bodies thrown away.  Prints how
 * many answers came. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 64
#define PAGE_CONNECTIONS 6L

struct loop {
    CURLM *multi;
    int epoll;
    long timeout_ms;
    long left;    /* to be started */
    long running; /* to be awaited */
    long answers;
};

static size_t forget(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    (void)user;
    return size * count;
}

static CURL *new_handle(const char *url)
{
    CURL *easy = curl_easy_init();

    if (!easy)
        exit(1);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, forget);
    return easy;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    struct loop *l = user;
    struct epoll_event event = {.data.fd = fd};

    (void)easy;
    if (what == CURL_POLL_REMOVE)
        return epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL), 0;
    event.events = (what != CURL_POLL_OUT ? EPOLLIN : 0u) | (what != CURL_POLL_IN ? EPOLLOUT : 0u);
    epoll_ctl(l->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    curl_multi_assign(l->multi, fd, l);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *user)
{
    (void)multi;
    ((struct loop *)user)->timeout_ms = timeout_ms;
    return 0;
}

static void open_loop(struct loop *l)
{
    *l = (struct loop){.multi = curl_multi_init(), .epoll = epoll_create1(0), .timeout_ms = -1};
    if (!l->multi || l->epoll < 0)
        exit(1);
    curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
    curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
}

static void close_loop(struct loop *l)
{
    curl_multi_cleanup(l->multi);
    close(l->epoll);
}

static void begin(struct loop *l, CURL *easy)
{
    curl_multi_add_handle(l->multi, easy);
    l->running++;
}

static void take_answers(struct loop *l)
{
    CURLMsg *msg;
    int queued;

    while ((msg = curl_multi_info_read(l->multi, &queued))) {
        CURL *easy = msg->easy_handle;

        if (msg->msg != CURLMSG_DONE)
            continue;
        if (msg->data.result != CURLE_OK) {
            fprintf(stderr, "curl: %s\n", curl_easy_strerror(msg->data.result));
            exit(1);
        }
        l->answers++;
        l->running--;
        curl_multi_remove_handle(l->multi, easy);
        if (l->left > 0) {
            l->left--;
            begin(l, easy);
        }
    }
}

static void run(struct loop *l)
{
    struct epoll_event events[EVENTS];
    int running;

    while (l->running) {
        int n = epoll_wait(l->epoll, events, EVENTS, (int)l->timeout_ms);

        if (n == 0)
            curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        for (int i = 0; i < n; i++) {
            int flags = (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                        (events[i].events & ~(unsigned)EPOLLOUT ? CURL_CSELECT_IN : 0);

            curl_multi_socket_action(l->multi, events[i].data.fd, flags, &running);
        }
        take_answers(l);
    }
}

static long get_all(const char *url, long count, long connections)
{
    struct loop l;

    open_loop(&l);
    l.left = count - connections;
    for (long i = 0; i < connections; i++)
        begin(&l, new_handle(url));
    run(&l);
    close_loop(&l);
    return l.answers;
}

static long load_pages(const char *url, long count, long files)
{
    CURL *page = new_handle(url);
    CURL **asset = calloc((size_t)files, sizeof(CURL *));
    long answers = 0;

    for (long i = 0; i < files; i++)
        asset[i] = new_handle(url);
    for (long k = 0; k < count; k++) {
        struct loop l;

        open_loop(&l);
        curl_multi_setopt(l.multi, CURLMOPT_MAX_HOST_CONNECTIONS, PAGE_CONNECTIONS);
        begin(&l, page);
        run(&l);
        for (long i = 0; i < files; i++)
            begin(&l, asset[i]);
        run(&l);
        close_loop(&l);
        answers += l.answers;
    }
    free(asset);
    return answers;
}

int main(int argc, char **argv)
{
    long count = argc == 5 ? atol(argv[3]) : 0;
    long width = argc == 5 ? atol(argv[4]) : 0;

    if (count < 1 || width < 1 || count < width) {
        fprintf(stderr, "usage: bench-curl gets|pages URL COUNT CONNECTIONS|FILES\n");
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (strcmp(argv[1], "pages") == 0)
        printf("%ld\n", load_pages(argv[2], count, width));
    else
        printf("%ld\n", get_all(argv[2], count, width));
    return 0;
}
