/* The header tells the dialect, which is known only when a WebSocket opens, and how secrets are
 * combined; its length then changes, so the file is copied under another name and renamed, which no
 * reader sees half done.  Padding the header was rejected: shinyloadtest compares the target's type
 * as it stands. */
#include "recorder/script_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recorder/bodies.h"
#include "recorder/limits.h"

#define HEADER_MAX ((size_t)1 << 20)
#define PATH_TEXT_MAX 8192

static int refuse_existing(const char *path, struct error *err)
{
    return error_set(err, E_EXISTS,
                     "%s exists already; give another name with -o, or --overwrite to replace it",
                     path);
}

static int refuse_unwritable(const char *path, struct error *err)
{
    return error_set(err, E_IO, "cannot write %s: %s", path, strerror(errno));
}

static int open_existing(struct script_file *f, struct error *err)
{
    struct stat st;

    f->fd = open(f->path, O_RDWR | O_CLOEXEC);
    if (f->fd < 0)
        return refuse_unwritable(f->path, err);
    if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode))
        return 0;
    close(f->fd);
    f->fd = -1;
    return error_set(err, E_IO, "%s is not an ordinary file, so no script is written there",
                     f->path);
}

int script_file_open(struct script_file *f, const char *path, const char *target_url,
                     const struct makers *makers, bool overwrite, struct error *err)
{
    int rc;

    *f = (struct script_file){.path = path,
                              .target_url = target_url,
                              .dialect = dialect_find("plain"),
                              .makers = makers,
                              .fd = -1,
                              .version = 1};
    rc = overwrite ? 0 : bodies_exist(path);
    if (rc != 0)
        return rc < 0 ? error_nomem(err) : refuse_existing(path, err);
    f->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    f->is_new = f->is_ours = f->fd >= 0;
    if (f->is_new)
        return 0;
    if (errno != EEXIST)
        return refuse_unwritable(path, err);
    return overwrite ? open_existing(f, err) : refuse_existing(path, err);
}

void script_file_close(struct script_file *f)
{
    if (f->fd < 0)
        return;
    close(f->fd);
    f->fd = -1;
    if (!f->steps && f->is_new)
        unlink(f->path);
}

/* All of it or nothing: what a full disk took of a line is cut off again. */
static int append(struct script_file *f, const struct buf *text, struct error *err)
{
    size_t done = 0;
    int saved;

    while (done < text->len) {
        ssize_t n = pwrite(f->fd, text->data + done, text->len - done, f->bytes + (off_t)done);

        if (n > 0) {
            done += (size_t)n;
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        saved = n < 0 ? errno : ENOSPC;
        if (ftruncate(f->fd, f->bytes) < 0)
            saved = errno;
        return error_set(err, E_IO, "cannot write %s: %s; the %zu steps before are complete there",
                         f->path, strerror(saved), f->steps);
    }
    f->bytes += (off_t)text->len;
    return 0;
}

static int add_header(struct script_file *f, struct buf *out)
{
    int rc = script_write_header(out, f->version, f->target_url, f->dialect->target_type,
                                 f->dialect->name);

    for (size_t i = 0; rc == 0 && i < f->makers->count; i++)
        rc = script_write_value(out, &f->makers->items[i]);
    f->makers_written = f->makers->count;
    return rc;
}

int script_file_claim(struct script_file *f, struct error *err)
{
    if (f->is_ours)
        return 0;
    f->is_ours = true;
    if (bodies_remove(f->path) < 0 || trace_remove(f->path) < 0)
        return error_nomem(err);
    return ftruncate(f->fd, 0) < 0 ? refuse_unwritable(f->path, err) : 0;
}

static int begin(struct script_file *f, struct buf *out, struct error *err)
{
    int rc = script_file_claim(f, err);

    if (rc < 0)
        return rc;
    if (add_header(f, out) < 0)
        return error_nomem(err);
    f->header_bytes = (off_t)out->len;
    return 0;
}

static int raise_version(struct script_file *f, unsigned version, struct error *err)
{
    char digit = (char)('0' + version);

    if (version <= f->version)
        return 0;
    f->version = version;
    if (!f->bytes || pwrite(f->fd, &digit, 1, SCRIPT_VERSION_AT) == 1)
        return 0;
    return refuse_unwritable(f->path, err);
}

/* Writes the file anew with the header that f has now; the steps follow unchanged. */
static int copy_steps(struct script_file *copy, const struct script_file *from, struct error *err)
{
    off_t at = from->header_bytes;
    struct buf piece;
    int rc;

    buf_init(&piece, FLOW_BYTES + HEADER_MAX);
    rc = begin(copy, &piece, err);
    while (rc == 0 && piece.len) {
        char bytes[FLOW_BYTES];
        ssize_t n;

        rc = append(copy, &piece, err);
        buf_clear(&piece);
        n = rc == 0 ? pread(from->fd, bytes, sizeof(bytes), at) : 0;
        if (n < 0)
            rc = refuse_unwritable(from->path, err);
        if (n > 0 && buf_add(&piece, bytes, (size_t)n) < 0)
            rc = error_nomem(err);
        at += n;
    }
    buf_release(&piece);
    return rc;
}

static int replace(struct script_file *f, const char *new_path, struct error *err)
{
    struct script_file copy = *f;
    int rc;

    copy.bytes = 0;
    copy.fd = open(new_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (copy.fd < 0)
        return refuse_unwritable(new_path, err);
    rc = copy_steps(&copy, f, err);
    if (rc == 0 && rename(new_path, f->path) < 0)
        rc = refuse_unwritable(f->path, err);
    if (rc < 0) {
        unlink(new_path);
        close(copy.fd);
        return rc;
    }
    close(f->fd);
    *f = copy;
    return 0;
}

static int renew_header(struct script_file *f, struct error *err)
{
    struct buf new_path;
    int rc;

    if (f->makers->count)
        f->version = 2;
    if (!f->bytes)
        return 0;
    buf_init(&new_path, PATH_TEXT_MAX);
    rc = buf_addf(&new_path, "%s.part", f->path) < 0 ? error_nomem(err)
                                                     : replace(f, new_path.data, err);
    buf_release(&new_path);
    return rc;
}

int script_file_add(struct script_file *f, const struct step *step, int64_t begin_wall_us,
                    struct error *err)
{
    struct buf out;
    int rc = raise_version(f, step_version(step), err);

    if (rc == 0 && f->makers->count > f->makers_written)
        rc = renew_header(f, err);
    buf_init(&out, STEP_BYTES_MAX);
    if (rc == 0 && !f->bytes)
        rc = begin(f, &out, err);
    if (rc == 0 && step_write(&out, step, begin_wall_us) < 0)
        rc = error_nomem(err);
    if (rc == 0)
        rc = append(f, &out, err);
    buf_release(&out);
    if (rc == 0)
        f->steps++;
    return rc;
}

int script_file_set_dialect(struct script_file *f, const struct dialect *dialect, struct error *err)
{
    f->dialect = dialect;
    return renew_header(f, err);
}
