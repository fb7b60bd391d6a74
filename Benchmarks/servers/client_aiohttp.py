# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""client_aiohttp.py URL CONNECTIONS SECONDS: so many requests under way at a time, by aiohttp's client."""

import asyncio
import sys
import time

import aiohttp


async def one(session, url, end):
    done = 0
    while time.monotonic() < end:
        async with session.get(url) as response:
            await response.read()
            assert response.status == 200
        done += 1
    return done


async def main():
    url, count, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=count)) as session:
        begin = time.monotonic()
        done = await asyncio.gather(*(one(session, url, begin + seconds) for _ in range(count)))
    print("requests", sum(done))
    print("seconds", time.monotonic() - begin)


asyncio.run(main())
