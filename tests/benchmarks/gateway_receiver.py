"""A webhook receiver for benchmarks: `python -m tests.benchmarks.gateway_receiver`. Prints its port; takes everything.

An aiohttp server that reads the body and answers 204; it ends when its standard input does.
"""

import asyncio
import sys

from aiohttp import web


async def _take(request: web.BaseRequest) -> web.Response:
    await request.read()
    return web.Response(status=204)


async def _serve() -> None:
    runner = web.ServerRunner(web.Server(_take, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve())
