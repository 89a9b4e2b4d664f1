#include <stdio.h>
#include <time.h>

int main(void)
{
	time_t moment = 1700000000;
	char text[100];
	strftime(text, sizeof text, "%F %T %Z %z", localtime(&moment));
	puts(text);
}
