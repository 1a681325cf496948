/*
 * inject - a program that loads the collector as the driver does, and nothing else.
 *
 *   inject LIBRARY [CUPTI]
 *
 * CUPTI is loaded before, as a program that is linked with it would have it.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	int (*initialize)(void) = NULL;
	void *library, *address;

	if (argc > 2 && !dlopen(argv[2], RTLD_NOW | RTLD_GLOBAL)) {
		fprintf(stderr, "inject: %s\n", dlerror());
		return 2;
	}
	library = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
	if (!library) {
		fprintf(stderr, "inject: %s\n", argc > 1 ? dlerror() : "no library");
		return 2;
	}
	address = dlsym(library, "InitializeInjection");
	memcpy(&initialize, &address, sizeof(address));
	if (!initialize) {
		fprintf(stderr, "inject: no InitializeInjection\n");
		return 2;
	}
	printf("%d %d\n", initialize(), initialize());
	return 7;
}
