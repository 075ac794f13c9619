#include "analyzer/page_crowd.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base64.h"

#define PAGE_CROWD_MOST ((size_t)512 << 20)
#define TENTH_US 100

/* One build on its way out. */
struct crowd {
    struct buf *out;
    struct build *build;
    struct wait *waits;   /* room for those of one session, or of the script */
    bool *kept;           /* a session */
    size_t kept_count;    /* of them */
    const char **reasons; /* lent by the table */
    size_t reason_count;
    struct buf steps; /* the columns of waits */
    struct buf lengths;
    struct buf starts;
};

static int64_t tenths(int64_t us)
{
    return (us + TENTH_US / 2) / TENTH_US;
}

static void put(struct buf *out, uint64_t number)
{
    for (; number >= 128; number >>= 7)
        buf_addc(out, (char)(number | 128));
    buf_addc(out, (char)number);
}

static void put_signed(struct buf *out, int64_t number)
{
    put(out, (uint64_t)number << 1 ^ (uint64_t)(number >> 63));
}

/* Clocks may step: what would be negative is 0. */
static void put_length(struct buf *out, int64_t number)
{
    put(out, number > 0 ? (uint64_t)number : 0);
}

static void put_steps(const struct crowd *crowd)
{
    const struct plan *plan = &crowd->build->plan;

    put(crowd->out, plan->script->count);
    for (size_t i = 0; i < plan->script->count; i++) {
        int kind = plan->calculations[i] < 0 ? (int)plan->kinds[i] : WAIT_CALC;

        buf_addc(crowd->out, (char)(kind | (script_at(plan->script, i)->mark ? 8 : 0)));
    }
}

/* 1 and up, 0 for none; what comes after PAGE_CROWD_REASONS is the last of them. */
static size_t reason_of(const struct crowd *crowd, const struct session *s)
{
    size_t i = 0;

    if (s->outcome != SESSION_FAILED || !s->reason || !*s->reason)
        return 0;
    while (i < crowd->reason_count && strcmp(crowd->reasons[i], s->reason) != 0)
        i++;
    return i + 1;
}

static void gather_reasons(struct crowd *crowd)
{
    const struct table *table = &crowd->build->table;

    for (size_t i = 0; i < table->session_count && crowd->reason_count < PAGE_CROWD_REASONS; i++) {
        if (crowd->kept[i] && reason_of(crowd, &table->sessions[i]) > crowd->reason_count)
            crowd->reasons[crowd->reason_count++] = table->sessions[i].reason;
    }
}

static void put_reasons(const struct crowd *crowd)
{
    static const char rest[] = "another reason";

    put(crowd->out, crowd->reason_count + 1);
    for (size_t i = 0; i < crowd->reason_count; i++) {
        put(crowd->out, strlen(crowd->reasons[i]));
        buf_adds(crowd->out, crowd->reasons[i]);
    }
    put(crowd->out, strlen(rest));
    buf_adds(crowd->out, rest);
}

static void put_spans(const struct crowd *crowd)
{
    const struct steady *steady = &crowd->build->steady;
    const struct late *late = &crowd->build->late;
    int64_t at = 0;

    put(crowd->out, steady->used);
    put_length(crowd->out, tenths(steady->from_us));
    put_length(crowd->out, tenths(steady->to_us));
    put(crowd->out, late->count);
    for (size_t i = 0; i < late->count; i++) {
        int64_t from = tenths(late->spans[i].from_us);

        put_length(crowd->out, from - at);
        at = tenths(late->spans[i].to_us);
        put_length(crowd->out, at - from);
    }
}

/* begin_us: of the session that they belong to. */
static void put_waits(struct crowd *crowd, size_t count, int64_t begin_us)
{
    int64_t end = tenths(begin_us);
    int64_t step = 0;

    for (size_t i = 0; i < count; i++) {
        const struct wait *w = &crowd->waits[i];
        int64_t start = tenths(w->start_us);
        int64_t length = tenths(w->end_us) - start;

        length = length > 0 ? length : 0;
        put_signed(&crowd->steps, (int64_t)w->step - step);
        put_signed(&crowd->starts, start - end);
        put(&crowd->lengths, (uint64_t)length << 1 | w->open);
        step = (int64_t)w->step + 1;
        end = start + length;
    }
}

/* The columns of sessions, by what each holds. */
enum column { PLACE, ID, USER, ITERATION, START, LENGTH, STATE, LINE, REASON, WAITS, COLUMNS };

struct before {
    int64_t place;
    int64_t id;
    int64_t user;
    int64_t start;
};

static void put_cell(struct crowd *crowd, enum column column, size_t i, struct before *before)
{
    const struct session *s = &crowd->build->table.sessions[i];
    int64_t start = tenths(s->start_us);

    switch (column) {
    case PLACE:
        put_length(crowd->out, (int64_t)i - before->place);
        before->place = (int64_t)i + 1;
        break;
    case ID:
        put_signed(crowd->out, s->id - before->id);
        before->id = s->id;
        break;
    case USER:
        put_signed(crowd->out, s->user - before->user);
        before->user = s->user;
        break;
    case ITERATION:
        put_length(crowd->out, s->iteration);
        break;
    case START:
        put_length(crowd->out, start - before->start);
        before->start = start;
        break;
    case LENGTH:
        put_length(crowd->out, tenths(s->end_us) - start);
        break;
    case STATE:
        put(crowd->out, (uint64_t)s->outcome | (s->counted ? 4 : 0));
        break;
    case LINE:
        put(crowd->out, s->outcome == SESSION_FAILED ? s->failed_line : 0);
        break;
    case REASON:
        put(crowd->out, reason_of(crowd, s));
        break;
    default:
        break;
    }
}

/* How many waits a session has is known when they are put: that column goes on its own. */
static void put_sessions(struct crowd *crowd)
{
    const struct table *table = &crowd->build->table;
    struct before before = {0};

    put(crowd->out, table->session_count);
    put(crowd->out, crowd->kept_count);
    for (int column = 0; column < WAITS; column++) {
        for (size_t i = 0; i < table->session_count; i++) {
            if (crowd->kept[i])
                put_cell(crowd, (enum column)column, i, &before);
        }
    }
}

static void put_all_waits(struct crowd *crowd)
{
    const struct table *table = &crowd->build->table;
    int64_t length_us;
    size_t ideal = waits_of_script(&crowd->build->plan, crowd->waits, &length_us);

    put_waits(crowd, ideal, 0);
    for (size_t i = 0; i < table->session_count; i++) {
        if (crowd->kept[i]) {
            size_t count = waits_of_session(&crowd->build->plan, table, i, crowd->waits);

            put(crowd->out, count);
            put_waits(crowd, count, table->sessions[i].start_us);
        }
    }
    put_length(crowd->out, tenths(length_us));
    put(crowd->out, ideal);
}

static void put_build(struct crowd *crowd)
{
    const struct buf *columns[] = {&crowd->steps, &crowd->lengths, &crowd->starts};

    put_steps(crowd);
    gather_reasons(crowd);
    put_reasons(crowd);
    put_spans(crowd);
    put_sessions(crowd);
    put_all_waits(crowd);
    for (size_t i = 0; i < 3; i++) {
        crowd->out->failed = crowd->out->failed || columns[i]->failed;
        buf_add(crowd->out, columns[i]->data, columns[i]->len);
    }
}

static int64_t length_us(const struct session *s)
{
    return s->end_us - s->start_us;
}

static int by_length(const void *a, const void *b)
{
    int64_t x = length_us(*(const struct session *const *)a);
    int64_t y = length_us(*(const struct session *const *)b);

    return x != y ? (x < y ? 1 : -1) : 0;
}

/* 0 or -E_NOMEM. */
static int keep_slowest(struct crowd *crowd)
{
    const struct table *table = &crowd->build->table;
    const struct session **order = calloc(table->session_count + 1, sizeof(struct session *));

    if (!order)
        return -E_NOMEM;
    for (size_t i = 0; i < table->session_count; i++)
        order[i] = &table->sessions[i];
    qsort(order, table->session_count, sizeof(struct session *), by_length);
    for (size_t i = 0; i < table->session_count && i < PAGE_CROWD_SLOWEST; i++)
        crowd->kept[order[i] - table->sessions] = true;
    free(order);
    return 0;
}

static int keep(struct crowd *crowd, size_t every)
{
    const struct table *table = &crowd->build->table;
    int rc = every > 1 ? keep_slowest(crowd) : 0;

    for (size_t i = 0; i < table->session_count; i++) {
        crowd->kept[i] = crowd->kept[i] || i % every == 0;
        crowd->kept_count += crowd->kept[i];
    }
    return rc;
}

static size_t most_waits(const struct build *build)
{
    size_t longest = table_longest(&build->table);

    return longest > build->script->count ? longest : build->script->count;
}

static int crowd_init(struct crowd *crowd, struct buf *out, struct build *build)
{
    *crowd = (struct crowd){.out = out, .build = build};
    buf_init(&crowd->steps, PAGE_CROWD_MOST);
    buf_init(&crowd->starts, PAGE_CROWD_MOST);
    buf_init(&crowd->lengths, PAGE_CROWD_MOST);
    crowd->waits = calloc(most_waits(build) + 1, sizeof(*crowd->waits));
    crowd->kept = calloc(build->table.session_count + 1, sizeof(*crowd->kept));
    crowd->reasons = calloc(PAGE_CROWD_REASONS, sizeof(*crowd->reasons));
    return crowd->waits && crowd->kept && crowd->reasons ? 0 : -E_NOMEM;
}

static void crowd_release(struct crowd *crowd)
{
    buf_release(&crowd->steps);
    buf_release(&crowd->starts);
    buf_release(&crowd->lengths);
    free(crowd->waits);
    free(crowd->kept);
    free(crowd->reasons);
}

static size_t share_of(size_t count, size_t most)
{
    return (count + most - 1) / most;
}

/* A session has about as many waits as its script; to count them all would take as long as to write
 * them. */
static int sample(size_t *every, struct build *builds, size_t count)
{
    size_t sessions = 0;
    size_t waits = 0;

    for (size_t i = 0; i < count; i++) {
        struct wait *room = calloc(builds[i].plan.script->count + 1, sizeof(*room));
        int64_t length_us;

        if (!room)
            return -E_NOMEM;
        sessions += builds[i].table.session_count;
        waits += builds[i].table.session_count * waits_of_script(&builds[i].plan, room, &length_us);
        free(room);
    }
    *every = 1;
    if (share_of(sessions, PAGE_CROWD_SESSIONS) > *every)
        *every = share_of(sessions, PAGE_CROWD_SESSIONS);
    if (share_of(waits, PAGE_CROWD_WAITS) > *every)
        *every = share_of(waits, PAGE_CROWD_WAITS);
    return 0;
}

int page_crowd(struct buf *out, struct build *builds, size_t count)
{
    size_t every;
    int rc = sample(&every, builds, count);

    if (rc < 0)
        return rc;

    put(out, 1);
    put(out, every);
    put(out, count);
    for (size_t i = 0; i < count && rc == 0; i++) {
        struct crowd crowd;

        rc = crowd_init(&crowd, out, &builds[i]);
        if (rc == 0)
            rc = keep(&crowd, every);
        if (rc == 0)
            put_build(&crowd);
        crowd_release(&crowd);
    }
    return out->failed ? -E_NOMEM : rc;
}

/* Level 4: level 6 takes three times as long and gains a hundredth. */
int page_crowd_pack(struct buf *out, const struct buf *data)
{
    z_stream z = {0};
    struct buf packed;
    char *room;
    int rc;

    if (deflateInit2(&z, 4, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        return -E_NOMEM;
    buf_init(&packed, PAGE_CROWD_MOST);
    room = buf_room(&packed, deflateBound(&z, data->len));
    if (room) {
        z.next_in = (unsigned char *)data->data;
        z.avail_in = (unsigned)data->len;
        z.next_out = (unsigned char *)room;
        z.avail_out = (unsigned)deflateBound(&z, data->len);
        deflate(&z, Z_FINISH);
        buf_added(&packed, z.total_out);
    }
    deflateEnd(&z);
    rc = room ? base64_encode(out, packed.data, packed.len) : -E_NOMEM;
    buf_release(&packed);
    return rc;
}
