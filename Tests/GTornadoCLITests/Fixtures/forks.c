/*
 * A plugin whose greenlet does things that wait, forks, and has the child do them again: "NAME: parent 0, child 0".
 *
 * With the argument "together" the child uses greenlets of its own, and so waits by the loop; else it is alone.
 *
 * Each number is 0 if it went well, and else the line that says what did not; a child that hangs is ended after some
 * seconds, and said to be "ended by 14". Other greenlets of the parent's look names up all the time; the name is that of
 * the variable FORKS_NAME, or "localhost".
 *
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "gtornado.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

GTORNADO_RECORD();

static gt_slot slots[] = {{"ioloop", 0, 0, 0}, {"httpserver", 0, 0, 0}, {"resolver", 0, 0, 0}, {"suspend", 0, 0, 0}};
static gt_registry registry = {.size = sizeof registry, .slot_count = 4, .slots = slots};
/* Odd while no descriptor is left. */
static int failures, fullness;
static pid_t parent;
static int together;
/* In recv(), in the parent. */
static gt_greenlet *waiting;

static const gt_ioloop *ioloop(void) {
    return slots[0].table;
}

static const gt_suspend *suspend(void) {
    return slots[3].table;
}

#define CHECK(what)                  \
    do {                             \
        if (!(what)) return __LINE__; \
    } while (0)

static const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};

static const char *name(void) {
    const char *given = getenv("FORKS_NAME");
    return given ? given : "localhost";
}

static int lookup(void) {
    for (int count = 0; count < 20; count++) {
        struct addrinfo *found = 0;
        CHECK(getaddrinfo(name(), "80", &hints, &found) == 0);
        struct sockaddr_in *address = (struct sockaddr_in *)found->ai_addr;
        CHECK(address->sin_addr.s_addr == htonl(INADDR_LOOPBACK) && address->sin_port == htons(80));
        freeaddrinfo(found);
    }
    return 0;
}

typedef struct answer {
    int error;
    struct addrinfo *found;
} answer;

static void answered(int error, int system_error, struct addrinfo *found, void *context) {
    (void)system_error;
    *(answer *)context = (answer){error, found};
}

/* As frameworks do, by the slot. */
static int ask(void) {
    const gt_resolver *resolver = slots[2].table;
    answer got = {1, 0};
    if (getpid() != parent && !together) return 0;
    CHECK(resolver->resolve(ioloop()->current(), name(), "80", &hints, answered, &got));
    while (got.error == 1) usleep(1000);
    CHECK(got.error == 0 && got.found);
    resolver->free_answer(got.found);
    return 0;
}

static int reverse(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    char name[128];
    CHECK(getnameinfo((struct sockaddr *)&address, sizeof address, name, sizeof name, 0, 0, NI_NUMERICSERV) == 0);
    CHECK(*name);
    return 0;
}

static int doze(void) {
    CHECK(usleep(20000) == 0);
    CHECK(poll(0, 0, 20) == 0);
    return 0;
}

static void send_soon(void *context) {
    usleep(20000);
    ssize_t sent = write(*(int *)context, "hello", 5);
    (void)sent;
}

/* From a greenlet of one's own process. */
static int receive(void) {
    if (getpid() != parent && !together) return 0;
    int pair[2];
    char text[8];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    CHECK(suspend()->spawn(send_soon, &pair[1], "sender", 0));
    CHECK(recv(pair[0], text, sizeof text, 0) == 5);
    CHECK(close(pair[0]) == 0 && close(pair[1]) == 0);
    return 0;
}

static void resume(void *context) {
    suspend()->switch_to(context);
}

/* To the loop and back; nobody can be switched to who waits for a descriptor, or was left behind in the parent. */
static int turns(void) {
    gt_greenlet *self = suspend()->current();
    CHECK(suspend()->switch_to(waiting) == -EINVAL);
    CHECK(ioloop()->add_callback(ioloop()->current(), resume, self) == 0);
    CHECK(suspend()->switch_to(0) == 0 && suspend()->current() == self);
    return doze();
}

static int call(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    char text[8];
    CHECK(bind(server, (struct sockaddr *)&address, size) == 0 && listen(server, 5) == 0);
    CHECK(getsockname(server, (struct sockaddr *)&address, &size) == 0);
    CHECK(connect(client, (struct sockaddr *)&address, size) == 0);
    int accepted = accept(server, 0, 0);
    CHECK(accepted >= 0 && send(client, "hello", 5, 0) == 5 && recv(accepted, text, sizeof text, 0) == 5);
    CHECK(close(accepted) == 0 && close(client) == 0 && close(server) == 0);
    return 0;
}

static int commands(void) {
    char text[8] = "";
    FILE *pipe = popen("sleep 0.02; echo hi", "r");
    CHECK(pipe && fgets(text, sizeof text, pipe) && !strcmp(text, "hi\n") && pclose(pipe) == 0);
    CHECK(system("exit 3") == 3 << 8);
    return 0;
}

/* By threads, with --patch file. */
static int files(void) {
    char text[64];
    int file = open("/proc/self/status", O_RDONLY);
    CHECK(file >= 0 && read(file, text, sizeof text) > 0 && close(file) == 0);
    CHECK(access("/etc/passwd", R_OK) == 0);
    return 0;
}

/* A daemon's way to begin: libc's calls work without a descriptor of gtornado's. */
static int closing(void) {
    if (getpid() == parent) return 0;
    closefrom(3);
    CHECK(doze() == 0 && call() == 0 && commands() == 0);
    return 0;
}

/* No descriptor is left for the child's loop but those of the parent's. */
static int limit(void) {
    enum { MOST = 256 };
    struct rlimit before, few;
    int files[MOST], count = 0, status = -1;
    CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
    few = before;
    few.rlim_cur = MOST;
    CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
    fullness++;
    while (count < MOST && (files[count] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0) count++;
    pid_t child = fork();
    if (child == 0) {
        if (together) suspend()->yield();
        _exit(doze() ? 1 : 7);
    }
    int line = doze();
    while (count > 0) close(files[--count]);
    CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(waitpid(child, &status, 0) == child && status == 7 << 8);
    /* Lookups that began meanwhile have ended. */
    CHECK(lookup() == 0);
    fullness++;
    return line;
}

static int children(void) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) _exit(doze() ? 1 : 7);
    CHECK(waitpid(child, &status, 0) == child && status == 7 << 8);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(void);
} cases[] = {
    {"lookup", lookup}, {"ask", ask}, {"reverse", reverse}, {"doze", doze}, {"receive", receive}, {"turns", turns},
    {"call", call}, {"commands", commands}, {"files", files}, {"children", children}, {"limit", limit},
    {"closing", closing},
};
enum { CASES = sizeof cases / sizeof *cases };

static void report(const char *name, int own, int status) {
    printf("%s: parent %d, ", name, own);
    if (WIFSIGNALED(status))
        printf("child ended by %d\n", WTERMSIG(status));
    else
        printf("child %d\n", WEXITSTATUS(status));
    failures += own || status;
}

static void run_case(int index) {
    int own = cases[index].run(), status = -1;
    pid_t child = fork();
    if (child == 0) {
        alarm(8);
        if (together) suspend()->yield();
        int line = cases[index].run();
        /* Once more: what the first call has made must serve. */
        _exit(line ? line : cases[index].run());
    }
    waitpid(child, &status, 0);
    /* And the parent, after its child. */
    if (!own) own = cases[index].run();
    report(cases[index].name, own, status);
}

static int pair[2];
static int is_over;

/* What has seen a time without descriptors may fail. */
static void asker(void *context) {
    (void)context;
    while (!is_over) {
        int before = fullness;
        if (lookup() && before == fullness && before % 2 == 0) abort();
    }
}

/* Waits all the time, in the parent only. */
static void bystander(void *context) {
    (void)context;
    char text[8];
    printf("the bystander received %zd bytes\n", recv(pair[0], text, sizeof text, 0));
    ioloop()->stop(ioloop()->current());
}

static void all(void *context) {
    (void)context;
    for (int index = 0; index < CASES; index++) run_case(index);
    is_over = 1;
    if (send(pair[1], "end", 3, 0) != 3) abort();
}

static int run(const gt_host *host, int argc, char *const *argv) {
    (void)host;
    together = argc > 1 && !strcmp(argv[1], "together");
    parent = getpid();
    setvbuf(stdout, 0, _IOLBF, 0);
    if (!suspend() || socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return 1;
    waiting = suspend()->spawn(bystander, 0, "bystander", 0);
    for (int count = 0; count < 3; count++) suspend()->spawn(asker, 0, "asker", 0);
    suspend()->spawn(all, 0, "all", 0);
    ioloop()->start(ioloop()->current());
    return failures;
}

static const gt_plugin plugin = {
    .size = sizeof plugin, .magic = GTORNADO_MAGIC, .abi_version = GTORNADO_ABI_VERSION,
    .framework_version = GTORNADO_VERSION, .name = "forks", .framework = "gtornado.h " GTORNADO_VERSION_STRING,
    .registry = &registry, .main = run,
};

const gt_plugin *gtornado_plugin_v1(void) {
    return &plugin;
}
