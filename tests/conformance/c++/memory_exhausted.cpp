#include <iostream>
#include <new>
#include <vector>

int main()
{
    try {
        std::vector<char> huge(std::size_t(1) << 62);
    } catch (const std::bad_alloc &error) {
        std::cout << error.what() << '\n';
    }
    try {
        std::vector<int> longer(std::size_t(1) << 63);
    } catch (const std::length_error &error) {
        std::cout << error.what() << '\n';
    }
    delete new (std::nothrow) int;
}
