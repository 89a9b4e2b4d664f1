#include <stdio.h>
#include <unistd.h>

int main(void)
{
	if (fork() == 0) {
		if (fork() == 0) {
			for (int fd = 0; fd < 3; fd++)
				close(fd);
			sleep(1000);
		}
		_exit(0);
	}
	puts("parent ends");
	return 0;
}
