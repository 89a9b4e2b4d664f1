/* A Python that has started and waits for its program.
 *
 * `python3 main.py` with HEARTH_PARK=N in its environment loads this while CPython is still inside
 * Py_InitializeFromConfig: sitecustomize does, which site imports, and site is the last that start-up
 * imports. Here the process blocks until it is told what it is (executor/agent/PROTOCOL.md, "Parked
 * runners"), writes that into the places where start-up had put what it was started with, and
 * returns. CPython then goes on to run config->run_filename as it always does. So there is no code
 * of ours around the program: no frame, no module, no name.
 *
 * Start-up has already acted on a part of its environment (the locale, PYTHON*, the loader's and
 * malloc's variables) and on its options. When the program's own would have led it elsewhere, or when
 * anything else is in doubt, the process replaces itself by a new python3: slower, and never wrong.
 */
#define _GNU_SOURCE
#define PY_SSIZE_T_CLEAN
#define Py_BUILD_CORE_MODULE
#include "environment.h"
#include "park.h"

#include <Python.h>
#include <internal/pycore_runtime.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Exported by the executable, declared in a header that does not compile outside of CPython. */
extern const PyConfig *_Py_GetConfig(void);

static int park_fd = -1;
static PyObject *real_execusercustomize;

static _Noreturn void
give_up_on_exception(void)
{
    PyErr_Print();
    park_give_up("cannot become the program");
}

static PyObject *
checked(PyObject *object)
{
    if (object == NULL)
        give_up_on_exception();
    return object;
}

static void
check(int status)
{
    if (status < 0)
        give_up_on_exception();
}

/* ---- Starting afresh -------------------------------------------------------------------- */

static const char *
value_in(char **env, const char *name, size_t name_length)
{
    for (; *env != NULL; env++)
        if (strncmp(*env, name, name_length) == 0 && (*env)[name_length] == '=')
            return *env + name_length + 1;
    return NULL;
}

static bool
same_value(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Did start-up look at this variable, and can what it did not be repeated? (It can for TZ, HOME and
 * PYTHONUSERBASE.) */
static bool
was_read_at_startup(const char *variable, size_t name_length)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG", "LOCPATH", "PYTHONUSERBASE"};
    static const char *const prefixes[] = {"PYTHON", "LD_", "MALLOC_", "GLIBC_"};
    const size_t last = sizeof names / sizeof *names - 1;

    for (size_t i = 0; i <= last; i++)
        if (strlen(names[i]) == name_length && memcmp(names[i], variable, name_length) == 0)
            return i != last;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(prefixes[i], variable, strlen(prefixes[i])) == 0)
            return true;
    return false;
}

/* Is each variable of `env` that start-up looks at the same in `other`? */
static bool
starts_alike(char **env, char **other)
{
    for (; *env != NULL; env++) {
        size_t name_length = strcspn(*env, "=");
        if (was_read_at_startup(*env, name_length)
            && !same_value(value_in(env, *env, name_length), value_in(other, *env, name_length)))
            return false;
    }
    return true;
}

static _Noreturn void
start_afresh(const Program *program)
{
    /* CPython ignores these two, which an exec would hand on. */
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    park_start_afresh(program, environment_for_exec(program->env));
}

/* ---- argv ------------------------------------------------------------------------------- */

static wchar_t *
decoded(const char *bytes, const Program *program)
{
    wchar_t *text = Py_DecodeLocale(bytes, NULL);
    if (text == NULL)
        start_afresh(program);
    return text;
}

/* As config_run_filename_abspath() does it: what is not absolute gets the working directory and a
 * slash before it, and nothing else happens to it. */
static wchar_t *
absolute(const char *path, const Program *program)
{
    if (path[0] == '/')
        return decoded(path, program);
    char whole[2 * PATH_MAX];
    if (strlen(path) >= PATH_MAX || getcwd(whole, PATH_MAX) == NULL)
        start_afresh(program);
    if (strcmp(path, ".") != 0) {
        strcat(whole, "/");
        strcat(whole, path);
    }
    return decoded(whole, program);
}

static void
empty_list(PyWideStringList *list, Py_ssize_t keep)
{
    while (list->length > keep)
        PyMem_RawFree(list->items[--list->length]);
}

static void
append(PyWideStringList *list, const wchar_t *item)
{
    if (PyStatus_Exception(PyWideStringList_Append(list, item)))
        park_give_up("out of memory");
}

static void
set_sys_list(const char *name, const PyWideStringList *from)
{
    PyObject *list = checked(PyList_New(from->length));
    for (Py_ssize_t i = 0; i < from->length; i++)
        PyList_SET_ITEM(list, i, checked(PyUnicode_FromWideChar(from->items[i], -1)));
    check(PySys_SetObject(name, list));
    Py_DECREF(list);
}

static void
take_arguments(const Program *program)
{
    PyConfig *config = (PyConfig *)_Py_GetConfig();
    PyWideStringList *of_runtime = &_PyRuntime.orig_argv; /* Py_GetArgcArgv() */

    PyMem_RawFree(config->run_filename);
    config->run_filename = absolute(program->argv[0], program);

    empty_list(&config->argv, 0);
    empty_list(&config->orig_argv, 1); /* which is python3 itself */
    empty_list(of_runtime, 1);
    for (size_t i = 0; i < program->argc; i++) {
        wchar_t *argument = decoded(program->argv[i], program);
        append(&config->argv, argument);
        append(&config->orig_argv, argument);
        append(of_runtime, argument);
        PyMem_RawFree(argument);
    }
    set_sys_list("argv", &config->argv);
    set_sys_list("orig_argv", &config->orig_argv);
}

/* ---- The environment -------------------------------------------------------------------- */

/* os.environ keeps its variables in posix.environ, so that filling this one in place does for both. */
static void
fill_environ(char **env)
{
    PyObject *posix = checked(PyImport_ImportModule("posix"));
    PyObject *dict = checked(PyObject_GetAttrString(posix, "environ"));
    PyDict_Clear(dict);
    for (; *env != NULL; env++) {
        const char *equals = strchr(*env, '=');
        if (equals == NULL)
            continue;
        PyObject *name = checked(PyBytes_FromStringAndSize(*env, equals - *env));
        PyObject *value = checked(PyBytes_FromString(equals + 1));
        check(PyDict_SetDefaultRef(dict, name, value, NULL));
        Py_DECREF(name);
        Py_DECREF(value);
    }
    Py_DECREF(dict);
    Py_DECREF(posix);
}

static void
call(PyObject *module, const char *function)
{
    Py_DECREF(checked(PyObject_CallMethod(module, function, NULL)));
}

static void
take_environment(const Program *program)
{
    char *old_zone = getenv("TZ");
    bool same_zone = same_value(old_zone, value_in(program->env, "TZ", 2));

    environ = program->env;
    fill_environ(environ);
    if (!same_zone) {
        PyObject *time = checked(PyImport_ImportModule("time"));
        call(time, "tzset");
        Py_DECREF(time);
    }
}

/* ---- The user's site-packages ----------------------------------------------------------- */

/* Is there a folder of this name? */
static bool
is_folder(PyObject *path)
{
    PyObject *bytes;
    struct stat status;
    if (!PyUnicode_FSConverter(path, &bytes)) {
        PyErr_Clear();
        return false;
    }
    bool found = stat(PyBytes_AS_STRING(bytes), &status) == 0 && S_ISDIR(status.st_mode);
    Py_DECREF(bytes);
    return found;
}

/* The first entry of sys.path that site put there after the user's folder. */
static Py_ssize_t
first_system_site(PyObject *site, PyObject *path)
{
    PyObject *system = checked(PyObject_CallMethod(site, "getsitepackages", NULL));
    Py_ssize_t i = 0;
    for (; i < PyList_GET_SIZE(path); i++) {
        int found = PySequence_Contains(system, PyList_GET_ITEM(path, i));
        check(found);
        if (found)
            break;
    }
    Py_DECREF(system);
    return i;
}

/* What site.main() did about ~/.local when the home was still empty, or PYTHONUSERBASE kept it from
 * looking, again: so that packages which came with the program are found. */
static void
find_user_site(const Program *program)
{
    PyObject *site = checked(PyImport_ImportModule("site"));
    PyObject *enabled = checked(PyObject_GetAttrString(site, "ENABLE_USER_SITE"));
    if (PyObject_IsTrue(enabled) == 1) {
        PyObject *path = PySys_GetObject("path");
        PyObject *before = checked(PyObject_GetAttrString(site, "USER_SITE"));
        int was_there = PySequence_Contains(path, before);
        check(was_there);
        if (was_there)
            start_afresh(program); /* its .pth files may have changed since, and have run already */
        Py_DECREF(before);

        check(PyObject_SetAttrString(site, "USER_BASE", Py_None));
        check(PyObject_SetAttrString(site, "USER_SITE", Py_None));
        PyObject *user_site = checked(PyObject_CallMethod(site, "getusersitepackages", NULL));
        if (is_folder(user_site)) {
            Py_ssize_t cut = first_system_site(site, path);
            PyObject *rest = checked(PyList_GetSlice(path, cut, PY_SSIZE_T_MAX));
            check(PyList_SetSlice(path, cut, PY_SSIZE_T_MAX, NULL));
            Py_DECREF(checked(
                PyObject_CallMethod(site, "addusersitepackages", "N", checked(PySet_New(NULL)))));
            check(PyList_SetSlice(path, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, rest));
            Py_DECREF(rest);
        }
        Py_DECREF(user_site);
    }
    Py_DECREF(enabled);
    Py_DECREF(site);
}

/* ---- Limits ----------------------------------------------------------------------------- */

/* glibc derives the stack size of new threads from RLIMIT_STACK when a process starts; the program's
 * limits were set after that. */
static void
take_stack_limit(void)
{
    const size_t unlimited = 2 << 20; /* glibc's ARCH_STACK_DEFAULT_SIZE */
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct rlimit limit;
    pthread_attr_t attributes;

    if (getrlimit(RLIMIT_STACK, &limit) != 0 || pthread_getattr_default_np(&attributes) != 0)
        return;
    size_t size = limit.rlim_cur == RLIM_INFINITY ? unlimited : limit.rlim_cur;
    if (size < (size_t)PTHREAD_STACK_MIN)
        size = (size_t)PTHREAD_STACK_MIN;
    if (pthread_attr_setstacksize(&attributes, (size + page - 1) / page * page) == 0)
        pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

/* ---- Warming ---------------------------------------------------------------------------- */

/* What happens between the message and the end of a program, once, while nobody waits: the pages that
 * it needs are mapped then, which takes about a millisecond in gVisor. It makes no class and no cycle,
 * which would be there until the next collection for everyone to see. */
static const char rehearsal[] =
    "try:\n"
    "    __import__('zipimport').zipimporter('/usr/lib/hearth/hearth_park.so')\n"
    "except ImportError:\n"
    "    pass\n"
    "def f(a, *b, c=1, **d):\n"
    "    for i, x in enumerate(b):\n"
    "        a += x if i % 2 else -x\n"
    "    return [y for y in range(a) if y], {**d, 'c': c}, f'{a:d}' + ', '.join(map(str, b))\n"
    "with open('/dev/null', 'w') as file:\n"
    "    print(*f(3, 4, 5, d=6), file=file)\n";

static void
rehearse(void)
{
    PyObject *globals = checked(PyDict_New());
    check(PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins()));
    PyObject *result = PyRun_String(rehearsal, Py_file_input, globals, globals);
    if (result == NULL)
        PyErr_Clear(); /* the program will be a little slower */
    Py_XDECREF(result);
    PyDict_Clear(globals);
    Py_DECREF(globals);
}

/* ---- Parking ---------------------------------------------------------------------------- */

static void
park(void)
{
    park_ready(park_fd);
    Program program = park_receive(park_fd);
    close(park_fd);
    /* An option, or a name for which python3 has rules of its own. */
    if (program.argv[0][0] == '-' || program.argv[0][0] == '\0')
        start_afresh(&program);

    char **parked = environ;
    if (!starts_alike(program.env, parked) || !starts_alike(parked, program.env))
        start_afresh(&program);

    take_arguments(&program);
    take_environment(&program);
    find_user_site(&program);
    park_rewrite_cmdline(park_words(&program));
    park_rewrite_environ(&program);
    environment_watch(program.env, NULL);
    take_stack_limit();
}

/* Stands in for site.execusercustomize(), the last thing that site does, until it is called. */
static PyObject *
park_and_execusercustomize(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    PyObject *site = checked(PyImport_ImportModule("site"));
    check(PyObject_SetAttrString(site, "execusercustomize", real_execusercustomize));
    Py_DECREF(site);
    park();
    PyObject *function = real_execusercustomize;
    real_execusercustomize = NULL;
    PyObject *result = PyObject_CallNoArgs(function);
    Py_DECREF(function);
    return result;
}

static PyMethodDef stand_in = {
    "execusercustomize", park_and_execusercustomize, METH_NOARGS, NULL
};

/* Called as the import system makes the "module", which is never one: None is what it gets, and
 * nothing enters sys.modules. A python3 that is not ours to park is left alone without a word. */
static PyObject *
create(PyObject *spec, PyModuleDef *definition)
{
    (void)spec, (void)definition;
    park_fd = park_socket();
    if (park_fd < 0 || _Py_GetConfig()->run_filename == NULL)
        Py_RETURN_NONE;
    rehearse();

    PyObject *site = checked(PyImport_ImportModule("site"));
    PyObject *enabled = checked(PyObject_GetAttrString(site, "ENABLE_USER_SITE"));
    if (PyObject_IsTrue(enabled) == 1) {
        real_execusercustomize = checked(PyObject_GetAttrString(site, stand_in.ml_name));
        PyObject *function = checked(PyCFunction_New(&stand_in, NULL));
        check(PyObject_SetAttrString(site, stand_in.ml_name, function));
        Py_DECREF(function);
    } else {
        park(); /* site will not call it */
    }
    Py_DECREF(enabled);
    Py_DECREF(site);
    Py_RETURN_NONE;
}

static PyModuleDef_Slot slots[] = {{Py_mod_create, create}, {0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "hearth_park", .m_slots = slots
};

PyMODINIT_FUNC
PyInit_hearth_park(void)
{
    return PyModuleDef_Init(&definition);
}
