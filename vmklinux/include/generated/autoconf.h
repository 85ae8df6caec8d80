/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * autoconf.h - the kernel configuration that ported drivers see: what vmklinux offers, and no more.
 *
 * A driver's own switches come from its manifest (vmk_linux_driver(... CONFIG ...)).
 */
#ifndef VMKLINUX_GENERATED_AUTOCONF_H
#define VMKLINUX_GENERATED_AUTOCONF_H

/*
 * DEVIATION-026 (type of init_opal_dev): NULL, as without CONFIG_BLK_SED_OPAL: no self-encrypting drive is
 * unlocked here.
 */
#define CONFIG_64BIT                 1
#define CONFIG_X86                   1
#define CONFIG_X86_64                1
#define CONFIG_SMP                   1
#define CONFIG_HZ                    250
#define CONFIG_NR_CPUS               64
#define CONFIG_MMU                   1
#define CONFIG_X86_L1_CACHE_SHIFT    6
#define CONFIG_ARCH_DMA_ADDR_T_64BIT 1
#define CONFIG_PHYS_ADDR_T_64BIT     1
#define CONFIG_HAS_IOMEM             1
#define CONFIG_HAS_IOPORT_MAP        1
#define CONFIG_HAS_DMA               1
#define CONFIG_PCI                   1
#define CONFIG_PCI_MSI               1
#define CONFIG_PRINTK                1
#define CONFIG_BUG                   1
#define CONFIG_MODULES               1
#define CONFIG_MODULE_UNLOAD         1
#define CONFIG_NET                   1
#define CONFIG_INET                  1
#define CONFIG_ETHERNET              1
#define CONFIG_VLAN_8021Q            1
#define CONFIG_PM                    1
#define CONFIG_PM_SLEEP              1

#ifdef __clang__
#define CONFIG_CC_IS_CLANG   1
#define CONFIG_CLANG_VERSION (__clang_major__ * 10000 + __clang_minor__ * 100 + __clang_patchlevel__)
#define CONFIG_GCC_VERSION   0
#else
#define CONFIG_CC_IS_GCC     1
#define CONFIG_CLANG_VERSION 0
#define CONFIG_GCC_VERSION   (__GNUC__ * 10000 + __GNUC_MINOR__ * 100 + __GNUC_PATCHLEVEL__)
#endif

#endif
