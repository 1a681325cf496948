/*
 * drawing-svg - printing a picture as SVG.
 *
 * Plain SVG 1.1 with the reader's own fonts and nothing to fetch.  Colours are dark
 * enough for white letters on them, and letters repeat what they say.
 */
#include "sim/cli/drawing.h"

enum { CELL_W = 10, CELL_H = 20, MARGIN = 20 };

static const char *const colours[] = { "#2f6db3", "#c4572b", "#2f8a5b", "#8a4fa3",
				       "#a67c1a", "#20838f", "#b43f67", "#5c6f86",
				       "#6b7d22", "#7a5a45" };

static const char *colour(int owner)
{
	if (owner == CT_DRAWING_NOBODY)
		return "#e1e5ea";
	return owner ? colours[(size_t)(owner - 1) % G_N_ELEMENTS(colours)] : "#7d93ac";
}

static void text_at(GString *out, int x, int y, const char *class, const char *text)
{
	g_autofree char *escaped = g_markup_escape_text(text, -1);

	g_string_append_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n",
			       class, x, y, escaped);
}

static void print_text(GString *out, const struct ct_drawing_item *it)
{
	static const char *const class[] = { [CT_DRAWING_PLAIN] = "plain",
					     [CT_DRAWING_HEADING] = "heading",
					     [CT_DRAWING_FAINT] = "faint" };

	text_at(out, it->x * CELL_W, it->y * CELL_H + 15, class[it->style], it -> text);
}

/* Through the middle of the cells that are its border in text. */
static void print_frame(GString *out, const struct ct_drawing_item *it)
{
	g_string_append_printf(out,
			       "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" "
			       "height=\"%d\" rx=\"6\"/>\n",
			       it->x * CELL_W + CELL_W / 2, it->y * CELL_H + CELL_H / 2,
			       (it->w - 1) * CELL_W, (it->h - 1) * CELL_H);
}

/* Two cells wide less a gap: in text, a space stands between neighbours. */
static void print_cell(GString *out, const struct ct_drawing_item *it)
{
	g_autofree char *tip = g_markup_escape_text(it->text, -1);
	int x = it->x * CELL_W - 4, y = it->y * CELL_H + 1;

	g_string_append_printf(out,
			       "<g><rect x=\"%d\" y=\"%d\" width=\"18\" height=\"18\" "
			       "rx=\"3\" fill=\"%s\"/>",
			       x, y, colour(it->owner));
	if (it->owner > 0)
		g_string_append_printf(out,
				       "<text class=\"letter\" x=\"%d\" y=\"%d\">%c</text>",
				       x + 9, y + 13, ct_drawing_letter(it->owner));
	if (*tip)
		g_string_append_printf(out, "<title>%s</title>", tip);
	g_string_append(out, "</g>\n");
}

/* Its words end where it does: an inner picture is cut at its border. */
static void print_bar(GString *out, const struct ct_drawing_item *it)
{
	const char *class = it->owner == CT_DRAWING_NOBODY ? "faint" : "bar";
	int w = it->w * CELL_W - 2;

	g_string_append_printf(out,
			       "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"24\">\n"
			       "<rect width=\"%d\" height=\"24\" rx=\"4\" fill=\"%s\"/>\n",
			       it->x * CELL_W + 1, it->y * CELL_H - 2, w, w,
			       colour(it->owner));
	text_at(out, 8, 17, class, it->text);
	g_string_append(out, "</svg>\n");
}

static void print_item(GString *out, const struct ct_drawing_item *it)
{
	switch (it->kind) {
	case CT_DRAWING_IS_TEXT:
		print_text(out, it);
		break;
	case CT_DRAWING_IS_FRAME:
		print_frame(out, it);
		break;
	case CT_DRAWING_IS_CELL:
		print_cell(out, it);
		break;
	case CT_DRAWING_IS_BAR:
		print_bar(out, it);
		break;
	}
}

static const char style[] =
	"<style>\n"
	"text { font-family: system-ui, \"Segoe UI\", \"DejaVu Sans\", sans-serif; "
	"font-size: 13px; fill: #1f2933 }\n"
	"text.heading { font-size: 17px; font-weight: 600 }\n"
	"text.faint { fill: #66727f; font-size: 12px }\n"
	"text.letter { fill: #ffffff; font-size: 10px; text-anchor: middle }\n"
	"text.bar { fill: #ffffff; font-size: 12px; font-weight: 600 }\n"
	"rect.frame { fill: #f6f8fa; stroke: #b8c2cc; stroke-width: 1.2 }\n"
	"</style>\n";

char *ct_drawing_as_svg(const struct ct_drawing *d, const char *title)
{
	g_autofree char *escaped = g_markup_escape_text(title, -1);
	GString *out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	int w = d->w * CELL_W + 2 * MARGIN, h = d->h * CELL_H + 2 * MARGIN;

	g_string_append_printf(out,
			       "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
			       "height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
			       "<title>%s</title>\n%s"
			       "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n"
			       "<g transform=\"translate(%d %d)\">\n",
			       w, h, w, h, escaped, style, w, h, MARGIN, MARGIN);
	for (guint i = 0; i < d->items->len; i++)
		print_item(out, &g_array_index(d->items, struct ct_drawing_item, i));
	g_string_append(out, "</g>\n</svg>\n");
	return g_string_free(out, FALSE);
}
