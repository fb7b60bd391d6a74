/* libevent's headers for Swift. <features.h> comes first: Debian's event-config.h defines _GNU_SOURCE too late, which
 * gives fd_set a second shape on a cold module cache. */
#ifndef GT_CLIBEVENT_SHIM_H
#define GT_CLIBEVENT_SHIM_H

#include <features.h>
#include <stdint.h>
#include <sys/types.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_struct.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <event2/util.h>

#endif
