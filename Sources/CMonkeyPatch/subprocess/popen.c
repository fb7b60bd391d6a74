/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * popen() and pclose().
 */
#define _GNU_SOURCE
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "../waiting.h"
#include "shell.h"

/* A stream that was opened inside a greenlet. Its bytes pass through the cooperative read() and write(), which libc's
 * own pipe streams cannot be made to use, so that fgets() on it suspends the greenlet too. */
typedef struct pipe_stream {
    FILE *stream;
    int fd;
    pid_t shell;
    struct pipe_stream *next;
} pipe_stream;

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static pipe_stream *open_streams;

static ssize_t read_pipe(void *cookie, char *buffer, size_t size) {
    return gt_coop_read(((pipe_stream *)cookie)->fd, buffer, size);
}

/* stdio takes fewer bytes than it gave for an error. */
static ssize_t write_pipe(void *cookie, const char *bytes, size_t size) {
    size_t written = 0;
    while (written < size) {
        ssize_t count = gt_coop_write(((pipe_stream *)cookie)->fd, bytes + written, size - written);
        if (count < 0) break;
        written += (size_t)count;
    }
    return (ssize_t)written;
}

void gt_popen_after_fork(void) { pthread_mutex_init(&guard, 0); }

static void forget(pipe_stream *pipe) {
    pthread_mutex_lock(&guard);
    pipe_stream **link = &open_streams;
    while (*link && *link != pipe) link = &(*link)->next;
    if (*link) *link = pipe->next;
    pthread_mutex_unlock(&guard);
}

/* Called by fclose(), which is what libc's pclose() is too: the shell's status becomes their result. */
static int close_pipe(void *cookie) {
    pipe_stream *pipe = cookie;
    forget(pipe);
    gt_close_own(pipe->fd);
    pid_t shell = pipe->shell;
    free(pipe);
    return gt_wait_for_shell(shell);
}

static int is_ours(FILE *stream) {
    pthread_mutex_lock(&guard);
    pipe_stream *pipe = open_streams;
    while (pipe && pipe->stream != stream) pipe = pipe->next;
    pthread_mutex_unlock(&guard);
    return pipe != 0;
}

/* 'r' or 'w', as libc reads the mode; 0 if it is neither. */
static int direction_of(const char *mode) {
    int reads = 0, writes = 0;
    for (; *mode; mode++) {
        if (*mode == 'r') reads = 1;
        else if (*mode == 'w') writes = 1;
        else if (*mode != 'e') return 0;
    }
    if (reads == writes) return 0;
    return reads ? 'r' : 'w';
}

/* Starts the shell with one end of a pipe. Returns the other end, or a negative errno value. */
static int start_with_pipe(const char *command, int direction, pid_t *shell) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    int ours = direction == 'r' ? ends[0] : ends[1], theirs = direction == 'r' ? ends[1] : ends[0];
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (!error) {
        error = posix_spawn_file_actions_adddup2(&actions, theirs, direction == 'r' ? STDOUT_FILENO : STDIN_FILENO);
        if (!error) error = gt_start_shell(command, &actions, shell);
        posix_spawn_file_actions_destroy(&actions);
    }
    gt_libc.close(theirs);
    if (!error) return ours;
    gt_libc.close(ours);
    return -error;
}

static FILE *open_stream(pipe_stream *pipe, int direction) {
    const cookie_io_functions_t functions = {.read = read_pipe, .write = write_pipe, .close = close_pipe};
    pipe->stream = fopencookie(pipe, direction == 'r' ? "r" : "w", functions);
    if (!pipe->stream) return 0;
    /* What fileno() returns: callers poll it. stdio itself uses the functions above. */
    pipe->stream->_fileno = pipe->fd;
    /* A greenlet that is suspended in it would keep the stream's lock, and the whole process would wait for that, in
     * fopen() and fflush(). */
    __fsetlocking(pipe->stream, FSETLOCKING_BYCALLER);
    pthread_mutex_lock(&guard);
    pipe->next = open_streams;
    open_streams = pipe;
    pthread_mutex_unlock(&guard);
    return pipe->stream;
}

/* The descriptor is closed in programs that are started later, whatever the mode: one of another greenlet that kept it
 * open would keep this one's command from seeing its end. */
FILE *gt_coop_popen(const char *command, const char *mode) {
    sigset_t mask;
    if (!gt_can_wait() && !gt_worker_mask(&mask)) return gt_libc.popen(command, mode);
    int direction = direction_of(mode);
    if (!direction) {
        errno = EINVAL;
        return 0;
    }
    pipe_stream *pipe = calloc(1, sizeof *pipe);
    if (!pipe) return 0;
    int saved = errno;
    pipe->fd = start_with_pipe(command, direction, &pipe->shell);
    if (pipe->fd < 0) {
        errno = -pipe->fd;
        free(pipe);
        return 0;
    }
    FILE *stream = open_stream(pipe, direction);
    if (!stream) {
        close_pipe(pipe);
        errno = ENOMEM;
        return 0;
    }
    errno = saved;
    return stream;
}

typedef struct closing {
    FILE *stream;
    int result;
    int error;
} closing;

static void close_in_libc(void *context) {
    closing *asked = context;
    asked->result = gt_libc.pclose(asked->stream);
    asked->error = errno;
}

int gt_coop_pclose(FILE *stream) {
    if (!gt_can_wait() || is_ours(stream)) return gt_libc.pclose(stream);
    /* libc's own stream: only libc knows the process behind it. */
    closing asked = {stream, 0, 0};
    int code = gt_offload(close_in_libc, &asked, "pclose");
    if (code < 0) return gt_libc.pclose(stream);
    if (asked.result < 0) errno = asked.error;
    return asked.result;
}
