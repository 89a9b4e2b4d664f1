/* The native half of a Node that has started and waits for its program; park.cjs opens with how.
 *
 * wait() blocks until the process is told what it is (executor/agent/PROTOCOL.md, "Parked runners"),
 * makes the environment the process's own and returns the arguments. start() replaces the process by a
 * plain node. The rest makes the end of a program as short as its start: Node frees all its memory
 * piece by piece before it exits, which costs ten milliseconds in gVisor, and the kernel does the same
 * in one.
 */
#include <node.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <string>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>
#include <vector>

extern char **environ;
/* Where the kernel put argc, argv and envp; exported by the dynamic loader. */
extern "C" void *__libc_stack_end;

namespace node::per_process {
/* What process.uptime() counts from; exported by the executable, declared in a header of its own. */
extern uint64_t node_start_time;
} // namespace node::per_process

namespace {

using v8::Array;
using v8::Context;
using v8::Function;
using v8::FunctionCallbackInfo;
using v8::FunctionTemplate;
using v8::Global;
using v8::Isolate;
using v8::Local;
using v8::Object;
using v8::String;
using v8::Value;

using Strings = std::vector<char *>; // ends with a null pointer

constexpr int kBroken = 70; // EX_SOFTWARE: no program ran

[[noreturn]] void
give_up(const char *what)
{
    dprintf(STDERR_FILENO, "hearth park: %s\n", what);
    _exit(kBroken);
}

Local<String>
text(Isolate *isolate, const char *bytes)
{
    return String::NewFromUtf8(isolate, bytes).ToLocalChecked();
}

/* ---- What this process was started with ------------------------------------------------- */

long
first_argc()
{
    return *static_cast<long *>(__libc_stack_end);
}

char **
first_argv()
{
    return reinterpret_cast<char **>(static_cast<long *>(__libc_stack_end) + 1);
}

/* `node` and its options, without the program that it was told to run. */
auto &command = *new std::vector<std::string>(first_argv(), first_argv() + first_argc() - 1);

/* ---- The message ------------------------------------------------------------------------ */

void
receive(int fd, void *buffer, size_t size)
{
    char *at = static_cast<char *>(buffer);
    while (size > 0) {
        ssize_t got = read(fd, at, size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            _exit(0); // nobody needs this runner any more
        at += got;
        size -= static_cast<size_t>(got);
    }
}

/* Reads `u32 count` and that many NUL-terminated strings; they stay where they are. */
Strings
take_strings(char *&at, char *end)
{
    uint32_t count;
    if (static_cast<size_t>(end - at) < sizeof count)
        give_up("the message is cut short");
    memcpy(&count, at, sizeof count);
    at += sizeof count;
    Strings strings;
    for (uint32_t i = 0; i < count; i++) {
        char *nul = static_cast<char *>(memchr(at, '\0', static_cast<size_t>(end - at)));
        if (nul == nullptr)
            give_up("a string of the message has no end");
        strings.push_back(at);
        at = nul + 1;
    }
    strings.push_back(nullptr);
    return strings;
}

/* Live as long as the process, destructors of static objects and all: environ points into them. */
auto &program_argv = *new Strings, &program_env = *new Strings;

void
wait_for_program(int fd)
{
    while (send(fd, "", 1, MSG_NOSIGNAL) != 1)
        if (errno != EINTR)
            _exit(0);

    uint32_t size;
    receive(fd, &size, sizeof size);
    char *message = static_cast<char *>(malloc(static_cast<size_t>(size) + 1));
    if (message == nullptr)
        give_up("out of memory");
    receive(fd, message, size);
    close(fd);

    char *at = message, *end = message + size;
    program_argv = take_strings(at, end);
    program_env = take_strings(at, end);
    if (at != end)
        give_up("the message goes on after its end");
    if (program_argv.front() == nullptr)
        give_up("a program without a name");
}

/* ---- What the kernel shows of the process ----------------------------------------------- */

/* Writes strings into the memory of others. What does not fit is left out, what remains is zeros. */
void
overwrite(char **old, const std::vector<const char *> &strings)
{
    if (*old == nullptr)
        return;
    char *at = *old, *end = at;
    for (; *old != nullptr; old++)
        end = *old + strlen(*old) + 1;
    for (const char *string : strings) {
        size_t size = strlen(string) + 1;
        if (size > static_cast<size_t>(end - at))
            break;
        memcpy(at, string, size);
        at += size;
    }
    memset(at, 0, static_cast<size_t>(end - at));
}

void
rewrite_proc()
{
    std::vector<const char *> words;
    for (const std::string &word : command)
        words.push_back(word.c_str());
    words.insert(words.end(), program_argv.begin(), program_argv.end() - 1);
    overwrite(first_argv() + first_argc() + 1, {program_env.begin(), program_env.end() - 1});
    overwrite(first_argv(), words);
}

/* ---- What JavaScript calls -------------------------------------------------------------- */

/* wait(fd): the arguments of the program. Its environment is the process's own by then. */
void
wait(const FunctionCallbackInfo<Value> &info)
{
    Isolate *isolate = info.GetIsolate();
    wait_for_program(info[0].As<v8::Int32>()->Value());

    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    node::per_process::node_start_time = static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
    rewrite_proc();
    environ = program_env.data();

    std::vector<Local<Value>> words;
    for (char *word : program_argv)
        if (word != nullptr)
            words.push_back(text(isolate, word));
    info.GetReturnValue().Set(Array::New(isolate, words.data(), words.size()));
}

/* start(): becomes `node` with the words of the message, as if nothing had been there before. */
void
start(const FunctionCallbackInfo<Value> &)
{
    Strings argv;
    for (std::string &word : command)
        argv.push_back(word.data());
    argv.insert(argv.end(), program_argv.begin(), program_argv.end());
    signal(SIGPIPE, SIG_DFL); // which Node ignores, and an exec would hand on
    execve(reinterpret_cast<const char *>(getauxval(AT_EXECFN)), argv.data(), environ);
    give_up(strerror(errno));
}

/* pipe(): its two ends. */
void
make_pipe(const FunctionCallbackInfo<Value> &info)
{
    Isolate *isolate = info.GetIsolate();
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        give_up(strerror(errno));
    Local<Value> numbers[] = {v8::Integer::New(isolate, ends[0]), v8::Integer::New(isolate, ends[1])};
    info.GetReturnValue().Set(Array::New(isolate, numbers, 2));
}

/* turn(): waits for one turn of the event loop. Whether there was anything to wait for. */
void
turn(const FunctionCallbackInfo<Value> &info)
{
    uv_loop_t *loop = node::GetCurrentEventLoop(info.GetIsolate());
    bool alive = uv_loop_alive(loop) != 0;
    uv_run(loop, UV_RUN_ONCE);
    info.GetReturnValue().Set(alive);
}

/* Unmaps what a program file holds and nobody writes to; it is read from the file again when needed. */
int
shed_object(dl_phdr_info *object, size_t, void *)
{
    const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const auto &part = object->dlpi_phdr[i];
        if (part.p_type != PT_LOAD || (part.p_flags & PF_W))
            continue;
        uintptr_t from = (object->dlpi_addr + part.p_vaddr + page - 1) & ~(page - 1);
        uintptr_t to = (object->dlpi_addr + part.p_vaddr + part.p_filesz) & ~(page - 1);
        if (to > from)
            madvise(reinterpret_cast<void *>(from), to - from, MADV_DONTNEED);
    }
    return 0;
}

/* shed(): 40 MB of Node are mapped by its start and by the modules that were loaded, and a program needs
 * few of them. Each page costs time at the end. */
void
shed(const FunctionCallbackInfo<Value> &)
{
    dl_iterate_phdr(shed_object, nullptr);
}

/* ---- The end ---------------------------------------------------------------------------- */

/* What `process` inherits from, and would inherit `emit` from: it is looked up anew each time. Never
 * destroyed, for the isolate is gone when destructors of static objects run. */
auto &emitters = *new Global<Object>;

v8::MaybeLocal<Value>
inherited_emit(Isolate *isolate)
{
    return emitters.Get(isolate)->Get(isolate->GetCurrentContext(), text(isolate, "emit"));
}

[[noreturn]] void
leave(int status)
{
    fflush(nullptr); // what an addon may have printed
    _exit(status);
}

/* Stands in for process.emit as Node emits `exit` for a program that came to its end: what Node does
 * after that is to free memory, unless something is wrong (a top-level await that never settled, of
 * which the status tells). A native function is in no stack trace. */
void
emit_exit_and_leave(const FunctionCallbackInfo<Value> &info)
{
    Isolate *isolate = info.GetIsolate();
    Local<Context> context = isolate->GetCurrentContext();
    std::vector<Local<Value>> arguments;
    for (int i = 0; i < info.Length(); i++)
        arguments.push_back(info[i]);

    Local<Value> emit, result, status;
    if (!inherited_emit(isolate).ToLocal(&emit) || !emit->IsFunction()
        || !emit.As<Function>()
                ->Call(context, info.This(), info.Length(), arguments.data())
                .ToLocal(&result))
        return; // it threw
    info.GetReturnValue().Set(result);
    if (!info.This()->Get(context, text(isolate, "exitCode")).ToLocal(&status))
        return;
    if (status->IsUndefined() && info.Length() > 1)
        status = info[1];
    if (status->IsInt32() && status.As<v8::Int32>()->Value() != 13)
        leave(status.As<v8::Int32>()->Value() & 0xff);
}

bool
is_exiting(Isolate *isolate, Local<Object> process)
{
    Local<Value> exiting;
    return process->Get(isolate->GetCurrentContext(), text(isolate, "_exiting")).ToLocal(&exiting)
           && exiting->IsTrue();
}

/* The getter of process.emit. With JavaScript on the stack, process.exit() or an exception is the end:
 * Node calls the handler below for these. */
void
get_emit(const FunctionCallbackInfo<Value> &info)
{
    Isolate *isolate = info.GetIsolate();
    if (info.This()->IsObject() && v8::StackTrace::CurrentStackTrace(isolate, 1)->GetFrameCount() == 0
        && is_exiting(isolate, info.This())) {
        Local<Function> last;
        if (Function::New(isolate->GetCurrentContext(), emit_exit_and_leave).ToLocal(&last)) {
            info.GetReturnValue().Set(last);
            return;
        }
    }
    Local<Value> emit;
    if (inherited_emit(isolate).ToLocal(&emit))
        info.GetReturnValue().Set(emit);
}

/* Its setter: an inherited plain property would become one of the object's own. */
void
set_emit(const FunctionCallbackInfo<Value> &info)
{
    Isolate *isolate = info.GetIsolate();
    info.This()
        ->CreateDataProperty(isolate->GetCurrentContext(), text(isolate, "emit"), info[0])
        .Check();
}

/* hurry(prototype): lets the process end without freeing its memory. `prototype` is that of
 * `process`. */
void
hurry(const FunctionCallbackInfo<Value> &info)
{
    Isolate *isolate = info.GetIsolate();
    Local<Context> context = isolate->GetCurrentContext();
    Local<Object> prototype = info[0].As<Object>();
    emitters.Reset(isolate, prototype->GetPrototype().As<Object>());
    prototype->SetAccessorProperty(
        text(isolate, "emit"),
        Function::New(context, get_emit).ToLocalChecked(),
        Function::New(context, set_emit).ToLocalChecked(),
        v8::DontEnum);
    node::SetProcessExitHandler(
        node::GetCurrentEnvironment(context), [](node::Environment *, int status) { leave(status); });
}

void
initialize(Local<Object> exports, Local<Value>, Local<Context> context, void *)
{
    Isolate *isolate = Isolate::GetCurrent();
    const std::pair<const char *, v8::FunctionCallback> functions[] = {
        {"hurry", hurry}, {"pipe", make_pipe}, {"shed", shed}, {"start", start}, {"turn", turn}, {"wait", wait}};
    for (const auto &[name, function] : functions)
        exports->Set(context, text(isolate, name), Function::New(context, function).ToLocalChecked())
            .Check();
}

} // namespace

NODE_MODULE_CONTEXT_AWARE(hearth_park, initialize)
