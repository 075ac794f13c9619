# What a message and a row cost the player, without sockets: CPU time each.
#
#     scripts/bench messages [TIMES]
#
# The receives and sends of two recordings, TIMES times (20): through the WebSocket's frames, the
# dialect and the sets of what is waited for, as a session does it.  "whole" is the same with each
# document parsed as a whole by jansson, "rows" is what run files cost, "idle" the heap that a socket
# keeps between two messages.
# shellcheck shell=bash

measure_part() {
    local times=${1:-20} log
    if [ $# -gt 1 ] || ! whole_number "$times"; then wrong_usage; fi
    prepare bench-messages
    tell_machine "each $times times"
    for log in samples/whales/session.log tests/data/ss-whales-sync.log; do
        printf '%s\n' "$log"
        "$bin/bench-messages" read "$log" "$times"
        "$bin/bench-messages" whole "$log" "$times"
        "$bin/bench-messages" send "$log" $((times * 10))
        "$bin/bench-messages" noise "$log" "$times"
        "$bin/bench-messages" idle "$log"
    done
    printf 'without a script\n'
    "$bin/bench-messages" echo "$times"
    "$bin/bench-messages" rows "$times"
}
