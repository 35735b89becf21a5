# What `smartshelf query` shows: names, reasons and why a shelf is short; of a store and of a server alike.

setup_file() {
    export S=${SMARTSHELF:-build/smartshelf}
    export T=$(mktemp -d)
    {
        echo "order_id,customer_id,item_id,quantity,unit_price,timestamp"
        for i in $(seq 100 160); do
            day=2024-01-$((i % 18 + 10))
            echo "$i,c$((i % 20)),teapot,1,2.50,$day"
            echo "$i,c$((i % 20)),cup,1,4.00,$day"
            echo "$i,c$((i % 20)),$((20000 + i % 7)),1,1.00,$day"
        done
    } >"$T/log.csv"
    {
        echo "item_id,name,category,price"
        echo 'teapot,"Große Teekanne, blau",Küche,2.50'
        echo "cup,$(printf 'ä%.0s' $(seq 70)),Küche,4.00"
        for i in $(seq 20000 20006); do echo "$i,,Rest,1.00"; done
    } >"$T/catalog.csv"
    "$S" train --quiet --threads 1 --models popularity,cooccurrence --store "$T/store" --log "$T/log.csv" \
        --catalog "$T/catalog.csv" >/dev/null
    "$S" serve --store "$T/store" --bind "ipc://$T/shelf" --log-level error 3>&- &
    echo $! >"$T/server"
    for _ in $(seq 1000); do [ -S "$T/shelf" ] && break; sleep 0.05; done
}

teardown_file() {
    kill "$(cat "$T/server")"
    rm -rf "$T"
}

# The same question to the store and to its server; `output` is the store's.
ask() {
    run "$S" query "$@" --connect "ipc://$T/shelf" --timeout 60000
    of_server=$output
    run "$S" query "$@" --store "$T/store"
    [ "$status" -eq 0 ]
    diff <(echo "$of_server") <(echo "$output")
}

@test "reasons name the product that a product goes with" {
    ask cart --cart teapot --limit 1
    [[ $output == *"in 61 orders together with Große Teekanne, blau ("*" times the chance)"* ]]
}

@test "a product without a name is called by its id" {
    ask cart --cart 20003 --limit 1
    [[ $output == *" orders together with 20003 ("* ]]
}

@test "reasons carry ids and names for machines" {
    ask cart --cart teapot --limit 1 --json
    [[ $output == *'"because": "teapot"'*'"because_name": "Große Teekanne, blau"'* ]]
    ask cart --cart teapot --limit 1 --json --fields price
    [[ $output == *'"because": "teapot"'* && $output != *because_name* ]]
}

@test "a long name ends with an ellipsis, an id is whole, columns stand below each other" {
    ask related --item teapot --limit 4
    [[ $output == *" $(printf 'ä%.0s' $(seq 59))…  cup "* ]]
    widths=$(echo "$output" | python3 -c 'import re, sys
print(len({m.start() for line in sys.stdin for m in [re.search(r"\S+ +(?=(\d+\.\d\d|price)  )", line)] if m}))')
    [ "$widths" = 1 ]
}

@test "a short shelf says why" {
    ask popular --price-min 390 --limit 4
    [[ $output == *"3 fewer than asked for: the filters"*"(filtered)"* ]]
    ask popular --price-min 100000
    [[ $output == "no products, 10 fewer than asked for: "*"(filtered)" ]]
    ask popular --limit 100
    [[ $output == *"91 fewer than asked for: no more products may be shown at all (catalogue_exhausted)"* ]]
    ask popular --price-min 100000 --json
    [[ $output == *'"code": "filtered"'*'"missing": 10'* ]]
}

@test "ids that nobody knows are said to be so" {
    ask related --item kettle --limit 1
    [[ $output == *"the generation does not know this item_id"* ]]
    ask for_you --customer nobody --limit 1
    [[ $output == *"the generation does not know this customer_id"* ]]
    ask for_you --customer c1 --limit 1
    [[ $output != *"does not know"* ]]
}

@test "a question without a method, an item or a server is told what it lacks" {
    run "$S" query --store "$T/store"
    [ "$status" -eq 2 ]
    [[ $output == *METHOD* ]]
    run "$S" query related --store "$T/store"
    [ "$status" -eq 2 ]
    [[ $output == *item_id* ]]
    run "$S" query popular --store "$T/nowhere"
    [ "$status" -eq 1 ]
    [[ $output == *"$T/nowhere: no such store"* && ${#lines[@]} -eq 1 ]]
    run "$S" query popular --connect "ipc://$T/nobody" --timeout 100
    [ "$status" -eq 1 ]
    [[ $output == *"ipc://$T/nobody: no reply in time"* && ${#lines[@]} -eq 1 ]]
}

@test "each source says what it rests on" {
    ask popular --limit 2
    [[ $output == *"number 1 of the best sellers"*"number 2 of the best sellers"* ]]
    ask cart --cart teapot,20003 --limit 1
    [[ $output == *" orders together with "*" times the chance), goes with 2 of 2 items"* ]]
    ask for_you --customer c3 --bought allow --limit 3 --json
    [[ $output == *'"model": '* ]]
}

@test "a page of several shelves" {
    ask --shelves bought_together:2,popular --item teapot --limit 3
    [ "$(echo "$output" | grep -cx -e bought_together -e popular)" -eq 2 ]
    [ "$(echo "$output" | grep -c '^ *[0-9]')" -eq 5 ]
    [ -z "$(echo "$output" | awk '/^ *[0-9]/ && /times the chance|best sellers/' | grep -o ' 200[0-9]*  ' | sort | uniq -d)" ]
    ask page --shelves trending:1,popular:1 --json
    [[ $output == *'"shelves": ['*'"shelf": "trending"'*'"shelf": "popular"'* ]]
    ask page --shelves popular:1 --explain
    [[ $output == "popular"*"generation "* ]]
}

@test "mistaken pages are told" {
    run "$S" query page --store "$T/store"
    [ "$status" -eq 2 ]
    [[ $output == *"--shelves: 1 to 16 names"* ]]
    run "$S" query related --item teapot --shelves popular --store "$T/store"
    [ "$status" -eq 2 ]
    [[ $output == *"--shelves goes with the method page"* ]]
    run "$S" query --shelves popular:0 --store "$T/store"
    [ "$status" -eq 2 ]
    [[ $output == *"a limit is 1 to 500"* ]]
    run "$S" query --shelves populr --store "$T/store"
    [ "$status" -eq 2 ]
    [[ $output == *"there is no shelf 'populr'"* ]]
}
