/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_config.c - description files: lines, and a table of keys.
 */
#include <core/vmm/vm_config.h>

#include <core/number.h>
#include <vmkapi/lib/hash.h>
#include <vmkapi/lib/libc.h>

#define KEY_MAX   32
#define VALUE_MAX VM_COMMAND_LINE_MAX
#define BLANKS    " \t\r"

/** Where the parser is. */
struct reader {
    const char *file;
    unsigned line;
    struct vm_config *config;
    struct diagnosis *why;
    char key[KEY_MAX];
    char value[VALUE_MAX];
    vmk_ByteCount value_len;
};

/** What is wrong with the value of the key at hand. */
static VMK_ReturnStatus bad_value(const struct reader *r, const char *wants)
{
    return diagnose(r->why, VMK_BAD_PARAM, "%s:%u: %s = \"%.40s\": %s", r->file, r->line, r->key, r->value,
                    wants);
}

/* Values. @p field is where in the configuration it goes, of @p size bytes. */

static VMK_ReturnStatus set_text(const struct reader *r, void *field, vmk_ByteCount size)
{
    if (r->value_len == 0) {
        return bad_value(r, "must not be empty");
    }
    if (r->value_len >= size) {
        return diagnose(r->why, VMK_BAD_PARAM, "%s:%u: the value of %s has %lu characters; %lu fit", r->file,
                        r->line, r->key, r->value_len, size - 1);
    }
    vmk_Memcpy(field, r->value, r->value_len + 1);
    return VMK_OK;
}

static VMK_ReturnStatus set_path(const struct reader *r, void *field, vmk_ByteCount size)
{
    return r->value[0] == '/' ? set_text(r, field, size) : bad_value(r, "wants a path that begins with /");
}

static VMK_ReturnStatus set_name(const struct reader *r, void *field, vmk_ByteCount size)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

    if (vmk_Strspn(r->value, allowed) != r->value_len) {
        return bad_value(r, "may have letters, digits, - _ and .");
    }
    return set_text(r, field, size);
}

/** Read a whole number from @p min to @p max. @return false: the value is none. */
static bool parse_number(const struct reader *r, vmk_uint64 min, vmk_uint64 max, vmk_uint64 *value)
{
    struct number number = number_parse(r->value, r->value_len, 10);

    *value = number.magnitude;
    return number.consumed != 0 && number.consumed == r->value_len && !number.negative && !number.overflow &&
           number.magnitude >= min && number.magnitude <= max;
}

static VMK_ReturnStatus set_memory(const struct reader *r, void *field, vmk_ByteCount size)
{
    vmk_uint64 mib;

    if (!parse_number(r, 1, VM_MEMORY_MIB_MAX, &mib)) {
        return bad_value(r, "wants a number of MiB from 1 to 1048576");
    }
    *(vmk_uint64 *)field = mib << 20;
    return VMK_OK;
}

static VMK_ReturnStatus set_vcpus(const struct reader *r, void *field, vmk_ByteCount size)
{
    vmk_uint64 count;

    if (!parse_number(r, 1, VM_VCPUS_MAX, &count)) {
        return bad_value(r, "wants a number from 1 to 16");
    }
    *(vmk_uint32 *)field = (vmk_uint32)count;
    return VMK_OK;
}

static VMK_ReturnStatus set_bool(const struct reader *r, void *field, vmk_ByteCount size)
{
    if (vmk_Strcasecmp(r->value, "TRUE") != 0 && vmk_Strcasecmp(r->value, "FALSE") != 0) {
        return bad_value(r, "wants TRUE or FALSE");
    }
    *(bool *)field = vmk_Strcasecmp(r->value, "TRUE") == 0;
    return VMK_OK;
}

static VMK_ReturnStatus set_reset(const struct reader *r, void *field, vmk_ByteCount size)
{
    if (vmk_Strcasecmp(r->value, "restart") != 0 && vmk_Strcasecmp(r->value, "stop") != 0) {
        return bad_value(r, "wants restart or stop");
    }
    *(bool *)field = vmk_Strcasecmp(r->value, "restart") == 0;
    return VMK_OK;
}

static VMK_ReturnStatus set_shares(const struct reader *r, void *field, vmk_ByteCount size)
{
    static const struct {
        const char *name;
        vmk_uint32 shares;
    } named[] = {{"low", SHARES_NORMAL / 2}, {"normal", SHARES_NORMAL}, {"high", SHARES_NORMAL * 2}};
    vmk_uint64 shares;

    for (unsigned i = 0; i < VMK_ARRAY_SIZE(named); i++) {
        if (vmk_Strcasecmp(r->value, named[i].name) == 0) {
            *(vmk_uint32 *)field = named[i].shares;
            return VMK_OK;
        }
    }
    if (!parse_number(r, 1, SHARES_MAX, &shares)) {
        return bad_value(r, "wants low, normal, high or a number from 1 to 100000");
    }
    *(vmk_uint32 *)field = (vmk_uint32)shares;
    return VMK_OK;
}

/** Read a limit from 1 to @p max; "unlimited" is 0. @return false: the value is none. */
static bool parse_limit(const struct reader *r, vmk_uint64 max, vmk_uint64 *value)
{
    *value = 0;
    return vmk_Strcasecmp(r->value, "unlimited") == 0 || parse_number(r, 1, max, value);
}

static VMK_ReturnStatus set_cpu_max(const struct reader *r, void *field, vmk_ByteCount size)
{
    vmk_uint64 percent;

    if (!parse_limit(r, VM_CPU_PERCENT_MAX, &percent)) {
        return bad_value(r, "wants percent of a processor from 1 to 6400, or unlimited");
    }
    *(vmk_uint32 *)field = (vmk_uint32)percent;
    return VMK_OK;
}

static VMK_ReturnStatus set_rate(const struct reader *r, void *field, vmk_ByteCount size)
{
    return parse_limit(r, VM_RATE_MAX, field)
               ? VMK_OK
               : bad_value(r, "wants a number a second from 1 to 10000000000, or unlimited");
}

/* Known, so that whoever brings a description from elsewhere is told what to do. */
static VMK_ReturnStatus set_firmware(const struct reader *r, void *field, vmk_ByteCount size)
{
    return bad_value(r, "a VM has no firmware yet; take this line out, and begin by kernel.file");
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c != '\0' ? vmk_Strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

static VMK_ReturnStatus set_mac(const struct reader *r, void *field, vmk_ByteCount size)
{
    vmk_uint8 *mac = field, all = 0;
    bool good = r->value_len == 3 * VMK_ETH_ADDR_LENGTH - 1;

    for (unsigned i = 0; good && i < VMK_ETH_ADDR_LENGTH; i++) {
        int high = hex_digit(r->value[3 * i]), low = hex_digit(r->value[3 * i + 1]);

        good = high >= 0 && low >= 0 && (i + 1 == VMK_ETH_ADDR_LENGTH || r->value[3 * i + 2] == ':');
        mac[i] = (vmk_uint8)(high << 4 | low);
        all |= mac[i];
    }
    if (!good || all == 0 || (mac[0] & 1) != 0) {
        return bad_value(r, "wants a unicast address as in 02:00:00:12:34:56");
    }
    return VMK_OK;
}

/* Keys. One with '#' in its name stands for as many as `count` says. */

static const struct key {
    const char *name;
    VMK_ReturnStatus (*set)(const struct reader *r, void *field, vmk_ByteCount size);
    vmk_ByteCount offset, size;
    vmk_uint32 count;
    vmk_ByteCount stride;
} keys[] = {
#define FIELD(member) __builtin_offsetof(struct vm_config, member), sizeof(((struct vm_config *)0)->member)
#define ONE(member)   FIELD(member), 1, 0
#define SOME(list, member)                                                                                   \
    FIELD(list[0] member), VMK_ARRAY_SIZE(((struct vm_config *)0)->list),                                    \
        sizeof(((struct vm_config *)0)->list[0])
    {"displayName", set_name, ONE(name)},
    {"memSize", set_memory, ONE(memory_bytes)},
    {"numvcpus", set_vcpus, ONE(vcpus)},
    {"sched.cpu.shares", set_shares, ONE(cpu_shares)},
    {"sched.cpu.max", set_cpu_max, ONE(cpu_max_percent)},
    {"firmware", set_firmware, .count = 1},
    {"kernel.file", set_path, ONE(kernel)},
    {"kernel.cmdline", set_text, ONE(command_line)},
    {"kernel.module#", set_path, SOME(modules, )},
    {"disk#.device", set_text, SOME(disks, .device)},
    {"disk#.serial", set_text, SOME(disks, .serial)},
    {"disk#.readOnly", set_bool, SOME(disks, .read_only)},
    {"disk#.requestLimit", set_rate, SOME(disks, .rates.requests)},
    {"disk#.bandwidthLimit", set_rate, SOME(disks, .rates.bytes)},
    {"ethernet#.networkName", set_text, SOME(nics, .port_group)},
    {"ethernet#.address", set_mac, SOME(nics, .mac)},
    {"ethernet#.packetLimit", set_rate, SOME(nics, .rates.requests)},
    {"ethernet#.bandwidthLimit", set_rate, SOME(nics, .rates.bytes)},
    {"console.present", set_bool, ONE(console)},
    {"rng.present", set_bool, ONE(rng)},
    {"onReset", set_reset, ONE(restart)},
    {"autostart", set_bool, ONE(autostart)},
#undef SOME
#undef ONE
#undef FIELD
};

/** Which numbered key has been given: bit n of given[i] is the n-th of keys[i]. */
struct given {
    vmk_uint32 bits[VMK_ARRAY_SIZE(keys)];
};

/** @return whether @p text is @p key's name; *index is then the number in it. */
static bool key_matches(const struct key *key, const char *text, vmk_uint32 *index)
{
    const char *mark = vmk_Strchr(key->name, '#');
    vmk_ByteCount before;

    *index = 0;
    if (mark == NULL) {
        return vmk_Strcasecmp(key->name, text) == 0;
    }
    before = (vmk_ByteCount)(mark - key->name);
    if (vmk_Strncasecmp(key->name, text, before) != 0 || text[before] < '0' || text[before] > '9') {
        return false;
    }
    *index = (vmk_uint32)(text[before] - '0');
    return *index < key->count && vmk_Strcasecmp(mark + 1, text + before + 1) == 0;
}

static VMK_ReturnStatus take_key(const struct reader *r, struct given *given)
{
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(keys); i++) {
        vmk_uint32 index;

        if (!key_matches(&keys[i], r->key, &index)) {
            continue;
        }
        if ((given->bits[i] & 1u << index) != 0) {
            return diagnose(r->why, VMK_BAD_FORMAT, "%s:%u: %s stands there a second time", r->file, r->line,
                            r->key);
        }
        given->bits[i] |= 1u << index;
        return keys[i].set(r, (char *)r->config + keys[i].offset + index * keys[i].stride, keys[i].size);
    }
    return diagnose(r->why, VMK_BAD_FORMAT, "%s:%u: there is no key '%s'", r->file, r->line, r->key);
}

/* Lines. */

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && *p != '\0' && vmk_Strchr(BLANKS, *p) != NULL) {
        p++;
    }
    return p;
}

static VMK_ReturnStatus bad_line(const struct reader *r, const char *what)
{
    return diagnose(r->why, VMK_BAD_FORMAT, "%s:%u: %s; a line is  key = \"value\"  or a comment (#)",
                    r->file, r->line, what);
}

static bool is_key_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

static VMK_ReturnStatus read_key(struct reader *r, const char **p, const char *end)
{
    vmk_ByteCount len = 0;

    for (; *p < end && is_key_char(**p); (*p)++) {
        if (len + 1 == sizeof(r->key)) {
            return bad_line(r, "the key is too long");
        }
        r->key[len++] = **p;
    }
    r->key[len] = '\0';
    return len > 0 ? VMK_OK : bad_line(r, "no key");
}

/** Read what is between the quotation marks. */
static VMK_ReturnStatus read_value(struct reader *r, const char **p, const char *end)
{
    r->value_len = 0;
    for (; *p < end && **p != '"'; (*p)++) {
        int byte = (unsigned char)**p;

        if (byte == '|') {
            int high = end - *p > 2 ? hex_digit((*p)[1]) : -1, low = high >= 0 ? hex_digit((*p)[2]) : -1;

            if (low < 0) {
                return bad_line(r, "| wants two hexadecimal digits behind it");
            }
            byte = high << 4 | low;
            *p += 2;
        }
        if (byte < ' ' || byte > '~') {
            return bad_line(r, "a value may have printable ASCII characters only");
        }
        if (r->value_len + 1 == sizeof(r->value)) {
            return bad_line(r, "the value is too long");
        }
        r->value[r->value_len++] = (char)byte;
    }
    r->value[r->value_len] = '\0';
    return *p < end ? VMK_OK : bad_line(r, "the value has no quotation mark at its end");
}

static VMK_ReturnStatus read_line(struct reader *r, struct given *given, const char *p, const char *end)
{
    vmk_StatusValue status;

    p = skip_blanks(p, end);
    if (p == end || *p == '#') {
        return VMK_OK;
    }
    status = read_key(r, &p, end);
    if (status != VMK_OK) {
        return status;
    }
    p = skip_blanks(p, end);
    if (p == end || *p++ != '=') {
        return bad_line(r, "no = behind the key");
    }
    p = skip_blanks(p, end);
    if (p == end || *p++ != '"') {
        return bad_line(r, "the value is not in quotation marks");
    }
    status = read_value(r, &p, end);
    if (status != VMK_OK) {
        return status;
    }
    if (skip_blanks(p + 1, end) != end) {
        return bad_line(r, "something follows the value");
    }
    return take_key(r, given);
}

/* The whole. */

static VMK_ReturnStatus missing(const struct reader *r, const char *key)
{
    return diagnose(r->why, VMK_BAD_PARAM, "%s: the key %s is missing", r->file, key);
}

static bool mac_is_unset(const vmk_EthAddress mac)
{
    static const vmk_EthAddress none;

    return vmk_Memcmp(mac, none, sizeof(none)) == 0;
}

static bool is_limit(const struct virtio_rates *rates)
{
    return rates->requests != 0 || rates->bytes != 0;
}

/** A disk or NIC that has an option but is none would be forgotten in silence. */
static VMK_ReturnStatus check_devices(const struct reader *r)
{
    const struct vm_config *config = r->config;

    for (unsigned i = 0; i < VM_DISKS_MAX; i++) {
        const struct vm_disk_config *disk = &config->disks[i];

        if (disk->device[0] == '\0' &&
            (disk->serial[0] != '\0' || disk->read_only || is_limit(&disk->rates))) {
            return diagnose(r->why, VMK_BAD_PARAM, "%s: the key disk%u.device is missing", r->file, i);
        }
    }
    for (unsigned i = 0; i < VM_NICS_MAX; i++) {
        const struct vm_nic_config *nic = &config->nics[i];

        if (nic->port_group[0] == '\0' && (!mac_is_unset(nic->mac) || is_limit(&nic->rates))) {
            return diagnose(r->why, VMK_BAD_PARAM, "%s: the key ethernet%u.networkName is missing", r->file,
                            i);
        }
    }
    return VMK_OK;
}

static VMK_ReturnStatus check_whole(const struct reader *r)
{
    const struct vm_config *config = r->config;

    if (config->name[0] == '\0') {
        return missing(r, "displayName");
    }
    if (config->memory_bytes == 0) {
        return missing(r, "memSize");
    }
    if (config->kernel[0] == '\0') {
        return missing(r, "kernel.file");
    }
    for (unsigned i = 1; i < VM_MODULES_MAX; i++) {
        if (config->modules[i][0] != '\0' && config->modules[i - 1][0] == '\0') {
            return diagnose(r->why, VMK_BAD_PARAM, "%s: kernel.module%u is there without kernel.module%u",
                            r->file, i, i - 1);
        }
    }
    return check_devices(r);
}

/** A locally administered address that is the same at each start: of the name and the NIC's number. */
static void make_mac(const struct vm_config *config, unsigned nic, vmk_EthAddress mac)
{
    vmk_uint64 hash = vmk_HashBytes(config->name, vmk_Strlen(config->name), nic);

    mac[0] = 0x02;
    for (unsigned i = 1; i < VMK_ETH_ADDR_LENGTH; i++) {
        mac[i] = (vmk_uint8)(hash >> (8 * i));
    }
}

VMK_ReturnStatus vm_config_parse(const char *file, const char *text, vmk_ByteCount len,
                                 struct vm_config *config, struct diagnosis *why)
{
    struct reader r = {.file = file, .config = config, .why = why};
    struct given given = {{0}};
    const char *end = text + len;
    vmk_StatusValue status = VMK_OK;

    *config = (struct vm_config){.vcpus = 1, .cpu_shares = SHARES_NORMAL, .rng = true, .restart = true};
    while (status == VMK_OK && text < end) {
        const char *newline = vmk_Memchr(text, '\n', (vmk_ByteCount)(end - text));
        const char *line_end = newline != NULL ? newline : end;

        r.line++;
        status = read_line(&r, &given, text, line_end);
        text = newline != NULL ? newline + 1 : end;
    }
    if (status == VMK_OK) {
        status = check_whole(&r);
    }
    for (unsigned i = 0; i < VM_NICS_MAX && status == VMK_OK; i++) {
        if (config->nics[i].port_group[0] != '\0' && mac_is_unset(config->nics[i].mac)) {
            make_mac(config, i, config->nics[i].mac);
        }
    }
    return status;
}
