#include <stdio.h>

int main(void)
{
	printf("%s %d %s %ld\n", __FILE__, __LINE__, __func__, __STDC_VERSION__);
	printf("%d %d %d\n", __OPTIMIZE__, __GNUC__, __INCLUDE_LEVEL__);
#ifdef __STRICT_ANSI__
	puts("strict");
#endif
#ifdef _REENTRANT
	puts("threads");
#endif
#if defined __PIE__ && defined __linux__ && defined unix
	puts("as usual");
#endif
#if __has_include("main.c") && !__has_include("other.c")
	puts("has include");
#endif
}
