#include <iostream>
#include <span>

int main(int argc, char **argv)
{
    std::cout << argc << '\n';
    for (const char *argument : std::span(argv, argc))
        std::cout << '[' << argument << "]\n";
}
