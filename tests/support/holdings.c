/* SPDX-License-Identifier: GPL-2.0-only */
#include "holdings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEPS_A_S         4   /* So often it is looked again. */
#define POOL_RECORD_BYTES 32  /* Of a DMA pool's page, as vmklinux has it. */
#define PATIENCE_S        120 /* Fragments and half-open connections are given up after 30 s at most. */

static long long number(json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

/* What is allocated from the kernel's heap and will stay so. */
static long long kernel_allocations(struct machine *m)
{
    json_t *heaps = boot_json(m, "system heap list");
    long long count = number(boot_row(heaps, "Name", "vmkernel"), "Allocations");
    json_decref(heaps);
    return count - boot_stat(m, "memory/mappings/stale_areas") -
           boot_stat(m, "memory/module_mappings/stale_areas");
}

bool holdings_lack(const json_t *holdings, const char *module)
{
    const char *name;
    json_t *value;
    size_t len = strlen(module);
    json_object_foreach((json_t *)holdings, name, value)
    {
        if (strncmp(name, module, len) == 0 && name[len] == ' ') {
            return false;
        }
    }
    return true;
}

/* What TCP/IP's pools have given out, which is no memory of the module's account. */
static void take_pools(struct machine *m, json_t *holdings)
{
    json_t *list = boot_json(m, "system stats get tcpip"), *row;
    size_t i;
    json_array_foreach(list, i, row)
    {
        char pool[32], counter[32];
        if (sscanf(json_string_value(json_object_get(row, "Path")), "tcpip/%31[^/]/%31s", pool, counter) ==
                2 &&
            strcmp(counter, "used") == 0) {
            char name[128];
            snprintf(name, sizeof name, "tcpip %s", pool);
            json_object_set_new(holdings, name, json_integer(number(row, "Value")));
        }
    }
    json_decref(list);
}

json_t *holdings_take(struct machine *m)
{
    json_t *list = boot_json(m, "system module account list"), *holdings = json_object(), *row;
    size_t i;
    json_array_foreach(list, i, row)
    {
        char name[128];
        snprintf(name, sizeof name, "%s %s", json_string_value(json_object_get(row, "Module")),
                 json_string_value(json_object_get(row, "Resource")));
        if (strcmp(name, "vmkernel heap bytes") != 0) {
            json_object_set_new(holdings, name, json_integer(number(row, "Count")));
        }
    }
    json_object_set_new(holdings, "vmkernel allocations", json_integer(kernel_allocations(m)));
    json_decref(list);
    if (!holdings_lack(holdings, "tcpip")) {
        take_pools(m, holdings);
    }
    return holdings;
}

static unsigned count_connections(struct machine *m)
{
    json_t *list = boot_json(m, "network ip connection list"), *row;
    size_t i;
    unsigned count = 0;
    json_array_foreach(list, i, row)
    {
        count += strcmp(json_string_value(json_object_get(row, "Proto")), "tcp") == 0 &&
                 strcmp(json_string_value(json_object_get(row, "State")), "LISTEN") != 0;
    }
    json_decref(list);
    return count;
}

void holdings_wait_for_connections(struct machine *m)
{
    unsigned count = count_connections(m);
    for (unsigned steps = 0; steps < PATIENCE_S * STEPS_A_S && count > 0; steps++) {
        machine_run_for(m, 1000 / STEPS_A_S);
        count = count_connections(m);
    }
    ck_assert_uint_eq(count, 0);
}

static bool is_timers_of(const char *name, const char *module)
{
    size_t len = module != NULL ? strlen(module) : 0;
    return module != NULL && strncmp(name, module, len) == 0 && strcmp(name + len, " timers") == 0;
}

/* By how many pages the module of counter @name has grown. */
static long long pages_grown(const char *name, json_t *before, json_t *now)
{
    char pages[128];
    snprintf(pages, sizeof pages, "%.*s pages", (int)(strchr(name, ' ') - name), name);
    return number(now, pages) - number(before, pages);
}

static bool differs(const char *name, json_t *before, json_t *now)
{
    const char *resource = strchr(name, ' ');
    long long grown = number(now, name) - number(before, name);
    if (strcmp(resource, " pages") == 0) {
        return grown > HOLDINGS_PAGES;
    }
    if (strcmp(resource, " heap bytes") == 0 && grown > 0) {
        return grown > pages_grown(name, before, now) * POOL_RECORD_BYTES;
    }
    return grown != 0;
}

/* Add to @text, of @size bytes, each of @names that differs; @names is one of the other two. */
static void compare(char *text, size_t size, json_t *names, json_t *before, json_t *now, const char *but)
{
    const char *name;
    json_t *value;
    json_object_foreach(names, name, value)
    {
        long long was = number(before, name), is = number(now, name);
        size_t len = strlen(text);
        if (!is_timers_of(name, but) && differs(name, before, now) && (names == before || was == 0)) {
            snprintf(text + len, size - len, "%s%s: %lld before, %lld now", len == 0 ? "" : "; ", name, was,
                     is);
        }
    }
}

json_t *holdings_settle(struct machine *m)
{
    json_t *held = holdings_take(m);
    for (int steps = 0, same = 0; same < STEPS_A_S; steps++) {
        ck_assert_msg(steps < PATIENCE_S * STEPS_A_S, "what is held does not come to rest");
        machine_run_for(m, 1000 / STEPS_A_S);
        json_t *now = holdings_take(m);
        same = json_equal(held, now) ? same + 1 : 0;
        json_decref(held);
        held = now;
    }
    return held;
}

void holdings_expect(struct machine *m, json_t *before, const char *but_timers_of)
{
    char differences[2048] = "unlike";
    time_t end = time(NULL) + PATIENCE_S;
    while (differences[0] != '\0') {
        json_t *now = holdings_take(m);
        differences[0] = '\0';
        compare(differences, sizeof differences, before, before, now, but_timers_of);
        compare(differences, sizeof differences, now, before, now, but_timers_of);
        json_decref(now);
        ck_assert_msg(differences[0] == '\0' || time(NULL) < end, "what is held differs: %s", differences);
        if (differences[0] != '\0') {
            machine_run_for(m, 1000 / STEPS_A_S);
        }
    }
}
