/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Reading PEM files: whole, so that a failure is the system's or the content's, and said as such.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "contexts.h"

int gt_tls_open(const char *path, const char *what, BIO **file, gt_tls_complaint complaint) {
    *file = NULL;
    FILE *stream = fopen(path, "re");
    BIO *content = stream ? gt_ssl.BIO_new(gt_ssl.BIO_s_mem()) : NULL;
    int code = stream ? 0 : errno;
    if (stream && !content) code = ENOMEM;
    char piece[4096];
    size_t count;
    while (!code && (count = fread(piece, 1, sizeof piece, stream)) > 0)
        if (gt_ssl.BIO_write(content, piece, (int)count) != (int)count) code = ENOMEM;
    if (!code && ferror(stream)) code = errno;
    gt_ssl.OPENSSL_cleanse(piece, sizeof piece);
    if (stream) fclose(stream);
    if (!code) {
        *file = content;
        return 0;
    }
    if (content) gt_ssl.BIO_free(content);
    return gt_tls_complain(complaint, code, "cannot read %s %s: %s", what, path, strerror(code));
}
