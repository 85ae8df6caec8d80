/* SPDX-License-Identifier: GPL-2.0-only */
#include <check.h>
#include <string.h>

#include "../../../core/mgmt/command_tree.h"
#include "../../../core/mgmt/words.h"
#include "heap.h"
#include "run.h"
#include "sink.h"
#include "world.h"

static struct memory_sink out;

/* A tree of its own, with one of everything. */

static bool nic_candidate(unsigned n, char *text, vmk_ByteCount len)
{
    static const char *const names[] = {"vmnic0", "vmnic1", "other"};

    if (n >= 3) {
        return false;
    }
    strncpy(text, names[n], len);
    return true;
}

static VMK_ReturnStatus nic_list(struct command_call *call)
{
    format_row(&call->format);
    format_string(&call->format, "vmnic0");
    format_uint(&call->format, 1000);
    return VMK_OK;
}

static VMK_ReturnStatus nic_get(struct command_call *call)
{
    const char *name = command_string(call, "nic-name");

    if (strcmp(name, "vmnic0") != 0) {
        return command_fail(call, VMK_NOT_FOUND, "there is no uplink '%s'", name);
    }
    return nic_list(call);
}

static VMK_ReturnStatus show(struct command_call *call)
{
    const char *text = command_string(call, "text");
    const char *kind = command_string(call, "kind");

    command_print(call, "text=%s count=%lu flag=%d bool=%d kind=%s", text != NULL ? text : "-",
                  command_uint(call, "count", 7), command_bool(call, "flag", false),
                  command_bool(call, "bool", true), kind != NULL ? kind : "-");
    return VMK_OK;
}

static VMK_ReturnStatus fail_silently(struct command_call *call)
{
    return VMK_TIMEOUT;
}

static struct command_stop stop = COMMAND_STOP_INITIALIZER("test");
static bool stopped;

/** A user who has had enough of it after the first row, and once more when nothing waits any longer. */
static VMK_ReturnStatus last_long(struct command_call *call)
{
    VMK_ReturnStatus status = nic_list(call);

    stopped = command_stop(&stop);
    if (support_world_wakeup) {
        status = VMK_WAIT_INTERRUPTED;
        command_stop(&stop);
    }
    return status;
}

static const struct format_column nic_columns[] = {
    {"Name", FORMAT_STRING}, {"Speed", FORMAT_UINT, "Mbps"}, {0}};
static const struct command_arg get_args[] = {{.name = "nic-name",
                                               .letter = 'n',
                                               .flags = COMMAND_REQUIRED,
                                               .help = "The uplink",
                                               .candidate = nic_candidate},
                                              {0}};
static const struct command_arg show_args[] = {
    {.name = "text", .letter = 't', .flags = COMMAND_BARE, .help = "A text"},
    {.name = "count", .letter = 'c', .type = COMMAND_UINT, .min = 1, .max = 100, .help = "A number"},
    {.name = "flag", .letter = 'f', .type = COMMAND_FLAG, .help = "A flag"},
    {.name = "bool", .type = COMMAND_BOOL, .help = "A truth"},
    {.name = "kind", .type = COMMAND_CHOICE, .choices = "panic|fault", .help = "A choice"},
    {0}};

static const struct command commands[] = {
    {"network nic list", "List uplinks", nic_list, NULL, nic_columns, FORMAT_LIST},
    {"network nic get", "Show one uplink", nic_get, get_args, nic_columns, FORMAT_RECORD},
    {"network ip interface list", "List interfaces", nic_list, NULL, nic_columns, FORMAT_LIST},
    {"show", "Show what was given", show, show_args},
    {"fail", "Fail", fail_silently},
    {"long", "Take long", last_long, NULL, nic_columns, FORMAT_RECORD, .stoppable = true},
    {"steady", "Take long, and to the end", last_long, NULL, nic_columns, FORMAT_RECORD},
    {"system shutdown", "Power off", show, show_args},
    {"system shutdown reboot", "Restart", fail_silently},
};
static const struct command *entries[VMK_ARRAY_SIZE(commands)];
static struct command_tree tree = {entries, VMK_ARRAY_SIZE(commands)};

static void setup(void)
{
    unsigned i;

    for (i = 0; i < VMK_ARRAY_SIZE(commands); i++) {
        entries[i] = &commands[i];
    }
}

static int run(const char *line)
{
    memory_sink_clear(&out);
    return command_tree_run(tree, line, &out.sink, &stop);
}

static void expect(const char *line, int status, const char *text)
{
    ck_assert_msg(run(line) == status, "'%s' did not end with %d", line, status);
    ck_assert_str_eq(out.text, text);
    ck_assert_int_eq(support_heap_live, 0);
}

START_TEST(runs_commands)
{
    setup();
    expect("", VMK_OK, "");
    expect("   ", VMK_OK, "");
    expect("show", VMK_OK, "text=- count=7 flag=0 bool=1 kind=-");
    expect("network nic get vmnic0", VMK_OK, "Name: vmnic0\nSpeed: 1000 Mbps\n");
    expect("network nic get -n vmnic0 --formatter=json", VMK_OK, "{\"Name\": \"vmnic0\", \"Speed\": 1000}\n");
    expect("network nic list --formatter csv", VMK_OK, "Name,Speed\nvmnic0,1000\n");
    expect("network nic list", VMK_OK, "Name    Speed (Mbps)\n------  ------------\nvmnic0          1000\n");
}
END_TEST

START_TEST(stops_what_is_stoppable)
{
    setup();
    ck_assert(!command_stop(&stop));
    expect("long", VMK_WAIT_INTERRUPTED, "Name: vmnic0\nSpeed: 1000 Mbps\nerror: stopped\n");
    ck_assert(stopped);
    ck_assert_msg(!support_world_wakeup, "the next wait is ended as well");
    expect("steady", VMK_OK, "Name: vmnic0\nSpeed: 1000 Mbps\n");
    ck_assert(!stopped);
    ck_assert(!command_stop(&stop));
    memory_sink_clear(&out);
    ck_assert_int_eq(command_tree_run(tree, "long", &out.sink, NULL), VMK_OK);
    ck_assert(!stopped);
}
END_TEST

START_TEST(parses_arguments)
{
    setup();
    expect("show hello", VMK_OK, "text=hello count=7 flag=0 bool=1 kind=-");
    expect("show --text=hello -c 0x10 -f --bool off --kind panic", VMK_OK,
           "text=hello count=16 flag=1 bool=0 kind=panic");
    expect("show 'a  b' --count=100", VMK_OK, "text=a  b count=100 flag=0 bool=1 kind=-");
    expect("show \"it's\"", VMK_OK, "text=it's count=7 flag=0 bool=1 kind=-");
    expect("show --text ''", VMK_OK, "text= count=7 flag=0 bool=1 kind=-");
    expect("show --text=a=b", VMK_OK, "text=a=b count=7 flag=0 bool=1 kind=-");
}
END_TEST

START_TEST(refuses_arguments)
{
    setup();
    expect("show a b", VMK_BAD_PARAM, "error: 'show' has no use for 'b'; try 'show --help'\n");
    expect("show -c 0", VMK_BAD_PARAM, "error: --count takes a number from 1 to 100, not '0'\n");
    expect("show -c 12x", VMK_BAD_PARAM, "error: --count takes a number from 1 to 100, not '12x'\n");
    expect("show -c -3", VMK_BAD_PARAM, "error: --count takes a number from 1 to 100, not '-3'\n");
    expect("show --count", VMK_BAD_PARAM, "error: --count needs a value: --count NUMBER\n");
    expect("show --flag=x", VMK_BAD_PARAM, "error: --flag takes no value\n");
    expect("show --kind boom", VMK_BAD_PARAM, "error: --kind takes panic|fault, not 'boom'\n");
    expect("show --kind pan", VMK_BAD_PARAM, "error: --kind takes panic|fault, not 'pan'\n");
    expect("show --bool maybe", VMK_BAD_PARAM, "error: --bool takes true|false, not 'maybe'\n");
    expect("show --text a --text b", VMK_BAD_PARAM, "error: --text is given twice\n");
    expect("show --cuont 3", VMK_BAD_PARAM,
           "error: 'show' has no option '--cuont'; did you mean '--count'? try 'show --help'\n");
    expect("show --formatter xml", VMK_BAD_PARAM, "error: --formatter takes table|json|csv, not 'xml'\n");
    expect("network nic get", VMK_BAD_PARAM,
           "error: 'network nic get' needs --nic-name TEXT; try 'network nic get --help'\n");
    expect("show 'a", VMK_BAD_PARAM, "error: a quote is left open\n");
}
END_TEST

START_TEST(names_what_is_unknown)
{
    setup();
    expect("network nic lst", VMK_BAD_PARAM,
           "error: unknown command 'lst' under 'network nic'; did you mean 'list'? try 'network nic help'\n");
    expect("netwrok nic list", VMK_BAD_PARAM,
           "error: unknown command 'netwrok'; did you mean 'network'? try 'help'\n");
    expect("xyzzy", VMK_BAD_PARAM, "error: unknown command 'xyzzy'; try 'help'\n");
    expect("'network nic' list", VMK_BAD_PARAM,
           "error: unknown command 'network nic'; did you mean 'network'? try 'help'\n");
}
END_TEST

START_TEST(says_why_a_handler_failed)
{
    setup();
    expect("network nic get vmnic7", VMK_NOT_FOUND, "error: there is no uplink 'vmnic7'\n");
    expect("fail", VMK_TIMEOUT, "error: fail: Timed out\n");
}
END_TEST

START_TEST(a_command_may_have_children)
{
    setup();
    expect("system shutdown", VMK_OK, "text=- count=7 flag=0 bool=1 kind=-");
    ck_assert_int_eq(run("system shutdown reboot"), VMK_TIMEOUT);
}
END_TEST

START_TEST(helps_everywhere)
{
    static const char *const lines[] = {"help",
                                        "--help",
                                        "network",
                                        "network help",
                                        "help network",
                                        "network nic --help",
                                        "network nic list help",
                                        "network nic get --help",
                                        "system shutdown --help"};
    unsigned i;

    setup();
    for (i = 0; i < VMK_ARRAY_SIZE(lines); i++) {
        ck_assert_int_eq(run(lines[i]), VMK_OK);
        ck_assert_uint_gt(out.len, 20);
    }
    run("network nic get --help");
    ck_assert_ptr_nonnull(
        strstr(out.text, "Usage: network nic get --nic-name TEXT [--formatter table|json|csv]\n"));
    ck_assert_ptr_nonnull(strstr(out.text, "--nic-name, -n"));
    ck_assert_ptr_nonnull(strstr(out.text, "Shows: Name, Speed (Mbps)\n"));
    run("network");
    ck_assert_ptr_nonnull(strstr(out.text, "nic                 get, list\n"));
}
END_TEST

/* Completion: the words found, separated by blanks. */

static char found[1024];

static void keep(void *arg, const char *word)
{
    strcat(found, word);
    strcat(found, " ");
}

static const char *complete(const char *line)
{
    found[0] = '\0';
    command_complete(tree, line, keep, NULL);
    return found;
}

START_TEST(completes)
{
    setup();
    ck_assert_str_eq(complete(""), "fail long network show steady system ");
    ck_assert_str_eq(complete("n"), "network ");
    ck_assert_str_eq(complete("network"), "network ");
    ck_assert_str_eq(complete("network "), "ip nic ");
    ck_assert_str_eq(complete("network nic l"), "list ");
    ck_assert_str_eq(complete("network nic get "), "vmnic0 vmnic1 other ");
    ck_assert_str_eq(complete("network nic get vm"), "vmnic0 vmnic1 ");
    ck_assert_str_eq(complete("network nic get -n o"), "other ");
    ck_assert_str_eq(complete("network nic get --"), "--nic-name --formatter --help ");
    ck_assert_str_eq(complete("network nic list --formatter "), "table json csv ");
    ck_assert_str_eq(complete("show --kind f"), "fault ");
    ck_assert_str_eq(complete("show --bool "), "true false ");
    ck_assert_str_eq(complete("nonsense x"), "");
    ck_assert_str_eq(complete("show 'open"), "");
}
END_TEST

START_TEST(measures_distance)
{
    setup();
    ck_assert_uint_eq(command_distance("list", "list"), 0);
    ck_assert_uint_eq(command_distance("lst", "list"), 1);
    ck_assert_uint_eq(command_distance("lsit", "list"), 1);
    ck_assert_uint_eq(command_distance("", "list"), 4);
    ck_assert_uint_eq(command_distance("kitten", "sitting"), 3);
}
END_TEST

START_TEST(bounds_lines)
{
    char line[COMMAND_LINE_MAX + 8];
    int i;

    setup();
    memset(line, 'a', sizeof(line));
    line[sizeof(line) - 1] = '\0';
    expect(line, VMK_BAD_PARAM, "error: the line is too long or has too many words\n");
    for (i = 0; i < COMMAND_LINE_MAX; i++) {
        line[i] = i % 2 ? ' ' : 'a';
    }
    line[COMMAND_LINE_MAX - 1] = '\0';
    expect(line, VMK_BAD_PARAM, "error: the line is too long or has too many words\n");
    /* One long word that is in the table nowhere. */
    memset(line, 'b', 400);
    line[400] = '\0';
    ck_assert_int_eq(run(line), VMK_BAD_PARAM);
}
END_TEST

START_TEST(cuts_scripts)
{
    const char *script = " show a ;; show 'x;y' ;show b; ";
    char line[32];

    setup();
    ck_assert(words_next_command(&script, line, sizeof(line)));
    ck_assert_str_eq(line, "show a");
    ck_assert(words_next_command(&script, line, sizeof(line)));
    ck_assert_str_eq(line, "show 'x;y'");
    ck_assert(words_next_command(&script, line, sizeof(line)));
    ck_assert_str_eq(line, "show b");
    ck_assert(!words_next_command(&script, line, sizeof(line)));
}
END_TEST

RUN_TESTS(runs_commands, stops_what_is_stoppable, parses_arguments, refuses_arguments, names_what_is_unknown,
          says_why_a_handler_failed, a_command_may_have_children, helps_everywhere, completes,
          measures_distance, bounds_lines, cuts_scripts)
