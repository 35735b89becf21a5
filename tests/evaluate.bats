# What `smartshelf evaluate` writes: answers as CSV that any reader takes apart, and what became of the ids of the cases.

setup() {
    S=${SMARTSHELF:-build/smartshelf}
    T=$(mktemp -d)
}

teardown() {
    rm -rf "$T"
}

@test "ids in --answers are quoted as RFC 4180 asks for" {
    cat >"$T/make.py" <<'PYTHON'
import csv, sys
ids = ["plain", "a,b", 'say "cheese"', "Große, „Teekanne“"]
log = csv.writer(open(sys.argv[1] + "/log.csv", "w", encoding="utf-8"))
log.writerow(["order_id", "customer_id", "item_id"])
for order in range(30):
    for item in ids:
        log.writerow([order, "c%d" % order, item])
test = csv.writer(open(sys.argv[1] + "/test.csv", "w", encoding="utf-8"))
test.writerow(["customer_id", "item_id"])
test.writerow(["stranger", ids[1]])
PYTHON
    cat >"$T/check.py" <<'PYTHON'
import csv, sys
rows = list(csv.reader(open(sys.argv[1] + "/answers.csv", encoding="utf-8", newline="")))
assert rows[0] == ["model", "case", "rank", "item_id"], rows[0]
assert all(len(row) == 4 for row in rows), rows
shown = {row[3] for row in rows[1:] if row[0] == "popularity"}
assert shown == {"plain", "a,b", 'say "cheese"', "Große, „Teekanne“"}, shown
PYTHON
    python3 "$T/make.py" "$T"
    run "$S" evaluate --quiet --models popularity --log "$T/log.csv" --test "$T/test.csv" --k 4 --answers "$T/answers.csv"
    [ "$status" -eq 0 ]
    python3 "$T/check.py" "$T"
    grep -q ',plain$' "$T/answers.csv"
    grep -q ',"say ""cheese"""$' "$T/answers.csv"
}

@test "ids of a test file count under the spelling of the training, unknown ones are counted" {
    {
        echo order_id,customer_id,item_id
        for i in $(seq 20); do printf '%s,c%s,85123A\n%s,c%s,cup\n' "$i" "$i" "$i" "$i"; done
        echo 21,c1,85123a
    } >"$T/log.csv"
    printf 'customer_id,item_id\nstranger,85123a\nstranger,nowhere\n' >"$T/test.csv"
    run "$S" evaluate --quiet --models popularity --fold-ids yes --log "$T/log.csv" --test "$T/test.csv" --k 2
    [ "$status" -eq 0 ]
    [[ $output == *"1 of 2 item ids in the cases are spelt otherwise in the training"* ]]
    [[ $output == *"1 of 2 item ids in the cases are unknown to the training"* ]]
    [[ $output == *"1 of 1 customers in the cases are unknown to the training"* ]]
    run "$S" evaluate --quiet --models popularity --fold-ids yes --log "$T/log.csv" --test "$T/test.csv" --k 2 --json
    [[ $output == *'"recall": 0.5'* && $output == *'"items_folded": 1'* && $output == *'"items_unknown": 1'* ]]
    run "$S" evaluate --quiet --models popularity --fold-ids no --log "$T/log.csv" --test "$T/test.csv" --k 1 --json
    [[ $output == *'"items_folded": 0'* ]]
}

@test "a test file that cannot be used is told before the log is read, and leaves no answers" {
    echo "item_id,customer_id" >"$T/log.csv"
    for i in $(seq 20); do echo "tea,c$i"; echo "pot,c$i"; done >>"$T/log.csv"
    printf 'customer,item\nc1,tea\n' >"$T/test.csv"
    run "$S" evaluate --quiet --models popularity --log "$T/log.csv" --test "$T/test.csv" --answers "$T/answers.csv"
    [ "$status" -eq 1 ]
    [[ $output == *"test.csv:1"*"no column customer_id"* && $output != *"rows read"* ]]
    [ ! -e "$T/answers.csv" ]
}
