"""One execution: a program's way through a claimed sandbox, stage by stage.

The executor is the authority over time and output: it does not rely on the agent to stop a program,
it tells the agent to, and kills the sandbox when the agent does not obey in time.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

from executor import compile_cache, frames, outcome
from executor.api import executor_pb2 as pb
from executor.channel import ChannelClosedError
from executor.compile_cache import CompileCache, Compiled, Saving
from executor.outcome import StageLimits, Verdict
from executor.runtime import Program, Step
from executor.sandbox import Sandbox
from executor.sessions.keeping import Keeping
from executor.settings import Settings
from executor.stdin import Stdin
from executor.timeline import StageTime, Timeline

Emit = Callable[[list[pb.Event]], Awaitable[None]]

# What a parked runner's environment and arguments must fit into, with room for the rest of the frame.
MAX_ARGUMENTS = frames.MAX_PAYLOAD - 4096

# Seconds between two looks at whether the kernel has killed for memory.
_MEMORY_LOOK = 0.1


class BadProgramError(ValueError):
    """The program cannot be run as it was sent; `str()` names the field."""


class Execution:
    """Runs one program in a claimed sandbox. `healthy` says afterwards whether the sandbox may be reused."""

    def __init__(
        self,
        sandbox: Sandbox,
        start: pb.Start,
        settings: Settings,
        cache: CompileCache,
        emit: Emit,
        keeping: Keeping,
        timeline: Timeline,
    ) -> None:
        """
        Args:
            keeping: the session that the program belongs to. It is in the sandbox when `run` is called,
                and has all that the program leaves afterwards.
            timeline: gets the moments that `run` comes to.

        Raises:
            BadProgramError: arguments and environment are too large to hand over.
        """
        self._sandbox = sandbox
        self._channel = sandbox.channel
        self._definition = sandbox.runtime.definition
        self._settings = settings
        self._start = start
        self._cache = cache
        self._emit = emit
        self._program = Program([file.name for file in start.files], list(start.args))
        self._keeping = keeping
        self._timeline = timeline
        self._env = sandbox.runtime.environment | keeping.env
        self._steps = sandbox.runtime.steps(self._program, keeping.env)
        # Who takes what the agent sends of a place: it answers in the order in which it was asked.
        self._asked: deque[Saving | Keeping] = deque()
        self._loop = asyncio.get_running_loop()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._verdict: Verdict | None = None
        self._interrupted: str | None = None
        self._stdin = Stdin(start.stdin, complete=start.stdin_complete, window=settings.stdin_window)
        self._memory_limit = sandbox.memory_limit
        self.healthy = True
        self.agent_ns = 0
        self._check_sizes()

    def _check_sizes(self) -> None:
        """Raises BadProgramError for what does not fit into the frames that carry it."""
        texts = [*self._start.args, *self._env.keys(), *self._env.values(), *self._program.files]
        if any("\0" in text for text in texts):
            raise BadProgramError("args, env and files[].name must not hold NUL")
        names = [len(name.encode()) for name in self._program.files]
        if max(names) > MAX_ARGUMENTS:
            raise BadProgramError(f"files[].name: {max(names)} bytes are over the limit of {MAX_ARGUMENTS}")
        env = sum(len(name.encode()) + len(value.encode()) + 2 for name, value in self._env.items())
        for step in (self._steps.compile, self._steps.run):
            size = env + sum(len(word.encode()) + 1 for word in step.argv) if step else 0
            if size > MAX_ARGUMENTS:
                raise BadProgramError(
                    f"args, env and names of files: {size} bytes are over the limit of {MAX_ARGUMENTS}"
                )

    async def run(self) -> list[pb.Event]:
        """Runs all stages. Whatever the program does, each one that begins has its `stage_end`.

        Returns the last events, which were not emitted: the caller has something to add to them.
        """
        before = [
            part for file in self._start.files for part in frames.file(file.name.encode(), file.content)
        ]
        try:
            if self._steps.compile is not None:
                end, last, before = await self._compile(self._steps.compile, before)
                if end.outcome != pb.OK:
                    await self._keep()
                    return last
                await self._emit(last)
            _, last = await self._stage(pb.RUN, before, self._steps.run, self._emit)
            await self._keep()
            return last
        finally:
            self._stop_timers()
            if self.healthy and self._memory_limit != self._sandbox.memory_limit:
                self._limit_memory(self._sandbox.memory_limit)

    async def _compile(
        self, step: Step, files: list[bytes]
    ) -> tuple[pb.StageEnd, list[pb.Event], list[bytes]]:
        """The compile stage: its end, its last events, and the frames to send before the run stage.

        Not done when its result is known, unless the compiler could see what others left. Else what it made
        is asked for before anything of it runs, since a program may change what lies in /build; the agent
        answers while the program starts.
        """
        start = self._start
        if start.isolate_sandbox or not self._keeping.leaves_alone:
            return *await self._stage(pb.COMPILE, files, step, self._emit), []
        key = compile_cache.key(self._sandbox.runtime.image, step.argv, self._env, start.files)
        if (known := self._cache.find(start.tenant, key)) is not None:
            told = compile_cache.reused(known.events)
            return told[-1].stage_end, told, [*files, known.build]
        events: list[pb.Event] = []

        async def keep_and_emit(some: list[pb.Event]) -> None:
            events.extend(some)
            await self._emit(some)

        end, last = await self._stage(pb.COMPILE, files, step, keep_and_emit)
        if end.outcome != pb.OK:
            return end, last, []
        limit = self._settings.compile_cache_entry

        def keep(build: bytes) -> None:
            self._cache.keep(start.tenant, key, Compiled(build, [*events, *last]))

        self._asked.append(Saving(limit, keep))
        return end, last, [frames.save(frames.Place.BUILD, frames.Saving.ALL, limit)]

    async def _keep(self) -> None:
        """Takes what the agent still has to send of what the program left."""
        self._timeline.ended = time.monotonic_ns()
        if not self.healthy:
            return
        if self._keeping not in self._asked and not self._keeping.complete:
            self._asked.append(self._keeping)
            self._channel.send(self._keeping.request)
        self._timers["save"] = self._loop.call_later(
            self._settings.save_timeout, self._channel.end, "the workspace did not come in time"
        )
        self._look_at_memory_later()
        try:
            while not self._keeping.complete:
                if self._keeping.full:
                    await self._keeping.flush()
                for frame in await self._channel.receive():
                    match frame:
                        case frames.SavedEntry() | frames.SavedMore() | frames.Saved() if self._takes(frame):
                            continue
                        case _:
                            self._channel.end("the agent sent a frame out of turn")
                            break
        except ChannelClosedError as closed:
            self.healthy = False
            self._keeping.fail(f"the sandbox was lost: {closed}")

    def _takes(
        self, frame: frames.SavedEntry | frames.SavedMore | frames.Saved, *, running: bool = False
    ) -> bool:
        """Passes on what the agent sends of a place; false when it was not asked for.

        While a stage is `running` nothing comes of the workspace.
        """
        if not self._asked or (running and self._asked[0] is self._keeping):
            return False
        try:
            self._asked[0].take(frame)
        except frames.UnexpectedFrameError:
            return False
        if isinstance(frame, frames.Saved):
            self._asked.popleft()
        return True

    def interrupt(self, reason: str) -> None:
        """Ends the program, whatever stage it is in, or as soon as it begins."""
        self._interrupted = reason
        if "wall" in self._timers:
            self._end_program(pb.INTERNAL, reason)

    def feed(self, data: bytes) -> None:
        """More standard input."""
        self._stdin.feed(data)
        self._channel.send(*self._stdin.take())

    def feed_eof(self) -> None:
        """No more standard input."""
        self._stdin.end()
        self._channel.send(*self._stdin.take())

    async def has_room(self) -> None:
        """Waits until the program has taken most of its standard input so far."""
        await self._stdin.has_room()

    def send_signal(self, number: int) -> None:
        """A signal to the program's main process."""
        self._channel.send(frames.signal(number))

    def _limits(self, stage: pb.StageKind.ValueType) -> StageLimits:
        asked = self._start.compile_limits if stage == pb.COMPILE else self._start.run_limits
        own = self._definition.limits
        wall, memory = (
            (own.compile_timeout, own.compile_memory)
            if stage == pb.COMPILE
            else (own.run_timeout, own.run_memory)
        )
        wall = asked.wall_ms or wall
        return StageLimits(
            wall_ms=wall,
            cpu_ms=asked.cpu_ms or wall,
            memory=asked.memory_bytes or memory,
            output=asked.output_bytes or self._settings.output_limit,
        )

    async def _stage(
        self, stage: pb.StageKind.ValueType, before: list[bytes], step: Step, emit: Emit
    ) -> tuple[pb.StageEnd, list[pb.Event]]:
        """Runs one stage, after some frames: its end, and the events with it that are still to be emitted."""
        limits = self._limits(stage)
        own = self._definition.limits
        wanted = limits.memory + self._settings.memory_overhead
        if wanted != self._memory_limit:
            self._limit_memory(wanted)
        process = frames.ProcessLimits(
            processes=own.processes,
            open_files=own.open_files,
            file_bytes=own.file_size,
            stack_bytes=own.stack,
            cpu_ms=limits.cpu_ms,
        )
        self._verdict = None
        after = [frames.STDIN_EOF]
        if stage == pb.RUN:
            self._stdin.open()
            after = [*self._stdin.take(), self._keeping.request]
            self._asked.append(self._keeping)
        # In one piece: the agent wakes once for all of it.
        begin = frames.start(process, step.argv, self._env, parked=step.parked, further=step.further)
        self._channel.send(*before, begin, *after)
        began = time.monotonic_ns()
        if not self._timeline.gone and self._channel.ended is None:
            self._timeline.gone = began
        self._timers["wall"] = self._loop.call_later(
            limits.wall_ms / 1000, self._on_wall_time, limits.wall_ms
        )
        self._look_at_memory_later()
        if self._interrupted is not None:
            self.interrupt(self._interrupted)
        end, events = await self._until_end(stage, limits, began, emit)
        self._stop_timers()
        self._timeline.stages.append(StageTime(stage, began, time.monotonic_ns(), end.outcome))
        return end, events

    async def _until_end(
        self, stage: pb.StageKind.ValueType, limits: StageLimits, began: int, emit: Emit
    ) -> tuple[pb.StageEnd, list[pb.Event]]:
        events = [pb.Event(stage_start=stage)]
        written: dict[type[frames.Frame], int] = {frames.Stdout: 0, frames.Stderr: 0}
        end: pb.StageEnd | None = None
        while True:
            try:
                arrived = await self._channel.receive()
            except ChannelClosedError as closed:
                end = outcome.lost(stage, str(closed), self._verdict, time.monotonic_ns() - began)
                self.healthy = False
                arrived = []
            for frame in arrived:
                match frame:
                    case frames.Stdout() | frames.Stderr():
                        events += self._output(frame, written, limits.output)
                    case frames.Exit():
                        end = outcome.exited(stage, frame, self._verdict, limits)
                        self.agent_ns += frame.wall_ns
                        # What was asked for before the stage was sent before its end, or never.
                        self._asked = deque(one for one in self._asked if one is self._keeping)
                    case frames.Credit():
                        self._stdin.credit(frame.size)
                        self._channel.send(*self._stdin.take())
                    case frames.Failed():
                        end = outcome.not_started(stage, frame)
                        # It may have been a file that could not be made: what is there now is not all.
                        self._keeping.fail(f"the program could not be started: {frame.text}")
                    case frames.SavedEntry() | frames.SavedMore() | frames.Saved() if self._takes(
                        frame, running=end is None
                    ):
                        continue
                    case _:
                        self._channel.end("the agent sent a frame out of turn")
                        break
            if end is not None:
                self._blame_memory(end, limits)
                end.stdout_truncated = written[frames.Stdout] > limits.output
                end.stderr_truncated = written[frames.Stderr] > limits.output
                events.append(pb.Event(stage_end=end))
                return end, events
            if events:
                await emit(events)
            events = []

    def _output(
        self,
        frame: frames.Stdout | frames.Stderr,
        written: dict[type[frames.Frame], int],
        limit: int,
    ) -> list[pb.Event]:
        """The part of some output that is below the cap; ends the program when it is over."""
        kind = type(frame)
        room = limit - written[kind]
        written[kind] += len(frame.data)
        if written[kind] > limit:
            if isinstance(frame, frames.Stdout):
                self._end_program(pb.STDOUT_EXCEEDED, f"stdout is over its limit of {limit} bytes")
            else:
                self._end_program(pb.STDERR_EXCEEDED, f"stderr is over its limit of {limit} bytes")
        data = frame.data[: max(room, 0)]
        if not data:
            return []
        return [pb.Event(stdout=data) if isinstance(frame, frames.Stdout) else pb.Event(stderr=data)]

    def _blame_memory(self, end: pb.StageEnd, limits: StageLimits) -> None:
        """What ended badly and not by the executor's own decision may have been killed for memory.

        The kernel may pick one of gVisor's helper processes, whose program then seems to have ended by
        itself with a status that means nothing; or the sentry, and then the sandbox is lost.
        """
        if end.outcome == pb.OK or (self._verdict is not None and self.healthy):
            return
        if self._sandbox.cgroup.oom_kills():
            self.healthy = False
            outcome.out_of_memory(end, limits)

    def _look_at_memory_later(self) -> None:
        self._timers["memory"] = self._loop.call_later(_MEMORY_LOOK, self._look_at_memory)

    def _look_at_memory(self) -> None:
        """When the kernel has picked a helper process of gVisor's, what it ran may hang instead of ending."""
        if self._sandbox.cgroup.oom_kills():
            self._channel.end("something in it was killed for memory")
        else:
            self._look_at_memory_later()

    def _on_wall_time(self, wall_ms: int) -> None:
        self._end_program(pb.TIMED_OUT, f"the wall time limit of {wall_ms} ms was reached")

    def _end_program(self, kind: pb.Outcome.ValueType, message: str) -> None:
        """Tells the agent to kill the cell; ends the channel, and so the sandbox, when it does not."""
        if self._verdict is not None:
            return
        self._verdict = Verdict(kind, message)
        self._channel.send(frames.KILL)
        self._timers["grace"] = self._loop.call_later(
            self._settings.kill_grace, self._channel.end, "the agent did not end the program"
        )

    def _stop_timers(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _limit_memory(self, size: int) -> None:
        try:
            self._sandbox.cgroup.set_memory_limit(size)
        except OSError:
            # More is in use than the limit would be: a sandbox that is not worth keeping.
            self.healthy = False
        else:
            self._memory_limit = size
