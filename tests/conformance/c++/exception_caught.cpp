#include <exception>
#include <iostream>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

static void nested()
{
    try {
        std::vector<int>().at(3);
    } catch (...) {
        std::throw_with_nested(std::logic_error("outer"));
    }
}

int main()
{
    try {
        nested();
    } catch (const std::exception &error) {
        std::cout << error.what() << '\n';
        try {
            std::rethrow_if_nested(error);
        } catch (const std::out_of_range &inner) {
            std::cout << inner.what() << '\n';
        }
    }
    try {
        std::stoi("no number");
    } catch (const std::invalid_argument &error) {
        std::cout << error.what() << '\n';
    }
}
