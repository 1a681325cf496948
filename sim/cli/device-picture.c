/*
 * device-picture - a board, its SMs and who has them, as a drawing.
 *
 * From above: what the board is; its GPCs, in each the TPCs as columns of SMs; the memory
 * slices under MIG instances; whose is what; what of it is not known.  It fits 100
 * columns.
 */
#include "sim/cli/device-picture.h"

#include <string.h>

#include "sim/cli/cli.h"

enum { WIDTH = 98, MAX_COLUMNS = 40, GAP = 2 };

struct picture {
	const struct ct_device *device;
	struct ct_drawing *drawing;
	int *owner;       /* of each SM */
	char **name;      /* of each owner, from 1 on */
	uint32_t tpc_sms; /* SMs in a column */
	int y;            /* the next free row */
};

static void G_GNUC_PRINTF(5, 6) textf(struct picture *p, int x, int y,
				      enum ct_drawing_style style, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	ct_drawing_text(p->drawing, x, y, style, text);
}

static void note(struct picture *p, const char *text)
{
	p->y = ct_drawing_note(p->drawing, 0, p->y, WIDTH, text);
}

static void heading(struct picture *p)
{
	const struct ct_device *d = p->device;
	g_autofree char *title = ct_format_name(d->title, WIDTH);
	g_autoptr(GString) facts = g_string_new(NULL);

	g_string_append_printf(facts, "%u SMs", d->sms);
	if (d->tpcs)
		g_string_append_printf(facts, ", %u TPCs", d->tpcs);
	if (d->gpcs)
		g_string_append_printf(facts, ", %u GPCs", d->gpcs);
	g_string_append_printf(facts,
			       "; %.0f MiB of L2; %.0f GB of DRAM at %.0f GB/s; %u copy "
			       "engines",
			       (double)d->l2_bytes / (1 << 20),
			       (double)d->memory_bytes / 1e9,
			       (double)d->dram_bytes_per_s / 1e9, d->copy_engines);
	textf(p, 0, 0, CT_DRAWING_HEADING, "%s", title);
	textf(p, 0, 1, CT_DRAWING_FAINT, "%s", facts->str);
	p->y = 3;
}

static void draw_sm(struct picture *p, int x, int y, uint32_t sm, const char *where)
{
	int owner = p->owner[sm];
	g_autofree char *tip =
		g_strdup_printf("SM %u%s%s%s", sm, where, owner > 0 ? ": " : "",
				owner > 0 ? p->name[owner - 1] : "");

	ct_drawing_cell(p->drawing, x, y, owner, tip);
}

/* SMs FIRST to FIRST + N - 1 in columns of one TPC; bands of COLUMNS stand below each
 * other.  Returns the rows it took. */
static int draw_sms(struct picture *p, int x, int y, uint32_t first, uint32_t n,
		    uint32_t columns, const char *where)
{
	uint32_t band = columns * p->tpc_sms, rows = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t column = i % band / p->tpc_sms;
		uint32_t row = i / band * (p->tpc_sms + 1) + i % p->tpc_sms;

		draw_sm(p, x + (int)column * 2, y + (int)row, first + i, where);
		rows = MAX(rows, row + 1);
	}
	return (int)rows;
}

static uint32_t columns_of(const struct picture *p, uint32_t sms)
{
	return MIN((sms + p->tpc_sms - 1) / p->tpc_sms, MAX_COLUMNS);
}

static int rows_of(const struct picture *p, uint32_t sms, uint32_t columns)
{
	uint32_t band = columns * p->tpc_sms, bands = (sms + band - 1) / band;

	return (int)(bands * (p->tpc_sms + 1) - 1);
}

/* All GPCs in frames of one size, so that one with fewer TPCs shows what it lacks. */
static void draw_gpcs(struct picture *p)
{
	const struct ct_device *d = p->device;
	uint32_t largest = d->gpc_sms[d->n_gpc_sms - 1], columns = columns_of(p, largest);
	int w = (int)columns * 2 + 3, h = rows_of(p, largest, columns) + 2;
	int per_row = MAX((WIDTH + GAP) / (w + GAP), 1);
	uint32_t first = 0;

	for (uint32_t g = 0; g < d->n_gpc_sms; g++) {
		int x = (int)g % per_row * (w + GAP);
		int y = p->y + (int)g / per_row * (h + 2);
		g_autofree char *where = g_strdup_printf(", GPC %u", g);

		textf(p, x + 1, y, CT_DRAWING_FAINT, "GPC %u: %u SMs", g, d->gpc_sms[g]);
		ct_drawing_frame(p->drawing, x, y + 1, w, h);
		draw_sms(p, x + 2, y + 2, first, d->gpc_sms[g], columns, where);
		first += d->gpc_sms[g];
	}
	p->y += ((int)d->n_gpc_sms + per_row - 1) / per_row * (h + 2);
}

static void draw_chip(struct picture *p)
{
	if (p->device->n_gpc_sms)
		draw_gpcs(p);
	else
		p->y += draw_sms(p, 1, p->y, 0, p->device->sms,
				 columns_of(p, p->device->sms), "") +
			1;
}

/* Memory slices from left to right, and the instances over them. */
static void draw_slices(struct picture *p, const struct ct_mig_layout *layout)
{
	const struct ct_mig *mig = &p->device->mig;
	int w = (WIDTH - 8) / (int)mig->memory_slices;
	uint32_t taken = 0;

	textf(p, 0, p->y, CT_DRAWING_PLAIN,
	      "Memory slices, each with %.0f GB/s and %.2f MiB "
	      "of L2",
	      (double)p->device->dram_bytes_per_s / mig->memory_slices / 1e9,
	      (double)p->device->l2_bytes / mig->memory_slices / (1 << 20));
	for (uint32_t i = 0; i < mig->memory_slices; i++)
		textf(p, (int)i * w + 1, p->y + 1, CT_DRAWING_FAINT, "%u", i);
	p->y += 2;
	for (uint32_t i = 0; i < layout->n; i++) {
		const struct ct_mig_instance *it = &layout->instance[i];
		uint32_t slices = mig->profile[it->profile].memory_slices;
		g_autofree char *text =
			g_strdup_printf("%c %s", ct_drawing_letter((int)i + 1),
					mig->profile[it->profile].name);

		ct_drawing_bar(p->drawing, (int)it->start * w, p->y, (int)slices * w,
			       (int)i + 1, text);
		taken |= ((1u << slices) - 1) << it->start;
	}
	for (uint32_t i = 0; i < mig->memory_slices; i++)
		if (!(taken >> i & 1))
			ct_drawing_bar(p->drawing, (int)i * w, p->y, w, CT_DRAWING_NOBODY,
				       "");
	p->y += 2;
}

static uint32_t count_sms(const struct picture *p, int owner)
{
	uint32_t n = 0;

	for (uint32_t sm = 0; sm < p->device->sms; sm++)
		n += p->owner[sm] == owner;
	return n;
}

static void legend_name(struct picture *p, int owner, const char *name)
{
	ct_drawing_cell(p->drawing, 1, p->y, owner, "");
	textf(p, 4, p->y, CT_DRAWING_PLAIN, "%s", name);
	textf(p, 22, p->y, CT_DRAWING_PLAIN, "%u SMs", count_sms(p, owner));
}

static void legend_instance(struct picture *p, const struct ct_mig_layout *layout,
			    uint32_t i)
{
	const struct ct_device *board = p->device;
	const struct ct_mig_profile *profile =
		&board->mig.profile[layout->instance[i].profile];
	struct ct_device *d = ct_mig_device(board, layout, i);

	legend_name(p, (int)i + 1, p->name[i]);
	if (profile->memory_bytes)
		textf(p, 32, p->y, CT_DRAWING_PLAIN, "%.2f GiB",
		      (double)profile->memory_bytes / (1 << 30));
	textf(p, 44, p->y, CT_DRAWING_PLAIN, "%.0f GB/s",
	      (double)d->dram_bytes_per_s / 1e9);
	textf(p, 56, p->y, CT_DRAWING_PLAIN, "%.2f MiB of L2",
	      (double)d->l2_bytes / (1 << 20));
	textf(p, 74, p->y, CT_DRAWING_PLAIN, "%u copy engine%s", profile->copy_engines,
	      profile->copy_engines == 1 ? "" : "s");
	ct_device_free(d);
	p->y++;
}

static void legend_part(struct picture *p, const struct ct_picture_part *part, int owner)
{
	legend_name(p, owner, p->name[owner - 1]);
	if (part->asked != part->sms)
		textf(p, 32, p->y, CT_DRAWING_PLAIN, "%u were asked for", part->asked);
	p->y++;
}

static void legend_rest(struct picture *p, const char *whose)
{
	if (!count_sms(p, CT_DRAWING_NOBODY))
		return;
	legend_name(p, CT_DRAWING_NOBODY, whose);
	p->y++;
}

static void notes(struct picture *p, gboolean mig, gboolean split)
{
	const struct ct_device *d = p->device;
	struct ct_entry entry;

	p->y++;
	if (p->tpc_sms > 1)
		note(p, "A column is a TPC.");
	if (!d->n_gpc_sms)
		note(p,
		     "How the SMs are spread over GPCs is not known for this board, so no "
		     "GPCs are drawn.");
	for (size_t i = 0; d->n_gpc_sms && ct_device_entry(d, i, &entry); i++) {
		g_autofree char *text = NULL;

		if (strcmp(entry.key, "gpc_sms") != 0 || !entry.from)
			continue;
		text = g_strdup_printf("Sizes of GPCs: %s.", entry.from);
		note(p, text);
	}
	if (mig)
		note(p, "Which SMs an instance has is not published; this is one way.  "
			"Instances share the link to the host and the power.  Their copy "
			"engines are counted in hardware, those of the board as programs "
			"see them.");
	if (split)
		note(p,
		     "Parts have SMs of their own; the L2, the DRAM and the link to the "
		     "host they share.  The context outside its parts still has all SMs.");
}

static char *part_name(uint32_t i)
{
	return g_strdup_printf("part %u", i + 1);
}

static void own_instances(struct picture *p, const struct ct_mig_layout *layout)
{
	g_autofree uint8_t *owner = g_malloc(p->device->sms);

	ct_mig_owners(p->device, layout, owner);
	for (uint32_t sm = 0; sm < p->device->sms; sm++)
		p->owner[sm] = owner[sm] ? owner[sm] : CT_DRAWING_NOBODY;
	for (uint32_t i = 0; i < layout->n; i++) {
		const struct ct_mig_instance *it = &layout->instance[i];
		g_autofree char *name =
			ct_format_name(p->device->mig.profile[it->profile].name, 14);

		p->name[i] = g_strdup_printf("%s@%u", name, it->start);
	}
}

/* One behind the other, as the simulator gives them. */
static void own_parts(struct picture *p, const struct ct_picture_part *parts, uint32_t n)
{
	uint32_t sm = 0;

	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t end = sm + parts[i].sms; sm < end; sm++)
			p->owner[sm] = (int)i + 1;
		p->name[i] = part_name(i);
	}
	for (; sm < p->device->sms; sm++)
		p->owner[sm] = CT_DRAWING_NOBODY;
}

struct ct_drawing *ct_device_picture(const struct ct_device *d,
				     const struct ct_mig_layout *layout,
				     const struct ct_picture_part *parts, uint32_t n_parts)
{
	struct picture p = { .device = d, .drawing = ct_drawing_new() };

	p.tpc_sms = d->tpcs && d->sms == 2 * d->tpcs ? 2 : 1;
	p.owner = g_new0(int, d->sms);
	p.name = g_new0(char *, CT_MIG_MAX_SLICES + n_parts + 1);
	if (layout)
		own_instances(&p, layout);
	else if (n_parts)
		own_parts(&p, parts, n_parts);
	heading(&p);
	draw_chip(&p);
	if (layout)
		draw_slices(&p, layout);
	for (uint32_t i = 0; layout && i < layout->n; i++)
		legend_instance(&p, layout, i);
	for (uint32_t i = 0; i < n_parts; i++)
		legend_part(&p, &parts[i], (int)i + 1);
	legend_rest(&p, layout ? "no instance" : "the rest");
	notes(&p, layout != NULL, n_parts > 0);
	g_free(p.owner);
	g_strfreev(p.name);
	return p.drawing;
}
