# What 10,000 sessions cost on this machine: memory, CPU and lateness, with and without TLS.
#
#     scripts/bench scale [N [ROW...]]
#
# N sessions (10000) on two workers, all started within 20 s, against a parrot beside them; the rows,
# all of them if none is named:
#
#   whales       samples/whales/session.log, a page of 28 files and a WebSocket, with its think times
#   slow         one WebSocket, a message of 57 bytes every 10 s: N / 10 a second
#   fast         the same every second: N a second
#   tls          as slow, over TLS
#
# The figures are those of the time in which all sessions are there: what the two workers have more of
# resident memory than with N / 10 sessions, a session; the CPU of the busier worker, in % of a core;
# how late the player was, in the median second.  A limit stands in brackets behind its figure, a "!" where it is passed.
# Takes seven minutes; player and parrot share the machine, which should do nothing else.
# shellcheck shell=bash

RAMP_S=20
# Page loads of the last are over by then.
SETTLE_S=6
# 10,000 page loads make 70,000 connections, whose ports rest for a minute when they are closed.
SOURCES=127.0.0.2-127.0.0.9

make_certificate() {
    quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem"
}

# Plays COUNT sessions of a script and leaves in FOLDER what was seen; LENGTH_S: the script's; END:
# "end" when nothing more is wanted then, or "leave".
play_and_watch() {
    local folder=$1 count=$2 script=$3 length_s=$4 end=$5
    shift 5
    mkdir -p "$folder"
    python3 -B bench/scale/watch.py $((RAMP_S + SETTLE_S)) $((length_s - 1)) "$end" "$bin/stretto-play" "$script" "$url" \
        --sessions "$count" --processes 2 --every "$((RAMP_S * 1000000 / count))us" \
        --source "$SOURCES" -o "$folder/run" "$@" \
        >"$folder/seen" 2>"$folder/said" || die "the player could not be watched: $(tail -n 3 "$folder/said")"
}

# A line of the table: NAME SCRIPT LENGTH_S LIMITS [OPTIONS OF THE PLAYER]
measure_script() {
    local name=$1 script=$2 length_s=$3 limits=$4 folder
    shift 4
    folder=$work/$name
    say "$name: $((length_s * 2 + RAMP_S)) s"
    play_and_watch "$folder/few" $((sessions / 10)) "$script" "$length_s" end "$@"
    play_and_watch "$folder/many" "$sessions" "$script" "$length_s" leave "$@"
    python3 -B bench/scale/report.py "$name" "$folder/many" "$folder/few" "$limits" \
        $((RAMP_S + SETTLE_S)) $((length_s - 1))
}

# The next measures are taken at a server of this script: SCRIPT [OPTIONS OF THE PARROT]
serve_script() {
    end_processes
    start_server parrot "$bin/stretto-parrot" "$@"
}

# One of the rows, with its limits: memory, CPU, lateness p50 and p99.
measure_row() {
    local whales=samples/whales/session.log
    case $1 in
        whales)
            serve_script "$whales"
            measure_script whales "$whales" 40 8,-,0.2,2
            ;;
        slow)
            serve_script "$work/slow.log"
            measure_script slow "$work/slow.log" 40 8,5,0.2,2
            ;;
        fast)
            serve_script "$work/fast.log"
            measure_script fast "$work/fast.log" 40 8,15,-,-
            ;;
        tls)
            serve_script "$work/slow.log" --cert "$work/cert.pem" --key "$work/key.pem"
            measure_script tls "$work/slow.log" 40 40,-,-,- --cacert "$work/cert.pem"
            ;;
    esac
}

measure_part() {
    sessions=${1:-10000}
    local row
    if ! whole_number "$sessions" || [ "$sessions" -lt 100 ]; then wrong_usage; fi
    [ $# -eq 0 ] || shift
    [ $# -gt 0 ] || set -- whales slow fast tls
    for row in "$@"; do
        [[ $row =~ ^(whales|slow|fast|tls)$ ]] || wrong_usage
    done
    prepare stretto-play stretto-parrot
    make_certificate
    python3 -B bench/scale/make_messages.py 4 10000 >"$work/slow.log"
    python3 -B bench/scale/make_messages.py 39 1000 >"$work/fast.log"
    tell_machine "$sessions sessions on 2 workers, started within $RAMP_S s"
    printf '%-10s%9s%8s%8s%14s%14s%14s%14s\n' "" sessions done failed "KiB/session" "CPU %" "late p50 ms" "late p99 ms"
    for row in "$@"; do
        measure_row "$row"
    done
}
