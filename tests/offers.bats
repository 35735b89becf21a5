# `smartshelf offers` and `redeem`: tables that a person understands, the same for machines, wrong options.

setup_file() {
    export S=${SMARTSHELF:-build/smartshelf}
    export T=$(mktemp -d)
    {
        echo "order_id,customer_id,item_id,quantity,unit_price,timestamp"
        for i in $(seq 100 160); do
            echo "$i,c$((i % 20)),teapot,1,25.00,2024-01-$((i % 18 + 10))"
            echo "$i,c$((i % 20)),cup,1,4.00,2024-01-$((i % 18 + 10))"
            echo "$i,c$((i % 20)),pot-$((i % 5)),1,10.00,2024-01-$((i % 18 + 10))"
        done
    } >"$T/log.csv"
    {
        echo "item_id,name,price,cost"
        echo 'teapot,"Große Teekanne, blau",25.00,5.00'
        echo "cup,Tasse,4.00,1.00"
        for i in $(seq 0 4); do echo "pot-$i,Topf $i,10.00,2.00"; done
    } >"$T/catalog.csv"
    cat >"$T/shelf.yaml" <<'END'
offers:
  guards: {budget-per-day: unlimited, shows-max: 0, uses-max: 0, discount-max: 50, stacking: true}
  learning: {explore: true}
  incentives: {ten-off: {percent: 10}}
  campaigns:
    dont_go: {enabled: false}
    lightning: {incentives: [ten-off], limit: 1, message-key: quick, variants: [a], triggers: {mouse-out: true, idle-seconds: 30}}
    last_chance: {incentives: [ten-off], limit: 1}
END
    "$S" train --quiet --threads 1 --models popularity,cooccurrence --store "$T/store" --log "$T/log.csv" \
        --catalog "$T/catalog.csv" >/dev/null
    "$S" serve --store "$T/store" --config "$T/shelf.yaml" --bind "ipc://$T/shelf" --log-level error 3>&- &
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

# Asks for one visitor after the other until something is given: what is best is drawn at first. Sets session and code.
given() {
    for i in $(seq 200); do
        session=$1-$i
        tell offers --session "$session" "${@:2}"
        [ "$status" -eq 0 ]
        code=$(grep -oE '[0-9A-Z]{4}(-[0-9A-Z]{4}){3}' <<<"$output" | head -1) || true
        [ -n "$code" ] && return 0
    done
    return 1
}

@test "a product's offer is a table with names, prices, what is given and the code" {
    given p --page product --item teapot
    [[ ${lines[0]} == "shown: campaign lightning, message quick a, until 2"*"Z" ]]
    [[ ${lines[1]} == product*item_id*list*offer*given*code*why ]]
    [[ ${lines[2]} == "Große Teekanne, blau  teapot "*"25.00      22.50  10 % off"*"$code"*"the product on the page" ]]
    [[ ${lines[3]} == "ask for it when the mouse leaves the page, nothing happens for 30 s" ]]
}

@test "a code is redeemed, once, and undone" {
    given r --page product --item teapot
    tell redeem --code "$code" --order o-1 --session "$session" --cart teapot:1,cup
    [ "$status" -eq 0 ]
    [[ ${lines[0]} == "redeemed: 10 % off by campaign lightning" ]]
    [[ ${lines[1]} == "to pay 22.50 instead of 25.00; it costs the shop 2.50" ]]
    tell redeem --code "$code" --order o-1 --session "$session" --cart teapot:1,cup
    [[ ${lines[0]} == "redeemed before, by this order: 10 % off by campaign lightning" ]]
    tell redeem --code "$code" --order o-2 --session "$session" --cart teapot --json
    [[ $output == *'"reason": "used"'* ]]
    tell redeem --code "$code" --order o-1 --undo
    [[ $output == "undone: "* ]]
}

@test "the cart as a whole, with quantities" {
    given c --page cart --cart teapot:2,pot-1
    [[ $output == *"the cart as a whole "*"60.00      54.00  10 % off"*"in the cart"* ]]
}

@test "why nothing is shown is a sentence" {
    tell offers --page home --session s-1
    [ "$status" -eq 0 ]
    [[ $output == "nothing is shown: no campaign of this page is for this visitor and cart now (no_campaign)" ]]
    tell offers --page product --item teapot --no-consent
    [[ $output == *"(no_consent)" ]]
}

@test "why a code is not taken is a sentence" {
    tell redeem --code AAAA-BBBB-CCCC-DDDD --order o-1 --session s-1 --cart cup
    [ "$status" -eq 0 ]
    [[ $output == "not redeemed: no such code was given out: is it typed as it was shown? (unknown_code)" ]]
}

@test "a preview has no code, and is told to machines as the server has it" {
    tell offers --page product --item teapot --session s-1 --preview --json
    [ "$status" -eq 0 ]
    [[ $output == *'"show": '*'"campaign": "lightning"'* && $output != *'"code": "'* && $output != *'"decision"'* ]]
}

@test "wrong options are told before a server is asked" {
    run "$S" offers --page product --item teapot
    [ "$status" -ne 0 ]
    [[ $output == *"--session ID or --customer ID"* ]]
    run "$S" offers --session s --cart teapot:0
    [ "$status" -ne 0 ]
    [[ $output == *"--cart: of teapot 1 to 10000 pieces, not 0"* ]]
    run "$S" redeem --code x
    [ "$status" -ne 0 ]
    [[ $output == *"--code and --order"* ]]
    run "$S" redeem --code x --order o --cart a
    [ "$status" -ne 0 ]
    [[ $output == *"whose order"* ]]
    tell offers --page product --session s
    [ "$status" -ne 0 ]
    [[ $output == *"item_id"* ]]
}
