#include <stdio.h>

__asm__(".globl answer\nanswer:\n\tmovl $42, %eax\n\tret\n");
int answer(void);

int main(void)
{
	int out;
	__asm__("leal 1(%1), %0" : "=r"(out) : "r"(answer()));
	printf("%d\n", out);
}
