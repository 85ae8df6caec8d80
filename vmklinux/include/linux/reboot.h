/* SPDX-License-Identifier: GPL-2.0-only */
/* reboot.h - drivers hear of a power-off or restart through pci_driver.shutdown. */
