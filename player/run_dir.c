#include "player/run_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/folder.h"
#include "core/run.h"
#include "core/units.h"

#define PATH_BYTES RUN_PATH_MAX

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(end);
    size_t len = strlen(text);

    return len >= n && strcmp(text + len - n, end) == 0;
}

/* False when it would be longer than any path may be. */
static bool path_below(char out[PATH_BYTES], const char *directory, const char *name)
{
    int len = snprintf(out, PATH_BYTES, "%s/%s", directory, name);

    return len >= 0 && len < (int)PATH_BYTES;
}

/* A run has its script beside its sessions; one that was stopped before that has no sessions yet.
 */
static bool is_plain_run(const char *path)
{
    char sessions[PATH_BYTES];
    char script[PATH_BYTES];
    struct stat st;

    if (!path_below(sessions, path, RUN_SESSIONS) || !path_below(script, path, RUN_SCRIPT))
        return false;
    return stat(sessions, &st) == 0 && S_ISDIR(st.st_mode) &&
           (access(script, F_OK) == 0 || !folder_is_taken(sessions));
}

/* The runs that the run.json of a mix names; NULL: it is none.  The caller drops it. */
static json_t *mix_of(const char *path)
{
    char file[PATH_BYTES];
    json_t *root;
    json_t *mix;

    snprintf(file, sizeof(file), "%s/" RUN_JSON, path);
    root = json_load_file(file, 0, NULL);
    mix = json_incref(json_object_get(root, "mix"));
    json_decref(root);
    return mix;
}

/* The path of one of them; false: that name is no name of ours. */
static bool path_in_mix(char out[PATH_BYTES], const char *path, const json_t *name)
{
    const char *text = json_string_value(name);

    return text && *text && !strchr(text, '/') && strcmp(text, "..") != 0 &&
           strcmp(text, ".") != 0 && path_below(out, path, text);
}

static bool is_run(const char *path)
{
    json_t *mix = mix_of(path);
    bool is = json_array_size(mix) > 0;
    char inside[PATH_BYTES];

    for (size_t i = 0; is && i < json_array_size(mix); i++)
        is = path_in_mix(inside, path, json_array_get(mix, i)) &&
             (!folder_is_taken(inside) || is_plain_run(inside));
    json_decref(mix);
    return is || is_plain_run(path);
}

/* Only what a run has: anything else in there is somebody's own. */
static void remove_plain_run(const char *path)
{
    char inside[PATH_BYTES];
    char file[PATH_BYTES + 260];
    struct dirent *entry;
    DIR *dir;

    snprintf(inside, sizeof(inside), "%s/" RUN_SESSIONS, path);
    dir = opendir(inside);
    while (dir && (entry = readdir(dir))) {
        if (!ends_with(entry->d_name, ".csv"))
            continue;
        snprintf(file, sizeof(file), "%s/%s", inside, entry->d_name);
        unlink(file);
    }
    if (dir)
        closedir(dir);
    snprintf(inside, sizeof(inside), "%s/" RUN_SCRIPT, path);
    unlink(inside);
    snprintf(inside, sizeof(inside), "%s/" RUN_AUDIT, path);
    unlink(inside);
    snprintf(inside, sizeof(inside), "%s/" RUN_JSON, path);
    unlink(inside);
}

static void remove_run(const char *path)
{
    json_t *mix = mix_of(path);
    char inside[PATH_BYTES];
    char sessions[PATH_BYTES + sizeof(RUN_SESSIONS)];

    for (size_t i = 0; i < json_array_size(mix); i++) {
        if (!path_in_mix(inside, path, json_array_get(mix, i)))
            continue;
        remove_plain_run(inside);
        snprintf(sessions, sizeof(sessions), "%s/" RUN_SESSIONS, inside);
        rmdir(sessions); /* either stays when somebody has put something there */
        rmdir(inside);
    }
    json_decref(mix);
    remove_plain_run(path);
}

static int write_file(const char *path, const void *data, size_t len, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const char *at = data;
    ssize_t n = 0;

    while (fd >= 0 && len && (n = write(fd, at, len)) > 0) {
        at += n;
        len -= (size_t)n;
    }
    if (fd < 0 || len)
        error_set(err, E_IO, "cannot write '%s': %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return err->code ? -err->code : 0;
}

static int clear_way(const struct play *play, struct error *err)
{
    if (!folder_is_taken(play->dir))
        return 0;
    if (!play->options.overwrite)
        return error_set(err, E_EXISTS,
                         "'%s' exists already: choose another -o DIR, or --overwrite to replace it",
                         play->dir);
    if (!is_run(play->dir))
        return error_set(err, E_EXISTS,
                         "'%s' is not a run, so --overwrite will not touch it: "
                         "choose another -o DIR",
                         play->dir);
    remove_run(play->dir);
    return 0;
}

static int make_run(const struct role *role, struct error *err)
{
    const struct buf *text = &role->script->text;
    char path[PATH_BYTES];
    int rc;

    snprintf(path, sizeof(path), "%s/" RUN_SESSIONS, role->dir);
    rc = folder_make(path, err);
    snprintf(path, sizeof(path), "%s/" RUN_SCRIPT, role->dir);
    return rc == 0 ? write_file(path, text->data, text->len, err) : rc;
}

int run_dir_make(const struct play *play, struct error *err)
{
    int rc = clear_way(play, err);

    for (unsigned i = 0; i < play->role_count && rc == 0; i++)
        rc = make_run(&play->roles[i], err);
    return rc;
}

void run_dir_share_audit(const struct play *play)
{
    char whole[PATH_BYTES];
    char path[PATH_BYTES];

    snprintf(whole, sizeof(whole), "%s/" RUN_AUDIT, play->dir);
    for (unsigned i = 0; play->role_count > 1 && i < play->role_count; i++) {
        snprintf(path, sizeof(path), "%s/" RUN_AUDIT, play->roles[i].dir);
        if (link(whole, path) < 0)
            return; /* a file system without links: the mix's own has it */
    }
}

static json_t *digest(const struct script *script)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE + 1] = "";
    unsigned len = 0;

    EVP_Digest(script->text.data, script->text.len, sum, &len, EVP_sha256(), NULL);
    for (size_t i = 0; i < len; i++)
        snprintf(text + 2 * i, 3, "%02x", sum[i]);
    return json_string(text);
}

static json_t *times_us(const struct hist *hist)
{
    return json_pack("{sI sI sI sI sI}", "count", (json_int_t)hist->count, "p50",
                     (json_int_t)hist_percentile_us(hist, 0.5), "p95",
                     (json_int_t)hist_percentile_us(hist, 0.95), "p99",
                     (json_int_t)hist_percentile_us(hist, 0.99), "max", (json_int_t)hist->max_us);
}

/* Of one role; NULL: of all. */
static json_t *failures(const struct tally *tally, const struct role *role)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < tally->reason_count; i++) {
        const struct tally_reason *r = &tally->reasons[i];
        json_t *text;

        if (role && r->role != role->number)
            continue;
        text = json_string(r->text);
        json_array_append_new(
            list, json_pack("{sI ss sI so ss}", "line", (json_int_t)r->line, "kind",
                            failure_name((enum failure)r->kind), "sessions", (json_int_t)r->count,
                            "reason", text ? text : json_string("(a reason that is no UTF-8)"),
                            "advice", failure_advice((enum failure)r->kind)));
    }
    return list;
}

static json_t *stages(const struct stages *stages)
{
    json_t *list = json_array();

    for (size_t i = 0; i < stages->count; i++)
        json_array_append_new(
            list, json_pack("{sI sf}", "length_us", (json_int_t)stages->items[i].length_us,
                            stages->by_rate ? "per_second" : "users", stages->items[i].target));
    return list;
}

static void set_load(json_t *root, const struct play *play)
{
    const struct play_options *o = &play->options;

    if (o->thinking.dist != THINK_AS_RECORDED)
        json_object_set_new(root, "think_drawn", json_string(o->think_text));
    if (play->schedule.stages.count)
        json_object_set_new(root, "stages", stages(&play->schedule.stages));
    if (o->max_rate > 0)
        json_object_set_new(root, "max_rate", json_real(o->max_rate));
    if (o->abort_text)
        json_object_set_new(root, "abort_after", json_string(o->abort_text));
}

static json_t *schedule(const struct play *play)
{
    const struct schedule *s = &play->schedule;
    json_t *root = json_pack(
        "{ss ss sI sI sI sf sb sI}", "mode", s->by_users ? "users" : "sessions", "arrivals",
        s->poisson ? "poisson" : "regular", "count", (json_int_t)s->count, "every_us",
        (json_int_t)s->every_us, "for_us", (json_int_t)s->for_us, "think", play->options.think,
        "sequential", play->options.sequential, "timeout_us", (json_int_t)play->options.timeout_us);

    set_load(root, play);
    return root;
}

static void set_string(json_t *root, const char *key, const char *text)
{
    json_t *value = json_string(text);

    json_object_set_new(root, key, value ? value : json_string("(no UTF-8)"));
}

/* Who the sessions were: the table's name and size, the secrets' names, never their values. */
static void set_logins(json_t *root, const struct play *play, const struct role *role)
{
    const struct logins *logins = &role->logins;
    json_t *secrets = json_array();

    for (size_t i = 0; i < logins->count; i++)
        json_array_append_new(secrets, json_string(logins->items[i].name + strlen(SECRET_PREFIX)));
    json_object_set_new(root, "secrets", secrets);
    if (!play->options.users_file)
        return;
    set_string(root, "users_file", play->options.users_file);
    json_object_set_new(root, "users_in_file", json_integer((json_int_t)logins->users.rows));
}

static void set_data(json_t *root, const struct play *play)
{
    json_t *files = json_array();

    if (!play->options.data.count) {
        json_decref(files);
        return;
    }
    for (size_t i = 0; i < play->options.data.count; i++) {
        json_t *name = json_string(play->options.data.items[i]);

        json_array_append_new(
            files, json_pack("{so sI}", "file", name ? name : json_string("(no UTF-8)"), "rows",
                             (json_int_t)(play->tables ? play->tables[i].rows : 0)));
    }
    json_object_set_new(root, "data", files);
    set_string(root, "data_by", play->options.data_by_session ? "session" : "user");
}

static void set_script(json_t *root, const struct play *play, const struct role *role)
{
    set_string(root, "script", role->path);
    json_object_set_new(root, "script_sha256", digest(role->script));
    set_string(root, "dialect", role->dialect->name);
    set_logins(root, play, role);
}

/* The runs below it. */
static void set_mix(json_t *root, const struct play *play)
{
    json_t *names = json_array();
    json_t *weights = json_array();

    for (unsigned i = 0; i < play->role_count; i++) {
        json_t *name = json_string(play->roles[i].name);

        json_array_append_new(names, name ? name : json_string("(no UTF-8)"));
        json_array_append_new(weights, json_integer(play->options.scripts[i].weight));
    }
    json_object_set_new(root, "mix", names);
    json_object_set_new(root, "weights", weights);
}

static void set_counts(json_t *root, const struct account *a)
{
    json_object_set_new(root, "planned", json_integer((json_int_t)a->planned));
    json_object_set_new(root, "done", json_integer((json_int_t)a->done));
    json_object_set_new(root, "failed", json_integer((json_int_t)a->failed));
    json_object_set_new(root, "lost", json_integer((json_int_t)a->lost));
    json_object_set_new(root, "not_started", json_integer((json_int_t)a->not_started));
}

/* Of one role's run; role NULL: of a mix. */
static json_t *describe(const struct play *play, const struct role *role, const char *state,
                        const struct account *a, const struct tally *tally)
{
    json_t *root = json_object();
    char utc[UTC_TEXT];

    set_string(root, "tool", "stretto " STRETTO_VERSION);
    set_string(root, "state", state);
    if (*play->aborted)
        set_string(root, "aborted", play->aborted);
    set_string(root, "command", play->command);
    if (role)
        set_script(root, play, role);
    else
        set_mix(root, play);
    set_string(root, "target", play->target.shown);
    if (play->dns_us != RUN_PHASE_NONE)
        json_object_set_new(root, "dns_us", json_integer(play->dns_us));
    set_data(root, play);
    set_string(root, "started", utc_format(play->zero_us + play->wall_us, utc));
    json_object_set_new(root, "zero_wall_us", json_integer(play->zero_us + play->wall_us));
    json_object_set_new(root, "zero_monotonic_us", json_integer(play->zero_us));
    json_object_set_new(root, "processes", json_integer(play->schedule.processes));
    json_object_set_new(root, "shard", json_string("1/1"));
    json_object_set_new(root, "seed", json_integer((json_int_t)play->seed));
    json_object_set_new(root, "schedule", schedule(play));
    set_counts(root, a);
    json_object_set_new(root, "lateness_us", times_us(&tally->lateness));
    json_object_set_new(root, "extra_parts", json_integer((json_int_t)tally->extra));
    json_object_set_new(root, "connections", json_integer((json_int_t)tally->connections));
    json_object_set_new(root, "duties", json_integer((json_int_t)tally->duties));
    json_object_set_new(root, "noise_messages", json_integer((json_int_t)tally->noise));
    json_object_set_new(root, "bytes_received", json_integer((json_int_t)tally->bytes_in));
    if (play->options.max_rate > 0)
        json_object_set_new(root, "held",
                            json_pack("{sI sI}", "count", (json_int_t)tally->held, "sum_us",
                                      (json_int_t)tally->held_us));
    json_object_set_new(root, "rows_lost", json_integer((json_int_t)tally->rows_lost));
    json_object_set_new(root, "worker_rss_peak_kb", json_integer((json_int_t)tally->rss_peak_kb));
    if (play->audit)
        json_object_set_new(root, "audit", audit_json(play->audit));
    json_object_set_new(root, "failures", failures(tally, role));
    return root;
}

static int write_json(const char *dir, json_t *root, struct error *err)
{
    char *text = json_dumps(root, JSON_INDENT(2));
    char path[PATH_BYTES];
    char fresh[PATH_BYTES];
    int rc;

    json_decref(root);
    if (!text)
        return error_nomem(err);
    snprintf(path, sizeof(path), "%s/" RUN_JSON, dir);
    snprintf(fresh, sizeof(fresh), "%s/" RUN_JSON ".new", dir);
    rc = write_file(fresh, text, strlen(text), err);
    free(text);
    if (rc == 0 && rename(fresh, path) < 0)
        rc = error_set(err, E_IO, "cannot write '%s': %s", path, strerror(errno));
    if (rc < 0)
        unlink(fresh);
    return rc;
}

int run_dir_write(const struct play *play, const char *state, const struct account *account,
                  const struct tally *tally, struct error *err)
{
    static const struct account none;
    bool mix = play->role_count > 1;
    int rc = 0;

    for (unsigned i = 0; i < play->role_count && rc == 0; i++) {
        const struct role *role = &play->roles[i];
        const struct account *a = !mix ? account : account->roles ? &account->roles[i] : &none;

        rc = write_json(role->dir, describe(play, role, state, a, tally), err);
    }
    if (rc == 0 && mix)
        rc = write_json(play->dir, describe(play, NULL, state, account, tally), err);
    return rc;
}
