/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 *
 * The family "loader": libraries that the C compiler makes for the purpose.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "cases.h"

typedef void *(*opener)(const char *name, int flags);
/* Of the library "outer": calls dlopen() as its own code would. */
typedef void *(*outer_open)(opener open, const char *name, int flags);

/* Two libraries: "outer", and "inner" in a folder that only outer's RUNPATH names. */
static const char recipe[] =
    "cd %s && mkdir hidden && CC=$(command -v cc || command -v clang) &&"
    " echo 'int inner_value(void) { return 42; }' >inner.c &&"
    " echo 'void *outer_open(void *(*open)(const char *, int), const char *name, int flags) {"
    " void *handle = open(name, flags); __asm__ volatile(\"\"); return handle; }' >outer.c &&"
    " $CC -shared -fPIC -o hidden/libgtinner.so inner.c -Wl,-soname,libgtinner.so &&"
    " $CC -shared -fPIC -o libgtouter.so outer.c '-Wl,-rpath,$ORIGIN/hidden,--enable-new-dtags'";

static int times_told;

static void be_told(void) {
    times_told++;
}

static void note_inner(gt_case_run *run, const char *what, void *handle, const char *folder) {
    const char *wrong = dlerror();
    if (wrong && strstr(wrong, folder)) wrong = strstr(wrong, folder) + strlen(folder);
    gt_note(run, "%s: %s", what, handle ? "opened" : wrong ? wrong : "no word of what is wrong");
    if (!handle) return;
    if (wrong) gt_note(run, "and yet %s", wrong);
    int (*value)(void) = (int (*)(void))(uintptr_t)dlsym(handle, "inner_value");
    if (value) gt_note(run, "  value %d", value());
    dlclose(handle);
}

static void open_from_outer(gt_case_run *run, const char *folder) {
    char path[64];
    snprintf(path, sizeof path, "%s/libgtouter.so", folder);
    void *outer = run->calls->dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!outer) return (void)gt_note(run, "setup failed: %s", dlerror());
    outer_open from_outer = (outer_open)(uintptr_t)dlsym(outer, "outer_open");
    opener open = run->calls->dlopen;
    note_inner(run, "our own", open("libgtinner.so", RTLD_NOW), folder);
    note_inner(run, "not loaded", from_outer(open, "libgtinner.so", RTLD_NOW | RTLD_NOLOAD), folder);
    note_inner(run, "by RUNPATH", from_outer(open, "libgtinner.so", RTLD_NOW), folder);
    note_inner(run, "by $ORIGIN", from_outer(open, "$ORIGIN/hidden/libgtinner.so", RTLD_NOW), folder);
    note_inner(run, "by ${ORIGIN}", from_outer(open, "${ORIGIN}/hidden/../hidden/libgtinner.so", RTLD_NOW), folder);
    void *loaded = from_outer(open, "libgtinner.so", RTLD_NOW);
    void *again = loaded ? open("libgtinner.so", RTLD_NOW | RTLD_NOLOAD) : 0;
    gt_note(run, "the same %d", loaded && loaded == again);
    note_inner(run, "by its name", again, folder);
    if (loaded) dlclose(loaded);
    note_inner(run, "nowhere", from_outer(open, "libgtnowhere.so", RTLD_NOW), folder);
    note_inner(run, "no such path", from_outer(open, "/no/such/library.so", RTLD_NOW), folder);
    note_inner(run, "the system's", from_outer(open, "libm.so.6", RTLD_NOW), folder);
    void *program = from_outer(open, 0, RTLD_NOW);
    gt_note(run, "the program %d", program != 0);
    if (program) dlclose(program);
    dlclose(outer);
}

static void loads(gt_case_run *run) {
    char folder[] = "/tmp/gtornado-loads-XXXXXX", command[1024];
    if (!mkdtemp(folder)) return (void)gt_setup(run, "mkdtemp", -1);
    snprintf(command, sizeof command, recipe, folder);
    int status = system(command);
    if (status == 0) open_from_outer(run, folder);
    else gt_note(run, "setup failed: no C compiler could make a library: status %x", (unsigned)status);
    snprintf(command, sizeof command, "rm -r %s", folder);
    gt_setup(run, "rm", system(command));
}

static void tells_of_libraries(gt_case_run *run) {
    times_told = 0;
    gt_libc_loaded = be_told;
    void *first = run->calls->dlopen("libm.so.6", RTLD_NOW);
    gt_note(run, "told %d", times_told);
    void *second = run->calls->dlopen("libm.so.6", RTLD_NOW | RTLD_NOLOAD);
    void *third = run->calls->dlopen("libgtnowhere.so", RTLD_NOW);
    gt_note(run, "told %d, %d %d %d", times_told, first != 0, second != 0, third != 0);
    gt_libc_loaded = 0;
    if (first) dlclose(first);
    if (second) dlclose(second);
}

/* ----- a constructor that waits ----- */

static const gt_calls *constructors_calls;
static int others_ran, ran_in_constructor;

static void wait_in_constructor(void) {
    int before = others_ran;
    constructors_calls->usleep(50000);
    ran_in_constructor = others_ran - before;
}

static void run_often(void *context) {
    gt_case_run *run = context;
    for (int i = 0; i < 10; i++) {
        run->calls->usleep(5000);
        others_ran++;
    }
}

/* The linker's lock is held there: the whole thread waits. */
static void constructor_waits(gt_case_run *run) {
    static const char source[] =
        "cd %s && CC=$(command -v cc || command -v clang) &&"
        " echo '#include <stdio.h>\n#include <stdlib.h>\n__attribute__((constructor)) static void made(void) {"
        " void (*call)(void); if (sscanf(getenv(\"GT_CONSTRUCTOR\"), \"%%p\", (void **)&call) == 1) call(); }'"
        " >made.c && $CC -shared -fPIC -w -o libgtmade.so made.c";
    char folder[] = "/tmp/gtornado-made-XXXXXX", command[1024], path[64], address[32];
    if (!mkdtemp(folder)) return (void)gt_setup(run, "mkdtemp", -1);
    snprintf(command, sizeof command, source, folder);
    if (system(command) != 0) return (void)gt_note(run, "setup failed: no C compiler could make a library");
    snprintf(address, sizeof address, "%p", (void *)(uintptr_t)wait_in_constructor);
    setenv("GT_CONSTRUCTOR", address, 1);
    constructors_calls = run->calls;
    others_ran = 0;
    ran_in_constructor = -1;
    gt_greenlets.spawn(run_often, run, "other", 0);
    run->calls->usleep(10000);
    snprintf(path, sizeof path, "%s/libgtmade.so", folder);
    void *handle = run->calls->dlopen(path, RTLD_NOW);
    gt_note(run, "loaded %d, ran meanwhile %d", handle != 0, ran_in_constructor);
    if (handle) dlclose(handle);
    while (others_ran < 10) run->calls->usleep(5000);
    snprintf(command, sizeof command, "rm -r %s", folder);
    gt_setup(run, "rm", system(command));
}

static const gt_case cases[] = {
    {"dlopen: where a library is looked for", loads, 0, GT_CASE_ALONE},
    {"dlopen: tells of what is loaded", tells_of_libraries, "told 1\ntold 1, 1 1 0\n", GT_CASE_ALONE},
    {"dlopen: a constructor that waits", constructor_waits, "loaded 1, ran meanwhile 0\n", GT_CASE_ALONE},
};
GT_CASE_TABLE(gt_loader_cases, cases);
