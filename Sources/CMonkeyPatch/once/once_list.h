/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The initialisers under way on this thread. */
#ifndef GT_ONCE_LIST_H
#define GT_ONCE_LIST_H

#pragma GCC visibility push(hidden)

/* Before an initialiser that `token` stands for may begin: while a suspended greenlet is in it, the running one waits,
 * since the call itself would make the whole thread wait, for ever. Returns whether a gt_once_end() is due. errno is
 * left alone. */
int gt_once_begin(const void *token, const char *why);
/* The running greenlet is through with it, or has given it up: those who wait go on. */
void gt_once_end(const void *token);
/* In the child of a fork: whoever was in one is not there. */
void gt_onces_after_fork(void);

#pragma GCC visibility pop

#endif
