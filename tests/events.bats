# smartshelf events from outside: what is wrong is said, with its place, and nothing is left behind.

setup() {
    S=${SMARTSHELF:-build/smartshelf}
    T=$(mktemp -d)
}

teardown() {
    rm -rf "$T"
}

refused() { # WORDS... -- ARGUMENTS...
    local words=$1
    shift
    run "$S" events "$@"
    [ "$status" -ne 0 ]
    [[ $output == *"$words"* ]] || { echo "$output"; false; }
}

@test "what is missing or wrong is named" {
    refused "events [OPTION]... export|stats" --store "$T"
    refused "no store: give --store" stats
    refused "'list' is neither export nor stats" list --store "$T"
    refused "$T/state" stats --store "$T"
    refused "--from: 'soon' is no time" export --store "$T" --from soon
    refused "--from is not before --to" export --store "$T" --from 2026-01-02 --to 2026-01-01
    refused "$T/nowhere" export --store "$T/nowhere" --out "$T/out.csv"
    [ -z "$(ls -A "$T")" ]
}
