/*
 * drawing - what is in a picture, and printing it as text.
 *
 * Text is a page of characters into which everything is written in order, so what comes
 * later covers what came before.
 */
#include "sim/cli/drawing.h"

static void clear_item(gpointer item)
{
	g_free(((struct ct_drawing_item *)item)->text);
}

struct ct_drawing *ct_drawing_new(void)
{
	struct ct_drawing *d = g_new0(struct ct_drawing, 1);

	d->items = g_array_new(FALSE, FALSE, sizeof(struct ct_drawing_item));
	g_array_set_clear_func(d->items, clear_item);
	return d;
}

void ct_drawing_free(struct ct_drawing *d)
{
	g_array_free(d->items, TRUE);
	g_free(d);
}

static void add(struct ct_drawing *d, struct ct_drawing_item item, const char *text)
{
	item.text = g_strdup(text ? text : "");
	d->w = MAX(d->w, item.x + item.w);
	d->h = MAX(d->h, item.y + item.h);
	g_array_append_val(d->items, item);
}

void ct_drawing_text(struct ct_drawing *d, int x, int y, enum ct_drawing_style style,
		     const char *text)
{
	add(d,
	    (struct ct_drawing_item){ .kind = CT_DRAWING_IS_TEXT,
				      .style = style,
				      .x = x,
				      .y = y,
				      .w = (int)g_utf8_strlen(text, -1),
				      .h = 1 },
	    text);
}

int ct_drawing_note(struct ct_drawing *d, int x, int y, int width, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	g_autoptr(GString) line = g_string_new(NULL);

	for (char **word = words; *word; word++) {
		glong n = g_utf8_strlen(line->str, -1) + g_utf8_strlen(*word, -1);

		if (line->len && x + n + 1 > width) {
			ct_drawing_text(d, x, y++, CT_DRAWING_FAINT, line->str);
			g_string_truncate(line, 0);
		}
		g_string_append_printf(line, "%s%s", line->len ? " " : "", *word);
	}
	ct_drawing_text(d, x, y, CT_DRAWING_FAINT, line->str);
	return y + 1;
}

void ct_drawing_frame(struct ct_drawing *d, int x, int y, int w, int h)
{
	add(d,
	    (struct ct_drawing_item){
		    .kind = CT_DRAWING_IS_FRAME, .x = x, .y = y, .w = w, .h = h },
	    NULL);
}

void ct_drawing_cell(struct ct_drawing *d, int x, int y, int owner, const char *tip)
{
	add(d,
	    (struct ct_drawing_item){ .kind = CT_DRAWING_IS_CELL,
				      .x = x,
				      .y = y,
				      .w = 1,
				      .h = 1,
				      .owner = owner },
	    tip);
}

void ct_drawing_bar(struct ct_drawing *d, int x, int y, int w, int owner, const char *text)
{
	add(d,
	    (struct ct_drawing_item){ .kind = CT_DRAWING_IS_BAR,
				      .x = x,
				      .y = y,
				      .w = w,
				      .h = 1,
				      .owner = owner },
	    text);
}

char ct_drawing_letter(int owner)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	if (owner <= 0)
		return owner == CT_DRAWING_NOBODY ? '.' : 'o';
	return letters[(size_t)(owner - 1) % (sizeof(letters) - 1)];
}

struct page {
	gunichar *character;
	int w, h;
};

static void put(struct page *page, int x, int y, gunichar c)
{
	if (x >= 0 && x < page->w && y >= 0 && y < page->h)
		page->character[y * page->w + x] = c;
}

/* Up to W characters. */
static void put_text(struct page *page, int x, int y, int w, const char *text)
{
	for (; *text && w > 0; text = g_utf8_next_char(text), w--)
		put(page, x++, y, g_utf8_get_char(text));
}

static void put_frame(struct page *page, const struct ct_drawing_item *it)
{
	int right = it->x + it->w - 1, bottom = it->y + it->h - 1;

	for (int x = it->x; x <= right; x++) {
		gunichar c = x == it->x || x == right ? '+' : '-';

		put(page, x, it->y, c);
		put(page, x, bottom, c);
	}
	for (int y = it->y + 1; y < bottom; y++) {
		put(page, it->x, y, '|');
		put(page, right, y, '|');
	}
}

static void put_bar(struct page *page, const struct ct_drawing_item *it)
{
	for (int x = it->x; x < it->x + it->w; x++)
		put(page, x, it->y, it->owner == CT_DRAWING_NOBODY ? '.' : ' ');
	put(page, it->x, it->y, '[');
	put(page, it->x + it->w - 1, it->y, ']');
	put_text(page, it->x + 1, it->y, it->w - 2, it->text);
}

static void put_item(struct page *page, const struct ct_drawing_item *it)
{
	switch (it->kind) {
	case CT_DRAWING_IS_TEXT:
		put_text(page, it->x, it->y, it->w, it->text);
		break;
	case CT_DRAWING_IS_FRAME:
		put_frame(page, it);
		break;
	case CT_DRAWING_IS_CELL:
		put(page, it->x, it->y, (gunichar)ct_drawing_letter(it->owner));
		break;
	case CT_DRAWING_IS_BAR:
		put_bar(page, it);
		break;
	}
}

char *ct_drawing_as_text(const struct ct_drawing *d)
{
	struct page page = { .w = d->w, .h = d->h };
	GString *out = g_string_new(NULL);

	page.character = g_new0(gunichar, (gsize)page.w * (gsize)page.h);
	for (guint i = 0; i < d->items->len; i++)
		put_item(&page, &g_array_index(d->items, struct ct_drawing_item, i));
	for (int y = 0; y < page.h; y++) {
		int end = page.w;

		while (end > 0 && (page.character[y * page.w + end - 1] == 0 ||
				   page.character[y * page.w + end - 1] == ' '))
			end--;
		for (int x = 0; x < end; x++) {
			gunichar c = page.character[y * page.w + x];

			g_string_append_unichar(out, c ? c : ' ');
		}
		g_string_append_c(out, '\n');
	}
	g_free(page.character);
	return g_string_free(out, FALSE);
}
