#define _GNU_SOURCE
#include "LoadedObjects.h"

#include <link.h>

struct visitor {
    void (*visit)(const gt_loaded_object *object, void *context);
    void *context;
};

static int visit_one(struct dl_phdr_info *info, size_t size, void *context) {
    const struct visitor *visitor = context;
    (void)size;
    gt_loaded_object object = {
        .name = info->dlpi_name ? info->dlpi_name : "",
        .base = info->dlpi_addr,
        .program_headers = info->dlpi_phdr,
        .program_header_bytes = info->dlpi_phnum * sizeof *info->dlpi_phdr,
        .unloaded = info->dlpi_subs,
    };
    visitor->visit(&object, visitor->context);
    return 0;
}

void gt_each_loaded_object(void (*visit)(const gt_loaded_object *object, void *context), void *context) {
    struct visitor visitor = {visit, context};
    dl_iterate_phdr(visit_one, &visitor);
}
