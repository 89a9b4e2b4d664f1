/* The native half of a Node that has started and waits for its program; park.cjs opens with how.
 *
 * wait() blocks until the process is told what it is (executor/agent/PROTOCOL.md, "Parked runners"),
 * makes the environment the process's own and returns the arguments. start() replaces the process by a
 * plain node. The rest makes the end of a program as short as its start: Node frees all its memory
 * piece by piece before it exits, which costs ten milliseconds in gVisor, and the kernel does the same
 * in one.
 */
#include "environment.h"
#include "park.h"

#include <node.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <string>
#include <sys/auxv.h>
#include <sys/mman.h>
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

Local<String>
text(Isolate *isolate, const char *bytes)
{
    return String::NewFromUtf8(isolate, bytes).ToLocalChecked();
}

/* ---- The program ------------------------------------------------------------------------ */

Program program;

/* `node` and its options, without the program that it was told to run. Lives until the process ends. */
std::vector<char *>
first_words()
{
    size_t argc = *static_cast<size_t *>(__libc_stack_end);
    char **argv = reinterpret_cast<char **>(static_cast<size_t *>(__libc_stack_end) + 1);
    std::vector<char *> words;
    for (size_t i = 0; i + 1 < argc; i++)
        words.push_back(strdup(argv[i]));
    return words;
}

auto &options = *new std::vector<char *>(first_words());

/* The command line with the program instead. */
std::vector<char *>
command_line()
{
    std::vector<char *> words = options;
    words.insert(words.end(), program.argv, program.argv + program.argc);
    words.push_back(nullptr);
    return words;
}

/* ---- What JavaScript calls -------------------------------------------------------------- */

/* wait(fd): the arguments of the program. Its environment is the process's own by then. */
void
wait(const FunctionCallbackInfo<Value> &info)
{
    Isolate *isolate = info.GetIsolate();
    int socket = info[0].As<v8::Int32>()->Value();
    park_ready(socket);
    program = park_receive(socket);
    close(socket);

    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    node::per_process::node_start_time = static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
    park_rewrite_cmdline(command_line().data());
    park_rewrite_environ(&program);
    environ = program.env;
    environment_watch(environ, nullptr);

    std::vector<Local<Value>> words;
    for (size_t i = 0; i < program.argc; i++)
        words.push_back(text(isolate, program.argv[i]));
    info.GetReturnValue().Set(Array::New(isolate, words.data(), words.size()));
}

/* start(): becomes `node` with the words of the message, as if nothing had been there before. */
void
start(const FunctionCallbackInfo<Value> &)
{
    signal(SIGPIPE, SIG_DFL); // which Node ignores, and an exec would hand on
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        fcntl(fd, F_SETFD, 0); // Node has all that it inherited closed by an exec
    execve(reinterpret_cast<const char *>(getauxval(AT_EXECFN)), command_line().data(),
           environment_for_exec(environ));
    park_give_up(strerror(errno));
}

/* pipe(): its two ends. */
void
make_pipe(const FunctionCallbackInfo<Value> &info)
{
    Isolate *isolate = info.GetIsolate();
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        park_give_up(strerror(errno));
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
    environment_record();
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
