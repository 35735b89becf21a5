# An export with semicolons, decimal commas and days such as 31.12.2025 is read as it is once that is said, to the same
# models as the same export written our way; live events and changes beside it keep their own form.

setup_file() {
    export S=${SMARTSHELF:-build/smartshelf}
    export T=$(mktemp -d)
    {
        echo "order_id,customer_id,item_id,quantity,unit_price,timestamp"
        for i in $(seq 100 160); do
            day=2024-01-$((i % 18 + 10))
            echo "$i,c$((i % 20)),teapot,1,1249.50,$day 09:05:00"
            echo "$i,c$((i % 20)),cup,$((i % 3 + 1)).5,4.00,$day 09:05:00"
        done
    } >"$T/log.csv"
    printf 'item_id,name,price,cost,available_from\nteapot,Kanne,1249.50,700.25,2024-01-01\ncup,Tasse,4.00,,\n' >"$T/items.csv"
    printf 'customer_id,birthday\nc1,1980-05-31\n' >"$T/customers.csv"
    {
        printf '\xef\xbb\xbfBestellnummer;Kundennummer;Artikelnummer;Anzahl;Einzelpreis;Bestelldatum\r\n'
        tail -n +2 "$T/log.csv" | german
    } >"$T/export.csv"
    german <"$T/items.csv" >"$T/artikel.csv"
    german <"$T/customers.csv" >"$T/kunden.csv"
    export columns=order_id=Bestellnummer,customer_id=Kundennummer,item_id=Artikelnummer,quantity=Anzahl,unit_price=Einzelpreis,timestamp=Bestelldatum
}

teardown_file() {
    [ ! -e "$T/server" ] || kill "$(cat "$T/server")" 2>/dev/null || true # where a test failed beside it
    rm -rf "$T"
}

# Rows of CSV as a spreadsheet in German would write them.
german() {
    sed -E 's/,/;/g
            s/([0-9]+)\.([0-9]+)/\1,\2/g
            s/1249,50/1.249,50/g
            s/([0-9]{4})-([0-9]{2})-([0-9]{2})/\3.\2.\1/g
            s/(:[0-9]{2}):00/\1/g
            s/$/\r/'
}

train() {
    run "$S" train --quiet --threads 1 --als.factors 8 --als.iterations 2 "$@"
}

exported() {
    train --log "$T/export.csv" --columns "$columns" --catalog "$T/artikel.csv" --customers "$T/kunden.csv" --decimal-comma \
        --time-format dd.mm.yyyy "$@"
}

ask() {
    run "$S" "$@" --connect "ipc://$T/shelf" --timeout 60000
}

@test "what the export looks like" {
    run sed -n 2,3p "$T/export.csv"
    [ "${lines[0]}" = $'100;c0;teapot;1;1.249,50;20.01.2024 09:05\r' ]
    [ "${lines[1]}" = $'100;c0;cup;2,5;4,00;20.01.2024 09:05\r' ]
}

@test "nothing is guessed: it is refused, with the first row and the option that would read it" {
    train --store "$T/none" --log "$T/export.csv" --columns "$columns"
    [ "$status" -eq 1 ]
    [[ $output == *"122 of 122 rows cannot be read (122: timestamp)"*"; first $T/export.csv:2: not a time (Bestelldatum: found '20.01.2024 09:05'"* ]]
    train --store "$T/none" --log "$T/export.csv" --columns "$columns" --time-format dd.mm.yyyy
    [ "$status" -eq 1 ]
    [[ $output == *"(61: quantity, 61: price)"*"found '1.249,50'"*"--decimal-comma"* ]]
    train --store "$T/none" --log "$T/export.csv" --columns "$columns" --time-format mm/dd/yyyy --decimal-comma
    [ "$status" -eq 1 ]
    train --store "$T/none" --log "$T/log.csv" --decimal-comma
    [ "$status" -eq 1 ]
    [[ $output == *"found '1249.50', expected 9,99 or 1.249,99"* ]]
    [ ! -e "$T/none/current" ]
}

@test "once it is said, the models are those of the same log written our way, to the byte" {
    train --store "$T/ours" --log "$T/log.csv" --catalog "$T/items.csv" --customers "$T/customers.csv"
    [ "$status" -eq 0 ]
    exported --store "$T/theirs"
    [ "$status" -eq 0 ]
    [ "$(ls "$T/ours/current/")" = "$(ls "$T/theirs/current/")" ]
    for file in "$T"/ours/current/*.safetensors; do
        [[ $file != */interactions.safetensors ]] || continue # tells how the log was read
        cmp "$file" "$T/theirs/current/${file##*/}"
    done
}

@test "columns that look like it are named: before, and in the report of what was not read" {
    train --store "$T/none" --log "$T/export.csv"
    [ "$status" -eq 1 ]
    [[ $output == *"no column item_id; try --columns item_id=Artikelnummer,order_id=Bestellnummer,customer_id=Kundennummer,quantity=Anzahl,unit_price=Einzelpreis,timestamp=Bestelldatum ("* ]]
    train --store "$T/part" --log "$T/export.csv" --columns item_id=Artikelnummer,order_id=Bestellnummer
    [ "$status" -eq 0 ]
    [[ $output == *"not read, but it looks like it: --columns customer_id=Kundennummer,quantity=Anzahl,unit_price=Einzelpreis,timestamp=Bestelldatum"* ]]
}

@test "it stands in the configuration, too, where the report on retention finds it" {
    cat >"$T/shop.yaml" <<EOF
train:
  store: $T/configured
  log: [$T/export.csv]
  columns: $columns
  decimal-comma: true
  time-format: dd.mm.yyyy
EOF
    train --config "$T/shop.yaml"
    [ "$status" -eq 0 ]
    "$S" report retention --quiet --log "$T/log.csv" --format csv >"$T/ours.txt"
    "$S" report retention --quiet --config "$T/shop.yaml" --format csv >"$T/theirs.txt"
    cmp "$T/ours.txt" "$T/theirs.txt"
}

@test "events and changes may be written so; live events beside the log, and a delta, are read as they should" {
    exported --store "$T/live"
    "$S" serve --store "$T/live" --bind "ipc://$T/shelf" --log-level error 3>&- &
    server=$!
    echo "$server" >"$T/server"
    for _ in $(seq 1000); do [ -S "$T/shelf" ] && break; sleep 0.05; done
    ask event --type purchase --item lid --customer c1 --order new-1 --unit-price 2.50
    [ "$status" -eq 0 ]
    printf 'event;item_id;customer_id;order_id;quantity;unit_price;timestamp\npurchase;lid;c2;new-2;1,0;2,50;%s\n' \
        "$(date -u '+%d.%m.%Y %H:%M')" >"$T/today.csv"
    ask event --file "$T/today.csv" --quiet
    [ "$status" -eq 1 ]
    ask event --file "$T/today.csv" --decimal-comma --time-format dd.mm.yyyy --quiet
    [ "$status" -eq 0 ]
    printf 'item_id;price\ncup;1.004,20\n' >"$T/changes.csv"
    ask items --file "$T/changes.csv" --decimal-comma --quiet
    [ "$status" -eq 0 ]
    ask items --item cup --price 4,20
    [ "$status" -eq 2 ]
    ask query popular --json
    [[ $output == *100420* ]]
    kill "$server"
    wait "$server"
    rm "$T/server"
    german <<<lid,Deckel,2.50,1.10,2024-01-31 >>"$T/artikel.csv"
    run "$S" train --delta --quiet --store "$T/live" --catalog "$T/artikel.csv"
    [ "$status" -eq 0 ]
    [[ $output == *"2 read, 2 count"* ]]
    exported --store "$T/live" --state "$T/live"
    [ "$status" -eq 0 ]
    [[ $output == *"bad rows (cannot be parsed)                              0"* ]]
}
