#include <cstdlib>
#include <iostream>

extern char **environ;

int main()
{
    for (char **at = environ; *at; at++)
        std::cout << *at << '\n';
}
