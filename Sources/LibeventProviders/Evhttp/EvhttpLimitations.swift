// This file is part of gtornado.
// Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
// SPDX-License-Identifier: MIT

/// What evhttp 2.1 cannot do, a sentence each, as the table has it.
enum EvhttpLimitations {
    static let sentences: [StaticString] = [
        """
        It is less strict than gtornado's own server, and should not face the open network without a strict \
        proxy in front.
        """,
        """
        Folded header lines are joined with a space and not refused, unless the first line of the value is \
        empty.
        """,
        """
        A NUL byte ends a header value, a chunk size or the request line's version; what follows it on the \
        line is not seen.
        """,
        "Lines may end in LF alone, in the head and in chunked bodies.",
        """
        Chunk sizes may have a sign, 0x, spaces, leading empty lines and anything behind a space, and a \
        chunk need not be followed by CRLF.
        """,
        "Chunk extensions, which are allowed, are refused with 413 like all other chunk errors.",
        "Fields behind a chunked body are dropped unseen and unchecked, and never reach the app.",
        """
        Odd spellings of the version are taken for 1.1: HTTP/01.1, HTTP/1.+1, HTTP/1.257, HTTP/4294967297.1, \
        and spaces behind it.
        """,
        "An empty line in front of a request line, which should be passed over, is answered with 400.",
        """
        Methods other than CONNECT, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT and TRACE are answered with \
        501 before the app is asked.
        """,
        """
        HEAD and TRACE with a body are refused with 400, because evhttp would read the body as the next \
        request.
        """,
        """
        A head over its limit is answered with 400, not 431, and a request line over the limit of the whole \
        head with 400, not 414.
        """,
        "What evhttp itself refuses is answered with its own page and is not reported for the access log.",
        """
        The whole body is kept in memory before the app is asked, so uploads cannot be streamed, limited or \
        refused by the app.
        """,
        "100 Continue is sent before the app is asked, and an Expect of anything else is answered with 417.",
        """
        Interim answers (102, 103) and 101 cannot be sent; a connection can be taken over before its answer \
        has begun.
        """,
        """
        A request that arrives slowly but steadily is cut off only where both header_timeout and \
        body_timeout are set, after their sum; each alone, the shorter of the two, limits the time without a \
        byte.
        """,
        "A request that times out is closed without 408.",
        """
        That the client has gone is not noticed while an answer is being prepared, only once it is being \
        sent.
        """,
        "A client that closes its sending half while an answer is being streamed loses the rest of it.",
        """
        Where a connection closes with input unread, the client may be reset before it has read the answer; \
        there is no lingering close.
        """,
        "drained() comes when all output has left, not when half of it has.",
        "HTTP/1.1 answers always have a Date, and answers to HTTP/1.0 requests say HTTP/1.0.",
        """
        TLS needs libevent_openssl-2.1.so.7 (Debian: libevent-openssl-2.1-7), and a client that ends TLS without \
        its word is taken for one that has sent all.
        """,
        "stop() resets connections that the kernel has taken and evhttp has not.",
        """
        libevent ends the process where it finds its own state broken or is out of memory in the wrong \
        place.
        """,
    ]

    /// The sentences as C strings: made once, never freed.
    nonisolated(unsafe) static let pointer: UnsafePointer<UnsafePointer<CChar>?> = {
        let place = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: sentences.count)
        for (index, sentence) in sentences.enumerated() {
            // A static string lives as long as the image, and ends in NUL.
            let text = UnsafeRawPointer(sentence.utf8Start).assumingMemoryBound(to: CChar.self)
            (place + index).initialize(to: text)
        }
        return UnsafePointer(place)
    }()
}
