# The scripts people run: each tells what it takes, and refuses what it does not know before it does anything.

setup() {
    cd "${SMARTSHELF_SOURCE:-.}"
}

@test "every script has --help" {
    for script in setup build test fuzz demo install package; do
        run "scripts/$script" --help
        [ "$status" -eq 0 ]
        [[ $output == *"scripts/$script"* && $output != *"set -e"* ]]
    done
}

@test "every script names an option that it does not know" {
    for script in setup build test fuzz demo install package; do
        run "scripts/$script" --no-such
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ $output == "scripts/$script: "*--no-such*--help* ]]
    done
}

@test "fuzz knows its targets, build its options, install its prefix, demo and package one folder" {
    run scripts/fuzz 1 fuzz_nothing
    [ "$status" -eq 2 ]
    run scripts/fuzz 1s
    [ "$status" -eq 2 ]
    run scripts/build build Debug
    [ "$status" -eq 2 ]
    run scripts/install --prefix somewhere
    [ "$status" -eq 2 ]
    run scripts/install --prefix
    [ "$status" -eq 2 ]
    run scripts/package one two
    [ "$status" -eq 2 ]
    run scripts/demo one two
    [ "$status" -eq 2 ]
    [ ! -e one ]
}

@test "install says what it would do, and does nothing of it" {
    run scripts/install --dry-run --prefix /nowhere/at/all
    [ "$status" -eq 0 ]
    [[ $output == *"cmake --install"*"systemd-sysusers /nowhere/at/all/lib/sysusers.d/smartshelf.conf"* ]]
    [ ! -e /nowhere ]
}

@test "install wants root, and says so" {
    [ "$(id -u)" -eq 0 ] || skip "is not root"
    cp -r scripts "$BATS_TEST_TMPDIR/scripts" && chmod -R a+rX "$BATS_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" || true
    run setpriv --reuid 65534 --regid 65534 --clear-groups "$BATS_TEST_TMPDIR/scripts/install"
    [ "$status" -eq 1 ]
    [[ $output == "scripts/install: needs root"*--dry-run* ]]
}
