/* The objects that the dynamic linker has loaded: its list, which Swift cannot ask for. */
#ifndef GT_LOADED_OBJECTS_H
#define GT_LOADED_OBJECTS_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* One loaded object. Everything it points to is the linker's. */
typedef struct gt_loaded_object {
    const char *name; /* a path; empty for the program itself */
    uint64_t base;    /* what is added to the addresses in its file */
    const void *program_headers;
    size_t program_header_bytes;
    uint64_t unloaded; /* how many objects were unloaded so far, of all */
} gt_loaded_object;

/* Calls `visit` for each object, in the order of loading. None is loaded or unloaded meanwhile: `visit` must not call
 * dlopen(), dlclose() or dlsym(). */
void gt_each_loaded_object(void (*visit)(const gt_loaded_object *object, void *context), void *context);

#pragma GCC visibility pop

#endif
