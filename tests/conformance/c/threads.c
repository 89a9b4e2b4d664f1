#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <threads.h>

static atomic_long total;
static thread_local int mine;

static void *work(void *arg)
{
	for (int i = 0; i < 10000; i++, mine++)
		total += (long)arg;
	return (void *)(long)mine;
}

int main(void)
{
	pthread_t threads[8];
	long sum = 0;
	void *result;
	for (long i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], &result);
		sum += (long)result;
	}
	printf("%ld %ld %d\n", total, sum, mine);
}
