int other(void)
{
	return "text" * 2;
}
