# `smartshelf event`, `items`, `forget`: one by options, many from files; what is wrong is told with its line; a file that
# is sent twice counts once; changes are in the very next answer.

setup_file() {
    export S=${SMARTSHELF:-build/smartshelf}
    export T=$(mktemp -d)
    {
        echo "order_id,customer_id,item_id,quantity,unit_price,timestamp"
        for i in $(seq 100 130); do
            echo "$i,c$((i % 20)),teapot,1,2.50,2024-01-$((i % 18 + 10))"
            echo "$i,c$((i % 20)),cup,1,4.00,2024-01-$((i % 18 + 10))"
            echo "$i,c$((i % 20)),pot-$((i % 5)),1,1.00,2024-01-$((i % 18 + 10))"
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

tell() {
    run "$S" "$@" --connect "ipc://$T/shelf" --timeout 60000
}

@test "one event by options" {
    tell event --type view --item teapot --session s-1 --event-id e-1
    [ "$status" -eq 0 ]
    [[ $output == "1 event stored" ]]
    tell event --type view --item teapot --session s-1 --event-id e-1 --json
    [ "$status" -eq 0 ]
    [[ $output == '{"rows": 1, "stored": 0, "repeated": 1, "refused": 0, "bad": 0, "unknown": 0}' ]]
    tell event --type purchase --item cup --customer c1 --order o-1 --quantity 2 --unit-price 4.00 --time 2020-01-01
    [ "$status" -eq 1 ]
    [[ $output == *"(late)"* ]]
    tell event --type accept --offer 7KQ2M4X9 --session s-1
    [ "$status" -eq 0 ]
    [[ $output == "1 event stored" ]]
    tell event --type view --offer 7KQ2M4X9 --session s-1
    [ "$status" -eq 1 ]
    [[ $output == *"(item_id)"* ]]
    tell event --type view --item cup --session s-9 --no-consent
    [ "$status" -eq 0 ]
    [[ $output == "0 events stored"* ]]
}

@test "mistaken options are told" {
    tell event --type look --item teapot --session s
    [ "$status" -eq 2 ]
    [[ $output == *"found 'look', expected view, cart_add"* ]]
    tell event --item teapot
    [ "$status" -eq 2 ]
    [[ $output == *"--type and --item (or --offer) say what happened"* ]]
    tell event --type view --item teapot --session s --quantity many
    [ "$status" -eq 2 ]
    tell event --type view --file "$T/log.csv"
    [ "$status" -eq 2 ]
    [[ $output == *"either --file, or the options of one event"* ]]
    tell event --file "$T/nothing"
    [ "$status" -eq 1 ]
    tell items --stock 3
    [ "$status" -eq 2 ]
    tell items --item cup --hidden perhaps
    [ "$status" -eq 2 ]
    [[ $output == *"found 'perhaps', expected true, false"* ]]
    tell forget
    [ "$status" -eq 2 ]
}

@test "a file of events counts once, and wrong lines are told" {
    printf 'event,item_id,session_id,quantity\nview,teapot,s-2,\nlook,cup,s-2,\nview,,s-2,\ncart_add,cup,s-2,2\nview,cup,,\nview,cup\n' \
        >"$T/events.csv"
    tell event --file "$T/events.csv" --quiet
    [ "$status" -eq 1 ]
    [[ $output == *"events.csv:3: no event (event: found 'look'"* ]]
    [[ $output == *"events.csv:4: which item?"* ]]
    [[ $output == *"events.csv:6: the server refuses it: neither session, customer nor order is told (no_group)"* ]]
    [[ $output == *"events.csv:7: not as many fields as the header has"* ]]
    [[ $output == *"2 events stored, 1 refused, 3 not read"* ]]
    tell event --file "$T/events.csv" --quiet
    [[ $output == *"0 events stored, 2 known already, 1 refused, 3 not read"* ]]
    cp "$T/events.csv" "$T/others.csv"
    tell event --file "$T/others.csv" --quiet
    [[ $output == *"2 events stored"* ]]
}

@test "many events from standard input, with other columns" {
    {
        echo '{"kind": "view", "sku": "teapot", "session_id": "s-3"}'
        echo 'nothing'
        for i in $(seq 2500); do echo "{\"kind\": \"view\", \"sku\": \"cup\", \"session_id\": \"s-$i\"}"; done
    } >"$T/events.ndjson"
    run bash -c "gzip -c '$T/events.ndjson' | '$S' event --file - --columns event=kind,item_id=sku --relaxed --quiet \
        --connect 'ipc://$T/shelf' --timeout 60000"
    [ "$status" -eq 1 ]
    [[ $output == *"-:2: "* ]]
    [[ $output == *"2501 events stored, 1 not read"* ]]
}

@test "changes of items are in the next answer" {
    run "$S" query popular --connect "ipc://$T/shelf" --timeout 60000 --limit 20
    [[ $output == *" cup "* && $output == *" teapot "* ]]
    tell items --item cup --stock 0
    [ "$status" -eq 0 ]
    [[ $output == "1 change stored" ]]
    run "$S" query popular --connect "ipc://$T/shelf" --timeout 60000 --limit 20
    [[ $output != *" cup "* && $output == *" teapot "* ]]
    printf 'item_id,stock,price,hidden\nteapot,,9.90,\npot-1,,,yes\nnew-1,3,1.00,\npot-2,some,,\n' >"$T/changes.csv"
    tell items --file "$T/changes.csv" --quiet
    [ "$status" -eq 1 ]
    [[ $output == *"changes.csv:5: not a number of pieces (stock: found 'some'"* ]]
    [[ $output == *"3 changes stored, 1 not read"*"an item that the generation does not know"* ]]
    run "$S" query popular --connect "ipc://$T/shelf" --timeout 60000 --limit 20
    [[ $output != *" cup "* && $output != *" pot-1 "* && $output == *" teapot "*" 9.90 "* ]]
    tell items --item cup --clear all
    [ "$status" -eq 0 ]
    run "$S" query popular --connect "ipc://$T/shelf" --timeout 60000 --limit 20
    [[ $output == *" cup "* ]]
    tell items --item cup
    [ "$status" -eq 1 ]
    [[ $output == *"the server refuses it: nothing of the item is set or cleared (no_field)"* ]]
}

@test "what is known of a visitor" {
    tell visitor --session nobody
    [ "$status" -eq 0 ]
    [[ $output == "session nobody: nothing is known of lately"* ]]
    tell event --type cart_add --item cup --session s-9 --customer c3 --quantity 2
    tell event --type view --item teapot --session s-9 --customer c3
    tell visitor --session s-9 --customer c3
    [ "$status" -eq 0 ]
    [[ ${lines[0]} == "session s-9: last active 20"*" UTC" ]]
    [[ ${lines[2]} == *" teapot "*" seen" && ${lines[3]} == *" cup "*" 2 in the cart" ]]
    [[ $output == *"bought, as generation "*" knows: 3 products"*"offers whose outcome is waited for: none" ]]
    tell visitor --customer c3 --limit 1
    [[ $output == *"… and 2 more (--limit)"* ]]
    tell visitor --customer c3 --json
    [[ $output == *'"customer": {'*'"item_id": "teapot"'*'"history_count": 3'*'"offers": []'* ]]
    tell forget --customer c3
    tell visitor --session s-9 --customer c3
    [[ $output == *"session s-9: nothing is known of lately"*"customer c3: nothing is known of lately"*"knows: 0 products"* ]]
    tell visitor
    [ "$status" -eq 2 ]
    [[ $output == *"whom? give --session ID or --customer ID"* ]]
}

@test "a customer is forgotten" {
    tell event --type view --item cup --customer c-77 --session only-theirs
    [ "$status" -eq 0 ]
    tell forget --customer c-77
    [ "$status" -eq 0 ]
    [[ $output == "forgotten: 1 live event and 1 session; the next training leaves the customer out" ]]
    tell forget --customer c-77 --json
    [[ $output == *'"events": 0'* ]]
}

@test "no server is an error" {
    run "$S" event --type view --item cup --session s --connect "ipc://$T/nobody" --timeout 50
    [ "$status" -eq 1 ]
    [[ $output == *"no reply in time"* ]]
}
