/*
 * kernel-name.h - whether two tools mean the same kernel.
 *
 * The idea.  One kernel has many spellings: the driver's mangled symbol, cu++filt's
 * "void f<(int)4, (bool)1>(T1 *)", the C++ library's "void f<4, true>(float*)", and the
 * bare "f" of tools that shorten.  What all but the last agree on is the qualified name
 * with its template arguments; the parameters are spelled too differently to compare and
 * add little, since overloads that differ in nothing else are rare among kernels.
 */
#ifndef CT_TRACES_KERNEL_NAME_H
#define CT_TRACES_KERNEL_NAME_H

#include <glib.h>

/* What a mangled name stands for; NULL: it is none, or this host has no C++ library. */
char *ct_kernel_demangle(const char *name);

/* The name and its template arguments, spelled in one way.  A mangled name is demangled
 * if this host has a C++ library; else it is its own key. */
char *ct_kernel_key(const char *name);

/* The last part of KEY without template arguments: what a tool that shortens prints. */
char *ct_kernel_base(const char *key);

/* TRUE if KEY may be all that a shortening tool left: nothing but a base. */
gboolean ct_kernel_is_bare(const char *key);

#endif
