#include <iostream>

[[gnu::noinline]] int endless(volatile int *n)
{
    volatile int next = *n + 1;
    return endless(&next) + next;
}

int main()
{
    int zero = 0;
    std::cerr << "down\n";
    return endless(&zero);
}
