#include <stdio.h>
#include <string.h>

static int nested(int n)
{
	int inner(int m) { return m + n; }
	return inner(1);
}

int main(void)
{
	_Static_assert(__STDC_VERSION__ == 201710L, "C17");
	int n = 5, array[n];
	memset(array, 0, sizeof array);
	__auto_type text = _Generic(n, int: "an int", default: "something else");
	printf("%s %zu %d %d\n", text, sizeof array / sizeof *array, nested(2), 0b101);
	__int128 wide = (__int128)1 << 100;
	printf("%llx\n", (unsigned long long)(wide >> 64));
}
