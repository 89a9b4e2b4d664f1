/* A Mono that has started and waits, first for a program's sources, then for its arguments.
 *
 * It does with libmonosgen what `mono --debug` does, on the process's first thread as that does. Sources are
 * compiled by mcs.exe in an application domain of its own, with the words that `mcs` would get; no class
 * that was loaded or initialized there is in the program's domain, which is the first one and still new.
 */
#define _GNU_SOURCE
#include "park.h"

#include <locale.h>
#include <mono/jit/jit.h>
#include <mono/metadata/assembly.h>
#include <mono/metadata/environment.h>
#include <mono/metadata/mono-config.h>
#include <mono/metadata/mono-debug.h>
#include <mono/metadata/mono-gc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MONO "/usr/bin/mono"
#define LIBRARY "/usr/lib/mono/4.5"
#define COMPILER "/usr/lib/hearth/csharp/Compiler.exe"
#define REHEARSAL "/tmp/.rehearsal" /* is gone before the runner says that it is ready */
#define RUNTIME "v4.0.30319"        /* what mcs makes programs for */

static const void *
needed(const void *found, const char *what)
{
    if (found == NULL)
        park_give_up(what);
    return found;
}

static MonoMethod *
find_method(MonoImage *image, const char *space, const char *class_name, const char *name, int parameters)
{
    MonoClass *class = mono_class_from_name(image, space, class_name);
    needed(class, class_name);
    MonoMethod *method = mono_class_get_method_from_name(class, name, parameters);
    needed(method, name);
    return method;
}

/* Calls a static method. Gives up when it throws. */
static MonoObject *
call(MonoMethod *method, void **arguments)
{
    MonoObject *exception = NULL;
    MonoObject *result = mono_runtime_invoke(method, NULL, arguments, &exception);
    if (exception != NULL) {
        mono_print_unhandled_exception(exception);
        park_give_up(mono_method_get_name(method));
    }
    return result;
}

static MonoArray *
strings(MonoDomain *domain, char **texts, size_t count)
{
    MonoArray *array = mono_array_new(domain, mono_get_string_class(), count);
    for (size_t i = 0; i < count; i++)
        mono_array_setref(array, i, mono_string_new(domain, texts[i]));
    return array;
}

/* ---- The compiler's domain -------------------------------------------------------------- */

typedef struct {
    MonoDomain *domain;
    MonoMethod *compile;
    MonoMethod *rehearse;
} Compiler;

static Compiler
make_compiler(void)
{
    Compiler compiler = {.domain = mono_domain_create_appdomain("mcs.exe", NULL)};
    needed(compiler.domain, "a domain");
    mono_domain_set_config(compiler.domain, LIBRARY, "");
    mono_domain_set(compiler.domain, false);
    MonoAssembly *assembly = mono_domain_assembly_open(compiler.domain, COMPILER);
    needed(assembly, COMPILER);
    MonoImage *image = mono_assembly_get_image(assembly);
    compiler.compile = find_method(image, "", "Compiler", "Compile", 1);
    compiler.rehearse = find_method(image, "", "Compiler", "Rehearse", 2);
    return compiler;
}

static void
rehearse(const Compiler *compiler, char **words, size_t count)
{
    if (mkdir(REHEARSAL, 0700) != 0)
        return; /* the program will be slower */
    void *arguments[] = {
        mono_string_new(compiler->domain, REHEARSAL), strings(compiler->domain, words, count)
    };
    call(compiler->rehearse, arguments);
    rmdir(REHEARSAL);
}

static int
compile(const Compiler *compiler, char **words, size_t count)
{
    mono_domain_set(compiler->domain, false);
    void *arguments[] = {strings(compiler->domain, words, count)};
    return *(int *)mono_object_unbox(call(compiler->compile, arguments));
}

/* ---- The program's domain --------------------------------------------------------------- */

/* What nearly every program does first, and finds done. Nothing is read or written. */
static void
open_console(void)
{
    MonoImage *corlib = mono_get_corlib();
    call(find_method(corlib, "System", "Console", "get_Out", 0), NULL);
    call(find_method(corlib, "System", "Console", "get_Error", 0), NULL);
}

static void
run(MonoDomain *domain, const Program *program)
{
    mono_domain_set(domain, false);
    if (program->argc < 2)
        park_give_up("run: no program");
    environ = program->env;
    park_rewrite_environ(program);

    MonoAssembly *assembly = mono_domain_assembly_open(domain, program->argv[1]);
    if (assembly == NULL) {
        fprintf(stderr, "Cannot open assembly '%s': No such file or directory.\n", program->argv[1]);
        _exit(2);
    }
    mono_jit_exec(domain, assembly, (int)program->argc - 1, program->argv + 1);
}

int
main(int argc, char **argv)
{
    int socket = park_socket();
    if (socket < 0) {
        execv(MONO, argv);
        park_give_up(MONO);
    }

    setlocale(LC_ALL, "");
    mono_config_parse(NULL);
    mono_debug_init(MONO_DEBUG_FORMAT_MONO);
    MonoDomain *domain = mono_jit_init_version("program.exe", RUNTIME);
    needed(domain, "Mono");
    open_console();
    Compiler compiler = make_compiler();
    rehearse(&compiler, argv + 1, (size_t)argc - 1);
    mono_gc_collect(mono_gc_max_generation());

    park_ready(socket);
    Program program = park_receive(socket);
    if (strcmp(program.argv[0], "compile") == 0) {
        environ = program.env;
        park_tell_status(socket, compile(&compiler, program.argv + 1, program.argc - 1));
        program = park_receive(socket);
    }
    close(socket);

    run(domain, &program);
    mono_jit_cleanup(domain); /* waits for the program's other threads first */
    return mono_environment_exitcode_get();
}
