/*
 * drawing.h - boxes, cells and words on a grid, printed as text or as SVG.
 *
 * Who draws decides where things stand, once; how they look is the printers' business.
 * The unit is a character cell, x to the right and y down from 0, so that text is exact
 * and SVG, at 10 by 20 pixels a cell, is the same picture.
 *
 * An owner is whom something belongs to: 0 nobody in particular (the board is not
 * divided), CT_DRAWING_NOBODY left over, 1, 2, ... parties, which are letters in text
 * and colours in SVG.
 */
#ifndef CT_CLI_DRAWING_H
#define CT_CLI_DRAWING_H

#include <glib.h>

#define CT_DRAWING_NOBODY (-1)

enum ct_drawing_style { CT_DRAWING_PLAIN, CT_DRAWING_HEADING, CT_DRAWING_FAINT };

struct ct_drawing;
struct ct_drawing *ct_drawing_new(void);
void ct_drawing_free(struct ct_drawing *);

/* Words; TEXT is copied. */
void ct_drawing_text(struct ct_drawing *, int x, int y, enum ct_drawing_style,
		     const char *text);
/* The same, broken between words so as not to pass column WIDTH; returns the next row. */
int ct_drawing_note(struct ct_drawing *, int x, int y, int width, const char *text);

/* A border around W by H cells; its corners are at X, Y and X + W - 1, Y + H - 1. */
void ct_drawing_frame(struct ct_drawing *, int x, int y, int w, int h);

/* One cell; TIP is what a pointer over it shows, if the medium can. */
void ct_drawing_cell(struct ct_drawing *, int x, int y, int owner, const char *tip);

/* A filled bar, W cells wide, with words in it. */
void ct_drawing_bar(struct ct_drawing *, int x, int y, int w, int owner, const char *text);

/* The whole picture; TITLE is for whoever cannot see it.  Free with g_free(). */
char *ct_drawing_as_text(const struct ct_drawing *);
char *ct_drawing_as_svg(const struct ct_drawing *, const char *title);

/* What a drawing is made of, for the printers. */
enum ct_drawing_kind {
	CT_DRAWING_IS_TEXT,
	CT_DRAWING_IS_FRAME,
	CT_DRAWING_IS_CELL,
	CT_DRAWING_IS_BAR
};

struct ct_drawing_item {
	enum ct_drawing_kind kind;
	enum ct_drawing_style style;
	int x, y, w, h, owner;
	char *text;
};

struct ct_drawing {
	GArray *items; /* struct ct_drawing_item, in order */
	int w, h;      /* all of it is within */
};

/* The letter of an owner. */
char ct_drawing_letter(int owner);

#endif
