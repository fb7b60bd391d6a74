/* zlib's header for Swift. */
#ifndef GT_CZLIB_SHIM_H
#define GT_CZLIB_SHIM_H

#include <zlib.h>

#endif
