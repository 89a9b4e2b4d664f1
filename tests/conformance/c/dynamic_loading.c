#include <dlfcn.h>
#include <stdio.h>

int main(void)
{
	void *library = dlopen("libm.so.6", RTLD_NOW);
	double (*cosine)(double) = (double (*)(double))dlsym(library, "cos");
	printf("%g\n", cosine(0));
	printf("%d\n", dlopen("libnowhere.so", RTLD_NOW) == NULL);
	printf("%s\n", dlerror());
}
