import asyncio

async def work(n):
    await asyncio.sleep(0.001 * n)
    print("done", n)
    return n

async def main():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(n), name=f"t{n}") for n in (3, 1, 2)]
    print([task.result() for task in tasks])
    process = await asyncio.create_subprocess_exec("echo", "child", stdout=asyncio.subprocess.PIPE)
    print(await process.communicate())
    raise OSError("from a coroutine")

asyncio.run(main())
