/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Which protocol is spoken under TLS (ALPN).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "contexts.h"

int gt_tls_read_protocols(gt_tls_rules *rules, const char *list, gt_tls_complaint complaint) {
    if (!list || !*list) return 0;
    rules->protocols = malloc(strlen(list) + 1);
    if (!rules->protocols) return gt_tls_complain(complaint, ENOMEM, "no memory for the protocols of ALPN");
    for (const char *at = list;;) {
        size_t size = strcspn(at, ",");
        if (size == 0 || size > 255)
            return gt_tls_complain(complaint, EINVAL,
                                   "the protocols \"%s\" are no list of names for ALPN, with commas between", list);
        rules->protocols[rules->protocols_size++] = (unsigned char)size;
        memcpy(rules->protocols + rules->protocols_size, at, size);
        rules->protocols_size += (unsigned)size;
        if (!at[size]) return 0;
        at += size + 1;
    }
}

static int is_offered(const unsigned char *wanted, const unsigned char *offer, unsigned size) {
    for (unsigned at = 0; at < size; at += offer[at] + 1u)
        if (at + offer[at] < size && offer[at] == wanted[0] && !memcmp(offer + at + 1, wanted + 1, wanted[0])) return 1;
    return 0;
}

/* The server's order decides. With nothing in common the handshake fails, as RFC 7301 says: the bytes that would follow
 * are in a language that is not spoken here. */
static int select_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *chosen_size,
                           const unsigned char *offer, unsigned size, void *context) {
    const gt_tls_rules *rules = context;
    (void)ssl;
    for (unsigned at = 0; at < rules->protocols_size; at += rules->protocols[at] + 1u) {
        if (!is_offered(rules->protocols + at, offer, size)) continue;
        *chosen = rules->protocols + at + 1;
        *chosen_size = rules->protocols[at];
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int gt_tls_set_protocols(SSL_CTX *context, gt_tls_rules *rules) {
    if (!rules->protocols_size) return 0;
    if (rules->side == GT_TLS_SERVER) {
        gt_ssl.SSL_CTX_set_alpn_select_cb(context, select_protocol, rules);
        return 0;
    }
    return gt_ssl.SSL_CTX_set_alpn_protos(context, rules->protocols, rules->protocols_size) ? -ENOMEM : 0;
}
