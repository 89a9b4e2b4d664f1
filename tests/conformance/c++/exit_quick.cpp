#include <cstdlib>
#include <iostream>

int main()
{
    std::at_quick_exit([] { std::cout << "quickly" << std::endl; });
    std::atexit([] { std::cout << "never" << std::endl; });
    std::quick_exit(5);
}
