/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The tables of cases: one a file, one line each. */
#ifndef GT_CASES_H
#define GT_CASES_H

#include "case_run.h"

#pragma GCC visibility push(hidden)

#define GT_CASE_TABLES(TABLE)                                                                                          \
    TABLE(gt_receive_cases)                                                                                            \
    TABLE(gt_send_cases)                                                                                               \
    TABLE(gt_pipe_cases)                                                                                               \
    TABLE(gt_many_message_cases)                                                                                       \
    TABLE(gt_transfer_cases)                                                                                           \
    TABLE(gt_connect_cases)                                                                                            \
    TABLE(gt_accept_cases)                                                                                             \
    TABLE(gt_close_cases)                                                                                              \
    TABLE(gt_greenlet_cases)                                                                                           \
    TABLE(gt_fault_cases)                                                                                              \
    TABLE(gt_select_cases)                                                                                             \
    TABLE(gt_time_cases)                                                                                               \
    TABLE(gt_dns_cases)                                                                                                \
    TABLE(gt_subprocess_cases)                                                                                         \
    TABLE(gt_signal_cases)                                                                                             \
    TABLE(gt_file_cases)                                                                                               \
    TABLE(gt_loader_cases)                                                                                             \
    TABLE(gt_once_cases)

#define GT_DECLARE(name) extern const gt_case_table name;
GT_CASE_TABLES(GT_DECLARE)
#undef GT_DECLARE

#pragma GCC visibility pop

#endif
