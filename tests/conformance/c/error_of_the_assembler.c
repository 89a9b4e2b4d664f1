int main(void)
{
	__asm__("nosuchinstruction %eax");
	return 0;
}
