/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_insn.c - bytes that are any instruction or none.
 *
 * An input is a byte for the mode and the code. It is taken apart from its beginning to its end.
 */
#include "fuzz.h"

#include <core/vmm/insn.h>

/** What is said of an instruction holds for its bytes alone, and for no fewer. */
static void require_exact(const uint8_t *bytes, enum insn_mode mode, const struct insn *insn)
{
    uint8_t alone[INSN_BYTES_MAX];
    struct insn again;

    FUZZ_REQUIRE(insn->length >= 1 && insn->length <= INSN_BYTES_MAX);
    memcpy(alone, bytes, insn->length);
    memset(alone + insn->length, 0xff, sizeof(alone) - insn->length);
    FUZZ_REQUIRE(insn_decode(alone, insn->length, mode, &again) == INSN_OK && again.length == insn->length);
    FUZZ_REQUIRE(insn_decode(alone, sizeof(alone), mode, &again) == INSN_OK && again.length == insn->length);
    for (unsigned fewer = 0; fewer < insn->length; fewer++) {
        FUZZ_REQUIRE(insn_decode(bytes, fewer, mode, &again) == INSN_MORE);
    }
}

static void require_sane(const struct insn *insn)
{
    static const vmk_uint64 gpr[GPR_COUNT] = {[GPR_RBX] = ~0ul};

    FUZZ_REQUIRE(insn->base >= INSN_NO_REGISTER && insn->base < GPR_COUNT);
    FUZZ_REQUIRE(insn->index >= INSN_NO_REGISTER && insn->index < GPR_COUNT && insn->index != GPR_RSP);
    FUZZ_REQUIRE(insn->reg < 16 && insn->rm < 16 && insn->segment <= SEGMENT_GS);
    FUZZ_REQUIRE(insn->mode == INSN_MODE_64 || (insn->reg < 8 && insn->rm < 8 && insn->operand_bytes <= 4));
    FUZZ_REQUIRE(insn->address_bytes == 8 || insn_offset(insn, gpr, ~0ul) >> 8 * insn->address_bytes == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    enum insn_mode mode;
    struct insn insn;

    if (len == 0) {
        return 0;
    }
    mode = bytes[0] % 3;
    for (size_t at = 1; at < len;) {
        unsigned count = len - at < 32 ? (unsigned)(len - at) : 32;
        enum insn_status status = insn_decode(bytes + at, count, mode, &insn);

        if (status == INSN_OK) {
            require_sane(&insn);
            require_exact(bytes + at, mode, &insn);
        } else {
            FUZZ_REQUIRE(status == INSN_UNDEFINED || status == INSN_TOO_LONG || count < INSN_BYTES_MAX);
        }
        at += status == INSN_OK ? insn.length : 1;
    }
    return 0;
}
