# What reading and drawing large runs costs on one core: seconds, memory, and how both grow.
#
#     scripts/bench analyzer [ROWS]
#
# Runs that are made up (bench/crowd), of 205 steps a session and an app whose one thread is near its limit:
#
#   all        everything that `stretto analyze` makes: all charts as SVG and PNG, report.html,
#              summary.json, events.csv, trace.json; of 1,000 and of 10,000 sessions (4.1 million rows)
#   no tables  the same without events.csv and trace.json
#   one pass   --stream, which keeps no rows: of 1,000 sessions, of 10,000, and of as many as make
#              ROWS (20000000); 100000000 takes a minute or two and 6 GB of the disk for temporary files
#
# Limits stand behind the 10,000: 6 s and 600 MB.  Growth is what a row costs in CPU, against the line above of the
# same kind.  CPU is what a quiet machine would take on the clock, but for the disk.
# How long Chromium takes to open the report of 10,000 sessions, until all is drawn, is measured too; the limits
# are 2 s and 15 MB.  Where R and shinyloadtest are installed they load the 1,000 sessions too.
# shellcheck shell=bash

STEPS=198
ROWS_A_SESSION=411
LIMIT_S=6
LIMIT_MB=600
PAGE_MS=2000
PAGE_MB=15

make_run() {
    local name=$1 sessions=$2
    say "making up $sessions sessions"
    "$bin/bench-crowd" samples/whales/session.log -o "$work/$name" --sessions "$sessions" --every 500ms --steps $STEPS \
        --work 0.09 --think 0.5 --fail 0.003 >"$work/$name.made"
}

# A line of the table: KIND RUN [OPTIONS OF THE ANALYZER]
measure_run() {
    local kind=$1 name=$2 rows bytes cost
    shift 2
    rows=$(sed 's/ .*//' "$work/$name.made")
    bytes=$(cat "$work/$name"/sessions/*.csv | wc -c)
    cost=$(python3 -B bench/analyzer/measure.py "$bin/stretto-analyze" "$name=$work/$name" -o "$work/report" --overwrite "$@") ||
        die "the analyzer could not be measured"
    if [ "$kind" = all ]; then mv "$work/report/report.html" "$work/$name.html"; fi
    rm -rf "$work/report"
    # shellcheck disable=SC2086
    set -- $cost
    [ "$4" -eq 0 ] || die "stretto analyze ended with $4"
    echo "$kind:$rows:$bytes:$1:$2:$3" >>"$work/table"
}

print_table() {
    awk -F: -v limit_s=$LIMIT_S -v limit_mb=$LIMIT_MB '
        BEGIN { printf "%-10s %11s %9s %8s %8s %8s %13s  %s\n", "", "rows", "MB", "clock s", "CPU s", "peak MB", "rows/s of CPU", "" }
        {
            note = ""
            if ($1 != "one pass" && $2 > 4000000)
                note = sprintf("%.2f of %d s, %.2f of %d MB%s", $5 / limit_s, limit_s, $6 / limit_mb, limit_mb,
                               $5 > limit_s || $6 > limit_mb ? " !" : "")
            if ($1 == last)
                note = note (note == "" ? "" : "; ") sprintf("a row costs %+.0f %%, memory %+.0f %%", ($5 / $2 / a_row - 1) * 100, ($6 / mb - 1) * 100)
            last = $1; a_row = $5 / $2; mb = $6
            printf "%-10s %11d %9.0f %8.2f %8.2f %8d %13d  %s\n", $1, $2, $3 / 1e6, $4, $5, $6, $2 / $5, note
        }' "$work/table"
}

measure_page() {
    local opened
    if ! [ -d tests/e2e/node_modules ] || ! opened=$(node bench/open_report.mjs "$work/many.html" 2>"$work/page.said"); then
        printf 'SKIPPED: no browser to open the report with (scripts/deps test installs one)\n'
        return
    fi
    awk -v ms=$PAGE_MS -v mb=$PAGE_MB '{
        printf "report.html of 10,000 sessions: %d ms until all is drawn (%.2f of %d ms), %s MB (%.2f of %d MB)%s\n",
            $1, $1 / ms, ms, $3, $3 / mb, mb, ($1 > ms || $3 > mb) ? " !" : ""
    }' <<<"$opened"
}

measure_peer() {
    if ! command -v Rscript >"$work/where" ||
        ! Rscript -e 'library(shinyloadtest)' >"$work/said" 2>&1; then
        printf 'SKIPPED: R and its package shinyloadtest are not installed; nothing is compared with them\n'
        return
    fi
    local cost
    cost=$(python3 -B bench/analyzer/measure.py Rscript -e \
        "d <- shinyloadtest::load_runs(few = '$work/few'); shinyloadtest::shinyloadtest_report(d, '$work/r.html', open_browser = FALSE)")
    # shellcheck disable=SC2086
    set -- $cost
    printf 'shinyloadtest, 1,000 sessions: %s s, %s s of CPU, %s MB; exit code %s\n' "$@"
}

measure_part() {
    local most=${1:-20000000}
    if [ $# -gt 1 ] || ! whole_number "$most" || [ "$most" -lt 5000000 ]; then wrong_usage; fi
    prepare stretto-analyze bench-crowd
    make_run few 1000
    make_run many 10000
    for name in few many; do measure_run all $name; done
    for name in few many; do measure_run "no tables" $name --files report,summary; done
    for name in few many; do measure_run "one pass" $name --stream; done
    rm -rf "$work/many"
    make_run most $((most / ROWS_A_SESSION))
    measure_run "one pass" most --stream
    tell_machine "one core; a session has 205 steps"
    print_table
    measure_page
    measure_peer
}
