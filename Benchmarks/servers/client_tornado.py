# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""client_tornado.py URL CONNECTIONS SECONDS: so many requests under way at a time, by Tornado's client."""

import asyncio
import sys
import time

from tornado.httpclient import AsyncHTTPClient


async def one(client, url, end):
    done = 0
    while time.monotonic() < end:
        assert (await client.fetch(url)).code == 200
        done += 1
    return done


async def main():
    url, count, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    client = AsyncHTTPClient(max_clients=count)
    begin = time.monotonic()
    done = await asyncio.gather(*(one(client, url, begin + seconds) for _ in range(count)))
    print("requests", sum(done))
    print("seconds", time.monotonic() - begin)


asyncio.run(main())
