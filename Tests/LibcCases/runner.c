/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Finds the cases and runs them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "case_run.h"
#include "cases.h"

/* Seconds after which a case in a greenlet is given up. */
static const double LONGEST = 20;

static const gt_case_table *const tables[] = {
#define GT_TABLE(name) &name,
    GT_CASE_TABLES(GT_TABLE)
#undef GT_TABLE
};

static const gt_case *find(size_t index) {
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (index < tables[i]->count) return &tables[i]->cases[index];
        index -= tables[i]->count;
    }
    return 0;
}

size_t gt_case_count(void) {
    size_t count = 0;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) count += tables[i]->count;
    return count;
}

const char *gt_case_name(size_t index) {
    return find(index)->name;
}

const char *gt_case_expected(size_t index) {
    return find(index)->expected;
}

unsigned gt_case_flags(size_t index) {
    return find(index)->flags;
}

/* ----- the functions ----- */

static int choose(gt_calls *calls, int way) {
    gt_libc_call *row;
#define GT_CHOOSE(name)                                                                                                \
    if (!(row = gt_libc_find(#name))) return -ENOSYS;                                                                  \
    calls->name = (__typeof__(calls->name))(way == GT_WAY_PLAIN ? row->original : row->cooperative);
    GT_CALLS(GT_CHOOSE)
#undef GT_CHOOSE
    return 0;
}

/* ----- in a greenlet ----- */

typedef struct inside {
    const gt_case *body;
    gt_case_run *run;
    const gt_ioloop *ioloop;
    gt_loop *loop;
    int ended;
} inside;

static void enter(void *context) {
    inside *job = context;
    job->body->body(job->run);
    job->ended = 1;
    job->ioloop->stop(job->loop);
}

static void give_up(void *context) {
    inside *job = context;
    job->ioloop->stop(job->loop);
}

static int run_inside(const gt_case *body, gt_case_run *run, const gt_ioloop *ioloop) {
    int code = gt_hub_open(ioloop, 0);
    if (code < 0) return code;
    const gt_ioloop *table = gt_hub_ioloop(ioloop);
    inside job = {.body = body, .run = run, .ioloop = table, .loop = gt_hub_loop()};
    run->ioloop = table;
    gt_timeout *limit = table->call_at(job.loop, table->time(job.loop) + LONGEST, give_up, &job);
    if (!limit) return -errno;
    if (!gt_greenlets.spawn(enter, &job, body->name, 0)) return -errno;
    code = table->start(job.loop);
    if (!job.ended) {
        /* Its greenlet still has this stack's addresses: the thread must not go on to use them. */
        gt_note(run, "hangs");
        return 0;
    }
    table->remove_timeout(job.loop, limit);
    gt_hub_counts counts;
    gt_hub_count(&counts);
    if (counts.live > 0) gt_note(run, "%zu greenlets are left", counts.live);
    /* A turn that was asked for while the last greenlet ended may be due yet. */
    int closed = gt_hub_close();
    for (int turn = 0; closed == -EBUSY && turn < 10; turn++) {
        table->run_once(job.loop, table->time(job.loop));
        closed = gt_hub_close();
    }
    if (closed < 0) gt_note(run, "the hub does not close: %s", strerror(-closed));
    ioloop->close(job.loop);
    return code;
}

int gt_run_case(size_t index, int way, const gt_ioloop *ioloop, char *text, size_t capacity) {
    const gt_case *body = find(index);
    if (!body || capacity == 0) return -EINVAL;
    gt_calls calls;
    text[0] = 0;
    int code = choose(&calls, way);
    if (code < 0) return code;
    gt_case_run run = {.calls = &calls, .way = way, .text = text, .capacity = capacity};
    if (way == GT_WAY_INSIDE) return run_inside(body, &run, ioloop);
    body->body(&run);
    return 0;
}
