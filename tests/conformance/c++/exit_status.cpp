#include <cstdlib>
#include <iostream>

struct Noisy {
    ~Noisy() { std::cout << "static is destroyed\n"; }
} noisy;

int main()
{
    Noisy local;
    std::atexit([] { std::cout << "at exit\n"; });
    std::exit(42);
}
