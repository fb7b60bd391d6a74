/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Sessions that begin where an earlier one ended: tickets, a cache for clients without, and what clients keep.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "contexts.h"
#include "sessions.h"

/* Of clients that take no tickets; one is about half a KiB. */
enum { CACHED_SESSIONS = 4096 };

void gt_tls_set_resumption(SSL_CTX *context, const gt_tls_settings *settings, const gt_tls_rules *rules,
                           const gt_tls_keys *keys) {
    if (settings->no_resumption) {
        gt_ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF, NULL);
        gt_ssl.SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        /* Under TLS 1.3 tickets come even so, for a cache: none at all. */
        if (rules->side == GT_TLS_SERVER) gt_ssl.SSL_CTX_set_num_tickets(context, 0);
        return;
    }
    if (rules->side != GT_TLS_SERVER) return;
    gt_ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_SIZE, CACHED_SESSIONS, NULL);
    gt_ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_TICKET_KEYS, GT_TLS_TICKET_KEYS, (void *)keys->keys);
    /* A resumed session is not verified anew: who was trusted before a reload must show the certificate again. */
    char name[32];
    int size = snprintf(name, sizeof name, "gtornado %u", rules->verifies ? keys->generation : 0);
    gt_ssl.SSL_CTX_set_session_id_context(context, (const unsigned char *)name, (unsigned)size);
}

void *gt_tls_ticket(gt_tls *tls) {
    SSL_SESSION *session = gt_ssl.SSL_get1_session(tls->ssl);
    if (session && !gt_ssl.SSL_SESSION_is_resumable(session)) {
        gt_ssl.SSL_SESSION_free(session);
        return NULL;
    }
    return session;
}

void gt_tls_ticket_free(void *ticket) {
    if (ticket) gt_ssl.SSL_SESSION_free(ticket);
}

void gt_tls_use_ticket(gt_tls *tls, void *ticket) {
    if (!ticket) return;
    /* Names are not checked in a resumed session. */
    const char *host = gt_ssl.SSL_SESSION_get0_hostname(ticket);
    if (host && (!tls->host || strcasecmp(host, tls->host))) return;
    gt_ssl.SSL_set_session(tls->ssl, ticket);
}
