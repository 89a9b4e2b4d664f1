/* A Ruby that has started and waits for its program.
 *
 * `ruby -r MARK -r MARK main.rb` with this library preloaded gets as far as Ruby itself can without a
 * program: Ruby opens the script first, looks at its first line for options, then loads RubyGems and
 * what else every program has, then what -r names, and only then reads the script. This library stands
 * in for libc's open(), by which it
 *   - hands out a file of one byte as the script, and
 *   - blocks at the second MARK until it is told its program (executor/agent/PROTOCOL.md, "Parked
 *     runners").
 * It then puts the program's own file below the File object that the script is read from, does what
 * Ruby did about the first line, writes name, arguments and environment into the places where start-up
 * had put those that it was started with, and returns. MARK is a symbolic link to a file that is loaded
 * long before, so that Ruby finds nothing to do there and notes nothing down. (The first MARK has it
 * remember where that link leads.) There is no code of ours around the program: no frame, no feature,
 * no constant.
 *
 * Start-up has already acted on a part of its environment and of the home folder. When the program's own
 * would have led it elsewhere, or when anything else is in doubt, the process replaces itself by a new
 * ruby: slower, and never wrong.
 */
#define _GNU_SOURCE
#include "environment.h"
#include "park.h"

#include <ruby.h>
#include <ruby/encoding.h>
#include <ruby/io.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/usr/lib/hearth/"
#define MARK FOLDER "mark.rb"
#define ONE_BYTE FOLDER "one_byte"

/* Exported by libruby, declared in none of its public headers. */
extern void ruby_set_argv(int argc, char **argv);
extern void ruby_reset_timezone(const char *zone);
static int park_fd = -1;
static const char *parked_script; /* the name that stands for the program's */
static struct rlimit parked_stack;

/* ---- Starting afresh -------------------------------------------------------------------- */

static _Noreturn void
start_afresh(const Program *program)
{
    park_start_afresh(program, environment_for_exec(program->env));
}

static const char *
value_in(char **env, const char *name, size_t name_length)
{
    for (; *env != NULL; env++)
        if (strncmp(*env, name, name_length) == 0 && (*env)[name_length] == '=')
            return *env + name_length + 1;
    return NULL;
}

/* Did start-up look at this variable, and can what it did not be repeated? (It can for TZ.) */
static bool
was_read_at_startup(const char *variable, size_t name_length)
{
    static const char *const names[] = {"HOME", "LANG", "LOCPATH", "SOURCE_DATE_EPOCH"};
    static const char *const prefixes[] = {"RUBY", "GEM_", "BUNDLE", "DEBIAN_", "XDG_", "SYNTAX_SUGGEST_",
                                           "LC_", "LD_", "MALLOC_", "GLIBC_"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == name_length && memcmp(names[i], variable, name_length) == 0)
            return true;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(prefixes[i], variable, strlen(prefixes[i])) == 0)
            return true;
    return false;
}

/* Is this variable one of those that the runner itself was started with, and not meant for Ruby? */
static bool
is_ours(const char *variable)
{
    return strncmp(variable, "LD_PRELOAD=", 11) == 0 || strncmp(variable, "LD_BIND_NOW=", 12) == 0;
}

/* Is each variable of `env` that start-up looks at the same in `other`? */
static bool
starts_alike(char **env, char **other)
{
    for (; *env != NULL; env++) {
        size_t name_length = strcspn(*env, "=");
        if (is_ours(*env) || !was_read_at_startup(*env, name_length))
            continue;
        const char *mine = value_in(env, *env, name_length), *theirs = value_in(other, *env, name_length);
        if (mine == NULL || theirs == NULL || strcmp(mine, theirs) != 0)
            return false;
    }
    return true;
}

/* Has the user installed gems? RubyGems has made its list of all that there are. */
static bool
has_own_gems(void)
{
    static const char *const folders[] = {".gem", ".local/share/gem"};
    const char *home = getenv("HOME");
    char path[PATH_MAX];
    for (size_t i = 0; home != NULL && i < sizeof folders / sizeof *folders; i++) {
        int length = snprintf(path, sizeof path, "%s/%s", home, folders[i]);
        if (length < 0 || (size_t)length >= sizeof path || access(path, F_OK) == 0)
            return true;
    }
    return false;
}

/* Ruby has measured its stack when it started. */
static bool
same_stack(void)
{
    struct rlimit now;
    return getrlimit(RLIMIT_STACK, &now) == 0 && now.rlim_cur == parked_stack.rlim_cur;
}

/* ---- The script ------------------------------------------------------------------------- */

static VALUE
note_script(RB_BLOCK_CALL_FUNC_ARGLIST(file, found))
{
    (void)argc, (void)argv, (void)blockarg;
    VALUE path = rb_io_path(file);
    if (RB_TYPE_P(path, T_STRING) && strcmp(StringValueCStr(path), parked_script) == 0)
        *(VALUE *)found = file;
    return Qnil;
}

static VALUE
search_script(VALUE found)
{
    VALUE all = rb_const_get(rb_cObject, rb_intern("ObjectSpace")), file_class = rb_cFile;
    return rb_block_call(all, rb_intern("each_object"), 1, &file_class, note_script, found);
}

/* The File that Ruby will read the script from; only its own C stack refers to it. */
static VALUE
find_script(void)
{
    VALUE found = Qnil;
    int failed = 0;
    rb_protect(search_script, (VALUE)&found, &failed);
    if (failed || NIL_P(found))
        park_give_up("Ruby has not opened its script");
    return found;
}

/* The program's file, opened as Ruby does it; what is no plain file is Ruby's own to judge. */
static int
open_program(const Program *program)
{
    struct stat status;
    int fd = openat(AT_FDCWD, program->argv[0], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || fcntl(fd, F_SETFL, 0) != 0)
        start_afresh(program);
    return fd;
}

/* Puts another file below the File, of which nothing has been read yet. */
static void
replace_file(VALUE file, const Program *program)
{
    rb_io_t *io = RFILE(file)->fptr;
    int fd = open_program(program);
    if (dup3(fd, io->fd, O_CLOEXEC) < 0)
        start_afresh(program);
    close(fd);
    io->rbuf.off = io->rbuf.len = 0;
    RB_OBJ_WRITE(file, &io->pathv, rb_obj_freeze(rb_str_new_cstr(program->argv[0])));
}

/* Ruby's load_file_internal() has seen no "#!" line; this does what it does with one that names ruby
 * and gives no options. Others are left to a new ruby. */
static VALUE
skip_first_line(VALUE file)
{
    VALUE hash_sign = rb_io_getbyte(file);
    if (hash_sign == INT2FIX('#')) {
        VALUE next = rb_io_getbyte(file);
        if (next == INT2FIX('!')) {
            VALUE line = rb_io_gets(file);
            if (NIL_P(line)) {
                return Qfalse;
            }
            const char *text = StringValuePtr(line);
            const char *end = text + RSTRING_LEN(line);
            const char *name = memmem(text, (size_t)(end - text), "ruby", 4);
            if (name == NULL || memmem(name, (size_t)(end - name), " -", 2) != NULL
                || memchr(text, '\r', (size_t)(end - text)) != NULL
                || memchr(text, '\0', (size_t)(end - text)) != NULL)
                return Qfalse;
            rb_io_ungetbyte(file, rb_str_new_cstr("!\n"));
            rb_gv_set("$.", INT2FIX(0));
        } else if (!NIL_P(next)) {
            rb_io_ungetbyte(file, next);
        }
    }
    if (!NIL_P(hash_sign))
        rb_io_ungetbyte(file, hash_sign);
    return Qtrue;
}

/* $0 is the very string that Ruby keeps its script's name in. */
static void
rename_script(const char *name)
{
    VALUE string = rb_gv_get("$0");
    if (!RB_TYPE_P(string, T_STRING) || strcmp(RSTRING_PTR(string), parked_script) != 0)
        park_give_up("the script has another name");
    long length = (long)strlen(name);
    RB_FL_UNSET_RAW(string, RUBY_FL_FREEZE);
    rb_str_resize(string, length);
    memcpy(RSTRING_PTR(string), name, (size_t)length);
    RB_ENC_CODERANGE_CLEAR(string);
    rb_obj_freeze(string);
}

/* ---- Warming ---------------------------------------------------------------------------- */

/* What happens between the message and the end of a program, once, while nobody waits: the pages that
 * it needs are mapped then. It defines nothing. */
static const char rehearsal[] =
    "RubyVM::InstructionSequence.compile(<<~'END').eval\n"
    "  sum = lambda { |a, *b, c: 1| b.each_with_index { |x, i| a += i.even? ? x : -x }; a * c }\n"
    "  File.open('/dev/null', 'w') do |file|\n"
    "    file.puts \"#{sum.call(3, 4, 5, c: 6)} #{[1, 2].map { |y| y.to_s }.join(', ')}\", { a: 1 }.inspect\n"
    "    file.printf('%d %s\\n', 1, :a)\n"
    "    begin\n"
    "      raise 'nothing'\n"
    "    rescue => error\n"
    "      file.puts error.message\n"
    "    end\n"
    "  end\n"
    "END\n";

static void
rehearse(void)
{
    int failed = 0;
    rb_eval_string_protect(rehearsal, &failed);
    if (failed)
        rb_set_errinfo(Qnil); /* the program will be a little slower */
}

/* ---- Parking ---------------------------------------------------------------------------- */

static void
park(void)
{
    VALUE script = find_script();
    char **parked_env = environ;
    bool had_gems = has_own_gems();
    rehearse();

    park_ready(park_fd);
    Program program = park_receive(park_fd);
    close(park_fd);
    if (program.argv[0][0] == '-' || program.argv[0][0] == '\0') /* an option, or standard input */
        start_afresh(&program);
    if (!starts_alike(program.env, parked_env) || !starts_alike(parked_env, program.env))
        start_afresh(&program);
    if (had_gems || has_own_gems() || !same_stack())
        start_afresh(&program);

    int failed = 0;
    replace_file(script, &program);
    if (rb_protect(skip_first_line, script, &failed) != Qtrue || failed)
        start_afresh(&program);

    environ = program.env;
    ruby_reset_timezone(getenv("TZ"));
    rename_script(program.argv[0]);
    ruby_set_argv((int)program.argc - 1, program.argv + 1);
    park_rewrite_cmdline(park_words(&program));
    park_rewrite_environ(&program);
    environment_watch(program.env, NULL);
}

/* What stands in for libc's open(): that function, but for two names while the runner has not parked yet. */
int
open(const char *path, int flags, ...)
{
    static int marks;
    mode_t mode = 0;
    if (__OPEN_NEEDS_MODE(flags)) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    if (park_fd >= 0) {
        if (strcmp(path, parked_script) == 0) {
            path = ONE_BYTE;
        } else if (strcmp(path, MARK) == 0 && ++marks == 2) {
            park();
            park_fd = -1;
        }
    }
    return openat(AT_FDCWD, path, flags, mode);
}

/* Runs before Ruby. The socket goes out of the way of the numbers that Ruby's own files will get. */
__attribute__((constructor)) static void
prepare(int argc, char **argv)
{
    enum { OUT_OF_THE_WAY = 100 };
    int fd = park_socket();
    if (fd < 0)
        return;
    park_fd = fcntl(fd, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
    if (park_fd < 0)
        park_give_up(strerror(errno));
    close(fd);
    parked_script = argv[argc - 1];
    getrlimit(RLIMIT_STACK, &parked_stack);
}
