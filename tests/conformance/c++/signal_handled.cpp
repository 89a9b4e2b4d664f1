#include <csignal>
#include <iostream>

volatile std::sig_atomic_t seen = 0;

int main()
{
    std::signal(SIGINT, [](int number) { seen = number; });
    std::raise(SIGINT);
    std::cout << seen << std::endl;
    std::raise(SIGTERM);
}
