#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t seen;

static void handle(int number)
{
	seen = number;
}

int main(void)
{
	struct sigaction action = {.sa_handler = handle};
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	printf("%d\n", seen == SIGUSR1);
	sigaction(SIGALRM, &action, NULL);
	alarm(1);
	pause();
	printf("%d\n", seen == SIGALRM);
}
