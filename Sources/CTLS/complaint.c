/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Why a context cannot be made, as a sentence.
 */
#include <stdarg.h>
#include <stdio.h>

#include "contexts.h"

int gt_tls_complain(gt_tls_complaint complaint, int code, const char *format, ...) {
    if (complaint.text && complaint.capacity) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(complaint.text, complaint.capacity, format, arguments);
        va_end(arguments);
    }
    return -code;
}

const char *gt_tls_reason(void) {
    const char *reason = gt_ssl.ERR_reason_error_string(gt_ssl.ERR_peek_last_error());
    return reason ? reason : "OpenSSL does not say why";
}
