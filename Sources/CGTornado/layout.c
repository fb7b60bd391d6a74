/* The layout that plugins in other languages rely on, checked when gtornado itself is built. */
#include "gtornado.h"

_Static_assert(sizeof(gt_bytes) == 2 * sizeof(void *), "gt_bytes is a pointer and a size");
_Static_assert(sizeof(gt_header) == 2 * sizeof(gt_bytes), "gt_header is two views");
_Static_assert(sizeof(gt_record) == 16, "gt_record is four 32-bit words");
_Static_assert(offsetof(gt_plugin, magic) == 4 && offsetof(gt_plugin, abi_version) == 8,
               "the words that decide whether a plugin can run never move");
