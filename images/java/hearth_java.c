/* A JVM that has started and waits, first for a program's sources, then for its arguments.
 *
 * It does with libjvm what `java` does: makes a JVM on a thread of its own, has LauncherHelper find the
 * main class, calls its main method and lets the JVM end as `java` lets it. So there is no frame, class or
 * thread of ours around the program. Sources are compiled by the method that `javac` calls, with the words
 * that `javac` would get. All that is done before the program, rehearsal and compiling, is done on another
 * thread, which is gone when the program starts: the main thread is as new as that of a new JVM.
 *
 * The command line is that of `java`, up to the class; without HEARTH_PARK the process becomes `java`.
 */
#define _GNU_SOURCE
#include "class_path.h"
#include "park.h"

#include <jni.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define JAVA JAVA_HOME "/bin/java"
#define CLASSES "/usr/lib/hearth/java" /* where build.sh puts those of this folder */
#define REHEARSAL "/tmp/.rehearsal"    /* is gone before the runner says that it is ready */
#define REHEARSALS 1
/* What `java` gives its main thread, by JNI_GetDefaultJavaVMInitArgs: -XX:ThreadStackSize, which is in KiB. */
#define STACK (1024 << 10)

typedef struct {
    int argc;
    char **argv;
    int socket;
    int exit_status;
    const char *class_path;
    JavaVM *vm;
} Runner;

/* ---- JNI, with everything checked ------------------------------------------------------- */

static void
check(JNIEnv *env, const void *found, const char *what)
{
    if (found != NULL && !(*env)->ExceptionCheck(env))
        return;
    if ((*env)->ExceptionCheck(env))
        (*env)->ExceptionDescribe(env);
    park_give_up(what);
}

static jclass
find_class(JNIEnv *env, const char *name)
{
    jclass found = (*env)->FindClass(env, name);
    check(env, found, name);
    return found;
}

static jmethodID
find_static(JNIEnv *env, jclass of, const char *name, const char *signature)
{
    jmethodID found = (*env)->GetStaticMethodID(env, of, name, signature);
    check(env, found, name);
    return found;
}

static jmethodID
find_method(JNIEnv *env, jclass of, const char *name, const char *signature)
{
    jmethodID found = (*env)->GetMethodID(env, of, name, signature);
    check(env, found, name);
    return found;
}

/* As `java` makes strings of its words: from the encoding of the locale. */
static jstring
platform_string(JNIEnv *env, const char *text)
{
    jsize size = (jsize)strlen(text);
    jbyteArray bytes = (*env)->NewByteArray(env, size);
    check(env, bytes, "a word");
    (*env)->SetByteArrayRegion(env, bytes, 0, size, (const jbyte *)text);
    jclass helper = find_class(env, "sun/launcher/LauncherHelper");
    jmethodID make = find_static(env, helper, "makePlatformString", "(Z[B)Ljava/lang/String;");
    jstring string = (*env)->CallStaticObjectMethod(env, helper, make, JNI_TRUE, bytes);
    check(env, string, "a word");
    (*env)->DeleteLocalRef(env, bytes);
    (*env)->DeleteLocalRef(env, helper);
    return string;
}

static jobjectArray
platform_strings(JNIEnv *env, char **texts, size_t count)
{
    jclass string = find_class(env, "java/lang/String");
    jobjectArray array = (*env)->NewObjectArray(env, (jsize)count, string, NULL);
    check(env, array, "words");
    for (size_t i = 0; i < count; i++) {
        jstring text = platform_string(env, texts[i]);
        (*env)->SetObjectArrayElement(env, array, (jsize)i, text);
        (*env)->DeleteLocalRef(env, text);
    }
    (*env)->DeleteLocalRef(env, string);
    return array;
}

/* ---- Before the program ----------------------------------------------------------------- */

/* A loader of our own classes that nothing else refers to, so that they go with it. */
static jobject
our_loader(JNIEnv *env)
{
    jclass url_class = find_class(env, "java/net/URL");
    jmethodID make_url = find_method(env, url_class, "<init>", "(Ljava/lang/String;)V");
    jstring text = (*env)->NewStringUTF(env, "file:" CLASSES "/");
    jobject url = (*env)->NewObject(env, url_class, make_url, text);
    check(env, url, "the URL of our classes");
    jobjectArray urls = (*env)->NewObjectArray(env, 1, url_class, url);
    check(env, urls, "the URL of our classes");

    jclass loader_class = find_class(env, "java/net/URLClassLoader");
    jmethodID make_loader = find_method(env, loader_class, "<init>", "([Ljava/net/URL;)V");
    jobject loader = (*env)->NewObject(env, loader_class, make_loader, urls);
    check(env, loader, "a class loader");
    return loader;
}

/* What -J--add-exports does for the plugin where `javac` is a process. */
static void
export_trees(JNIEnv *env)
{
    jclass class = find_class(env, "java/lang/Class");
    jmethodID get_module = find_method(env, class, "getModule", "()Ljava/lang/Module;");
    jobject module = (*env)->CallObjectMethod(env, find_class(env, "com/sun/tools/javac/Main"), get_module);
    check(env, module, "the compiler's module");
    jclass module_class = find_class(env, "java/lang/Module");
    jmethodID export = find_method(env, module_class, "implAddExportsToAllUnnamed", "(Ljava/lang/String;)V");
    jstring package = (*env)->NewStringUTF(env, "com.sun.tools.javac.tree");
    (*env)->CallVoidMethod(env, module, export, package);
    check(env, package, "implAddExportsToAllUnnamed");
}

static void
rehearse(JNIEnv *env)
{
    /* As in runtime.toml. */
    static char *const words[] = {
        "-proc:none", "-processorpath", CLASSES, "-Xplugin:Hearth " REHEARSAL "/main-class",
        "-cp", ".:lib/*", "-d", REHEARSAL,
    };
    const size_t count = sizeof words / sizeof *words;

    if (mkdir(REHEARSAL, 0700) != 0)
        return; /* the program will be slower */
    jobject loader = our_loader(env);
    jclass loader_class = find_class(env, "java/lang/ClassLoader");
    jmethodID load = find_method(env, loader_class, "loadClass", "(Ljava/lang/String;)Ljava/lang/Class;");
    jclass rehearsal = (*env)->CallObjectMethod(env, loader, load, (*env)->NewStringUTF(env, "hearth.Rehearsal"));
    check(env, rehearsal, "hearth.Rehearsal");
    jmethodID run = find_static(env, rehearsal, "run", "(Ljava/lang/String;[Ljava/lang/String;I)V");
    (*env)->CallStaticVoidMethod(
        env, rehearsal, run, platform_string(env, REHEARSAL), platform_strings(env, (char **)words, count),
        REHEARSALS);
    check(env, rehearsal, "the rehearsal");
    rmdir(REHEARSAL);
}

static void
collect_garbage(JNIEnv *env)
{
    jclass system = find_class(env, "java/lang/System");
    (*env)->CallStaticVoidMethod(env, system, find_static(env, system, "gc", "()V"));
    check(env, system, "System.gc");
}

/* What `javac WORDS` does; its exit status. The archives of a folder are listed by the launcher, not by the
 * compiler. */
static int
compile(JNIEnv *env, char **words, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++) {
        char *listed = strcmp(words[i], "-cp") == 0 ? class_path_listed(words[i + 1]) : NULL;
        if (listed != NULL)
            words[i + 1] = listed;
    }
    jclass compiler = find_class(env, "com/sun/tools/javac/Main");
    jmethodID run = find_static(env, compiler, "compile", "([Ljava/lang/String;)I");
    jobjectArray array = platform_strings(env, words, count);
    jint status = (*env)->CallStaticIntMethod(env, compiler, run, array);
    if ((*env)->ExceptionCheck(env)) {
        (*env)->ExceptionDescribe(env);
        return 1;
    }
    return status;
}

/* ---- The program ------------------------------------------------------------------------ */

/* Java keeps a copy of the environment, which the rehearsal had made. Running the initializer of its class
 * again copies the one that is there now. */
static void
take_environment(JNIEnv *env, const Program *program)
{
    environ = program->env;
    park_rewrite_environ(program);
    jclass class = find_class(env, "java/lang/ProcessEnvironment");
    (*env)->CallStaticVoidMethod(env, class, find_static(env, class, "<clinit>", "()V"));
    check(env, class, "the environment");
}

/* The file that hearth.JudgePlugin wrote: one line. */
static char *
read_main_class(const char *path)
{
    char *line = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL || getline(&line, &size, file) < 0) {
        fprintf(stderr, "Error: could not open `%s'\n", path);
        _exit(1);
    }
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    return line;
}

static void
set_property(JNIEnv *env, const char *name, jstring value)
{
    jclass system = find_class(env, "java/lang/System");
    jmethodID set = find_static(
        env, system, "setProperty", "(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;");
    (*env)->CallStaticObjectMethod(env, system, set, (*env)->NewStringUTF(env, name), value);
    check(env, value, name);
}

/* `java` lists the archives of a folder when it starts; those that came with the program were not there then. */
static void
take_class_path(JNIEnv *env, const char *class_path)
{
    char *listed = class_path_listed(class_path);
    if (listed == NULL)
        return;
    set_property(env, "java.class.path", platform_string(env, listed));

    jclass loader_class = find_class(env, "java/lang/ClassLoader");
    jmethodID get = find_static(env, loader_class, "getSystemClassLoader", "()Ljava/lang/ClassLoader;");
    jobject loader = (*env)->CallStaticObjectMethod(env, loader_class, get);
    check(env, loader, "the class loader");
    jmethodID append = find_method(env, (*env)->GetObjectClass(env, loader),
                                   "appendToClassPathForInstrumentation", "(Ljava/lang/String;)V");
    for (char *rest = listed, *entry; (entry = strsep(&rest, ":")) != NULL;)
        if (class_path_is_archive(entry))
            (*env)->CallVoidMethod(env, loader, append, platform_string(env, entry));
    check(env, loader, "the class path");
    free(listed);
}

/* sun.java.command: the class and its arguments. */
static void
tell_command(JNIEnv *env, const char *class, char **arguments, size_t count)
{
    size_t size = strlen(class) + 1;
    for (size_t i = 0; i < count; i++)
        size += strlen(arguments[i]) + 1;
    char *whole = malloc(size);
    if (whole == NULL)
        park_give_up("out of memory");
    char *end = stpcpy(whole, class);
    for (size_t i = 0; i < count; i++) {
        *end++ = ' ';
        end = stpcpy(end, arguments[i]);
    }
    set_property(env, "sun.java.command", platform_string(env, whole));
    free(whole);
}

/* As JavaMain() of `java` does it: whether the main method came back without an exception, which the JVM
 * tells of when the thread is detached. */
static bool
run_main(JNIEnv *env, const char *name, char **arguments, size_t count)
{
    const jint by_class_name = 1; /* LM_CLASS */
    jclass helper = find_class(env, "sun/launcher/LauncherHelper");
    jmethodID load = find_static(env, helper, "checkAndLoadMain", "(ZILjava/lang/String;)Ljava/lang/Class;");
    jclass class = (*env)->CallStaticObjectMethod(
        env, helper, load, JNI_TRUE, by_class_name, platform_string(env, name));
    if (class == NULL || (*env)->ExceptionCheck(env))
        return false;
    jobjectArray array = platform_strings(env, arguments, count);
    jmethodID method = (*env)->GetStaticMethodID(env, class, "main", "([Ljava/lang/String;)V");
    if (method == NULL)
        return false;
    (*env)->CallStaticVoidMethod(env, class, method, array);
    return !(*env)->ExceptionCheck(env);
}

/* Identity hash codes come from a sequence for each thread, and `java` has used one of it up to here. What
 * a program prints of an object would differ otherwise, and the order of a HashMap of enums. */
static void
use_one_hash_code(JNIEnv *env)
{
    jclass system = find_class(env, "java/lang/System");
    jmethodID hash = find_static(env, system, "identityHashCode", "(Ljava/lang/Object;)I");
    jbyteArray object = (*env)->NewByteArray(env, 0);
    (*env)->CallStaticIntMethod(env, system, hash, object);
    check(env, object, "identityHashCode");
}

static void
run(Runner *runner, JNIEnv *env, const Program *program)
{
    if (program->argc < 2)
        park_give_up("run: no file with the main class");
    take_environment(env, program);
    take_class_path(env, runner->class_path);
    const char *class = read_main_class(program->argv[1]);
    char **arguments = program->argv + 2;
    size_t count = program->argc - 2;
    tell_command(env, class, arguments, count);
    use_one_hash_code(env);
    runner->exit_status = run_main(env, class, arguments, count) ? 0 : 1;
}

/* ---- Threads ---------------------------------------------------------------------------- */

/* Everything before the program. Returns the message that starts it. */
static void *
prepare(void *argument)
{
    Runner *runner = argument;
    JNIEnv *env;
    /* With a name, because those without one are numbered, and the program's begin with Thread-0. */
    JavaVMAttachArgs named = {.version = JNI_VERSION_1_2, .name = "javac"};
    if ((*runner->vm)->AttachCurrentThread(runner->vm, (void **)&env, &named) != JNI_OK)
        park_give_up("cannot attach a thread");
    export_trees(env);
    rehearse(env);
    collect_garbage(env);

    static Program program;
    park_ready(runner->socket);
    program = park_receive(runner->socket);
    if (strcmp(program.argv[0], "compile") == 0) {
        environ = program.env;
        int status = compile(env, program.argv + 1, program.argc - 1);
        park_tell_status(runner->socket, status);
        program = park_receive(runner->socket);
    }
    close(runner->socket);
    if ((*runner->vm)->DetachCurrentThread(runner->vm) != JNI_OK)
        park_give_up("cannot detach a thread");
    return &program;
}

static pthread_t
start_thread(void *(*function)(void *), Runner *runner)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    if (pthread_create(&thread, &attributes, function, runner) != 0)
        park_give_up("cannot start a thread");
    pthread_attr_destroy(&attributes);
    return thread;
}

/* The words of the command line as the JVM takes them. */
static JNIEnv *
make_vm(Runner *runner)
{
    JavaVMOption *options = calloc((size_t)runner->argc + 1, sizeof *options);
    jint count = 0;
    if (options == NULL)
        park_give_up("out of memory");
    for (int i = 1; i < runner->argc; i++) {
        char *word = runner->argv[i];
        if (strcmp(word, "-cp") == 0 && i + 1 < runner->argc) {
            runner->class_path = runner->argv[++i];
            if (asprintf(&word, "-Djava.class.path=%s", runner->class_path) < 0)
                park_give_up("out of memory");
        }
        options[count++].optionString = word;
    }
    options[count++].optionString = "-Dsun.java.launcher=SUN_STANDARD";

    JavaVMInitArgs arguments = {.version = JNI_VERSION_1_2, .nOptions = count, .options = options};
    JNIEnv *env;
    if (JNI_CreateJavaVM(&runner->vm, (void **)&env, &arguments) != JNI_OK)
        park_give_up("cannot make a JVM");
    free(options);
    return env;
}

/* The number that the next Java thread gets, which it shows. */
static int64_t *
next_thread_id(JNIEnv *env)
{
    jclass thread = find_class(env, "java/lang/Thread");
    jmethodID address = find_static(env, thread, "getNextThreadIdOffset", "()J");
    return (int64_t *)(intptr_t)(*env)->CallStaticLongMethod(env, thread, address);
}

/* The thread that Java calls main. */
static void *
java_main(void *argument)
{
    Runner *runner = argument;
    JNIEnv *env = make_vm(runner);

    void *program;
    if (pthread_join(start_thread(prepare, runner), &program) != 0)
        park_give_up("cannot wait for a thread");
    --*next_thread_id(env); /* the one of that thread */
    run(runner, env, program);

    if ((*runner->vm)->DetachCurrentThread(runner->vm) != JNI_OK)
        runner->exit_status = 1;
    (*runner->vm)->DestroyJavaVM(runner->vm);
    return NULL;
}

int
main(int argc, char **argv)
{
    Runner runner = {.argc = argc, .argv = argv, .socket = park_socket()};
    if (runner.socket < 0) {
        execv(JAVA, argv);
        park_give_up(JAVA);
    }
    if (pthread_join(start_thread(java_main, &runner), NULL) != 0)
        park_give_up("cannot wait for a thread");
    return runner.exit_status;
}
