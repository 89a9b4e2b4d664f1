#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int status;
	printf("written twice\n");
	pid_t pid = fork();
	if (pid == 0)
		exit(5);
	waitpid(pid, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
	fflush(stdout);
	status = system("echo from a shell; exit 9");
	printf("%d\n", WEXITSTATUS(status));
	fflush(stdout);
	execlp("echo", "echo", "became", "echo", NULL);
}
