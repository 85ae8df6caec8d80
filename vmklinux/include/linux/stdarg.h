/* SPDX-License-Identifier: GPL-2.0-only */
/* stdarg.h - the compiler's own. */
#include <stdarg.h>
