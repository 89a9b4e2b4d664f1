#define main renamed
#define NDEBUG
#include <iostream>
#include <cassert>
#undef main

int main()
{
    assert(false);
    std::cout << "no assertion\n";
}
