# `smartshelf train --delta` beside a server: what was bought today is in its answers after a reload; what does not go with
# it is refused.

setup_file() {
    export S=${SMARTSHELF:-build/smartshelf}
    export T=$(mktemp -d)
    {
        echo "order_id,customer_id,item_id,quantity,unit_price,timestamp"
        for i in $(seq 100 130); do
            echo "$i,c$((i % 20)),teapot,1,2.50,2024-01-$((i % 18 + 10))"
            echo "$i,c$((i % 20)),cup,1,4.00,2024-01-$((i % 18 + 10))"
        done
    } >"$T/log.csv"
    "$S" train --quiet --threads 1 --models popularity,cooccurrence --store "$T/store" --log "$T/log.csv" >/dev/null
    "$S" serve --store "$T/store" --bind "ipc://$T/shelf" --log-level error 3>&- &
    echo $! >"$T/server"
    for _ in $(seq 1000); do [ -S "$T/shelf" ] && break; sleep 0.05; done
}

teardown_file() {
    kill "$(cat "$T/server")"
    rm -rf "$T"
}

ask() {
    run "$S" "$@" --connect "ipc://$T/shelf" --timeout 60000
}

@test "nothing new, nothing published" {
    ask event --type purchase --item teapot --customer c1 --order 101 # the log has it
    [ "$status" -eq 0 ]
    before=$(readlink "$T/store/current")
    run "$S" train --delta --quiet --store "$T/store"
    [ "$status" -eq 0 ]
    [[ $output == *"nothing is published"* ]]
    [ "$(readlink "$T/store/current")" = "$before" ]
}

@test "what was bought today is in the next generation's answers" {
    for customer in c1 c2 c3; do
        ask event --type purchase --item lid --customer $customer --order "new-$customer"
        ask event --type purchase --item cup --customer $customer --order "new-$customer"
    done
    run "$S" train --delta --quiet --store "$T/store"
    [ "$status" -eq 0 ]
    [[ $output == *"1 new items, 0 new customers"* ]]
    kill -HUP "$(cat "$T/server")"
    generation=$(basename "$(readlink "$T/store/current")")
    for _ in $(seq 200); do
        ask query bought_together --item lid --limit 1 --json
        [[ $output == *"$generation"* ]] && break
        sleep 0.05
    done
    [[ $output == *"$generation"* && $output == *'"cup"'* && $output == *'"pairs": 3'* ]]
    run "$S" train --delta --quiet --store "$T/store"
    [ "$status" -eq 0 ]
    [[ $output == *"nothing new since the last delta"* ]]
    [ "$(basename "$(readlink "$T/store/current")")" = "$generation" ]
    ask event --type purchase --item cup --customer c4 --order new-c4
    run "$S" train --delta --json --quiet --store "$T/store"
    [ "$status" -eq 0 ]
    [[ $output == *'"events": 8'* && $output == *'"folded": 7'* && $output == *'"new_items": 1'* ]]
}

@test "what does not go with it" {
    run "$S" train --delta --store "$T/store" --log "$T/log.csv"
    [ "$status" -ne 0 ]
    [[ $output == *"--log does not go with --delta (found '$T/log.csv', expected nothing: live events alone"* ]]
    run "$S" train --delta --store "$T/store" --query "SELECT 1"
    [ "$status" -ne 0 ]
    [[ $output == *"--query does not go with --delta (found 'SELECT 1', expected nothing"* ]]
    run "$S" train --delta --store "$T/store" --state-from=2024-01-20
    [ "$status" -ne 0 ]
    [[ $output == *"--state-from does not go with --delta (found '2024-01-20', expected nothing"* ]]
    run "$S" train --delta --store "$T/store" --tune
    [ "$status" -ne 0 ]
    [[ $output == *"--tune does not go with --delta"* ]]
    run "$S" train --delta --quiet --store "$T/store" --related.score cosine
    [ "$status" -ne 0 ]
    [[ $output == *"related.score is cosine, but generation"*"was trained with normalised"* ]]
    run "$S" train --delta --quiet --store "$T/nowhere"
    [ "$status" -ne 0 ]
    [ ! -e "$T/nowhere" ]
    "$S" train --quiet --threads 1 --models popularity --store "$T/bare" --log "$T/log.csv" --keep-log=false >/dev/null
    run "$S" train --delta --quiet --store "$T/bare" --state "$T/store"
    [ "$status" -ne 0 ]
    [[ $output == *"does not hold the log it was trained from"* ]]
}

@test "what a file says of full trainings is not read, what the command line gives beside it is refused" {
    cat >"$T/shop.yaml" <<EOF
train:
  store: $T/store
  models: popularity,cooccurrence
  log: ["postgresql://localhost:1/gone"]
  query: SELECT nothing FROM nowhere
  state-from: 2030-01-01
  tune: true
EOF
    ask event --type purchase --item cup --customer c5 --order new-c5
    run "$S" train --delta --json --quiet --config "$T/shop.yaml"
    [ "$status" -eq 0 ]
    [[ $output == *'"generation": "2'* ]]
    for option in "--log=$T/log.csv" "--query=SELECT 1" "--state-from=2024-01-20" --tune --columns=item_id=StockCode --fees=keep \
        "--exclude-items=x*" --cancel-prefix=R --fold-ids=yes --decimals=3 --decimal-comma --time-format=dd.mm.yyyy \
        --tune-days=9; do
        run "$S" train --delta --quiet --config "$T/shop.yaml" "$option"
        [ "$status" -eq 2 ]
        [[ $output == *"${option%%=*} does not go with --delta (found "* ]]
    done
    run "$S" train --delta --quiet --config "$T/shop.yaml" --tune=false
    [ "$status" -eq 0 ]
    run "$S" train --help
    [[ $output == *"are refused; where the section"* ]]
    run "$S" train --delta --quiet --config "$T/shop.yaml" --max-bad-rows=0.5
    [ "$status" -eq 0 ]
}
