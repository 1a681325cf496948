/*
 * kernel-name - whether two tools mean the same kernel.
 *
 * No parser of C++: the text is read once from left to right, with a count of open
 * brackets.  DANGER: operators other than operator() and lambdas whose signature the tools
 * write differently get keys that do not match, and then no counters.
 */
#include "traces/kernel-name.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static const char anonymous[] = "(anonymous namespace)";
static const char unnamed[] = "<unnamed>";

/* From the C++ runtime library if the host has one: linking it for this would make every
 * user of traces need it. */
char *ct_kernel_demangle(const char *name)
{
	static char *(*function)(const char *, char *, size_t *, int *);
	static gsize looked_up;
	char *text, *copy;
	int status = 0;

	if (g_once_init_enter(&looked_up)) {
		void *library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_LOCAL);

		if (library)
			*(void **)&function = dlsym(library, "__cxa_demangle");
		g_once_init_leave(&looked_up, 1);
	}
	text = function ? function(name, NULL, NULL, &status) : NULL;
	if (!text)
		return NULL;
	copy = g_strdup(text);
	free(text);
	return copy;
}

static gboolean is_word(char c)
{
	return g_ascii_isalnum(c) || c == '_';
}

/* The length of a cast such as "(unsigned int)" at TEXT before a number; 0 if none. */
static size_t cast_length(const char *text)
{
	size_t n = 1;

	if (*text != '(')
		return 0;
	while (is_word(text[n]) || text[n] == ' ' || text[n] == ':')
		n++;
	if (text[n] != ')' || n == 1)
		return 0;
	n++;
	return g_ascii_isdigit(text[n]) || text[n] == '-' ? n : 0;
}

static char last(const GString *key)
{
	return key->len ? key->str[key->len - 1] : '\0';
}

/* A number, as (bool)1, 4u or -3ll are written in other places; how much was read. */
static size_t add_number(GString *key, const char *text, gboolean is_bool)
{
	size_t n = *text == '-';

	while (g_ascii_isdigit(text[n]))
		n++;
	if (is_bool && n == 1)
		g_string_append(key, *text == '0' ? "false" : "true");
	else
		g_string_append_len(key, text, (gssize)n);
	while (text[n] && strchr("uUlL", text[n]))
		n++;
	return n;
}

/* One step inside template arguments, where white space and casts mean nothing. */
static size_t add_argument(GString *key, const char *text)
{
	gboolean begins = last(key) == '<' || last(key) == ',';
	size_t cast = begins ? cast_length(text) : 0;

	if (cast)
		return cast +
		       add_number(key, text + cast, g_str_has_prefix(text, "(bool)"));
	if (begins && (g_ascii_isdigit(*text) || *text == '-'))
		return add_number(key, text, FALSE);
	/* "unsigned int" keeps its space, "float *" and "a, b" lose theirs. */
	if (*text == ' ' && !(is_word(last(key)) && is_word(text[1])))
		return 1;
	g_string_append_c(key, *text);
	return 1;
}

/* Up to the parameters; what stands before the last space outside of brackets is the
 * return type. */
static void add_name(GString *key, const char *text)
{
	int angle = 0, brace = 0;

	while (*text) {
		if (g_str_has_prefix(text, anonymous) || g_str_has_prefix(text, unnamed)) {
			text += strlen(*text == '(' ? anonymous : unnamed);
			g_string_append(key, "{anonymous}");
			continue;
		}
		if (!angle && !brace && *text == '(') {
			if (!g_str_has_suffix(key->str, "operator") || text[1] != ')')
				return;
			g_string_append(key, "()");
			text += 2;
			continue;
		}
		angle += (*text == '<') - (*text == '>' && angle > 0);
		brace += (*text == '{') - (*text == '}' && brace > 0);
		if (!angle && !brace && *text == ' ') {
			text += strspn(text, " ");
			if (!*text || (*text == '(' && !g_str_has_prefix(text, anonymous)))
				return;
			g_string_truncate(key, 0);
		} else {
			text += angle ? add_argument(key, text)
				      : (g_string_append_c(key, *text), 1);
		}
	}
}

char *ct_kernel_key(const char *name)
{
	g_autofree char *plain = NULL;
	GString *key = g_string_new(NULL);

	if (g_str_has_prefix(name, "_Z"))
		plain = ct_kernel_demangle(name);
	add_name(key, plain ? plain : name);
	if (!key->len)
		g_string_assign(key, name);
	return g_string_free(key, FALSE);
}

char *ct_kernel_base(const char *key)
{
	size_t length = strcspn(key, "<");
	size_t begin = 0;

	for (size_t i = 0; i + 1 < length; i++)
		if (key[i] == ':' && key[i + 1] == ':')
			begin = i + 2;
	return length > begin ? g_strndup(key + begin, length - begin) : g_strdup(key);
}

gboolean ct_kernel_is_bare(const char *key)
{
	return !strchr(key, '<') && !strstr(key, "::");
}
