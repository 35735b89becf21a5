# The scripts people run: each tells what it takes, and refuses what it does not know before it does anything.

setup() {
    cd "${SMARTSHELF_SOURCE:-.}"
}

@test "every script has --help" {
    for script in setup build test fuzz demo; do
        run "scripts/$script" --help
        [ "$status" -eq 0 ]
        [[ $output == *"scripts/$script"* && $output != *"set -e"* ]]
    done
}

@test "every script names an option that it does not know" {
    for script in setup build test fuzz demo; do
        run "scripts/$script" --no-wait
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ $output == "scripts/$script: "*--no-wait*--help* ]]
    done
}

@test "fuzz knows its targets, build its options, demo one folder" {
    run scripts/fuzz 1 fuzz_nothing
    [ "$status" -eq 2 ]
    run scripts/fuzz 1s
    [ "$status" -eq 2 ]
    run scripts/build build Debug
    [ "$status" -eq 2 ]
    run scripts/demo one two
    [ "$status" -eq 2 ]
    [ ! -e one ]
}
