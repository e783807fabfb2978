/*
 * main.c: every scenario with every fault.
 *
 *     faults [--brief] ['glob' ...]     scenarios by name, such as 'serve*' or '*multi'
 *
 * --brief: each call with one error and once, in processes of their own; for slow builds.
 *
 * A line for each scenario and fault: how often it was injected (once, twice in a row, and so on),
 * and how many were told to a caller or borne. What a scenario never calls has no line.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "faults/runner.h"

static const scenario scenarios[] = {
    {"start-up/current", EDO_CURRENT_THREAD, start_up},
    {"start-up/multi", EDO_MULTI_THREAD, start_up},
    {"spawn/current", EDO_CURRENT_THREAD, spawn_kinds},
    {"spawn/multi", EDO_MULTI_THREAD, spawn_kinds},
    {"crowd/current", EDO_CURRENT_THREAD, spawn_crowd},
    {"crowd/multi", EDO_MULTI_THREAD, spawn_crowd},
    {"serve/current", EDO_CURRENT_THREAD, serve_echo},
    {"serve/multi", EDO_MULTI_THREAD, serve_echo},
    {"server/current", EDO_CURRENT_THREAD, use_server},
    {"server/multi", EDO_MULTI_THREAD, use_server},
    {"take-back/current", EDO_CURRENT_THREAD, take_back},
    {"take-back/multi", EDO_MULTI_THREAD, take_back},
    {"unix/current", EDO_CURRENT_THREAD, use_unix},
    {"unix/multi", EDO_MULTI_THREAD, use_unix},
    {"udp/current", EDO_CURRENT_THREAD, use_udp},
    {"udp/multi", EDO_MULTI_THREAD, use_udp},
    {"channels/current", EDO_CURRENT_THREAD, use_channels},
    {"channels/multi", EDO_MULTI_THREAD, use_channels},
    {"items/current", EDO_CURRENT_THREAD, use_items},
    {"shutdown/current", EDO_CURRENT_THREAD, shut_down},
    {"shutdown/multi", EDO_MULTI_THREAD, shut_down},
    {"blocking/current", EDO_CURRENT_THREAD, use_blocking},
    {"blocking/multi", EDO_MULTI_THREAD, use_blocking},
    {"local/current", EDO_CURRENT_THREAD, use_local},
    {"local/multi", EDO_MULTI_THREAD, use_local},
    {"look/current", EDO_CURRENT_THREAD, look},
    {"look/multi", EDO_MULTI_THREAD, look},
    {"streams/current", EDO_CURRENT_THREAD, use_streams},
    {"streams/multi", EDO_MULTI_THREAD, use_streams},
    {"copies/current", EDO_CURRENT_THREAD, use_copies},
    {"copies/multi", EDO_MULTI_THREAD, use_copies},
    {"children/current", EDO_CURRENT_THREAD, use_children},
    {"children/multi", EDO_MULTI_THREAD, use_children},
    {"children-without-pidfds/current", EDO_CURRENT_THREAD, use_children_without_pidfds},
    {"children-without-pidfds/multi", EDO_MULTI_THREAD, use_children_without_pidfds},
    {"dial/current", EDO_CURRENT_THREAD, dial},
    {"dial/multi", EDO_MULTI_THREAD, dial},
    {"files/current", EDO_CURRENT_THREAD, use_files},
    {"files/multi", EDO_MULTI_THREAD, use_files},
    {"names/current", EDO_CURRENT_THREAD, use_names},
    {"names/multi", EDO_MULTI_THREAD, use_names},
    {"relief/multi", EDO_MULTI_THREAD, relieve},
};

static const struct {
    const char *name;
    uint32_t times;
} modes[] = {{"once", 1}, {"twice", 2}, {"12 times", 12}, {"for ever", FAULT_FOR_EVER}};

static unsigned passed, failed, injected;
static bool brief;

/* Not a group of calls, and no other error of the same call stands before it. */
static bool is_first_of_call(const target *t)
{
    bool is_one = (t->calls & (t->calls - 1)) == 0;

    return is_one && (t == targets || t[-1].calls != t->calls);
}

/*
 * Without end only where nobody waits meanwhile for what fails; twelve times what may be short for
 * a while. A run of `relief` blocks for some time, and one of `crowd` makes thousands of calls.
 */
static bool is_sensible(const scenario *s, const target *t, uint32_t times)
{
    if (brief && (times > 1 || !is_first_of_call(t)))
        return false;
    if (s->run == relieve && t->calls != FAULT_BIT(pthread_create) && t->calls != FAULT_BIT(malloc))
        return false;
    if (s->run == spawn_crowd &&
        (!targets_memory(t) || t->error != ENOMEM || times == 2 || times == 12))
        return false;
    if (times == FAULT_FOR_EVER)
        return t->for_ever && (s->run == start_up || s->run == spawn_crowd || s->run == relieve);
    return times <= 2 || t->for_ever;
}

static void try_target(const scenario *s, const target *t)
{
    char text[400];
    int used = 0;
    bool good = true;

    for (size_t i = 0; i < array_len(modes) && good; i++) {
        tally sum;
        if (!is_sensible(s, t, modes[i].times))
            continue;
        good = runner_try(s, t, modes[i].times, modes[i].times == 1 && !brief, &sum);
        if (good && sum.calls == 0)
            break;
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%s %u (%u told, %u borne)",
                         used ? "; " : "", modes[i].name, sum.injected, sum.told, sum.borne);
        injected += sum.injected;
    }
    if (good && used == 0)
        return;
    good ? passed++ : failed++;
    printf("%s %s, %s %s: %s\n", good ? "ok  " : "FAIL", s->name, t->name, edo_err_name(-t->error),
           used ? text : "");
    fflush(stdout);
}

static bool is_chosen(const scenario *s, int count, char **globs)
{
    for (int i = 0; i < count; i++)
        if (fnmatch(globs[i], s->name, 0) == 0)
            return true;
    return count == 0;
}

static void try_scenario(const scenario *s)
{
    if (!runner_measure(s)) {
        failed++;
        return;
    }
    for (size_t i = 0; i < target_count; i++)
        if (runner_makes(&targets[i]))
            try_target(s, &targets[i]);
}

int main(int argc, char **argv)
{
    brief = argc > 1 && strcmp(argv[1], "--brief") == 0;
    int first = brief ? 2 : 1;

    runner_init();
    for (size_t i = 0; i < array_len(scenarios); i++)
        if (is_chosen(&scenarios[i], argc - first, argv + first))
            try_scenario(&scenarios[i]);
    printf("%u faults injected\n", injected);
    printf("%u passed, %u failed, 0 skipped\n", passed, failed);
    return failed > 0;
}
