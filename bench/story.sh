# The story's load: 10,000 users of a 15-minute script, played against the parrot on this machine.
#
#     scripts/bench story [USERS [MINUTES [RAMP]]]
#
# A script of MINUTES (15) with 95 sends and 1.7 MB of messages is made, played by USERS (10000), all
# started within RAMP minutes (5), against a parrot of the same script beside it: with 10,000 users
# about 1,050 sends and 19 MB a second while all are there, which is for MINUTES - RAMP.  Needs a
# machine that does nothing else: player and parrot share it.  Told: what was sent and came, the
# player's lateness and CPU in the steady state, second by second, and its memory.
# shellcheck shell=bash

BYTES_A_MINUTE=113334

measure_part() {
    local users=${1:-10000} minutes=${2:-15} ramp=${3:-5} sends
    [ $# -le 3 ] && whole_number "$users" && whole_number "$minutes" && whole_number "$ramp" || wrong_usage
    [ "$ramp" -lt "$minutes" ] || die "the ramp of $ramp min has to be shorter than the script of $minutes min"
    prepare stretto-play stretto-parrot
    sends=$((minutes * 19 / 3))
    python3 bench/story/make_script.py "$minutes" "$sends" $((minutes * BYTES_A_MINUTE)) >"$work/story.log"
    start_server parrot "$bin/stretto-parrot" "$work/story.log"
    say "$users users of $minutes min, started within $ramp min: this takes $((minutes + ramp)) min"
    "$bin/stretto-play" "$work/story.log" "$url" --sessions "$users" \
        --every "$((ramp * 60000000 / users))us" -o "$work/run" >"$work/play.said" 2>&1 ||
        say "not every session ended well: $(tail -n 3 "$work/play.said")"
    tell_machine "script: $minutes min, $sends sends, $(stat -c %s "$work/story.log") bytes; $users users, one every $((ramp * 60000 / users)) ms"
    python3 bench/story/report.py "$work/run" $((ramp * 60 + 2)) $((minutes * 60 - 2))
    tail -n 4 "$work/play.said"
}
