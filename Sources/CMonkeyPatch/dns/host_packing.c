/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * A resolver's answer as a struct hostent.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "hosts.h"

/* What is left of the caller's buffer. */
typedef struct room {
    char *next;
    size_t left;
} room;

/* Null if it does not fit. */
static void *take(room *room, size_t size, size_t alignment) {
    size_t skip = (alignment - (uintptr_t)room->next % alignment) % alignment;
    if (skip > room->left || size > room->left - skip) return 0;
    char *taken = room->next + skip;
    room->next += skip + size;
    room->left -= skip + size;
    return taken;
}

static const void *bytes_of(const struct addrinfo *entry) {
    if (entry->ai_family == AF_INET) return &((const struct sockaddr_in *)(const void *)entry->ai_addr)->sin_addr;
    return &((const struct sockaddr_in6 *)(const void *)entry->ai_addr)->sin6_addr;
}

/* An answer has an entry for each kind of socket: the same address up to three times over. */
static int is_listed(char *const *list, const void *address, size_t size) {
    for (; *list; list++) {
        if (memcmp(*list, address, size) == 0) return 1;
    }
    return 0;
}

static int pack_addresses(const struct addrinfo *answer, int family, size_t size, char **list, room *room) {
    size_t count = 0;
    for (const struct addrinfo *entry = answer; entry; entry = entry->ai_next) {
        if (entry->ai_family != family || is_listed(list, bytes_of(entry), size)) continue;
        char *address = take(room, size, sizeof(uint32_t));
        if (!address) return ERANGE;
        memcpy(address, bytes_of(entry), size);
        list[count++] = address;
    }
    return count ? 0 : ENOENT;
}

int gt_pack_host(const struct addrinfo *answer, int family, const char *name, struct hostent *entry, char *buffer,
                 size_t size) {
    room room = {buffer, size};
    size_t entries = 0;
    for (const struct addrinfo *next = answer; next; next = next->ai_next) entries++;
    if (answer && answer->ai_canonname) name = answer->ai_canonname;
    char **aliases = take(&room, sizeof *aliases, _Alignof(char *));
    char **list = take(&room, (entries + 1) * sizeof *list, _Alignof(char *));
    char *copy = take(&room, strlen(name) + 1, 1);
    if (!aliases || !list || !copy) return ERANGE;
    *aliases = 0;
    memset(list, 0, (entries + 1) * sizeof *list);
    memcpy(copy, name, strlen(name) + 1);
    size_t length = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
    int error = pack_addresses(answer, family, length, list, &room);
    *entry = (struct hostent){copy, aliases, family, (int)length, list};
    return error;
}
