# The program from outside: help, mistakes, broken input, what a good store and a spoilt one look like, and no fee on any list.

setup() {
    S=${SMARTSHELF:-build/smartshelf}
    T=$(mktemp -d)
}

teardown() {
    rm -rf "$T"
}

# Two products always together, a third now and then, and rows that are no products.
write_log() {
    echo "order_id,customer_id,item_id,quantity,unit_price,timestamp"
    for i in $(seq 100 160); do
        day=2024-01-$((i % 18 + 10))
        echo "$i,c$((i % 20)),10001,1,2.50,$day"
        echo "$i,c$((i % 20)),10002,1,4.00,$day"
        echo "$i,c$((i % 20)),$((20000 + i % 7)),1,1.00,$day"
        [ $((i % 60)) -ne 0 ] || echo "$i,c$((i % 20)),$1,1,18.00,$day"
    done
}

train() {
    "$S" train --quiet --threads 1 --als.factors 8 --als.iterations 2 --store "$T/store" "$@"
}

no_generation() {
    [ ! -e "$T/store/current" ] && [ -z "$(ls -A "$T/store/generations" 2>/dev/null)" ]
}

# The names of the options of a subcommand, as shells complete them.
completed_options() {
    "$S" completion bash | sed -n "s/^  $1) words=\"\(.*\)\" ;;$/\1/p"
}

@test "every subcommand tells its options" {
    for command in $("$S" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
        run "$S" "$command" --help all
        [ "$status" -eq 0 ]
        [[ $output == "Usage: smartshelf $command"* ]]
        [[ $output == *"Common options"* ]]
        for option in $(completed_options "$command"); do
            [[ $output == *"$option"* ]] || { echo "$command --help all is silent about $option"; false; }
        done
        run "$S" "$command" --help
        [[ $status -eq 0 && $output == "Usage: smartshelf $command"* && ${#lines[@]} -lt 140 ]]
    done
}

@test "--help tells the options without a prefix and names the groups of the others, which it tells by name" {
    run "$S" train --help
    [[ $output == *"--store FOLDER"*"--log FILE"*"More options by group"*"  als "*"Matrix factorization: "*"  shelf.for_you "* ]]
    [[ $output != *--als.factors* ]]
    run "$S" train --help als
    [[ $status -eq 0 && $output == "Matrix factorization:"*"--als.factors N"* && $output != *--store* && $output != *--related.a* ]]
    run "$S" train --store /nowhere --help shelf
    [[ $status -eq 0 && $output == *--shelf.for_you.min-items*--shelf.popular.min-items* && $output != *--als.factors* ]]
    run "$S" serve --help http
    [[ $status -eq 0 && $output == "HTTP:"*--http-keys* && $output != *--store* ]]
    run "$S" train --help nonsense
    [ "$status" -eq 2 ]
    [[ $output == *"--help: no group of options is called 'nonsense'"* ]]
}

@test "train --help all has a heading for every group" {
    run "$S" train --help all
    for title in Input Tuning "Pairs inside one order" "Pairs across a customer's history" "Ordered pairs" \
        "Matrix factorization" Popularity "Common options" --related.list-length --als.factors --shelf.for_you.min-items; do
        [[ $output == *"$title"* ]] || { echo "no $title"; false; }
    done
}

@test "a limit on the size of files is an error of writing that leaves nothing behind" {
    write_log POST >"$T/log.csv"
    run bash -c "ulimit -f 4; exec '$S' train --quiet --threads 1 --log '$T/log.csv' --store '$T/store'"
    [ "$status" -eq 1 ]
    [[ $output == *"cannot write: File too large"* ]] || { echo "$output"; false; }
    no_generation
}

@test "--version says name and number; --help lists the subcommands" {
    run "$S" --version
    [ "$status" -eq 0 ]
    [[ $output =~ ^smartshelf\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    run "$S" --help
    [ "$status" -eq 0 ]
    [[ $output == *train* && $output == *serve* && $output == *evaluate* ]]
}

@test "misspelt commands and options end with 2 and the nearest known" {
    run "$S" trian
    [ "$status" -eq 2 ]
    [[ $output == *"'trian'; did you mean train?"* ]]
    run "$S" train --stoer x
    [ "$status" -eq 2 ]
    [[ $output == *"--stoer"* && $output == *"--store"* ]]
    run "$S" train --als.factor 3 --store x
    [ "$status" -eq 2 ]
    [[ $output == *"--als.factors"* ]]
    run "$S" qqqqqqqqq
    [ "$status" -eq 2 ]
    [[ $output != *"mean"* ]]
    run "$S"
    [ "$status" -eq 2 ]
}

@test "values out of range, unknown models, tasks and cutoffs are refused" {
    run "$S" train --store "$T/store" --log x --related.a 7
    [ "$status" -eq 2 ]
    [[ $output == *"--related.a"* && $output == *"2"* ]]
    run "$S" train --store "$T/store" --log x --models alz
    [ "$status" -eq 2 ]
    [[ $output == *"'alz'"* && $output == *cooccurrence* ]]
    run "$S" evaluate --log x --task newitems
    [ "$status" -eq 2 ]
    [[ $output == *"new-items"* ]]
    for cutoffs in 0 501 5,x ,; do
        run "$S" evaluate --log x --k "$cutoffs"
        [ "$status" -eq 2 ]
        [[ $output == *"--k"* ]]
    done
    run "$S" evaluate --log x --test a --cases b
    [ "$status" -eq 2 ]
}

@test "a log that is not there fails at once and leaves nothing" {
    run train --log "$T/none.csv"
    [ "$status" -ne 0 ]
    [[ $output == *"$T/none.csv"* ]]
    no_generation
    run train
    [ "$status" -eq 2 ]
    [[ $output == *"--log"* ]]
    no_generation
}

@test "a store that cannot be written fails before the log is read" {
    echo busy >"$T/file"
    run "$S" train --quiet --log "$T/none.csv" --store "$T/file/store"
    [ "$status" -ne 0 ]
    [[ $output == *"$T/file"* && $output != *none.csv* ]]
    [ "$(id -u)" -ne 0 ] || skip "root may write everywhere"
    mkdir -m 555 "$T/closed"
    run "$S" train --quiet --log "$T/none.csv" --store "$T/closed/store"
    [ "$status" -ne 0 ]
    [[ $output == *"$T/closed"* && $output != *none.csv* ]]
}

@test "a catalogue without item ids, and one that is not there, are named" {
    write_log POST >"$T/log.csv"
    printf 'code,price\n10001,3\n' >"$T/catalog.csv"
    run train --log "$T/log.csv" --catalog "$T/catalog.csv"
    [ "$status" -ne 0 ]
    [[ $output == *catalog.csv* && $output == *item_id* ]]
    no_generation
    run train --log "$T/log.csv" --catalog "$T/none.csv"
    [ "$status" -ne 0 ]
    [[ $output == *none.csv* ]]
    no_generation
}

@test "more than one row in a hundred bad: reasons, lines, nothing published" {
    write_log POST >"$T/log.csv"
    last=$(wc -l <"$T/log.csv")
    for i in 1 2; do echo "200,c1,10001,many,2.50,2024-01-05" >>"$T/log.csv"; done
    echo "201,c1,10001,1,2.50,yesterday" >>"$T/log.csv"
    run "$S" train --threads 1 --log "$T/log.csv" --store "$T/store"
    [ "$status" -ne 0 ]
    [[ $output == *"log.csv:$((last + 1))"* && $output == *"log.csv:$((last + 3))"* ]]
    [[ $output == *quantity* && $output == *many* && $output == *timestamp* && $output == *yesterday* ]]
    no_generation
    run train --log "$T/log.csv" --max-bad-rows 0.05
    [ "$status" -eq 0 ]
    [ -e "$T/store/current/manifest.json" ]
}

@test "no fee on any list, whether the catalogue lists it or not" {
    {
        write_log POST
        write_log M | sed '1d; s/^/5/; s/,c/,d/'
        write_log DOT | sed '1d; s/^/6/; s/,c/,e/'
    } >"$T/log.csv"
    printf 'item_id,name,price\n10001,teapot,2.5\n10002,cup,4\nPOST,POSTAGE,18\nM,Manual,1\nSAMPLES,Samples,1\n' >"$T/catalog.csv"
    for i in $(seq 20000 20006); do echo "$i,thing $i,1" >>"$T/catalog.csv"; done
    echo "30000,never bought,1" >>"$T/catalog.csv"
    run train --log "$T/log.csv" --catalog "$T/catalog.csv" --exclude-items '2000[12]'
    [ "$status" -eq 0 ]
    for fee in POST M DOT; do [[ $output == *"$fee"* ]]; done
    cat >"$T/shown.py" <<'PYTHON'
import json, struct, sys
data = open(sys.argv[1] + "/items.safetensors", "rb").read()
size = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + size])
def tensor(name, code):
    begin, end = header[name]["data_offsets"]
    raw = data[8 + size + begin:8 + size + end]
    return struct.unpack("<%d%s" % (len(raw) // struct.calcsize(code), code), raw)
heap = b"".join(bytes([byte]) for byte in tensor("ids.bytes", "B"))
offsets, flags = tensor("ids.offsets", "Q"), tensor("flags", "I")
print(*sorted(heap[offsets[i]:offsets[i + 1]].decode() for i in range(len(flags)) if flags[i] & 1))
PYTHON
    run python3 "$T/shown.py" "$T/store/current"
    [ "$output" = "10001 10002 20000 20003 20004 20005 20006 30000" ]
    seq 1 5 | sed 's/$/,10001,10002/; 1s/^/case_id,prefix,target\n/' >"$T/cases.csv"
    run "$S" evaluate --quiet --store "$T/store" --cases "$T/cases.csv" --task rest-of-basket --k 100 --answers "$T/answers.csv"
    [ "$status" -eq 0 ]
    run grep -E ',(POST|M|DOT|SAMPLES|20001|20002)$' "$T/answers.csv"
    [ "$status" -eq 1 ]
    grep -q ',30000$' "$T/answers.csv" || grep -q ',20003$' "$T/answers.csv"
}

@test "inspect --verify passes a good store and names what is spoilt" {
    write_log POST >"$T/log.csv"
    train --log "$T/log.csv" >/dev/null
    run "$S" inspect --verify "$T/store"
    [ "$status" -eq 0 ]
    for model in popularity cooccurrence als items customers; do
        [[ $output == *"$model.safetensors"* || $output == *"$model"* ]]
    done
    cat >"$T/spoil.py" <<'PYTHON'
import json, struct, sys
with open(sys.argv[1], "r+b") as file:
    size = struct.unpack("<Q", file.read(8))[0]
    begin = json.loads(file.read(size))[sys.argv[2]]["data_offsets"][0]
    file.seek(8 + size + begin)
    byte = file.read(1)[0]
    file.seek(8 + size + begin)
    file.write(bytes([byte ^ 64]))
PYTHON
    file=$(readlink -f "$T/store/current")/cooccurrence.safetensors
    chmod u+w "$file"
    python3 "$T/spoil.py" "$file" related.neighbours
    run "$S" inspect --verify "$T/store"
    [ "$status" -ne 0 ]
    [[ $output == *related.neighbours* && $output == *cooccurrence.safetensors* ]]
    run "$S" inspect --verify "$file"
    [ "$status" -ne 0 ]
    truncate -s 100 "$file"
    run "$S" inspect "$file"
    [ "$status" -ne 0 ]
    run "$S" inspect "$T/none"
    [ "$status" -ne 0 ]
    [[ $output == *"$T/none"* ]]
}

complete_words() {
    COMP_WORDS=(smartshelf "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _smartshelf
    echo "${COMPREPLY[*]}"
}

@test "completion bash completes subcommands and options" {
    source <("$S" completion bash)
    [ "$(complete_words tra)" = train ]
    [ "$(complete_words train --sto)" = --store ]
    [ "$(complete_words evaluate --als.fac)" = --als.factors ]
    [ "$(complete_words inspect --ver)" = --verify ]
    [ "$(complete_words --ver)" = --version ]
    [ -z "$(complete_words train sto)" ]
    complete -p smartshelf
    run "$S" completion
    [ "$status" -eq 2 ]
    run "$S" completion tcsh
    [ "$status" -eq 2 ]
    [[ $output == *bash* ]]
}

# Waits for a file that a job makes on its way, asks the job to stop, and leaves what it said in $T/said.
stop_once_there() {
    local pattern=$1 job
    shift
    "$@" 2>"$T/said" >/dev/null &
    job=$!
    until compgen -G "$pattern" >/dev/null; do
        kill -0 "$job" || { cat "$T/said"; return 1; }
        sleep 0.02
    done
    kill -TERM "$job"
    status=0
    wait "$job" || status=$?
}

@test "a job that is asked to stop takes away what is half finished" {
    "$S" simulate --quiet --out "$T/shop" --orders 20000 --items 1000 --customers 2000 --days 60
    long=(--log "$T/shop/log.csv" --quiet --als.factors 256 --als.iterations 200 --als.solver cholesky)
    stop_once_there "$T/store/generations/.*.partial/popularity.safetensors" "$S" train "${long[@]}" --store "$T/store"
    [ "$status" -eq 1 ]
    grep -q "stopped on request" "$T/said"
    no_generation
    mkdir "$T/temporary"
    export TMPDIR=$T/temporary
    stop_once_there "$TMPDIR/smartshelf-*/popularity.safetensors" "$S" evaluate "${long[@]}" --split last-order
    [ "$status" -eq 1 ]
    grep -q "stopped on request" "$T/said"
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "options given to train are in the manifest, and the shelves are served by them" {
    write_log 30001 >"$T/log.csv"
    train --log "$T/log.csv" --shelf.popular.min-items 3 --related.list-length 7
    manifest=$(readlink -f "$T/store/current")/manifest.json
    grep -q '"shelf.popular.min-items": "3"' "$manifest"
    grep -q '"related.list-length": "7"' "$manifest"
    grep -q '"als.factors": "8"' "$manifest"
    run "$S" query popular --limit 2 --json --store "$T/store"
    [[ $output == *below_min_items* ]]
}

@test "keygen leaves no half of a pair" {
    touch "$T/shop.pub"
    run "$S" keygen --out "$T/shop"
    [ "$status" -eq 1 ]
    [[ $output == *"shop.pub"* ]]
    [ ! -e "$T/shop.key" ]
    rm "$T/shop.pub"
    "$S" keygen --out "$T/shop"
    [ -s "$T/shop.pub" ] && [ "$(stat -c %a "$T/shop.key")" = 600 ]
}

@test "what a server cannot do is no mistake of the question" {
    write_log 30001 >"$T/log.csv"
    train --log "$T/log.csv"
    "$S" serve --store "$T/store" --bind "ipc://$T/s.ipc" --log-level error 2>/dev/null &
    server=$!
    "$S" query health --connect "ipc://$T/s.ipc" --timeout 20000
    rm -r "$T/store"
    run "$S" query reload --connect "ipc://$T/s.ipc" --timeout 60000
    [ "$status" -eq 1 ]
    [[ $output == *refused* && $output != *--help* ]]
    run "$S" query nothing --connect "ipc://$T/s.ipc" --timeout 60000
    [ "$status" -eq 2 ]
    kill "$server"
    wait "$server"
}

@test "sessions are learned beside a catalogue of which nobody looked at everything" {
    printf 'item_id,name\n0009,never seen\n10001,seen\n10002,seen\n' >"$T/catalog.csv"
    { echo "session_id,event,item_id,timestamp"
      for i in $(seq 10 30); do
          echo "s$i,view,10001,2024-01-$i"
          echo "s$i,view,10002,2024-01-$i"
      done; } >"$T/log.csv"
    train --log "$T/log.csv" --catalog "$T/catalog.csv" --models session_knn
    "$S" inspect --verify "$T/store"
}

@test "where the journal reads standard error, errors, mistakes and progress are log lines" {
    write_log POST >"$T/log.csv"
    printf 'server: {workers: many}\n' >"$T/wrong.yaml"
    in_journal() {
        : >"$T/journal"
        JOURNAL_STREAM=$(stat -c %d:%i "$T/journal") "$S" "$@" 2>"$T/journal" >/dev/null
    }
    run in_journal serve --store "$T/nothing"
    [ "$status" -eq 1 ]
    grep -q '^<3>level=error area=serve msg=failed reason="' "$T/journal"
    run in_journal serve --config "$T/wrong.yaml"
    [ "$status" -eq 1 ]
    grep -q "^<3>level=error area=configuration msg=configuration mistake=\"$T/wrong.yaml:1:19: server.workers: " "$T/journal"
    in_journal train --threads 1 --als.factors 8 --als.iterations 2 --store "$T/store" --log "$T/log.csv"
    grep -Eq '^<6>level=info area=train msg="phase finished" phase=.* done=[0-9]+ total=[0-9]+ unit=rows seconds=[0-9.]+$' "$T/journal"
    run grep -v '^<[3467]>level=' "$T/journal"
    [ "$status" -ne 0 ]
}
