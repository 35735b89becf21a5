# What is installed: by cmake into a folder, as Debian packages, and (SMARTSHELF_LONG=1, as root) those in a fresh Debian.

# Once for all tests: to F/here, and to F/root as a package would, where the shop has a configuration already.
setup_file() {
    export B=${SMARTSHELF_BUILD:-build} F
    F=$(mktemp -d)
    mkdir -p "$F/root/etc/smartshelf"
    echo "# ours" >"$F/root/etc/smartshelf/smartshelf.yaml"
    cmake --install "$B" --prefix "$F/here" >"$F/log"
    cp "$B/install_manifest.txt" "$F/manifest"
    DESTDIR=$F/root cmake --install "$B" --prefix /usr >"$F/log"
}

teardown_file() {
    rm -rf "$F"
}

setup() {
    T=$(mktemp -d)
}

teardown() {
    # Whatever is mounted is so in namespaces of its own, which end with their commands; the check is for the day it is not.
    ! grep -q " $T" /proc/mounts && rm -rf --one-file-system "$T"
}

has() {
    command -v "$1" >/dev/null || skip "no $1"
}

@test "units, installed anywhere, verify; the server is exposed little" {
    has systemd-analyze
    units=$F/here/lib/systemd/system
    for unit in smartshelf.service smartshelf.path smartshelf-gateway.service smartshelf-nightly.service smartshelf-nightly.timer; do
        run systemd-analyze verify --man=no "$units/$unit"
        echo "$unit: $output"
        [ "$status" -eq 0 ] && [ -z "$output" ]
    done
    for unit in smartshelf.service smartshelf-gateway.service smartshelf-nightly.service; do
        run systemd-analyze security --offline=true --threshold=20 "$units/$unit"
        echo "$output" | tail -1
        [ "$status" -eq 0 ]
    done
}

@test "what is installed names where it is, stays within, and leaves the shop's configuration as it is" {
    [ "$(ls "$F/root" | tr '\n' ' ')" = "etc usr " ]
    [ "$(find "$F/root/etc" -type f)" = "$F/root/etc/smartshelf/smartshelf.yaml" ]
    [ "$(cat "$F/root/etc/smartshelf/smartshelf.yaml")" = "# ours" ]
    grep -qx "ExecStart=/usr/bin/smartshelf serve --config /etc/smartshelf/smartshelf.yaml" "$F/root/usr/lib/systemd/system/smartshelf.service"
    grep -qx "ExecStart=/usr/bin/smartshelf gateway --config /etc/smartshelf/smartshelf.yaml" "$F/root/usr/lib/systemd/system/smartshelf-gateway.service"
    ! grep -rlE "@[a-z]+@|$F" "$F/root" --exclude=smartshelf --exclude='*.md'
    bash -n "$F/root/usr/share/bash-completion/completions/smartshelf"
    "$F/here/bin/smartshelf" check "$F/here/etc/smartshelf/smartshelf.yaml"
}

@test "the manifest, by which it is removed again, names every file" {
    diff <(sort "$F/manifest") <(find "$F/here" -type f | sort)
}

@test "every command has a manual page" {
    has help2man
    for command in $("$F/here/bin/smartshelf" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
        zcat "$F/here/share/man/man1/smartshelf-$command.1.gz" | grep -q "^smartshelf-$command .- [A-Z]"
    done
    zcat "$F/here/share/man/man1/smartshelf-train.1.gz" | grep -q 'als.*factors N' # all options, not their groups alone
    [ -s "$F/here/share/man/man1/smartshelf.1.gz" ] && [ -s "$F/here/share/man/man1/smartshelf-demo.1.gz" ]
}

@test "the demo runs from what is installed" {
    cd "$T"
    run env -u SMARTSHELF "$F/root/usr/bin/smartshelf-demo"
    echo "$output" | tail -20
    [ "$status" -eq 0 ]
    [[ $output == *"stopped cleanly" ]]
}

@test "a program is built with the installed client library" {
    has pkg-config
    cat >"$T/client.c" <<'C'
#include <smartshelf.h>
#include <stdio.h>
int main(void)
{
    const char *endpoints[] = {"ipc:///nobody/is/there"}, *fallback[] = {"a", "b"};
    smartshelf_options options = smartshelf_options_default();
    options.endpoints = endpoints, options.endpoint_count = 1, options.fallback = fallback, options.fallback_count = 2;
    options.timeout_ms = 1;
    smartshelf_client *client;
    smartshelf_answer answer;
    if (smartshelf_open(&options, &client) != SMARTSHELF_OK)
        return 1;
    smartshelf_query query = smartshelf_query_of("popular");
    puts(smartshelf_status_name(smartshelf_ask(client, &query, &answer)));
    printf("%s\n", answer.products[0].item_id);
    smartshelf_answer_release(&answer);
    smartshelf_close(&client);
    return 0;
}
C
    cc -Wall -Werror -o "$T/client" "$T/client.c" $(PKG_CONFIG_PATH=$(dirname "$(find "$F/here" -name smartshelf.pc)") pkg-config --cflags --libs smartshelf)
    run "$T/client"
    [ "$status" -eq 0 ]
    [ "$output" = $'timeout\na' ]
}

@test "the Debian packages hold what they should, and depend on what it needs" {
    has dpkg-shlibdeps
    has file
    cpack --config "$B/CPackConfig.cmake" -B "$T/cpack" >"$T/cpack.log" 2>&1 || { cat "$T/cpack.log"; false; }
    server=$(ls "$T"/cpack/smartshelf_*.deb) client=$(ls "$T"/cpack/libsmartshelf-dev_*.deb)
    dpkg-deb -c "$server" >"$T/files"
    for file in ./usr/bin/smartshelf ./usr/bin/smartshelf-demo ./usr/lib/systemd/system/smartshelf.service \
        ./usr/lib/systemd/system/smartshelf-nightly.timer ./usr/lib/systemd/system/smartshelf-gateway.service ./etc/smartshelf/smartshelf.yaml ./usr/lib/sysusers.d/smartshelf.conf; do
        grep -q " root/root .* $file$" "$T/files" || { echo "no $file"; false; }
    done
    ! grep -vE ' \./(usr|etc)/' "$T/files"
    [ "$(dpkg-deb -I "$server" conffiles)" = /etc/smartshelf/smartshelf.yaml ]
    depends=$(dpkg-deb -f "$server" Depends)
    for package in libzmq5 libopenblas0-openmp liblmdb0 libsystemd0 tzdata; do
        [[ $depends == *"$package"* ]] || { echo "no $package in $depends"; false; }
    done
    for script in postinst prerm postrm; do
        dpkg-deb -I "$server" $script | sh -n
    done
    dpkg-deb -c "$client" | grep -q ./usr/include/smartshelf.h
    [[ $(dpkg-deb -f "$client" Depends) == *libzmq3-dev* ]]
}

# ---- in a fresh Debian ----

seconds_of() { # WORDS COMMAND...: how long it takes, for the record
    local words=$1 begun=$SECONDS
    shift
    "$@" || return
    echo "# $words: $((SECONDS - begun)) s" >&3
}

in_root() { # a command within the fresh root; /proc is mounted in namespaces that end with it
    unshare --mount --pid --fork --kill-child sh -c 'mount -t proc proc "$1/proc" && exec chroot "$@"' sh "$R" \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

make_root() { # R, of this machine's release, from the mirror that apt is set up with here
    local release mirror
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v release="$release" '$2 == release && $3 == "main" {print $1; exit}')
    [ -n "$mirror" ] || skip "apt knows no mirror of $release"
    debootstrap --variant=minbase "$release" "$R" "$mirror" >"$T/debootstrap.log" 2>&1 || { tail -20 "$T/debootstrap.log"; return 1; }
    apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-)' >"$R/etc/apt/apt.conf.d/00machine" || true
    cp /etc/resolv.conf "$R/etc/resolv.conf"
    mkdir -p "$R/usr/sbin" && printf '#!/bin/sh\nexit 101\n' >"$R/usr/sbin/policy-rc.d" && chmod 755 "$R/usr/sbin/policy-rc.d"
    in_root apt-get update -qq
}

install_deb() {
    cp "$T"/pack/*.deb "$R/root/"
    in_root sh -c 'apt-get install -y --no-install-recommends /root/smartshelf_*.deb' >"$T/apt.log" 2>&1 || { tail -30 "$T/apt.log"; return 1; }
}

check_installed() {
    [ "$(in_root stat -c '%U:%G %a' /var/lib/smartshelf)" = "smartshelf:smartshelf 750" ]
    [ "$(in_root systemctl is-enabled smartshelf.service smartshelf.path)" = $'enabled\nenabled' ]
    [ "$(in_root systemctl is-enabled smartshelf-nightly.timer)" = disabled ]
    in_root systemd-analyze verify --man=no smartshelf.service smartshelf.path smartshelf-gateway.service smartshelf-nightly.service smartshelf-nightly.timer >"$T/verify" 2>&1
    cat "$T/verify"
    [ ! -s "$T/verify" ]
    in_root systemd-analyze security --offline=true /usr/lib/systemd/system/smartshelf.service | tail -1 | sed 's/^/# /' >&3
}

# A store of its own user from the demo's shop, and the server as the unit starts it, but for systemd.
check_serving() {
    in_root runuser -u smartshelf -- smartshelf train --quiet --log /tmp/demo/shop/log.csv --catalog /tmp/demo/shop/catalog.csv --store /var/lib/smartshelf
    in_root sh -c 'mkdir -m 750 /run/smartshelf && chown smartshelf: /run/smartshelf
        setpriv --reuid smartshelf --regid smartshelf --init-groups smartshelf serve --config /etc/smartshelf/smartshelf.yaml & server=$!
        for i in $(seq 100); do [ -S /run/smartshelf/shelf.ipc ] && break; sleep 0.1; done
        smartshelf query popular --limit 3 --connect ipc:///run/smartshelf/shelf.ipc && smartshelf query popular --limit 3
        answered=$?; kill $server; wait $server; exit $answered'
}

# A command in the root that is booted: beside its first process.
in_booted() {
    nsenter -t "$booted" -m -u -i -n -p -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"
}

wait_for() { # a command that succeeds within a minute
    for _ in $(seq 120); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.5
    done
    echo "in vain: $*"
    return 1
}

has_restarted() {
    [ "$(in_booted systemctl show smartshelf -p NRestarts --value)" -ge 1 ]
}

# The root with its systemd as the first process: the server comes up confined as the unit says, waits for a generation,
# reloads, is restarted when it hangs, and the nightly service trains.
check_booted() {
    local current=/var/lib/smartshelf/current main
    in_booted systemctl is-active smartshelf || { in_booted journalctl -u smartshelf --no-pager | tail -20; return 1; }
    in_booted systemctl status smartshelf --no-pager | grep "serving generation $(basename "$(in_booted readlink $current)")"
    in_booted runuser -u smartshelf -- smartshelf query popular --limit 3 --connect ipc:///run/smartshelf/shelf.ipc
    in_booted systemctl reload smartshelf

    in_booted systemctl stop smartshelf smartshelf.path
    in_booted mv $current $current.kept
    in_booted systemctl start smartshelf.path smartshelf
    ! in_booted systemctl is-active smartshelf || return 1
    in_booted mv $current.kept $current
    wait_for in_booted systemctl is-active smartshelf

    in_booted sh -c 'mkdir -p /run/systemd/system/smartshelf.service.d
        printf "[Service]\nWatchdogSec=2\n" >/run/systemd/system/smartshelf.service.d/watchdog.conf
        systemctl daemon-reload; systemctl restart smartshelf'
    main=$(in_booted systemctl show smartshelf -p MainPID --value)
    in_booted sh -c "kill -STOP $main"
    wait_for has_restarted
    wait_for in_booted systemctl is-active smartshelf

    in_booted smartshelf simulate --quiet --out /srv/shop --orders 2000 --customers 500 --items 200 >/dev/null
    in_booted sh -c 'mkdir -p /run/systemd/system/smartshelf-nightly.service.d
        printf "[Service]\nExecStart=\nExecStart=/usr/bin/smartshelf train --store /var/lib/smartshelf --log /srv/shop/log.csv\n" \
            >/run/systemd/system/smartshelf-nightly.service.d/train.conf
        systemctl daemon-reload'
    in_booted systemctl start smartshelf-nightly || { in_booted journalctl -u smartshelf-nightly --no-pager | tail -20; return 1; }
}

boot_and_check() {
    local nspawn failed=0
    systemd-nspawn --quiet --register=no --keep-unit -D "$R" -b >"$T/boot.log" 2>&1 3>&- &
    nspawn=$!
    wait_for pgrep -P "$nspawn" || { tail "$T/boot.log"; return 1; }
    booted=$(pgrep -P "$nspawn" | head -1)
    wait_for in_booted systemctl is-active multi-user.target && check_booted || failed=1
    kill -RTMIN+4 "$booted" # power off
    wait "$nspawn" || true
    return $failed
}

# What is left of it outside of the store, apt's own archive and logs.
leftovers() {
    in_root find / -xdev -iname '*smartshelf*' -not -path '/proc/*' -not -path '/root/*' -not -path '/var/lib/smartshelf*' \
        -not -path '/var/log/*' -not -path '/tmp/demo*' -not -path '/run/smartshelf*' -not -path '/var/tmp/*'
}

@test "in a fresh Debian the package installs, its units verify, the demo runs, and it can be removed and purged" {
    [ -n "${SMARTSHELF_LONG:-}" ] || skip "long: SMARTSHELF_LONG=1"
    [ "$(id -u)" -eq 0 ] || skip "wants root"
    has debootstrap
    has unshare
    R=$T/fresh
    seconds_of "packages built" "${SMARTSHELF_SOURCE:-.}/scripts/package" "$T/pack" >"$T/package.log" 2>&1 || { tail -30 "$T/package.log"; false; }
    if command -v lintian >/dev/null; then
        lintian --fail-on error "$T"/pack/*.deb
    fi
    seconds_of "fresh Debian" make_root
    seconds_of "package and what it needs installed" install_deb
    check_installed
    in_root smartshelf check /etc/smartshelf/smartshelf.yaml
    seconds_of "demo" in_root runuser -u nobody -- smartshelf-demo /tmp/demo >"$T/demo" || { cat "$T/demo"; false; }
    [ "$(tail -1 "$T/demo")" = "stopped cleanly" ]
    seconds_of "trained and served as the unit does" check_serving

    # With a systemd of its own, where that can be: a container in a container may not.
    if command -v systemd-nspawn >/dev/null; then
        seconds_of "booted: confined, waiting, reloading, restarted, trained" boot_and_check
    else
        echo "# not booted: no systemd-nspawn" >&3
    fi

    # Again, over what the shop has written: it stays.
    echo "# ours" >>"$R/etc/smartshelf/smartshelf.yaml"
    in_root sh -c 'dpkg -i /root/smartshelf_*.deb' >"$T/again" 2>&1 || { cat "$T/again"; false; }
    [ "$(tail -1 "$R/etc/smartshelf/smartshelf.yaml")" = "# ours" ]
    check_installed

    in_root apt-get remove -y smartshelf >"$T/remove" 2>&1 || { cat "$T/remove"; false; }
    [ ! -e "$R/usr/bin/smartshelf" ] && [ -e "$R/etc/smartshelf/smartshelf.yaml" ]
    in_root apt-get purge -y smartshelf >"$T/purge" 2>&1 || { cat "$T/purge"; false; }
    grep -q "the store stays: /var/lib/smartshelf" "$T/purge"
    [ -e "$R/var/lib/smartshelf/current" ]
    left=$(leftovers)
    echo "left: $left"
    [ -z "$left" ]
    [ -z "$(in_root dpkg --audit)" ]
    ! grep -q " $T" /proc/mounts
}
