#include "samples/whales/plots.h"

#include <cairo.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <stdio.h>

#define MARGIN 14.0
#define AXIS_LEFT 78.0
#define AXIS_BOTTOM 34.0
#define NAME_LEFT 130.0

struct colour {
    double r;
    double g;
    double b;
};

static const struct colour ink = {0.20, 0.25, 0.31};
static const struct colour faint = {0.88, 0.90, 0.93};
static const struct colour blue = {0.16, 0.45, 0.70};
static const struct colour teal = {0.10, 0.56, 0.55};

/* The inner frame in which values are drawn; y grows downwards, as cairo has it. */
struct plot {
    cairo_surface_t *surface;
    cairo_t *cr;
    double left;
    double top;
    double right;
    double bottom;
};

static void use(struct plot *p, struct colour c)
{
    cairo_set_source_rgb(p->cr, c.r, c.g, c.b);
}

static void plot_begin(struct plot *p, struct plot_size size, double left)
{
    p->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, size.width, size.height);
    p->cr = cairo_create(p->surface);
    p->left = left;
    p->top = MARGIN;
    p->right = size.width - MARGIN;
    p->bottom = size.height - AXIS_BOTTOM;
    use(p, (struct colour){1, 1, 1});
    cairo_paint(p->cr);
    cairo_select_font_face(p->cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(p->cr, 12);
    cairo_set_line_width(p->cr, 1);
}

static cairo_status_t to_buf(void *out, const unsigned char *data, unsigned len)
{
    return buf_add(out, data, len) < 0 ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static int plot_end(struct plot *p, struct buf *out, struct error *err)
{
    cairo_status_t status = cairo_status(p->cr);

    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_write_to_png_stream(p->surface, to_buf, out);
    cairo_destroy(p->cr);
    cairo_surface_destroy(p->surface);
    if (status == CAIRO_STATUS_SUCCESS)
        return 0;
    return error_set(err, E_NOMEM, "a plot could not be drawn: %s", cairo_status_to_string(status));
}

/* Text whose anchor is at a share of its width: 0 left, 0.5 middle, 1 right. */
static void label(struct plot *p, double x, double y, double anchor, const char *text)
{
    cairo_text_extents_t e;

    cairo_text_extents(p->cr, text, &e);
    cairo_move_to(p->cr, round(x - anchor * e.x_advance), round(y));
    cairo_show_text(p->cr, text);
}

const char *bytes_format(uint64_t bytes, char out[BYTES_TEXT])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double value = (double)bytes;
    int unit = 0;

    while (value >= 1000 && unit < 5) {
        value /= 1000;
        unit++;
    }
    snprintf(out, BYTES_TEXT, "%.3g %s", value, units[unit]);
    return out;
}

/* The smallest of 1, 2, 2.5, 5 times a power of ten that cuts the range into at most five. */
static double tick_step(double max)
{
    static const double steps[] = {1, 2, 2.5, 5, 10};
    double power = pow(10, floor(log10(max > 5 ? max / 5 : 1)));

    for (int i = 0; i < 4; i++) {
        if (steps[i] * power * 5 >= max)
            return steps[i] * power;
    }
    return 10 * power;
}

static double nice_max(double max)
{
    double step = tick_step(max);

    return step * ceil(max > 0 ? max / step : 1);
}

static void grid(struct plot *p, double max)
{
    double step = tick_step(max);
    char text[BYTES_TEXT];

    for (int i = 0; i <= lround(max / step); i++) {
        double v = i * step;
        double y = round(p->bottom - (p->bottom - p->top) * v / max) + 0.5;

        use(p, faint);
        cairo_move_to(p->cr, p->left, y);
        cairo_line_to(p->cr, p->right, y);
        cairo_stroke(p->cr);
        use(p, ink);
        label(p, p->left - 8, y + 4, 1, bytes_format((uint64_t)v, text));
    }
}

static double hour_x(const struct plot *p, int hour)
{
    return round(p->left + (p->right - p->left) * hour / HOURS);
}

static void hour_axis(struct plot *p)
{
    char text[16];

    use(p, ink);
    for (int h = 0; h < HOURS; h += p->right - p->left < 500 ? 6 : 2) {
        snprintf(text, sizeof(text), "%02d:00", h);
        label(p, (hour_x(p, h) + hour_x(p, h + 1)) / 2, p->bottom + 20, 0.5, text);
    }
}

static double largest(const uint64_t *values, int n)
{
    uint64_t max = 0;

    for (int i = 0; i < n; i++)
        max = values[i] > max ? values[i] : max;
    return (double)max;
}

static void hour_bars(struct plot *p, const uint64_t bytes[HOURS], struct colour colour)
{
    double max = nice_max(largest(bytes, HOURS));

    grid(p, max);
    use(p, colour);
    for (int h = 0; h < HOURS; h++) {
        double y = round(p->bottom - (p->bottom - p->top) * (double)bytes[h] / max);

        cairo_rectangle(p->cr, hour_x(p, h) + 2, y, hour_x(p, h + 1) - hour_x(p, h) - 4,
                        p->bottom - y);
    }
    cairo_fill(p->cr);
    hour_axis(p);
}

int plot_all(const struct overview *o, struct plot_size size, struct buf *out, struct error *err)
{
    struct plot p;

    plot_begin(&p, size, AXIS_LEFT);
    hour_bars(&p, o->bytes, blue);
    return plot_end(&p, out, err);
}

int plot_one(const struct detail *d, struct plot_size size, struct buf *out, struct error *err)
{
    struct plot p;

    plot_begin(&p, size, AXIS_LEFT);
    hour_bars(&p, d->who.by_hour, teal);
    return plot_end(&p, out, err);
}

int plot_top(const struct whales *w, struct plot_size size, struct buf *out, struct error *err)
{
    double max = w->count ? (double)w->at[0].bytes : 1;
    char text[WHALE_NAME];
    char amount[BYTES_TEXT];
    struct plot p;

    plot_begin(&p, size, NAME_LEFT);
    p.bottom = size.height - MARGIN;
    for (uint32_t i = 0; i < w->count; i++) {
        double step = (p.bottom - p.top) / w->count;
        double y = round(p.top + step * i);
        /* Room for the amount behind the longest bar. */
        double length = round((p.right - p.left - 70) * (double)w->at[i].bytes / max);

        use(&p, blue);
        cairo_rectangle(p.cr, p.left, y + 2, length, round(step) - 4);
        cairo_fill(p.cr);
        use(&p, ink);
        label(&p, p.left - 8, y + step / 2 + 4, 1, whale_name(&w->at[i], text));
        label(&p, p.left + length + 6, y + step / 2 + 4, 0, bytes_format(w->at[i].bytes, amount));
    }
    return plot_end(&p, out, err);
}

/* Around the colour circle, so that neighbours in the stack differ. */
static struct colour whale_colour(uint32_t i)
{
    double turn = 2 * M_PI * (0.58 + i * 0.381966);

    return (struct colour){0.5 + 0.32 * cos(turn), 0.52 + 0.28 * cos(turn - 2.09),
                           0.56 + 0.30 * cos(turn + 2.09)};
}

static double stacked_max(const struct whales *w)
{
    uint64_t sums[HOURS] = {0};

    for (uint32_t i = 0; i < w->count; i++) {
        for (int h = 0; h < HOURS; h++)
            sums[h] += w->at[i].by_hour[h];
    }
    return nice_max(largest(sums, HOURS));
}

static void legend(struct plot *p, const struct whales *w)
{
    char text[WHALE_NAME];

    for (uint32_t i = 0; i < w->count; i++) {
        double y = p->top + 8 + i * 17.0;

        if (y > p->bottom)
            return;
        use(p, whale_colour(i));
        cairo_rectangle(p->cr, p->right + 14, y - 9, 11, 11);
        cairo_fill(p->cr);
        use(p, ink);
        label(p, p->right + 31, y + 1, 0, whale_name(&w->at[i], text));
    }
}

int plot_top_by_hour(const struct whales *w, struct plot_size size, struct buf *out,
                     struct error *err)
{
    double max = stacked_max(w);
    double base[HOURS];
    struct plot p;

    plot_begin(&p, size, AXIS_LEFT);
    p.right -= NAME_LEFT;
    grid(&p, max);
    for (int h = 0; h < HOURS; h++)
        base[h] = p.bottom;
    for (uint32_t i = 0; i < w->count; i++) {
        use(&p, whale_colour(i));
        for (int h = 0; h < HOURS; h++) {
            double height = (p.bottom - p.top) * (double)w->at[i].by_hour[h] / max;

            base[h] -= height;
            cairo_rectangle(p.cr, hour_x(&p, h) + 2, base[h], hour_x(&p, h + 1) - hour_x(&p, h) - 4,
                            height);
        }
        cairo_fill(p.cr);
    }
    hour_axis(&p);
    legend(&p, w);
    return plot_end(&p, out, err);
}

void plots_release(void)
{
    cairo_debug_reset_static_data();
    FcFini();
}
