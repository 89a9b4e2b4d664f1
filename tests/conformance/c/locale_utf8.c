#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <wctype.h>

int main(void)
{
	printf("%s\n", setlocale(LC_ALL, ""));
	const char *text = "Ёлка";
	wchar_t wide[10];
	size_t count = mbstowcs(wide, text, 10);
	printf("%zu %zu\n", count, MB_CUR_MAX);
	for (size_t i = 0; i < count; i++)
		printf("%lc%lc", (wint_t)wide[i], towupper((wint_t)wide[i]));
	puts("");
	return setlocale(LC_ALL, "xx_XX.UTF-8") != NULL;
}
