/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * status_page.h - the system's state, for people and for programs.
 *
 * Everything on it is the output of console commands. Context: world; may block.
 */
#ifndef TCPIP_STATUS_PAGE_H
#define TCPIP_STATUS_PAGE_H

#include "text.h"

/** Append the page as JSON: one member per section, null where the command failed. */
void status_page_json(struct text *page);

/** Append the page as HTML. */
void status_page_html(struct text *page);

#endif
