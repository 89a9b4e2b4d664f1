#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	(void)argv;
	double x = argc;
	double complex z = csqrt(-x);
	printf("%.17g %.17g %g %g\n", sin(x), pow(2, x / 2), creal(z), cimag(z));
	printf("%d %f %lld\n", abs(-argc), fmod(7.5, 2 * x), llround(2.5 * x));
}
