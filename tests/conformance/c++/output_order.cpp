#include <cstdio>
#include <iostream>

int main()
{
    std::cout << "cout ";
    std::printf("printf ");
    std::cerr << "cerr\n";
    std::clog << "clog\n";
    std::cout << "cout again\n";
    std::puts("puts");
}
