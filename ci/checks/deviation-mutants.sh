#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# deviation-mutants.sh - deviations.sh notices what it is there to notice: a copy of the tree, each time with one mistake.
set -eu
. "$(dirname "$0")/lib.sh"
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

# mutate WHAT FILE SED EXPECTED: with FILE changed, the complaint has EXPECTED in it.
mutate() {
    rm -rf "$copy/tree"
    mkdir -p "$copy/tree"
    cp -r "$top/tests" "$top/vmklinux" "$copy/tree"
    sed -i "$3" "$copy/tree/$2"
    if "$top/ci/deviations.sh" --check "$copy/tree" 2>"$copy/said"; then
        finding "$1 is not noticed"
    elif ! grep -qF -e "$4" "$copy/said"; then
        finding "$1 is noticed as something else: $(head -n 1 "$copy/said")"
    fi
}

mutate "a deviation without a test" tests/hosted/check_e1000.c 's/DEVIATION-010/TODO/' 'no test mentions DEVIATION-010'
mutate "a test of a deviation that is not there" tests/hosted/check_e1000.c 's/DEVIATION-010/& DEVIATION-999/' 'there is no DEVIATION-999'
mutate "a test that is not built" tests/hosted/CMakeLists.txt 's/deviations/others/g' 'has a test that its CMakeLists.txt does not name'
mutate "a number with two places" vmklinux/include/linux/wait.h 's/DEVIATION-011/DEVIATION-012/' 'DEVIATION-012 has two places'
mutate "a name that no header has" vmklinux/include/linux/pci.h 's/DEVIATION-012 (pci_set_power_state)/DEVIATION-012 (pci_set_power)/' 'is about pci_set_power, which no header has'
mutate "a comment that does not read as one" vmklinux/include/linux/pci.h 's/DEVIATION-012 (pci_set_power_state):/DEVIATION-012/' 'a deviation reads:'
mutate "a document that says something else" vmklinux/DEVIATIONS.md '$d' 'is out of date'
mutate "a callback that nobody calls" vmklinux/include/linux/pm.h 's/^    int (\*prepare)/    int (*prepare_more)(struct device *dev);\n&/; s/dev_pm_ops, pci_driver.suspend/pci_driver.suspend/' 'dev_pm_ops.prepare_more is never called'
finish deviation-mutants
