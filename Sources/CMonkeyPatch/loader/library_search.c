/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * Where a library is found that another one asks for.
 */
#define _GNU_SOURCE
#include "library_search.h"

#include <elf.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "../waiting.h"

static struct link_map *object_of(const void *address) {
    Dl_info info;
    void *map = 0;
    return dladdr1(address, &info, &map, RTLD_DL_LINKMAP) ? map : 0;
}

/* The directories that ld.so looks through for `object`; to be freed. A link_map is what dlopen() returns too. */
static Dl_serinfo *directories_of(struct link_map *object) {
    Dl_serinfo size;
    if (dlinfo(object, RTLD_DI_SERINFOSIZE, &size) < 0) return 0;
    Dl_serinfo *directories = malloc(size.dls_size);
    if (!directories) return 0;
    if (dlinfo(object, RTLD_DI_SERINFOSIZE, directories) == 0 && dlinfo(object, RTLD_DI_SERINFO, directories) == 0) {
        return directories;
    }
    free(directories);
    return 0;
}

static int is_listed(const Dl_serinfo *directories, const char *name) {
    for (unsigned i = 0; i < directories->dls_cnt; i++) {
        if (strcmp(directories->dls_serpath[i].dls_name, name) == 0) return 1;
    }
    return 0;
}

/* ld.so passes over files of another processor. */
static int is_library_here(const char *path) {
    ElfW(Ehdr) header, *ours = 0;
    struct link_map *self = object_of((const void *)is_library_here);
    int fd = gt_libc.open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t size = gt_libc.read(fd, &header, sizeof header);
    gt_libc.close(fd);
    /* Where the program's own header cannot be told from its load address, the file is left for ld.so to judge. */
    if (self && self->l_addr) ours = (ElfW(Ehdr) *)self->l_addr;
    if (size < (ssize_t)sizeof header || !ours || memcmp(ours->e_ident, ELFMAG, SELFMAG) != 0) return 1;
    return header.e_ident[EI_CLASS] == ours->e_ident[EI_CLASS] && header.e_machine == ours->e_machine;
}

/* The first of the caller's directories that has the library, unless ld.so looks there for us as well. */
static char *find(const char *name, const Dl_serinfo *theirs, const Dl_serinfo *ours) {
    for (unsigned i = 0; i < theirs->dls_cnt; i++) {
        char *path = 0;
        const char *directory = theirs->dls_serpath[i].dls_name;
        if (asprintf(&path, "%s/%s", directory, name) < 0) return 0;
        if (is_library_here(path)) {
            if (!is_listed(ours, directory)) return path;
            free(path);
            return 0;
        }
        free(path);
    }
    return 0;
}

static char *find_for(struct link_map *object, const char *name) {
    Dl_serinfo *theirs = directories_of(object);
    Dl_serinfo *ours = directories_of(object_of((const void *)gt_library_path));
    char *path = theirs && ours ? find(name, theirs, ours) : 0;
    free(theirs);
    free(ours);
    return path;
}

/* The directory that an object was loaded from. */
static char *origin_of(const struct link_map *object) {
    const char *path = object->l_name[0] ? object->l_name : "/proc/self/exe";
    char *real = realpath(path, 0);
    if (object->l_name[0]) {
        /* Links in it are not followed: only made absolute. */
        free(real);
        char here[PATH_MAX];
        if (path[0] == '/') real = strdup(path);
        else if (!getcwd(here, sizeof here) || asprintf(&real, "%s/%s", here, path) < 0) real = 0;
    }
    char *slash = real ? strrchr(real, '/') : 0;
    if (slash) *slash = 0;
    return real;
}

/* How long "$ORIGIN" or "${ORIGIN}" is at the start of `text`; 0 if it is neither. */
static size_t origin_token(const char *text) {
    if (strncmp(text, "${ORIGIN}", 9) == 0) return 9;
    if (strncmp(text, "$ORIGIN", 7) == 0 && (text[7] == '/' || text[7] == 0)) return 7;
    return 0;
}

/* The name with the caller's origin in it; ld.so's other tokens mean the same for everybody. */
static char *with_origin(const char *name, const struct link_map *object) {
    const char *token = name;
    while (*token && !origin_token(token)) token++;
    if (!*token) return 0;
    char *origin = origin_of(object), *path = 0;
    const char *rest = token + origin_token(token);
    int size = origin ? asprintf(&path, "%.*s%s%s", (int)(token - name), name, origin, rest) : -1;
    free(origin);
    return size < 0 ? 0 : path;
}

char *gt_library_path(const char *name, const void *caller) {
    struct link_map *object = object_of(caller);
    if (!object || object == object_of((const void *)gt_library_path)) return 0;
    if (strchr(name, '/')) return with_origin(name, object);
    return name[0] ? find_for(object, name) : 0;
}
